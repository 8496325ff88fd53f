package io.modelpricing.cli.migration;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static io.modelpricing.cli.output.TextTable.Column.RIGHT;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.Declarations;
import io.modelpricing.compat.ImplausibleUnit;
import io.modelpricing.compat.MigrationStatus;
import io.modelpricing.compat.Populate;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Copies the legacy prices into the pricing tables by declared units. */
@Command(
        name = "populate",
        description = {
            "Copy the legacy prices into model_pricing by declared units.",
            "Keeps both sides equal from then on. Can be repeated: earlier declarations are kept, refused"
                    + " cells are tried again."
        })
final class PopulateCommand extends MigrationCommand {

    private static final int SHOWN = 20;

    @Mixin
    private final DeclarationOptions declarations = new DeclarationOptions();

    @Option(names = "--sql", description = "Print the SQL instead of running it. Needs no database.")
    private boolean sql;

    PopulateCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        Declarations declared = declarations.parse();
        Attribution by = attribution();
        if (sql) {
            output.sql(
                    new Populate(database.unconnected()).sql(declared, by),
                    "run these statements outside of a transaction, with the schema first on the search_path");
            return ExitCode.DONE;
        }
        try (Session session = openSession()) {
            Populate.Result result = run(session, declared, by);
            ImplausibleUnits implausible = new ImplausibleUnits(session.step(ImplausibleUnit::find));
            output.print(json(result).set("implausible", implausible.json()), out -> {
                print(session, result, out);
                implausible.print(out);
            });
            return result.refused().isEmpty() ? ExitCode.DONE : ExitCode.NEGATIVE;
        }
    }

    private Populate.Result run(Session session, Declarations declared, Attribution by) {
        try {
            ProgressNotes notes = new ProgressNotes("populate", output::note, System::nanoTime);
            return session.step(
                    ctx -> new Populate(ctx, lockRetry()).withListener(notes).run(declared, by));
        } catch (IllegalArgumentException e) {
            throw Failure.refused(
                    "unknown_provider",
                    String.valueOf(e.getMessage()),
                    "nothing was written; correct the slug and run it again");
        }
    }

    private static ObjectNode json(Populate.Result result) {
        ModelId after = result.continuedAfter();
        ObjectNode document = Json.object()
                .put("continuedAfter", after == null ? null : after.value())
                .put("models", result.models())
                .put("inserted", result.inserted())
                .put("updated", result.updated())
                .put("unchanged", result.unchanged());
        document.set(
                "kept",
                result.kept().stream()
                        .map(model -> document.numberNode(model.value()))
                        .collect(Json.toArray()));
        document.set(
                "replaced",
                result.replaced().stream()
                        .map(replaced -> Json.object()
                                .put("modelId", replaced.model().value())
                                .<ObjectNode>set(
                                        "before", Json.read(replaced.before().getBytes(UTF_8)))
                                .<ObjectNode>set(
                                        "after", Json.read(replaced.after().getBytes(UTF_8))))
                        .collect(Json.toArray()));
        document.put("quarantined", result.quarantined());
        document.set(
                "undeclared",
                result.undeclared().stream().map(DeclarationOptions::json).collect(Json.toArray()));
        return document.set(
                "refused",
                result.refused().stream()
                        .map(refused -> Json.object()
                                .put("modelId", refused.model().value())
                                .put("column", refused.column().id())
                                .put("reason", refused.reason()))
                        .collect(Json.toArray()));
    }

    private void print(Session session, Populate.Result result, PrintWriter out) {
        out.println("Populated schema " + session.schema() + ": " + result.models() + " models.");
        if (result.continuedAfter() != null) {
            out.println("Continued after model " + result.continuedAfter() + ", where an earlier run was interrupted.");
        }
        List<Populate.RefusedCell> refused = result.refused();
        long models =
                refused.stream().map(Populate.RefusedCell::model).distinct().count();
        new TextTable(LEFT, RIGHT, LEFT)
                .row("inserted", Integer.toString(result.inserted()), "")
                .row("updated", Integer.toString(result.updated()), "")
                .row("unchanged", Integer.toString(result.unchanged()), "")
                .row(
                        "kept",
                        Integer.toString(result.kept().size()),
                        "changed since the expansion, or a manual override")
                .row("quarantined", Integer.toString(result.quarantined()), "")
                .row("refused", Integer.toString(refused.size()), "cells of " + models + " models, not written")
                .print(out);
        printReplaced(result.replaced(), out);
        printRefused(refused, out);
        if (result.quarantined() > 0) {
            out.println();
            out.println("To decide on the quarantined prices: " + database.command("quarantine"));
        }
        printUndeclared(result.undeclared(), out);
    }

    private static void printReplaced(List<Populate.ReplacedPrice> all, PrintWriter out) {
        if (all.isEmpty()) {
            return;
        }
        out.println();
        out.println("Replaced, because they had not changed since the expansion:");
        TextTable table = new TextTable(RIGHT, CUT, CUT).row("model", "before", "after");
        all.stream()
                .limit(SHOWN)
                .forEach(replaced ->
                        table.row(replaced.model().toString(), plain(replaced.before()), plain(replaced.after())));
        table.print(out);
        TextTable.printMore(out, all.size(), SHOWN);
    }

    private static void printRefused(List<Populate.RefusedCell> all, PrintWriter out) {
        if (all.isEmpty()) {
            return;
        }
        out.println();
        out.println("Refused:");
        TextTable table = new TextTable(RIGHT, CUT);
        all.stream().limit(SHOWN).forEach(cell -> table.row(cell.model().toString(), cell.reason()));
        table.print(out);
        TextTable.printMore(out, all.size(), SHOWN);
    }

    private void printUndeclared(List<MigrationStatus.Undeclared> all, PrintWriter out) {
        if (all.isEmpty()) {
            return;
        }
        out.println();
        if (all.stream().anyMatch(missing -> missing.subject() == MigrationStatus.Subject.CACHED)) {
            TextTable.printWrapped(
                    out,
                    "",
                    "The price of cached and audio tokens is not declared, so the cost of requests with such tokens is"
                            + " incomplete.");
        }
        TextTable.printWrapped(out, "To declare: ", database.command(DeclarationOptions.command(all)));
    }

    private static String plain(String json) {
        return json.replaceAll("[{}\"]", "").replace(",", ", ");
    }
}
