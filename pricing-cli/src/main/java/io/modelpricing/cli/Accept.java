package io.modelpricing.cli;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import java.util.concurrent.Callable;
import org.jooq.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** An entry of the quarantine, settled without using it. */
@Command(
        name = "accept",
        description = "Settle an entry: the model's price stays as it is now, and the original stays on record.")
final class Accept implements Callable<Integer> {

    @Mixin
    private final Database database;

    @Mixin
    private final Output output;

    @Mixin
    private final ByHand byHand = new ByHand();

    @Mixin
    private final QuarantineDecision decision = new QuarantineDecision();

    Accept(Terminal terminal) {
        database = new Database(terminal);
        output = new Output(terminal);
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
