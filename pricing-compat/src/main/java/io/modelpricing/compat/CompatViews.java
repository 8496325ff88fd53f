package io.modelpricing.compat;

import io.modelpricing.Attribution;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/**
 * The compatibility views, for SQL that uses the legacy columns before, during and after {@link Contract}:
 *
 * <ul>
 *   <li>{@code pricing_legacy.models} has the legacy columns in their original order and with their original types, for
 *       reading and writing. A session uses it with {@code pricing_legacy} first on its search path;
 *   <li>{@code pricing_legacy.models_with_pricing} and {@code models_pricing_classified}, for reading;
 *   <li>{@code models_legacy_pricing} in the schema of the tables has the same columns, with the four prices at the
 *       end;
 *   <li>the functions {@code pricing_prompt(models)} and so on. After contract, {@code select m.pricing_prompt from
 *       models m} calls them. The name must be qualified by the table.
 * </ul>
 *
 * <p>Views do not support {@code insert ... on conflict}, {@code copy ... from} with defaults, or foreign keys that
 * reference them. Change such SQL before contract. This class is thread-safe.
 */
public final class CompatViews {

    private final Step step;

    /**
     * The result of installing or dropping the views.
     *
     * @param applied whether views were created or dropped
     * @param statements the statements that created or dropped them
     */
    public record Result(boolean applied, List<String> statements) {

        /**
         * Copies the list.
         *
         * @param applied whether views were created or dropped
         * @param statements the statements
         */
        public Result {
            statements = List.copyOf(statements);
        }
    }

    /**
     * Creates the step.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @param retry the lock timeout and the number of attempts
     * @throws IllegalArgumentException if the context is not on a data source
     */
    public CompatViews(DSLContext database, LockRetry retry) {
        step = new Step("compat", database, retry);
    }

    /**
     * Creates or replaces the views. Each role gets the privileges on them that it has on {@code models}.
     *
     * @param by who runs the step
     * @return the result
     * @throws IllegalStateException if there are no pricing tables, populate has not run yet, or a schema
     *     {@code pricing_legacy} exists that does not belong to these tables
     * @throws NotAppliedException if all attempts were blocked; nothing was changed then
     */
    public Result install(Attribution by) {
        return step.inTransaction(ctx -> {
            requireUnits(ctx);
            step.begin(ctx);
            requireOurs(ctx);
            dropStatements(ctx).forEach(sql -> Step.run(ctx, sql));
            List<String> statements = createStatements(ctx);
            statements.forEach(sql -> Step.run(ctx, sql));
            Step.run(ctx, Step.record("compat install", Phase.of(ctx), by));
            return new Result(true, statements);
        });
    }

    /**
     * Drops the views.
     *
     * @param by who runs the step
     * @return the result; no statements if there are no views
     * @throws NotAppliedException if all attempts were blocked; nothing was changed then
     */
    public Result drop(Attribution by) {
        return step.inTransaction(ctx -> {
            if (!Step.isInstalled(ctx)) {
                return new Result(false, List.of());
            }
            step.begin(ctx);
            requireOurs(ctx);
            List<String> statements = dropStatements(ctx);
            statements.forEach(sql -> Step.run(ctx, sql));
            if (!statements.isEmpty()) {
                Step.run(ctx, Step.record("compat drop", Phase.of(ctx), by));
            }
            return new Result(!statements.isEmpty(), statements);
        });
    }

    /**
     * Returns the SQL of {@link #install}, to run it with another tool. Run it with the schema first on the search
     * path.
     *
     * @return the statements, each with a semicolon at its end
     * @throws IllegalStateException if there are no pricing tables, or populate has not run yet
     */
    public String sql() {
        return step.inSnapshot(ctx -> {
            requireUnits(ctx);
            return Step.script(Stream.concat(dropStatements(ctx).stream(), createStatements(ctx).stream()));
        });
    }

    /**
     * Returns the SQL of {@link #drop}, to run it with another tool. Run it with the schema first on the search path.
     *
     * @return the statements, each with a semicolon at its end; empty if there are no views
     */
    public String dropSql() {
        return step.inSnapshot(ctx -> {
            List<String> statements = Step.isInstalled(ctx) ? dropStatements(ctx) : List.of();
            return statements.isEmpty() ? "" : Step.script(statements.stream());
        });
    }

    private static List<String> createStatements(DSLContext ctx) {
        return ctx.fetch("select legacy_price_view_statements()").getValues(0, String.class);
    }

    private static List<String> dropStatements(DSLContext ctx) {
        return ctx.fetch("select legacy_price_drop_view_statements()").getValues(0, String.class);
    }

    private static void requireUnits(DSLContext ctx) {
        if (!Step.isInstalled(ctx)) {
            throw new IllegalStateException(
                    "the compatibility views need the declared units of the legacy columns; run populate first");
        }
    }

    /**
     * The schema may belong to another application, or to the pricing tables of another schema of the same database.
     */
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
            throw new IllegalStateException(
                    "the schema pricing_legacy exists already and does not belong to these tables; rename it first");
        }
    }
}
