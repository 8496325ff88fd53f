package io.modelpricing.cli.command;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.AnnouncedPrice;
import io.modelpricing.ModelId;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.ModelReference;
import io.modelpricing.cli.database.ResolvedModel;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists announced prices. */
@Command(
        name = "announcements",
        description = {
            "List the announced prices, in the order of their starts.",
            "Due: readers see the price, and the next write of the model's price records a version of it.",
            "Overridden: a manual override was in force at the start, so the price never takes effect."
        })
final class AnnouncementsCommand extends DatabaseCommand {

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            description = "Id of the model, or PROVIDER/PROVIDER-MODEL-ID. Default: all models.")
    private @Nullable String model;

    AnnouncementsCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        try (Session session = openSession()) {
            Instant now = session.now();
            List<AnnouncedPrice> announced = model == null
                    ? session.announcements()
                    : session.prices()
                            .announcements(session.models()
                                    .require(ModelReference.parse(model))
                                    .id());
            Map<ModelId, ResolvedModel> models = new HashMap<>();
            for (AnnouncedPrice price : announced) {
                models.computeIfAbsent(
                        price.update().model(), id -> session.models().require(new ModelReference.Id(id)));
            }
            ObjectNode document = Json.object();
            document.set(
                    "announcements",
                    announced.stream()
                            .map(price -> Json.object()
                                    .<ObjectNode>set(
                                            "model", model(models, price).json())
                                    .<ObjectNode>setAll(AnnouncementFormat.json(price)))
                            .collect(Json.toArray()));
            output.print(document, out -> {
                if (announced.isEmpty()) {
                    out.println("No prices are announced.");
                } else {
                    AnnouncementFormat.print(
                            "model",
                            announced,
                            now,
                            price -> model(models, price).title(),
                            out);
                }
            });
            return ExitCode.DONE;
        }
    }

    private static ResolvedModel model(Map<ModelId, ResolvedModel> models, AnnouncedPrice price) {
        return requireNonNull(models.get(price.update().model()));
    }
}
