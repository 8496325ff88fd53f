package io.modelpricing.cli.migration;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.ModelPricing;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.PriceFormat;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.Quarantine;
import picocli.CommandLine.Command;

/** Reads the price of a quarantine entry again. */
@Command(
        name = "retry",
        description = {
            "Read the original of an entry again.",
            "It becomes the model's price if it can be interpreted now."
        })
final class QuarantineRetryCommand extends QuarantineDecisionCommand {

    QuarantineRetryCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Quarantine.Decision decide(Quarantine quarantine, long entry, Attribution by) {
        return quarantine.retry(entry, by);
    }

    @Override
    void print(Quarantine.Decision decision) {
        ModelPricing stored = requireNonNull(decision.price());
        ObjectNode document = Json.object()
                .put("result", decision.result().id())
                .put("id", decision.entry())
                .put("modelId", stored.model().value())
                .setAll(PriceFormat.json(stored));
        output.print(document, out -> {
            out.println("Entry " + decision.entry() + " is now the price of model " + stored.model() + ": "
                    + PriceFormat.summary(stored));
            PriceFormat.print(stored.pricing(), out);
        });
    }
}
