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
 * The step that drops the legacy columns and the empty table {@code pricing_tiers}.
 *
 * <p>It first verifies all models and archives every legacy cell exactly, without blocking readers or writers. Then one
 * transaction locks {@code models} for a few milliseconds, compares and archives the cells that changed since, and
 * drops the columns. It never drops with CASCADE: an object of the application that depends on the columns is a
 * {@link Refusal}, and so is an open entry of the {@link Quarantine}.
 *
 * <p>{@link Rollback} restores the columns. This class is thread-safe.
 */
public final class Contract {

    private static final Logger LOG = LoggerFactory.getLogger(Contract.class);

    /** PostgreSQL's code for an object that cannot be dropped because others depend on it. */
    private static final String DEPENDENT_OBJECTS = "2BP01";

    private final Step step;
    private final List<String> accepted;

    /**
     * Creates the step with {@link LockRetry#DEFAULT} and without accepted functions.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @throws IllegalArgumentException if the context is not on a data source
     */
    public Contract(DSLContext database) {
        this(database, LockRetry.DEFAULT, List.of());
    }

    /**
     * Creates the step.
     *
     * @param database a context on a data source
     * @param retry the lock timeout and the number of attempts
     * @param accepted the names of functions, as refusals write them, whose text contains the name of a legacy column
     *     but that do not use the column
     * @throws IllegalArgumentException if the context is not on a data source
     */
    public Contract(DSLContext database, LockRetry retry, Collection<String> accepted) {
        step = new Step("contract", database, retry);
        this.accepted = List.copyOf(accepted);
    }

    /**
     * Drops the columns, unless there are {@link #refusals}.
     *
     * @param by who runs the step
     * @return the result
     * @throws IllegalStateException if there are no pricing tables
     * @throws NotAppliedException if all attempts were blocked; nothing was changed then
     */
    public StepResult run(Attribution by) {
        return run(by, false);
    }

    /**
     * Does the same as {@link #run(Attribution)}, including the lock and the drop, and rolls it back. The archive is
     * kept.
     *
     * @param by who runs the step
     * @return the result of a run, with the time for which the lock was held; {@code applied} is false
     */
    public StepResult rehearse(Attribution by) {
        return run(by, true);
    }

    /**
     * Returns why {@link #run} would be refused now. This method changes nothing.
     *
     * @return all refusals; empty if a run would succeed
     */
    public List<Refusal> refusals() {
        return step.inSnapshot(this::refusals);
    }

    /**
     * Returns the SQL of the last transaction of {@link #run}, to run it with another tool. Run it with the schema
     * first on the search path. It fails where a run would be refused.
     *
     * @param by who will run it
     * @return the statements, each with a semicolon at its end
     * @throws IllegalStateException if there are no pricing tables, or the database is not populated
     */
    public String sql(Attribution by) {
        return step.inSnapshot(ctx -> {
            Phase.requirePopulated(ctx, "contract");
            return Step.script(
                    Stream.concat(checks().stream(), statements(ctx, by).all()));
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
                List.of(Refusal.phase(Phase.of(ctx), "the legacy prices are not copied yet; run populate first"));
        };
    }

    private String accepted() {
        return accepted.stream().map(Step::literal).collect(joining(", ", "array[", "]::text[]"));
    }

    private StepResult run(Attribution by, boolean isRehearsal) {
        StepResult prepared = step.inSnapshot(ctx -> {
            if (Phase.of(ctx) == Phase.CONTRACTED) {
                return StepResult.already(Phase.CONTRACTED);
            }
            List<Refusal> refused = refusals(ctx);
            if (!refused.isEmpty()) {
                return StepResult.refused(Phase.of(ctx), refused);
            }
            step.begin(ctx);
            Step.run(ctx, "select legacy_price_archive_cells(legacy_price_changed_models())");
            return StepResult.already(Phase.POPULATED);
        });
        if (prepared.phase() != Phase.POPULATED || !prepared.refused().isEmpty()) {
            return prepared;
        }
        LockTimer timer = new LockTimer();
        try {
            StepResult done = isRehearsal
                    ? step.rehearsed(ctx -> drop(ctx, by, timer))
                    : step.inTransaction(ctx -> drop(ctx, by, timer));
            StepResult locked = done.applied() ? done.withLockDuration(timer.lockDuration()) : done;
            StepResult result = isRehearsal ? locked.rolledBack() : locked;
            LOG.info("contract ends: {}", result);
            return result;
        } catch (DataAccessException e) {
            if (!DEPENDENT_OBJECTS.equals(e.sqlState())) {
                throw e;
            }
            return StepResult.refusedUnderLock(Phase.POPULATED, refusals(), e);
        }
    }

    private StepResult drop(DSLContext ctx, Attribution by, LockTimer timer) {
        step.begin(ctx);
        if (Phase.of(ctx) == Phase.CONTRACTED) {
            return StepResult.already(Phase.CONTRACTED);
        }
        checks().forEach(sql -> Step.run(ctx, sql));
        timer.run(ctx, statements(ctx, by));
        if (Phase.of(ctx) != Phase.CONTRACTED) {
            throw new IllegalStateException("the legacy columns were dropped, but models still has "
                    + Phase.legacyColumns(ctx) + ": nothing is committed");
        }
        return StepResult.applied(ctx, Phase.CONTRACTED);
    }

    /** Returns the statements that check for refusals before anything is locked. */
    private List<String> checks() {
        return List.of(step.beginSql(), "select legacy_price_refuse_contract(true, " + accepted() + ")");
    }

    /** Returns the statements that lock {@code models}, archive the last changes and drop the columns. */
    private static LockTimer.Statements statements(DSLContext ctx, Attribution by) {
        List<String> unlocked = new ArrayList<>();
        unlocked.add(Step.record("contract", Phase.CONTRACTED, by, "legacy_price_column_definitions()"));
        unlocked.addAll(Fence.restoring(ctx));
        return new LockTimer.Statements(
                unlocked, ctx.fetch("select legacy_price_contract_statements()").getValues(0, String.class));
    }
}
