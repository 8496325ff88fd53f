package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.cli.database.AttributionOptions;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import org.jooq.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Settles a quarantine entry without using its price. */
@Command(
        name = "accept",
        description =
                "Settle an entry without using its price: the model keeps its current price, and the original is archived.")
public final class QuarantineAcceptCommand extends DatabaseCommand {

    @Mixin
    private final AttributionOptions attribution = new AttributionOptions();

    @Mixin
    private final QuarantineDecision decision = new QuarantineDecision();

    public QuarantineAcceptCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        Attribution by = attribution.attribution();
        try (Session session = openSession()) {
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
                            + " is accepted; the model keeps its price."));
            return ExitCode.DONE;
        }
    }
}
