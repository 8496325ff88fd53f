package io.modelpricing.cli.command;

import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static io.modelpricing.cli.output.TextTable.Column.RIGHT;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.jooq.costs.CostBackfill;
import io.modelpricing.jooq.costs.UnpricedReason;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Backfills the cost of requests that have none. */
@Command(
        name = "backfill",
        description = {
            "Record the cost of completed requests that have none.",
            "The price is the one that was valid when the request ran."
        },
        footer = {
            "",
            "Safe beside live traffic; can be stopped and run again at any time. Requests of models without a price stay"
                    + " without a cost.",
            "A cost is marked as assumed if its price has no start date (valid_from is NULL): the price may not have"
                    + " applied yet when the request ran."
        })
final class BackfillCommand extends DatabaseCommand {

    @Option(
            names = "--compare",
            description = "Calculate the recorded costs again and report the differences. Writes nothing.")
    private boolean compare;

    @Option(
            names = "--since",
            paramLabel = "INSTANT",
            description = "Only requests at or after this instant, such as 2026-01-31T12:00:00Z.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "INSTANT", description = "Only requests before this instant.")
    private @Nullable String until;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Approximate number of requests per transaction. Default: ${DEFAULT-VALUE}.")
    private int batch = CostBackfill.DEFAULT_BATCH;

    BackfillCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        if (batch < 1) {
            throw Failure.usage("usage", "--batch must be at least 1, but was " + batch, "omit it to use the default");
        }
        try (Session session = openSession()) {
            if (!session.has("chat_completion_requests")) {
                throw Failure.refused(
                        "no_requests",
                        "table chat_completion_requests does not exist in schema \"" + session.schema() + "\"",
                        "check --schema; without this table, record costs with RequestCosts as requests complete");
            }
            CostBackfill backfill = new CostBackfill(session.onDataSource()).withBatch(batch);
            backfill = since == null ? backfill : backfill.since(InstantFormat.parse(since));
            backfill = until == null ? backfill : backfill.until(InstantFormat.parse(until));
            List<String> missing = backfill.missingIndexes();
            missing.forEach(index ->
                    output.note("each batch scans all requests because an index is missing; to create it: " + index));
            return compare ? compare(backfill) : record(backfill, missing);
        }
    }

    private ExitCode record(CostBackfill backfill, List<String> missing) {
        CostBackfill.Summary summary = backfill.run();
        ObjectNode document = Json.object().put("requests", summary.requests()).put("costed", summary.costed());
        document.put("filled", summary.filled());
        document.set("unpriced", json(summary.unpriced()));
        document.set(
                "assumed",
                Json.object()
                        .put("requests", summary.assumed().requests())
                        .put("cost", Json.money(summary.assumed().cost())));
        document.put("totalCost", Json.money(summary.totalCost()));
        document.set("missingIndexes", missing.stream().collect(Json.toTexts()));
        output.print(document, out -> print(summary, out));
        return ExitCode.DONE;
    }

    private static void print(CostBackfill.Summary summary, PrintWriter out) {
        out.println(count(summary.requests()) + " completed requests had no cost.");
        TextTable table = new TextTable(LEFT, RIGHT, LEFT)
                .row("costed", count(summary.costed()), "USD " + Json.money(summary.totalCost()))
                .row(
                        "  by assumed prices",
                        count(summary.assumed().requests()),
                        "USD " + Json.money(summary.assumed().cost()));
        if (summary.filled() > 0) {
            table.row("already recorded", count(summary.filled()), "filled the columns of the request");
        }
        print(summary.unpriced(), table);
        table.print(out);
    }

    private ExitCode compare(CostBackfill backfill) {
        CostBackfill.Comparison comparison = backfill.compare();
        ObjectNode bases = Json.object();
        comparison
                .byBasis()
                .forEach((basis, compared) -> bases.set(
                        basis.id(),
                        Json.object()
                                .put("same", compared.same())
                                .put("different", compared.different())
                                .put("stored", Json.money(compared.stored()))
                                .put("calculated", Json.money(compared.calculated()))));
        ObjectNode document = Json.object().put("passed", comparison.isSame()).put("requests", comparison.requests());
        document.set("byBasis", bases);
        document.put("notComparable", comparison.notComparable());
        document.set("unpriced", json(comparison.unpriced()));
        document.set(
                "differences",
                comparison.largest().stream()
                        .map(difference -> Json.object()
                                .put("requestId", difference.request().value())
                                .put("basis", difference.basis().id())
                                .put("stored", Json.money(difference.stored()))
                                .put("calculated", Json.money(difference.calculated())))
                        .collect(Json.toArray()));
        output.print(document, out -> print(comparison, out));
        return comparison.isSame() ? ExitCode.DONE : ExitCode.NEGATIVE;
    }

    private static void print(CostBackfill.Comparison comparison, PrintWriter out) {
        out.println(count(comparison.requests()) + " completed requests have a cost"
                + (comparison.isSame() ? "; none differs." : "."));
        TextTable table = new TextTable(LEFT, RIGHT, LEFT);
        comparison
                .byBasis()
                .forEach((basis, compared) -> table.row(
                        basis.id(),
                        count(compared.different()) + " of " + count(compared.same() + compared.different())
                                + " differ",
                        "USD " + Json.money(compared.stored()) + ", calculated " + Json.money(compared.calculated())));
        if (comparison.notComparable() > 0) {
            table.row(
                    "not compared", count(comparison.notComparable()), "used other units than input and output tokens");
        }
        print(comparison.unpriced(), table);
        table.print(out);
        if (!comparison.largest().isEmpty()) {
            out.println();
            out.println("The largest differences:");
            TextTable largest = new TextTable(LEFT, LEFT, RIGHT, RIGHT).row("request", "basis", "stored", "calculated");
            comparison
                    .largest()
                    .forEach(difference -> largest.row(
                            difference.request().value(),
                            difference.basis().id(),
                            Json.money(difference.stored()),
                            Json.money(difference.calculated())));
            largest.print(out);
        }
    }

    private static void print(Map<UnpricedReason, CostBackfill.Traffic> unpriced, TextTable table) {
        unpriced.forEach((reason, traffic) -> table.row(
                "no price: " + reason,
                count(traffic.requests()),
                traffic.inputTokens().toPlainString() + " input, "
                        + traffic.outputTokens().toPlainString() + " output tokens"));
    }

    private static ObjectNode json(Map<UnpricedReason, CostBackfill.Traffic> unpriced) {
        ObjectNode json = Json.object();
        unpriced.forEach((reason, traffic) -> json.set(
                reason.id(),
                Json.object()
                        .put("requests", traffic.requests())
                        .put("inputTokens", traffic.inputTokens().toBigIntegerExact())
                        .put("outputTokens", traffic.outputTokens().toBigIntegerExact())));
        return json;
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
