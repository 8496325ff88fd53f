package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.cli.database.AttributionOptions;
import io.modelpricing.cli.database.DatabaseOptions;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.Terminal;
import java.util.concurrent.Callable;
import org.jooq.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** An entry of the quarantine, settled without using it. */
@Command(
        name = "accept",
        description = "Settle an entry: the model's price stays as it is now, and the original stays on record.")
public final class QuarantineAcceptCommand implements Callable<Integer> {

    @Mixin
    private final DatabaseOptions database;

    @Mixin
    private final OutputOptions output;

    @Mixin
    private final AttributionOptions byHand = new AttributionOptions();

    @Mixin
    private final QuarantineDecision decision = new QuarantineDecision();

    public QuarantineAcceptCommand(Terminal terminal) {
        database = new DatabaseOptions(terminal);
        output = new OutputOptions(terminal);
    }

    @Override
    public Integer call() {
        Attribution by = byHand.attribution();
        try (Session session = database.open().withTables()) {
            ModelId model = session.ctx().transactionResult((Configuration transaction) -> {
                ModelId decided = decision.open(transaction.dsl()).getModelId();
                decision.close(transaction.dsl(), "accepted", by);
                return decided;
            });
            output.print(
                    Json.object()
                            .put("result", "accepted")
                            .put("id", decision.id())
                            .put("modelId", model.value()),
                    out -> out.println("Entry " + decision.id() + " of model " + model
                            + " is accepted: its price stays as it is."));
            return ExitCode.DONE.number();
        }
    }
}
