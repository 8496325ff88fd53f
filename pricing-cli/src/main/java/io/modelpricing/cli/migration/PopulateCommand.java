package io.modelpricing.cli.migration;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static io.modelpricing.cli.output.TextTable.Column.RIGHT;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.cli.database.DatabaseOptions;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.Declarations;
import io.modelpricing.compat.ImplausibleUnit;
import io.modelpricing.compat.MigrationStatus;
import io.modelpricing.compat.Populate;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The legacy prices of all models, carried over by declared units. */
@Command(
        name = "populate",
        description =
                "Carry the prices of the legacy columns over into model_pricing, by declared units, and keep both equal"
                        + " from then on. Repeatable: what was declared stays, and what was refused is tried again.")
public final class PopulateCommand implements Callable<Integer> {

    private static final int SHOWN = 20;

    @Mixin
    private final DatabaseOptions database;

    @Mixin
    private final OutputOptions output;

    @Mixin
    private final DeclarationOptions units = new DeclarationOptions();

    @Mixin
    private final StepOptions operator = new StepOptions();

    @Option(names = "--sql", description = "Print what it would run instead, and connect to nothing.")
    private boolean sql;

    public PopulateCommand(Terminal terminal) {
        database = new DatabaseOptions(terminal);
        output = new OutputOptions(terminal);
    }

    @Override
    public Integer call() {
        Declarations declared = units.declarations();
        Attribution by = operator.attribution();
        if (sql) {
            output.sql(
                    new Populate(database.unconnected()).sql(declared, by),
                    "run it outside of a transaction, with the schema first on the search_path");
            return ExitCode.DONE.number();
        }
        try (Session session = database.open().withTables()) {
            Populate.Result result = run(session, declared, by);
            ImplausibleUnits implausible = new ImplausibleUnits(session.step(ImplausibleUnit::find));
            output.print(json(result).set("implausible", implausible.json()), out -> {
                print(session, result, out);
                implausible.print(out);
            });
            return (result.refused().isEmpty() ? ExitCode.DONE : ExitCode.FOUND).number();
        }
    }

    private Populate.Result run(Session session, Declarations declared, Attribution by) {
        try {
            return session.step(ctx -> new Populate(ctx, operator.patience()).run(declared, by));
        } catch (IllegalArgumentException e) {
            throw Failure.refused(
                    "unknown_provider",
                    String.valueOf(e.getMessage()),
                    "write the slug as table providers has it; nothing was written");
        }
    }

    private static ObjectNode json(Populate.Result result) {
        ObjectNode document = Json.object()
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
        List<Populate.Refused> refused = result.refused();
        long models = refused.stream().map(Populate.Refused::model).distinct().count();
        out.println("Populated schema " + session.schema() + ": " + result.models() + " models.");
        new TextTable(LEFT, RIGHT, LEFT)
                .row("inserted", Integer.toString(result.inserted()), "")
                .row("updated", Integer.toString(result.updated()), "")
                .row("unchanged", Integer.toString(result.unchanged()), "")
                .row("kept", Integer.toString(result.kept().size()), "written since the expansion, or set by hand")
                .row("quarantined", Integer.toString(result.quarantined()), "")
                .row("refused", Integer.toString(refused.size()), "cells of " + models + " models, and not written")
                .print(out);
        if (!result.replaced().isEmpty()) {
            out.println();
            out.println("Replaced, because nobody had written them since the expansion:");
            TextTable table = new TextTable(RIGHT, CUT, CUT).row("model", "was", "is");
            result.replaced().stream()
                    .limit(SHOWN)
                    .forEach(replaced ->
                            table.row(replaced.model().toString(), plain(replaced.before()), plain(replaced.after())));
            table.print(out);
            more(result.replaced().size(), out);
        }
        if (!refused.isEmpty()) {
            out.println();
            out.println("Refused:");
            TextTable table = new TextTable(RIGHT, CUT);
            refused.stream().limit(SHOWN).forEach(cell -> table.row(cell.model().toString(), cell.reason()));
            table.print(out);
            more(refused.size(), out);
            out.println();
            MigrationStatus status = session.step(MigrationStatus::read);
            if (!status.undeclared().isEmpty()) {
                TextTable.printWrapped(
                        out, "To carry them over: ", database.command(DeclarationOptions.command(status.undeclared())));
            }
            if (result.quarantined() > 0) {
                out.println("To decide on those in quarantine: " + database.command("quarantine"));
            }
        }
    }

    private static void more(int all, PrintWriter out) {
        if (all > SHOWN) {
            out.println("  ... and " + (all - SHOWN) + " more: --json has them all");
        }
    }

    private static String plain(String json) {
        return json.replaceAll("[{}\"]", "").replace(",", ", ");
    }
}
