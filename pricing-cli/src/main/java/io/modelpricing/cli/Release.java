package io.modelpricing.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.ModelPricing;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A price set by hand, given back to the sources. */
@Command(
        name = "release",
        description = "Give a price that was set by hand back: it stays as it is until the next source states one.")
final class Release implements Callable<Integer> {

    @Mixin
    private final Database database;

    @Mixin
    private final Output output;

    @Mixin
    private final ByHand byHand = new ByHand();

    @Parameters(paramLabel = "MODEL", description = "An id, or PROVIDER/PROVIDER-MODEL-ID.")
    private String model = "";

    Release(Terminal terminal) {
        database = new Database(terminal);
        output = new Output(terminal);
    }

    @Override
    public Integer call() {
        Attribution by = byHand.attribution();
        try (Session session = database.open().withTables()) {
            NamedModel named = session.models().require(ModelName.parse(model));
            boolean isReleased = session.prices().release(named.id(), by);
            ModelPricing stored = session.prices()
                    .find(named.id())
                    .orElseThrow(() -> session.models().unknown(new ModelName.Id(named.id())));
            if (!isReleased) {
                throw Failure.refused(
                        "not_manual",
                        "the price of " + named.title() + " was not set by hand: " + Prices.summary(stored),
                        "there is nothing to release");
            }
            ObjectNode document = Json.object()
                    .put("result", "released")
                    .<ObjectNode>set("model", named.json())
                    .setAll(Prices.json(stored));
            output.print(
                    document,
                    out -> out.println(TextTable.printable(named.title() + ": released, " + Prices.summary(stored))));
            return ExitCode.DONE.number();
        }
    }
}
