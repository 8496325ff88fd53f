package io.modelpricing.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.ModelPricing;
import io.modelpricing.Outcome;
import io.modelpricing.cli.database.AttributionOptions;
import io.modelpricing.cli.database.DatabaseOptions;
import io.modelpricing.cli.database.ModelReference;
import io.modelpricing.cli.database.ResolvedModel;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.PriceFormat;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A price set by hand, given back to the sources. */
@Command(
        name = "release",
        description = "Give a price that was set by hand back: it stays as it is until the next source states one.")
public final class ReleaseCommand implements Callable<Integer> {

    @Mixin
    private final DatabaseOptions database;

    @Mixin
    private final OutputOptions output;

    @Mixin
    private final AttributionOptions byHand = new AttributionOptions();

    @Parameters(paramLabel = "MODEL", description = "An id, or PROVIDER/PROVIDER-MODEL-ID.")
    private String model = "";

    public ReleaseCommand(Terminal terminal) {
        database = new DatabaseOptions(terminal);
        output = new OutputOptions(terminal);
    }

    @Override
    public Integer call() {
        Attribution by = byHand.attribution();
        try (Session session = database.open().withTables()) {
            ResolvedModel named = session.models().require(ModelReference.parse(model));
            Outcome outcome = session.prices().release(named.id(), by);
            ModelPricing stored = session.prices()
                    .find(named.id())
                    .orElseThrow(() -> session.models().unknown(new ModelReference.Id(named.id())));
            if (outcome == Outcome.NOTHING_TO_DO) {
                throw Failure.refused(
                        "not_manual",
                        "the price of " + named.title() + " was not set by hand: " + PriceFormat.summary(stored),
                        "there is nothing to release");
            }
            ObjectNode document = Json.object()
                    .put("result", "released")
                    .<ObjectNode>set("model", named.json())
                    .setAll(PriceFormat.json(stored));
            output.print(
                    document,
                    out -> out.println(
                            TextTable.printable(named.title() + ": released, " + PriceFormat.summary(stored))));
            return ExitCode.DONE.number();
        }
    }
}
