package io.modelpricing.cli.migration;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static io.modelpricing.cli.output.TextTable.Column.RIGHT;
import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_QUARANTINE;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.joining;
import static org.jooq.Records.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.ModelId;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.LegacyColumn;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.JSONB;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Lists prices that could not be interpreted and await a decision. */
@Command(
        name = "quarantine",
        description = "List prices that could not be interpreted; accept or retry one.",
        synopsisSubcommandLabel = "[COMMAND]")
public final class QuarantineCommand extends DatabaseCommand {

    public QuarantineCommand(Terminal terminal) {
        super(terminal);
    }

    /** An undecided entry. */
    private record Entry(
            long id,
            ModelId model,
            @Nullable String provider,
            @Nullable String providerModelId,
            String origin,
            String reason,
            JSONB original,
            Instant since) {

        JsonNode originalRow() {
            return Json.read(original.data().getBytes(UTF_8));
        }

        String title() {
            return requireNonNullElse(provider, "") + "/" + requireNonNullElse(providerModelId, "deleted") + " ("
                    + model + ")";
        }

        ObjectNode json() {
            ObjectNode json = Json.object()
                    .put("id", id)
                    .put("modelId", model.value())
                    .put("provider", provider)
                    .put("providerModelId", providerModelId)
                    .put("origin", origin)
                    .put("reason", reason)
                    .put("since", Json.instant(since));
            return json.set("original", Json.withMoneyAsText(originalRow()));
        }

        /** Returns the price columns of the original row. */
        String prices() {
            JsonNode row = originalRow();
            return Stream.concat(
                            Stream.of(
                                    "price_per_input_token",
                                    "price_per_output_token",
                                    "price_per_image_token",
                                    "price_per_request"),
                            Stream.of(LegacyColumn.values()).map(LegacyColumn::id))
                    .filter(row::hasNonNull)
                    .map(column -> column.replaceAll("price_per_|_token|pricing_", "") + " " + text(row.get(column)))
                    .collect(joining(", "));
        }

        private static String text(JsonNode value) {
            return value.isNumber() ? Json.money(value.decimalValue()) : value.asText();
        }
    }

    @Override
    protected ExitCode run() {
        try (Session session = openSession()) {
            List<Entry> entries = entries(session);
            ObjectNode document = Json.object();
            document.set("quarantined", entries.stream().map(Entry::json).collect(Json.toArray()));
            output.print(document, out -> {
                if (entries.isEmpty()) {
                    out.println("The quarantine is empty.");
                    return;
                }
                TextTable table =
                        new TextTable(RIGHT, CUT, LEFT, CUT, CUT).row("id", "model", "since", "reason", "original");
                for (Entry entry : entries) {
                    table.row(
                            Long.toString(entry.id()),
                            entry.title(),
                            entry.since().truncatedTo(ChronoUnit.SECONDS).toString(),
                            entry.reason(),
                            entry.prices());
                }
                table.print(out);
                out.println();
                out.println("To settle an entry whose price you know:");
                out.println("  " + database.command("set MODEL ..."));
                out.println("  " + database.command("quarantine accept ID --reason TEXT"));
                out.println("To read its original again, for example after a new declaration:");
                out.println("  " + database.command("quarantine retry ID --reason TEXT"));
            });
            return ExitCode.DONE;
        }
    }

    private static List<Entry> entries(Session session) {
        return session.ctx()
                .select(
                        MODEL_PRICING_QUARANTINE.ID,
                        MODEL_PRICING_QUARANTINE.MODEL_ID,
                        PROVIDERS.SLUG,
                        MODELS.PROVIDER_MODEL_ID,
                        MODEL_PRICING_QUARANTINE.ORIGIN,
                        MODEL_PRICING_QUARANTINE.REASON,
                        MODEL_PRICING_QUARANTINE.ORIGINAL,
                        MODEL_PRICING_QUARANTINE.QUARANTINED_AT)
                .from(MODEL_PRICING_QUARANTINE)
                .leftJoin(MODELS)
                .on(MODELS.ID.eq(MODEL_PRICING_QUARANTINE.MODEL_ID))
                .leftJoin(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .where(MODEL_PRICING_QUARANTINE.RESOLUTION.isNull())
                .orderBy(MODEL_PRICING_QUARANTINE.ID)
                .fetch(mapping(Entry::new));
    }
}
