package io.modelpricing.cli.command;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.RIGHT;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.BillingUnit;
import io.modelpricing.Cost;
import io.modelpricing.LineItem;
import io.modelpricing.Quote;
import io.modelpricing.Usage;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.PriceFormat;
import io.modelpricing.cli.output.TextTable;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The cost of a usage, as text and as JSON. */
record CostReport(Cost cost, Usage usage) {

    /**
     * Returns the cost of a usage.
     *
     * @param at when the request ran
     * @throws Failure if the usage is inconsistent or its cost overflows
     */
    static CostReport of(Quote quote, Usage usage, Instant at) {
        return new CostReport(UsageFormat.checked(() -> quote.cost(usage, at)), usage);
    }

    ExitCode exitCode() {
        return cost instanceof Cost.Complete ? ExitCode.DONE : ExitCode.NEGATIVE;
    }

    private String status() {
        return cost.fold(complete -> "complete", incomplete -> "incomplete", missing -> "missing");
    }

    private List<LineItem> lines() {
        return cost.fold(Cost.Complete::lines, Cost.Incomplete::lines, missing -> List.of());
    }

    /** Returns the used units that have no price. For a model without a price: all used units except the request. */
    private List<BillingUnit> unpriced() {
        return cost.fold(
                complete -> List.of(),
                Cost.Incomplete::unpriced,
                missing -> usage.units().stream()
                        .filter(unit -> unit != BillingUnit.REQUEST && usage.countWithoutParts(unit) > 0)
                        .toList());
    }

    /** Returns how many of a unit have no price; other variants of it can have one. */
    private long unpriced(BillingUnit unit) {
        return usage.countWithoutParts(unit)
                - lines().stream()
                        .filter(line -> line.unit() == unit)
                        .mapToLong(LineItem::quantity)
                        .sum();
    }

    ObjectNode json() {
        ObjectNode json = Json.object()
                .put("status", status())
                .put("type", cost.quote().pricing().type().id());
        if (cost instanceof Cost.Complete complete) {
            json.put("total", Json.money(complete.total()))
                    .put("input", Json.money(complete.input()))
                    .put("output", Json.money(complete.output()));
        } else {
            json.putNull("total").putNull("input").putNull("output");
        }
        json.set("lines", lines().stream().map(CostReport::json).collect(Json.toArray()));
        json.set("unpriced", unpriced().stream().map(BillingUnit::id).collect(Json.toTexts()));
        if (cost.quote().version() == 0) {
            json.putNull("version");
        } else {
            json.put("version", cost.quote().version());
        }
        return json.put("source", cost.quote().source().id());
    }

    private static ObjectNode json(LineItem line) {
        ObjectNode object = Json.object().put("unit", line.unit().id());
        PriceFormat.putUnlessEmpty(object, "variant", line.variant());
        return object.put("quantity", line.quantity())
                .put("price", line.price().toString())
                .put("amount", Json.money(line.amount()));
    }

    void print(String model, PrintWriter out) {
        Quote quote = cost.quote();
        out.println(model + ": " + quote.pricing().type() + (quote.version() == 0 ? "" : ", version " + quote.version())
                + ", source " + quote.source());
        TextTable table = new TextTable(CUT, RIGHT, RIGHT, RIGHT);
        if (!lines().isEmpty()) {
            table.row("", "quantity", "USD per unit", "USD");
        }
        for (LineItem line : lines()) {
            table.row(
                    PriceFormat.counted(line.unit(), line.variant()),
                    String.format(Locale.ROOT, "%,d", line.quantity()),
                    line.price().toString(),
                    Json.money(line.amount()));
        }
        for (BillingUnit unit : unpriced()) {
            table.row(unit.id(), String.format(Locale.ROOT, "%,d", unpriced(unit)), "no price", "?");
        }
        if (cost instanceof Cost.Complete complete) {
            table.row("total", "", "", Json.money(complete.total()));
        }
        table.print(out);
        if (!(cost instanceof Cost.Complete)) {
            out.println("  " + status() + ": no total, because there is no price"
                    + (unpriced().isEmpty()
                            ? ""
                            : " for " + unpriced().stream().map(BillingUnit::id).collect(Collectors.joining(", "))));
        }
    }
}
