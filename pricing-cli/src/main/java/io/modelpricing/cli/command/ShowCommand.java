package io.modelpricing.cli.command;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static io.modelpricing.cli.output.TextTable.Column.RIGHT;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.AnnouncedPrice;
import io.modelpricing.ModelPricing;
import io.modelpricing.PriceVersion;
import io.modelpricing.Pricing;
import io.modelpricing.cli.card.CardFile;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.ModelReference;
import io.modelpricing.cli.database.ResolvedModel;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.PriceFormat;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the price of a model and its versions. */
@Command(name = "show", description = "Show the price of a model, its source, its versions and its announced prices.")
final class ShowCommand extends DatabaseCommand {

    @Parameters(paramLabel = "MODEL", description = "Id of the model, or PROVIDER/PROVIDER-MODEL-ID.")
    private String model = "";

    @Option(names = "--card", description = "Print only the current rate card, as pricing set --card reads it.")
    private boolean card;

    ShowCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        try (Session session = openSession()) {
            ResolvedModel named = session.models().requireEvenIfDeleted(ModelReference.parse(model));
            List<PriceVersion> versions = session.prices().versions(named.id());
            ModelPricing current = session.prices()
                    .find(named.id())
                    .orElseGet(() -> versions.get(versions.size() - 1).price());
            if (card) {
                String text = card(named, current.pricing());
                output.print(
                        Json.object().put("card", text), out -> text.lines().forEach(out::println));
                return ExitCode.DONE;
            }
            Instant now = session.now();
            List<AnnouncedPrice> announced = session.prices().announcements(named.id());
            ObjectNode document = json(named, current, versions);
            document.set(
                    "announcements",
                    announced.stream().map(AnnouncementFormat::json).collect(Json.toArray()));
            output.print(document, out -> {
                print(named, current, versions, out);
                if (!announced.isEmpty()) {
                    out.println();
                    AnnouncementFormat.print("", announced, now, price -> "announced", out);
                }
            });
            return ExitCode.DONE;
        }
    }

    private String card(ResolvedModel model, Pricing pricing) {
        if (pricing instanceof Pricing.Priced priced) {
            return CardFile.print(priced);
        }
        throw Failure.refused(
                "missing_price",
                "model " + model.title() + " has no card, because its price is missing: "
                        + pricing.fold(priced -> "", reason -> reason.id().replace('_', ' ')),
                "set its price with: " + database.command("set " + model.id() + " --card FILE"));
    }

    private static ObjectNode json(ResolvedModel model, ModelPricing current, List<PriceVersion> versions) {
        ObjectNode document =
                Json.object().<ObjectNode>set("model", model.json()).setAll(PriceFormat.json(current));
        return document.set("versions", versions.stream().map(ShowCommand::json).collect(Json.toArray()));
    }

    private static ObjectNode json(PriceVersion version) {
        return PriceFormat.json(version.price())
                .put("kind", version.kind().id())
                .put("validFrom", Json.instant(version.validFrom()))
                .put("recordedAt", Json.instant(version.recordedAt()))
                .put("actor", version.attribution().actor())
                .put("reason", version.attribution().reason());
    }

    private static void print(ResolvedModel model, ModelPricing current, List<PriceVersion> versions, PrintWriter out) {
        out.println(model.title() + (model.isDeleted() ? ", deleted" : ""));
        new TextTable(LEFT, CUT)
                .row("canonical id", model.canonicalId().value())
                .row("name", model.name())
                .row("price", PriceFormat.summary(current))
                .print(out);
        if (current.pricing() instanceof Pricing.Priced) {
            out.println();
            PriceFormat.print(current.pricing(), out);
        }
        if (versions.isEmpty()) {
            out.println("  no versions: the model has never had a price");
            return;
        }
        out.println();
        TextTable table =
                new TextTable(RIGHT, LEFT, LEFT, CUT, CUT, CUT).row("#", "valid from", "type", "price", "by", "reason");
        for (PriceVersion version : versions) {
            table.row(
                    Integer.toString(version.number()),
                    validFrom(version.validFrom()),
                    version.kind() == PriceVersion.Kind.CHANGE
                            ? version.pricing().type().id()
                            : version.kind().id(),
                    PriceFormat.brief(version.pricing()),
                    version.attribution().actor(),
                    requireNonNullElse(version.attribution().reason(), ""));
        }
        table.print(out);
    }

    private static String validFrom(@Nullable Instant validFrom) {
        return validFrom == null
                ? "no start date"
                : validFrom.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
