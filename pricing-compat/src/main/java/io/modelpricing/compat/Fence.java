package io.modelpricing.compat;

import static java.util.stream.Collectors.joining;

import io.modelpricing.Attribution;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;

/**
 * The right to use the legacy columns, taken away from roles for a time, to see who misses it while giving it back is all it
 * takes to help. What a role may do with the other columns stays, but {@code select *} fails, as it asks for these too.
 *
 * <p>This class is thread-safe.
 */
public final class Fence {

    private final Step step;

    /**
     * What a fence proves.
     *
     * @param applied whether rights were changed
     * @param fenced the roles that had rights on the legacy columns, and have none now
     * @param untested the roles that still can use them whatever is taken away, with the reason; a fence proves nothing of these
     * @param statements what was executed
     */
    public record Result(boolean applied, List<String> fenced, Map<String, String> untested, List<String> statements) {

        /**
         * Copies the collections.
         *
         * @param applied whether rights were changed
         * @param fenced the roles that have no right now
         * @param untested the roles that still have one, with the reason
         * @param statements what was executed
         */
        public Result {
            fenced = List.copyOf(fenced);
            untested = Collections.unmodifiableMap(new LinkedHashMap<>(untested));
            statements = List.copyOf(statements);
        }
    }

    /**
     * Makes the step for a database.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @param patience how long to wait for others
     * @throws IllegalArgumentException if the context stands on a connection
     */
    public Fence(DSLContext database, LockRetry patience) {
        step = new Step("fence", database, patience);
    }

    /**
     * Takes the right to read and write the legacy columns away.
     *
     * @param roles from whom; empty for every role that has it, {@code public} included
     * @param actor who runs this
     * @return what that proves; nothing was changed if all of that is taken away already
     * @throws IllegalStateException if there are no legacy columns, nothing was populated yet, or a fence stands already and keeps
     *     out others
     * @throws NotAppliedException if others were in the way; nothing was changed then
     */
    public Result raise(Collection<String> roles, String actor) {
        String by = Attribution.by(actor).actor();
        return step.inTransaction(ctx -> {
            if (Phase.of(ctx) != Phase.POPULATED) {
                throw new IllegalStateException(
                        "a fence is for legacy columns that are carried over, but this database is "
                                + Phase.of(ctx).id());
            }
            step.alone(ctx);
            List<String> fenced = new ArrayList<>();
            List<String> takes = new ArrayList<>();
            List<String> restores = new ArrayList<>();
            String which =
                    roles.isEmpty() ? "null" : roles.stream().map(Step::literal).collect(joining(", ", "array[", "]"));
            ctx.fetch("select role, takes, gives_back from legacy_price_fence_statements(" + which + ")")
                    .forEach(row -> {
                        fenced.add(row.get(0, String.class));
                        takes.addAll(List.of(row.get(1, String[].class)));
                        restores.addAll(List.of(row.get(2, String[].class)));
                    });
            if (!takes.isEmpty()) {
                if (!restoring(ctx).isEmpty()) {
                    throw new IllegalStateException("a fence stands already, and " + String.join(", ", fenced)
                            + " can use the columns: unfence first, and fence all at once");
                }
                takes.forEach(sql -> Step.run(ctx, sql));
                note(ctx, "fence", by, restores);
            }
            return new Result(!takes.isEmpty(), fenced, untested(ctx), takes);
        });
    }

    /**
     * Gives back what {@link #raise} took.
     *
     * @param actor who runs this
     * @return what was executed; nothing if there is no fence
     * @throws IllegalStateException if there are no pricing tables
     * @throws NotAppliedException if others were in the way; nothing was changed then
     */
    public Result lower(String actor) {
        String by = Attribution.by(actor).actor();
        return step.inTransaction(ctx -> {
            if (!Step.isInstalled(ctx)) {
                return new Result(false, List.of(), Map.of(), List.of());
            }
            step.alone(ctx);
            List<String> restores = restoring(ctx);
            restores.forEach(sql -> Step.run(ctx, sql));
            if (!restores.isEmpty()) {
                note(ctx, "unfence", by, List.of());
            }
            return new Result(!restores.isEmpty(), List.of(), untested(ctx), restores);
        });
    }

    private static void note(DSLContext ctx, String name, String actor, List<String> restores) {
        Step.run(
                ctx,
                Step.onRecord(
                        name,
                        Phase.POPULATED,
                        actor,
                        "jsonb_build_object('restores', to_jsonb("
                                + restores.stream().map(Step::literal).collect(joining(", ", "array[", "]::text[]"))
                                + "))"));
    }

    /** Returns what gives back the rights that a fence has taken, nothing if none stands. */
    static List<String> restoring(DSLContext ctx) {
        return ctx.fetch("""
                        select r.sql
                        from (
                            select step, details
                            from legacy_price_step
                            where step in ('fence', 'unfence', 'contract')
                            order by id desc
                            limit 1
                        ) last
                        cross join lateral jsonb_array_elements_text(last.details -> 'restores')
                            with ordinality r (sql, position)
                        where last.step = 'fence'
                        order by r.position
                        """).getValues(0, String.class);
    }

    private static Map<String, String> untested(DSLContext ctx) {
        Map<String, String> untested = new LinkedHashMap<>();
        ctx.fetch("""
                        select
                            r.rolname::text,
                            case
                                when r.rolsuper then 'is a superuser'
                                when r.oid = c.relowner then 'owns models'
                                when pg_has_role(r.oid, c.relowner, 'usage') then 'is a member of the owner of models'
                                else 'has the rights of a role that is not fenced'
                            end
                        from pg_roles r
                        join pg_class c on c.oid = 'models'::regclass
                        where (r.rolcanlogin or r.oid = c.relowner)
                          and (has_column_privilege(r.oid, c.oid, 'pricing_prompt', 'select')
                            or has_column_privilege(r.oid, c.oid, 'pricing_prompt', 'update'))
                        order by r.rolname
                        """).forEach(row -> untested.put(row.get(0, String.class), row.get(1, String.class)));
        return untested;
    }
}
