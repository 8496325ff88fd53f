package io.modelpricing.cli.migration;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static io.modelpricing.cli.output.TextTable.Column.RIGHT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.LegacyColumn;
import io.modelpricing.compat.Quarantine;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** Lists prices that could not be interpreted and await a decision. */
@Command(name = "list", description = "List prices that could not be interpreted. The same as pricing quarantine.")
class QuarantineListCommand extends DatabaseCommand {

    private static final int PAGE = 1_000;

    QuarantineListCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected final ExitCode run() {
        try (Session session = openSession()) {
            List<Quarantine.Entry> entries = entries(new Quarantine(session.ctx()));
            ObjectNode document = Json.object();
            document.set(
                    "quarantined",
                    entries.stream().map(QuarantineListCommand::json).collect(Json.toArray()));
            output.print(document, out -> print(entries, out));
            return ExitCode.DONE;
        }
    }

    private static List<Quarantine.Entry> entries(Quarantine quarantine) {
        List<Quarantine.Entry> entries = new ArrayList<>();
        Optional<PageRequest> request = Optional.of(PageRequest.first(PAGE));
        while (request.isPresent()) {
            Page<Quarantine.Entry> page = quarantine.list(request.get());
            entries.addAll(page.items());
            request = page.next();
        }
        return entries;
    }

    private static ObjectNode json(Quarantine.Entry entry) {
        ObjectNode json = Json.object()
                .put("id", entry.id())
                .put("modelId", entry.model().value())
                .put("provider", entry.provider())
                .put("providerModelId", entry.providerModelId())
                .put("origin", entry.origin().id())
                .put("reason", entry.reason())
                .put("since", Json.instant(entry.quarantinedAt()));
        return json.set("original", Json.withMoneyAsText(original(entry)));
    }

    private void print(List<Quarantine.Entry> entries, PrintWriter out) {
        if (entries.isEmpty()) {
            out.println("The quarantine is empty.");
            return;
        }
        TextTable table = new TextTable(RIGHT, CUT, LEFT, CUT, CUT).row("id", "model", "since", "reason", "original");
        for (Quarantine.Entry entry : entries) {
            table.row(
                    Long.toString(entry.id()),
                    title(entry),
                    entry.quarantinedAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                    entry.reason(),
                    prices(entry));
        }
        table.print(out);
        out.println();
        out.println("To close an entry:");
        new TextTable(LEFT, LEFT)
                .row(database.command("quarantine retry ID --reason TEXT"), "read the original again")
                .row(database.command("set MODEL ..."), "set the price that you know")
                .row(database.command("quarantine accept ID --reason TEXT"), "keep the current price")
                .print(out);
        out.println("Accept an entry that is still listed after set.");
    }

    private static String title(Quarantine.Entry entry) {
        return requireNonNullElse(entry.provider(), "") + "/" + requireNonNullElse(entry.providerModelId(), "deleted")
                + " (" + entry.model() + ")";
    }

    private static JsonNode original(Quarantine.Entry entry) {
        return Json.read(entry.original().getBytes(UTF_8));
    }

    /** Returns the price columns of the original row. */
    private static String prices(Quarantine.Entry entry) {
        JsonNode row = original(entry);
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
