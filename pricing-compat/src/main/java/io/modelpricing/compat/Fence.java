package io.modelpricing.compat;

import static java.util.stream.Collectors.joining;

import io.modelpricing.Attribution;
import io.modelpricing.TextRule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;

/**
 * Revokes the privileges of roles on the legacy columns for a time, to find remaining users of the columns before
 * {@link Contract}. Privileges on the other columns stay, but {@code select *} fails, because it includes the legacy
 * columns.
 *
 * <p>This class is thread-safe.
 */
public final class Fence {

    private final Step step;

    /**
     * The result of raising or lowering a fence.
     *
     * @param applied whether privileges were changed
     * @param fenced the roles that had privileges on the legacy columns and have none now
     * @param untested the roles that can use the columns in spite of the fence, and why. The fence proves nothing
     *     about them
     * @param statements the executed statements
     */
    public record Result(boolean applied, List<String> fenced, Map<String, Access> untested, List<String> statements) {

        /**
         * Copies the collections.
         *
         * @param applied whether privileges were changed
         * @param fenced the fenced roles
         * @param untested the roles that can still use the columns
         * @param statements the executed statements
         */
        public Result {
            fenced = List.copyOf(fenced);
            untested = Collections.unmodifiableMap(new LinkedHashMap<>(untested));
            statements = List.copyOf(statements);
        }
    }

    /** Why a role can use the columns in spite of a fence. */
    public enum Access {
        /** The role is a superuser. */
        SUPERUSER("is a superuser"),
        /** The role owns {@code models}. */
        OWNER("owns models"),
        /** The role is a member of the owner of {@code models}. */
        MEMBER_OF_OWNER("is a member of the owner of models"),
        /** The role has the privileges of a role that is not fenced. */
        OTHER_ROLE("has the rights of a role that is not fenced");

        private final String description;

        Access(String description) {
            this.description = description;
        }

        /**
         * Returns why the role can use the columns.
         *
         * @return a predicate whose subject is the role, such as {@code owns models}
         */
        public String description() {
            return description;
        }
    }

    /**
     * Creates the step.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @param retry the lock timeout and the number of attempts
     * @throws IllegalArgumentException if the context is not on a data source
     */
    public Fence(DSLContext database, LockRetry retry) {
        step = new Step("fence", database, retry);
    }

    /**
     * Revokes the privileges to read and write the legacy columns.
     *
     * @param roles the roles; empty for every role that has a privilege, including {@code public}
     * @param by who runs the step
     * @return the result; nothing was changed if the roles are fenced already
     * @throws IllegalArgumentException if the name of a role has the character NUL or an unpaired surrogate
     * @throws IllegalStateException if the database is not in the phase {@code populated}, or a fence for other roles
     *     exists
     * @throws NotAppliedException if all attempts were blocked; nothing was changed then
     */
    public Result raise(Collection<String> roles, Attribution by) {
        roles.forEach(role -> TextRule.requireStorable("role", role));
        return step.inTransaction(ctx -> {
            Phase.requirePopulated(ctx, "fence");
            step.begin(ctx);
            List<String> fenced = new ArrayList<>();
            List<String> revokes = new ArrayList<>();
            List<String> restores = new ArrayList<>();
            String which =
                    roles.isEmpty() ? "null" : roles.stream().map(Step::literal).collect(joining(", ", "array[", "]"));
            ctx.fetch("select role, revokes, restores from legacy_price_fence_statements(" + which + ")")
                    .forEach(row -> {
                        fenced.add(row.get(0, String.class));
                        revokes.addAll(List.of(row.get(1, String[].class)));
                        restores.addAll(List.of(row.get(2, String[].class)));
                    });
            if (!revokes.isEmpty()) {
                if (!restoring(ctx).isEmpty()) {
                    throw new IllegalStateException("a fence is active already, and it does not include "
                            + String.join(", ", fenced) + "; unfence, then fence all roles together");
                }
                revokes.forEach(sql -> Step.run(ctx, sql));
                record(ctx, "fence", by, restores);
            }
            return new Result(!revokes.isEmpty(), fenced, untested(ctx), revokes);
        });
    }

    /**
     * Grants the privileges that {@link #raise} revoked.
     *
     * @param by who runs the step
     * @return the result; no statements if there is no fence
     * @throws IllegalStateException if there are no pricing tables
     * @throws NotAppliedException if all attempts were blocked; nothing was changed then
     */
    public Result lower(Attribution by) {
        return step.inTransaction(ctx -> {
            if (!Step.isInstalled(ctx)) {
                return new Result(false, List.of(), Map.of(), List.of());
            }
            step.begin(ctx);
            List<String> restores = restoring(ctx);
            restores.forEach(sql -> Step.run(ctx, sql));
            if (!restores.isEmpty()) {
                record(ctx, "unfence", by, List.of());
            }
            return new Result(!restores.isEmpty(), List.of(), untested(ctx), restores);
        });
    }

    private static void record(DSLContext ctx, String name, Attribution by, List<String> restores) {
        Step.run(
                ctx,
                Step.record(
                        name,
                        Phase.POPULATED,
                        by,
                        "jsonb_build_object('restores', to_jsonb("
                                + restores.stream().map(Step::literal).collect(joining(", ", "array[", "]::text[]"))
                                + "))"));
    }

    /** Returns the statements that grant the privileges which the fence revoked, none without a fence. */
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

    private static Map<String, Access> untested(DSLContext ctx) {
        Map<String, Access> untested = new LinkedHashMap<>();
        ctx.fetch("""
                        select
                            r.rolname::text,
                            case
                                when r.rolsuper then 'SUPERUSER'
                                when r.oid = c.relowner then 'OWNER'
                                when pg_has_role(r.oid, c.relowner, 'usage') then 'MEMBER_OF_OWNER'
                                else 'OTHER_ROLE'
                            end
                        from pg_roles r
                        join pg_class c on c.oid = 'models'::regclass
                        where (r.rolcanlogin or r.oid = c.relowner)
                          and (has_column_privilege(r.oid, c.oid, 'pricing_prompt', 'select')
                            or has_column_privilege(r.oid, c.oid, 'pricing_prompt', 'update'))
                        order by r.rolname
                        """).forEach(row -> untested.put(row.get(0, String.class), Access.valueOf(row.get(1, String.class))));
        return untested;
    }
}
