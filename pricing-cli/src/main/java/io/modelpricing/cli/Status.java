package io.modelpricing.cli;

import static io.modelpricing.cli.TextTable.Column.CUT;
import static io.modelpricing.cli.TextTable.Column.LEFT;
import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.val;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Where a database stands. */
@Command(
        name = "status",
        description = "Say which phase the database is in, what is in its tables, and the one next command.")
final class Status implements Callable<Integer> {

    @Mixin
    private final Database database;

    @Mixin
    private final Output output;

    Status(Terminal terminal) {
        database = new Database(terminal);
        output = new Output(terminal);
    }

    /** How far a database has come. */
    private enum Phase {
        /** No pricing tables. */
        LEGACY,
        /** Pricing tables beside the legacy columns. */
        EXPANDED,
        /** The prices of the legacy columns are in the pricing tables. */
        POPULATED,
        /** No legacy columns. */
        CONTRACTED;

        String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Something that stops to work, or goes, when a legacy column goes. */
    private record Dependent(String kind, String name, List<String> columns) {

        ObjectNode json() {
            return Json.object()
                    .put("kind", kind)
                    .put("name", name)
                    .set("columns", columns.stream().collect(Json.toTexts()));
        }
    }

    /** All that is said of a database; what pricing tables say is null where there are none. */
    private record State(
            Phase phase,
            long models,
            Map<String, Long> byType,
            List<String> legacyColumns,
            List<Dependent> dependents,
            @Nullable Long quarantined,
            @Nullable Long epoch,
            String noRollback) {}

    @Override
    public Integer call() {
        try (Session session = database.open()) {
            State state = state(session);
            output.print(json(state), out -> print(session, state, out));
            return ExitCode.DONE.number();
        }
    }

    private static State state(Session session) {
        List<String> legacyColumns = LegacyColumns.of(session);
        PricingTables tables = session.tables();
        boolean isExpanded = session.has(PricingTables.NEWEST);
        Phase phase = phase(session, isExpanded, legacyColumns);
        return new State(
                phase,
                tables.models(),
                isExpanded ? tables.byType() : Map.of(),
                legacyColumns,
                legacyColumns.isEmpty() ? List.of() : dependents(session),
                isExpanded ? tables.quarantined() : null,
                isExpanded ? tables.epoch() : null,
                legacyColumns.isEmpty()
                        ? "there is no archive of legacy columns to bring back"
                        : "the legacy columns are still there: there is nothing to roll back");
    }

    private static Phase phase(Session session, boolean isExpanded, List<String> legacyColumns) {
        if (!isExpanded) {
            return Phase.LEGACY;
        }
        if (legacyColumns.isEmpty()) {
            return Phase.CONTRACTED;
        }
        boolean isPopulated = session.has("model_pricing_migration")
                && session.ctx().fetchExists(session.relation("model_pricing_migration"));
        return isPopulated ? Phase.POPULATED : Phase.EXPANDED;
    }

    private @Nullable String next(State state) {
        return state.phase() == Phase.LEGACY ? database.command("expand") : null;
    }

    private static List<Dependent> dependents(Session session) {
        return session.ctx()
                .fetch(LegacyColumns.DEPENDENTS, val(session.schema()), val(LegacyColumns.NAMES.toArray(String[]::new)))
                .map(row -> new Dependent(
                        String.valueOf(row.get(0)), String.valueOf(row.get(1)), List.of((String[]) row.get(2))));
    }

    private ObjectNode json(State state) {
        ObjectNode document = Json.object()
                .put("phase", state.phase().id())
                .put("next", next(state))
                .put("models", state.models());
        document.set("byType", Json.counts(state.byType()));
        document.set("legacyColumns", state.legacyColumns().stream().collect(Json.toTexts()));
        document.set(
                "dependents", state.dependents().stream().map(Dependent::json).collect(Json.toArray()));
        document.set("unitsDeclared", Json.array());
        document.put("quarantined", state.quarantined()).put("epoch", state.epoch());
        ObjectNode rollback = Json.object().put("possible", false);
        rollback.set("refused", Json.array().add(state.noRollback()));
        return document.set("rollback", rollback);
    }

    private void print(Session session, State state, PrintWriter out) {
        String next = next(state);
        TextTable table = new TextTable(LEFT, CUT)
                .row("phase", state.phase().id() + (next == null ? "" : ": the pricing tables are not there yet"))
                .row("schema", session.schema())
                .row("models", Long.toString(state.models()));
        if (!state.byType().isEmpty()) {
            table.row(
                    "by type",
                    state.byType().entrySet().stream()
                            .map(type -> type.getValue() + " " + type.getKey())
                            .collect(joining(", ")));
        }
        table.row("legacy columns", state.legacyColumns().isEmpty() ? "none" : String.join(", ", state.legacyColumns()))
                .row("units declared", "none");
        if (state.epoch() != null) {
            table.row("quarantined", String.valueOf(state.quarantined())).row("epoch", String.valueOf(state.epoch()));
        }
        table.row("rollback", "no: " + state.noRollback())
                .row("next", next == null ? "nothing" : next)
                .print(out);
        if (!state.dependents().isEmpty()) {
            out.println();
            out.println("What reads the legacy columns:");
            TextTable dependents = new TextTable(LEFT, CUT, CUT);
            state.dependents().forEach(d -> dependents.row(d.kind(), d.name(), String.join(", ", d.columns())));
            dependents.print(out);
        }
    }
}
