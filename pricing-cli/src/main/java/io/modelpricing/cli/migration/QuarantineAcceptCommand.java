package io.modelpricing.cli.migration;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.Quarantine;
import picocli.CommandLine.Command;

/** Closes a quarantine entry without using its price. */
@Command(
        name = "accept",
        description = {"Close an entry and keep the model's current price.", "The original is archived."})
final class QuarantineAcceptCommand extends QuarantineDecisionCommand {

    QuarantineAcceptCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    Quarantine.Decision decide(Quarantine quarantine, long entry, Attribution by) {
        return quarantine.accept(entry, by);
    }

    @Override
    void print(Quarantine.Decision decision) {
        ModelId model = requireNonNull(decision.model());
        output.print(
                Json.object()
                        .put("result", decision.result().id())
                        .put("id", decision.entry())
                        .put("modelId", model.value()),
                out -> out.println("Entry " + decision.entry() + " of model " + model
                        + " is accepted; the model keeps its price."));
    }
}
