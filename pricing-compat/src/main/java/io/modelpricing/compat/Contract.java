package io.modelpricing.compat;

import static java.util.stream.Collectors.joining;

import io.modelpricing.Attribution;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step that drops the legacy columns, and the empty {@code pricing_tiers}.
 *
 * <p>It first verifies everything and archives every legacy cell, digit for digit, while all others go on. Then, in one
 * transaction and for a few milliseconds, it keeps writers and readers out, compares and archives what changed since, and
 * drops. Nothing is ever dropped with CASCADE: whatever depends on the columns and is not this
 * library's is named and refused, and so are quarantined rows that nobody has decided on.
 *
 * <p>{@link Rollback} takes it back. This class is thread-safe.
 */
public final class Contract {

    private static final Logger LOG = LoggerFactory.getLogger(Contract.class);

    /** PostgreSQL's code for objects that still depend on what would go. */
    private static final String DEPENDENT_OBJECTS = "2BP01";

    private final Step step;
    private final List<String> accepted;

    /**
     * Makes the step for a database, with the usual patience.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @throws IllegalArgumentException if the context stands on a connection
     */
    public Contract(DSLContext database) {
        this(database, LockRetry.DEFAULT, List.of());
    }

    /**
     * Makes the step for a database.
     *
     * @param database a context on a data source
     * @param patience how long to wait for others
     * @param accepted the names of functions, as refusals write them, that mention a legacy column and yet do not use it
     * @throws IllegalArgumentException if the context stands on a connection
     */
    public Contract(DSLContext database, LockRetry patience, Collection<String> accepted) {
        step = new Step("contract", database, patience);
        this.accepted = List.copyOf(accepted);
    }

    /**
     * Drops the columns, if nothing stands in the way.
     *
     * @param actor who runs this
     * @return what was done
     * @throws IllegalStateException if there are no pricing tables
     * @throws NotAppliedException if others were in the way; nothing was changed then
     */
    public StepResult run(String actor) {
        return run(actor, false);
    }

    /**
     * Does all that {@link #run(String)} does, locks and drops included, and takes it back. The archive is kept.
     *
     * @param actor who runs this
     * @return what would have been done, and how long the lock was held
     */
    public StepResult rehearse(String actor) {
        return run(actor, true);
    }

    /**
     * Says what stands in the way, and changes nothing.
     *
     * @return everything that {@link #run} would refuse now
     */
    public List<Refusal> refusals() {
        return step.inSnapshot(this::refusals);
    }

    /**
     * Returns what the last transaction of {@link #run} would execute now, for a team that runs it by another tool: with the
     * schema first on the search path. It refuses what that refuses.
     *
     * @param actor who will run it
     * @return the statements, each ended by a semicolon
     * @throws IllegalStateException if there are no pricing tables, or the database is not populated
     */
    public String sql(String actor) {
        return step.inSnapshot(ctx -> {
            if (Phase.of(ctx) != Phase.POPULATED) {
                throw new IllegalStateException("contract is for a database that is populated, but this one is "
                        + Phase.of(ctx).id());
            }
            return "begin;\n"
                    + Stream.concat(before().stream(), statements(ctx, actor).all())
                            .map(sql -> sql + ";\n")
                            .collect(joining())
                    + "commit;\n";
        });
    }

    private List<Refusal> refusals(DSLContext ctx) {
        return switch (Phase.of(ctx)) {
            case CONTRACTED -> List.of();
            case POPULATED ->
                Refusal.fetch(
                        ctx,
                        "select kind, name, reason from legacy_price_contract_refusals(false, " + accepted() + ")");
            default ->
                List.of(Refusal.phase(
                        Phase.of(ctx).id(), "the legacy prices are not carried over yet: populate first"));
        };
    }

    private String accepted() {
        return accepted.stream().map(Step::literal).collect(joining(", ", "array[", "]::text[]"));
    }

    private StepResult run(String actor, boolean isRehearsal) {
        String by = Attribution.by(actor).actor();
        StepResult before = step.inSnapshot(ctx -> {
            if (Phase.of(ctx) == Phase.CONTRACTED) {
                return StepResult.already(Phase.CONTRACTED);
            }
            List<Refusal> refused = refusals(ctx);
            if (!refused.isEmpty()) {
                return StepResult.refused(Phase.of(ctx), refused);
            }
            step.alone(ctx);
            Step.run(ctx, "select legacy_price_archive_cells(legacy_price_changed_models())");
            return StepResult.already(Phase.POPULATED);
        });
        if (before.phase() != Phase.POPULATED || !before.refused().isEmpty()) {
            return before;
        }
        LockTimer timer = new LockTimer();
        try {
            StepResult done = isRehearsal
                    ? step.rehearsed(ctx -> drop(ctx, by, timer))
                    : step.inTransaction(ctx -> drop(ctx, by, timer));
            StepResult result = done.applied() ? done.took(timer.lockMillis(), !isRehearsal) : done;
            LOG.info("contract ends: {}", result);
            return result;
        } catch (DataAccessException e) {
            if (!DEPENDENT_OBJECTS.equals(e.sqlState())) {
                throw e;
            }
            return StepResult.overtaken(Phase.POPULATED, refusals(), e);
        }
    }

    private StepResult drop(DSLContext ctx, String actor, LockTimer timer) {
        step.alone(ctx);
        if (Phase.of(ctx) == Phase.CONTRACTED) {
            return StepResult.already(Phase.CONTRACTED);
        }
        before().forEach(sql -> Step.run(ctx, sql));
        timer.run(ctx, statements(ctx, actor));
        if (Phase.of(ctx) != Phase.CONTRACTED) {
            throw new IllegalStateException("the legacy columns were dropped, but models still has "
                    + Phase.legacyColumns(ctx) + ": nothing is committed");
        }
        return StepResult.applied(ctx, Phase.CONTRACTED);
    }

    /** What finds out, while all others go on, whether it can be done. */
    private List<String> before() {
        return List.of(step.beginning(), "select legacy_price_refuse_contract(true, " + accepted() + ")");
    }

    /** What keeps all others out, as late as can be, settles what changed until then, and drops. */
    private static LockTimer.Statements statements(DSLContext ctx, String actor) {
        List<String> unlocked = new ArrayList<>();
        unlocked.add(Step.onRecord("contract", Phase.CONTRACTED, actor, "legacy_price_column_definitions()"));
        unlocked.addAll(Fence.restoring(ctx));
        return new LockTimer.Statements(
                unlocked, ctx.fetch("select legacy_price_contract_statements()").getValues(0, String.class));
    }
}
