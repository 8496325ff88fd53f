package io.modelpricing.cli.migration;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.PricingTables;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.MigrationStatus;
import io.modelpricing.compat.MigrationStatus.Dependent;
import io.modelpricing.compat.MigrationStatus.UnfinishedRun;
import io.modelpricing.compat.Refusal;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Shows the migration phase of a database. */
@Command(
        name = "status",
        description = {
            "Show the phase of the migration and the next command to run.",
            "Also shows the contents of the pricing tables, and the objects that depend on the legacy" + " columns."
        })
final class StatusCommand extends DatabaseCommand {

    StatusCommand(Terminal terminal) {
        super(terminal);
    }

    /**
     * The state of a database. Values from the pricing tables are null or empty if these are missing or out of date.
     */
    private record State(
            MigrationStatus migration,
            long models,
            Map<String, Long> byType,
            DueAnnouncements due,
            @Nullable Long quarantined,
            @Nullable Long revision) {

        /** Returns whether the pricing tables exist in the version that this command needs. */
        boolean isUpToDate() {
            return revision != null;
        }

        boolean isRollbackPossible() {
            return migration.rollbackRefusals().isEmpty();
        }
    }

    @Override
    protected ExitCode run() {
        try (Session session = database.open()) {
            State state = state(session);
            output.print(json(state), out -> print(session, state, out));
            return ExitCode.DONE;
        }
    }

    private static State state(Session session) {
        MigrationStatus migration = session.step(MigrationStatus::read);
        PricingTables tables = session.tables();
        boolean isUpToDate = session.has(PricingTables.NEWEST);
        return new State(
                migration,
                tables.models(),
                isUpToDate ? tables.byType() : Map.of(),
                new DueAnnouncements(isUpToDate ? session.dueAnnouncements() : List.of()),
                isUpToDate ? tables.quarantined() : null,
                isUpToDate ? tables.revision() : null);
    }

    private @Nullable String next(State state) {
        if (!state.isUpToDate()) {
            return database.command("expand");
        }
        MigrationStatus migration = state.migration();
        return switch (migration.phase()) {
            case LEGACY -> database.command("expand");
            case EXPANDED -> database.command(DeclarationOptions.command(migration.undeclared()));
            case POPULATED -> {
                if (migration.unfinished() != null || !migration.undeclared().isEmpty()) {
                    yield database.command(DeclarationOptions.command(migration.undeclared()));
                }
                if (requireNonNullElse(state.quarantined(), 0L) > 0) {
                    yield database.command("quarantine");
                }
                yield database.command(migration.dependents().isEmpty() ? "contract" : "contract --dry-run");
            }
            case CONTRACTED -> null;
        };
    }

    private ObjectNode json(State state) {
        MigrationStatus migration = state.migration();
        ObjectNode document = Json.object()
                .put("phase", migration.phase().id())
                .put("next", next(state))
                .put("models", state.models());
        document.set("byType", Json.counts(state.byType()));
        document.set("legacyColumns", migration.legacyColumns().stream().collect(Json.toTexts()));
        document.set(
                "dependents",
                migration.dependents().stream().map(StatusCommand::json).collect(Json.toArray()));
        document.set("declared", migration.declared().stream().collect(Json.toTexts()));
        document.set(
                "undeclared",
                migration.undeclared().stream().map(DeclarationOptions::json).collect(Json.toArray()));
        document.set("unfinishedPopulate", json(migration.unfinished()));
        document.set("due", state.due().json());
        document.put("quarantined", state.quarantined())
                .put("revision", state.revision())
                .put("fenced", migration.isFenced())
                .put("compatViews", migration.hasCompatViews());
        ObjectNode rollback = Json.object().put("possible", state.isRollbackPossible());
        rollback.set("refused", new RefusalList(migration.rollbackRefusals()).json());
        return document.set("rollback", rollback);
    }

    private static @Nullable ObjectNode json(@Nullable UnfinishedRun run) {
        return run == null
                ? null
                : Json.object()
                        .put("models", run.models())
                        .put("total", run.total())
                        .put("lastModel", run.lastModel())
                        .put("targetModel", run.targetModel())
                        .put("actor", run.actor())
                        .put("startedAt", Json.instant(run.startedAt()))
                        .put("updatedAt", Json.instant(run.updatedAt()));
    }

    private static ObjectNode json(Dependent dependent) {
        return Json.object()
                .put("kind", dependent.kind().id())
                .put("name", dependent.name())
                .set("columns", dependent.columns().stream().collect(Json.toTexts()));
    }

    private void print(Session session, State state, PrintWriter out) {
        MigrationStatus migration = state.migration();
        table(session, state).print(out);
        printNext(state, out);
        state.due().print(out);
        if (!migration.dependents().isEmpty()) {
            out.println();
            out.println("Objects that depend on the legacy columns or on pricing_tiers:");
            TextTable dependents = new TextTable(LEFT, CUT, CUT);
            migration
                    .dependents()
                    .forEach(d -> dependents.row(d.kind().id(), d.name(), String.join(", ", d.columns())));
            dependents.print(out);
        }
        if (migration.rollbackRefusals().stream().anyMatch(refusal -> refusal.kind() == Refusal.Kind.PRICE)) {
            out.println();
            out.println("A rollback would be refused:");
            new RefusalList(migration.rollbackRefusals()).print(out);
        }
    }

    private static TextTable table(Session session, State state) {
        MigrationStatus migration = state.migration();
        TextTable table = new TextTable(LEFT, CUT)
                .row(
                        "phase",
                        migration.phase().id() + (state.isUpToDate() ? "" : ": the pricing tables do not exist yet"))
                .row("schema", session.schema())
                .row("models", Long.toString(state.models()));
        if (!state.byType().isEmpty()) {
            table.row("by type", TextTable.counts(state.byType()));
        }
        table.row("legacy columns", orNone(migration.legacyColumns())).row("declared", orNone(migration.declared()));
        if (!migration.undeclared().isEmpty()) {
            table.row(
                    "undeclared",
                    migration.undeclared().stream()
                            .map(missing -> missing.subject() + " of "
                                    + requireNonNullElse(missing.provider(), "models without a provider") + " ("
                                    + missing.models() + ")")
                            .collect(joining(", ")));
        }
        UnfinishedRun run = migration.unfinished();
        if (run != null) {
            table.row(
                            "populate",
                            String.format(
                                    Locale.ROOT,
                                    "has not ended: %,d of %,d models, up to id %d of %d",
                                    run.models(),
                                    run.total(),
                                    run.lastModel(),
                                    run.targetModel()))
                    .row("", "begun by " + run.actor() + " at " + seconds(run.startedAt()))
                    .row("", "last batch at " + seconds(run.updatedAt()) + "; if it was stopped, run it again");
        }
        if (state.revision() != null) {
            table.row("quarantined", String.valueOf(state.quarantined()))
                    .row("revision", String.valueOf(state.revision()));
        }
        if (migration.isFenced()) {
            table.row("fence", "active: privileges on the legacy columns are revoked");
        }
        if (migration.hasCompatViews()) {
            table.row("compat views", "installed");
        }
        return table.row(
                "rollback",
                state.isRollbackPossible() ? "would succeed now" : "no: " + reason(migration.rollbackRefusals()));
    }

    private void printNext(State state, PrintWriter out) {
        String next = next(state);
        TextTable.printWrapped(out, "  next            ", next == null ? "nothing" : next);
        if (database.command("contract").equals(next)) {
            TextTable.printWrapped(
                    out,
                    "  run first       ",
                    database.command("verify") + ", " + database.command("contract --rehearse"));
        }
    }

    private static String seconds(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String orNone(List<String> names) {
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    private static String reason(List<Refusal> refused) {
        return refused.size() == 1 ? refused.get(0).reason() : refused.size() + " prices do not fit";
    }
}
