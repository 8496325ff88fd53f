package io.modelpricing.compat;

import static java.util.stream.Collectors.joining;

import io.modelpricing.Attribution;
import java.util.List;
import org.jooq.DSLContext;

/**
 * Views of the legacy shape, for SQL that names the legacy columns before, during and after {@link Contract}:
 *
 * <ul>
 *   <li>{@code pricing_legacy.models}, chosen by a search path of {@code pricing_legacy} before the schema of the tables: the
 *       columns of old in their order and with their types, to read and to write;
 *   <li>{@code pricing_legacy.models_with_pricing} and {@code models_pricing_classified}, to read;
 *   <li>{@code models_legacy_pricing} beside the tables: the same, with the four prices at the end;
 *   <li>the functions {@code pricing_prompt(models)} and so on, which {@code select m.pricing_prompt from models m} calls once
 *       the column has gone. It has to name the table: an unqualified {@code pricing_prompt} is a column or nothing.
 * </ul>
 *
 * <p>What a view cannot do has to move before the columns go: {@code insert ... on conflict}, {@code copy ... from} with
 * defaults, and foreign keys onto it. This class is thread-safe.
 */
public final class CompatViews {

    private final Step step;

    /**
     * Makes the step for a database.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @param patience how long to wait for others
     * @throws IllegalArgumentException if the context stands on a connection
     */
    public CompatViews(DSLContext database, LockRetry patience) {
        step = new Step("compat", database, patience);
    }

    /**
     * Makes the views, new ones in the place of those that are there, and lets everybody use them who has the same right on
     * {@code models}.
     *
     * @param actor who runs this
     * @return what was executed
     * @throws IllegalStateException if there are no pricing tables, or nothing was populated yet
     * @throws NotAppliedException if others were in the way; nothing was changed then
     */
    public List<String> install(String actor) {
        String by = Attribution.by(actor).actor();
        return step.inTransaction(ctx -> {
            if (!Step.isInstalled(ctx)) {
                throw new IllegalStateException(
                        "the views show what the legacy columns would, and nobody has declared their units: populate first");
            }
            step.alone(ctx);
            requireOurs(ctx);
            statements(ctx, "drop").forEach(sql -> Step.run(ctx, sql));
            List<String> statements = statements(ctx, "make");
            statements.forEach(sql -> Step.run(ctx, sql));
            note(ctx, "compat install", by);
            return statements;
        });
    }

    /**
     * Drops the views.
     *
     * @param actor who runs this
     * @return what was executed, nothing if there are no views
     * @throws NotAppliedException if others were in the way; nothing was changed then
     */
    public List<String> drop(String actor) {
        String by = Attribution.by(actor).actor();
        return step.inTransaction(ctx -> {
            if (!Step.isInstalled(ctx)) {
                return List.of();
            }
            step.alone(ctx);
            requireOurs(ctx);
            List<String> statements = statements(ctx, "drop");
            statements.forEach(sql -> Step.run(ctx, sql));
            if (!statements.isEmpty()) {
                note(ctx, "compat drop", by);
            }
            return statements;
        });
    }

    /**
     * Returns what {@link #install} would execute, for a team that runs it by another tool: with the schema first on the search
     * path.
     *
     * @return the statements, each ended by a semicolon
     * @throws IllegalStateException if there are no pricing tables, or nothing was populated yet
     */
    public String sql() {
        return step.inSnapshot(ctx -> {
            if (!Step.isInstalled(ctx)) {
                throw new IllegalStateException("nobody has declared the units of the legacy columns: populate first");
            }
            return "begin;\n"
                    + statements(ctx, "drop").stream().map(sql -> sql + ";\n").collect(joining())
                    + statements(ctx, "make").stream().map(sql -> sql + ";\n").collect(joining())
                    + "commit;\n";
        });
    }

    /**
     * Returns what {@link #drop} would execute, for a team that runs it by another tool: with the schema first on the search
     * path.
     *
     * @return the statements, each ended by a semicolon; none if there are no views
     */
    public String dropSql() {
        return step.inSnapshot(ctx -> Step.isInstalled(ctx)
                ? "begin;\n"
                        + statements(ctx, "drop").stream()
                                .map(sql -> sql + ";\n")
                                .collect(joining())
                        + "commit;\n"
                : "");
    }

    private static List<String> statements(DSLContext ctx, String which) {
        return ctx.fetch(
                        which.equals("drop")
                                ? "select legacy_price_drop_view_statements()"
                                : "select legacy_price_view_statements()")
                .getValues(0, String.class);
    }

    /** The schema is one for the database: another application's, or another set of pricing tables', is not ours to drop. */
    private static void requireOurs(DSLContext ctx) {
        boolean isOthers = !ctx.fetch("""
                        select
                        from pg_namespace n
                        where n.nspname = 'pricing_legacy'
                          and not exists (
                            select
                            from pg_class v
                            join pg_rewrite r on r.ev_class = v.oid
                            join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
                                and d.refclassid = 'pg_class'::regclass and d.refobjid = 'models'::regclass
                            where v.relnamespace = n.oid and v.relname = 'models')
                        """).isEmpty();
        if (isOthers) {
            throw new IllegalStateException("schema pricing_legacy is there already, and not for these tables");
        }
    }

    private static void note(DSLContext ctx, String name, String actor) {
        Step.run(ctx, Step.onRecord(name, Phase.of(ctx), actor));
    }
}
