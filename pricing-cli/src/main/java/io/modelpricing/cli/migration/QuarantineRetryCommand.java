package io.modelpricing.cli.migration;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.ModelPricing;
import io.modelpricing.cli.database.AttributionOptions;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.PriceFormat;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.Quarantine;
import org.jooq.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Reads the price of a quarantine entry again. */
@Command(
        name = "retry",
        description =
                "Read the original of an entry again, and use it as the model's price if it can be interpreted now.")
public final class QuarantineRetryCommand extends DatabaseCommand {

    @Mixin
    private final AttributionOptions attribution = new AttributionOptions();

    @Parameters(paramLabel = "ID", description = "Id of the entry, as pricing quarantine lists it.")
    private long entry;

    public QuarantineRetryCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        Attribution by = attribution.attribution();
        try (Session session = openSession()) {
            Quarantine.Decision decision = session.ctx()
                    .transactionResult(
                            (Configuration transaction) -> new Quarantine(transaction.dsl()).retry(entry, by));
            if (decision.result().isRejection()) {
                throw QuarantineCommand.rejection(decision);
            }
            ModelPricing stored = requireNonNull(decision.price());
            ObjectNode document = Json.object()
                    .put("result", decision.result().id())
                    .put("id", entry)
                    .put("modelId", stored.model().value())
                    .setAll(PriceFormat.json(stored));
            output.print(document, out -> {
                out.println("Entry " + entry + " is now the price of model " + stored.model() + ": "
                        + TextTable.printable(PriceFormat.summary(stored)));
                PriceFormat.print(stored.pricing(), out);
            });
            return ExitCode.DONE;
        }
    }
}
