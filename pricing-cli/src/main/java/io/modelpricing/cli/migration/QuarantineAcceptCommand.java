package io.modelpricing.cli.migration;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.cli.database.AttributionOptions;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.Quarantine;
import org.jooq.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Settles a quarantine entry without using its price. */
@Command(
        name = "accept",
        description =
                "Settle an entry without using its price. The model keeps its current price; the original is archived.")
public final class QuarantineAcceptCommand extends DatabaseCommand {

    @Mixin
    private final AttributionOptions attribution = new AttributionOptions();

    @Parameters(paramLabel = "ID", description = "Id of the entry, as pricing quarantine lists it.")
    private long entry;

    public QuarantineAcceptCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        Attribution by = attribution.attribution();
        try (Session session = openSession()) {
            Quarantine.Decision decision = session.ctx()
                    .transactionResult(
                            (Configuration transaction) -> new Quarantine(transaction.dsl()).accept(entry, by));
            if (decision.result().isRejection()) {
                throw QuarantineCommand.rejection(decision);
            }
            ModelId model = requireNonNull(decision.model());
            output.print(
                    Json.object()
                            .put("result", decision.result().id())
                            .put("id", entry)
                            .put("modelId", model.value()),
                    out -> out.println(
                            "Entry " + entry + " of model " + model + " is accepted; the model keeps its price."));
            return ExitCode.DONE;
        }
    }
}
