package io.modelpricing.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.ModelPricing;
import io.modelpricing.Outcome;
import io.modelpricing.cli.database.AttributionOptions;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.ModelReference;
import io.modelpricing.cli.database.ResolvedModel;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.PriceFormat;
import io.modelpricing.cli.output.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Releases a manual override. */
@Command(
        name = "release",
        description = {"Release a manual override.", "The price stays until a source states another one."})
final class ReleaseCommand extends DatabaseCommand {

    @Mixin
    private final AttributionOptions attribution = new AttributionOptions();

    @Parameters(paramLabel = "MODEL", description = "Id of the model, or PROVIDER/PROVIDER-MODEL-ID.")
    private String model = "";

    ReleaseCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        Attribution by = attribution.attribution();
        try (Session session = openSession()) {
            ResolvedModel named = session.models().require(ModelReference.parse(model));
            Outcome outcome = session.prices().release(named.id(), by);
            ModelPricing stored = session.prices()
                    .find(named.id())
                    .orElseThrow(() -> session.models().unknown(new ModelReference.Id(named.id())));
            if (outcome == Outcome.NOTHING_TO_DO) {
                throw Failure.refused(
                        "not_manual",
                        "the price of " + named.title() + " is not a manual override: " + PriceFormat.summary(stored),
                        "nothing needs to be released");
            }
            ObjectNode document = Json.object()
                    .put("result", "released")
                    .<ObjectNode>set("model", named.json())
                    .setAll(PriceFormat.json(stored));
            output.print(document, out -> out.println(named.title() + ": released, " + PriceFormat.summary(stored)));
            return ExitCode.DONE;
        }
    }
}
