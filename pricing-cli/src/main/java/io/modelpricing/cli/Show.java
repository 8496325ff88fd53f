package io.modelpricing.cli;

import static io.modelpricing.cli.TextTable.Column.CUT;
import static io.modelpricing.cli.TextTable.Column.LEFT;
import static io.modelpricing.cli.TextTable.Column.RIGHT;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.ModelPricing;
import io.modelpricing.PriceVersion;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A model's price, and every version of it. */
@Command(name = "show", description = "Show a model's price, where it came from, and its versions.")
final class Show implements Callable<Integer> {

    @Mixin
    private final Database database;

    @Mixin
    private final Output output;

    @Parameters(paramLabel = "MODEL", description = "An id, or PROVIDER/PROVIDER-MODEL-ID.")
    private String model = "";

    Show(Terminal terminal) {
        database = new Database(terminal);
        output = new Output(terminal);
    }

    @Override
    public Integer call() {
        try (Session session = database.open().withTables()) {
            NamedModel named = session.models().requireEver(ModelName.parse(model));
            List<PriceVersion> versions = session.prices().versions(named.id());
            ModelPricing current = session.prices()
                    .find(named.id())
                    .orElseGet(() -> versions.get(versions.size() - 1).pricing());
            output.print(json(named, current, versions), out -> print(named, current, versions, out));
            return ExitCode.DONE.number();
        }
    }

    private static ObjectNode json(NamedModel model, ModelPricing current, List<PriceVersion> versions) {
        ObjectNode document =
                Json.object().<ObjectNode>set("model", model.json()).setAll(Prices.json(current));
        return document.set("versions", versions.stream().map(Show::json).collect(Json.toArray()));
    }

    private static ObjectNode json(PriceVersion version) {
        return Prices.json(version.pricing())
                .put("kind", version.kind().id())
                .put("validFrom", Json.instant(version.validFrom()))
                .put("recordedAt", Json.instant(version.recordedAt()))
                .put("actor", version.attribution().actor())
                .put("reason", version.attribution().reason());
    }

    private static void print(NamedModel model, ModelPricing current, List<PriceVersion> versions, PrintWriter out) {
        out.println(TextTable.printable(model.title() + (model.isDeleted() ? ", deleted" : "")));
        new TextTable(LEFT, CUT)
                .row("canonical id", model.canonicalId().value())
                .row("name", model.name())
                .row("price", Prices.summary(current))
                .print(out);
        if (current.pricing() instanceof io.modelpricing.Pricing.Priced) {
            out.println();
            Prices.print(current.pricing(), out);
        }
        if (versions.isEmpty()) {
            out.println("  no versions: it has never had a price");
            return;
        }
        out.println();
        TextTable table =
                new TextTable(RIGHT, LEFT, LEFT, CUT, CUT, CUT).row("#", "valid from", "type", "price", "by", "reason");
        for (PriceVersion version : versions) {
            table.row(
                    Integer.toString(version.number()),
                    since(version.validFrom()),
                    version.kind() == PriceVersion.Kind.CHANGE
                            ? version.pricing().pricing().type().id()
                            : version.kind().id(),
                    Prices.brief(version.pricing().pricing()),
                    version.attribution().actor(),
                    requireNonNullElse(version.attribution().reason(), ""));
        }
        table.print(out);
    }

    private static String since(@Nullable Instant validFrom) {
        return validFrom == null
                ? "ever"
                : validFrom.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
