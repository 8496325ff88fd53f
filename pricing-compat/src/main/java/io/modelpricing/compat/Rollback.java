package io.modelpricing.compat;

import io.modelpricing.Attribution;
import java.util.ArrayList;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step that reverses {@link Contract}: it restores the legacy columns with their defaults, comments, privileges and
 * index, and {@code pricing_tiers}. A rollback never expires.
 *
 * <p>A model whose price has not changed since gets the archived cells. A changed price is converted by the declared
 * unit. If a price does not fit its column, the step is refused, unless {@link ColumnTypes#WIDENED} allows wider
 * columns. Afterwards the columns and {@code model_pricing} are kept in sync again.
 *
 * <p>The step is one transaction. It writes every row of {@code models} and blocks readers of the table until it
 * commits. The application's triggers do not fire. This class is thread-safe.
 */
public final class Rollback {

    private static final Logger LOG = LoggerFactory.getLogger(Rollback.class);

    /** PostgreSQL's code for a number out of range. */
    private static final String OUT_OF_RANGE = "22003";

    private final Step step;
    private final ColumnTypes types;

    /**
     * Creates the step with {@link LockRetry#DEFAULT}.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @param types the types of the restored columns
     * @throws IllegalArgumentException if the context is not on a data source
     */
    public Rollback(DSLContext database, ColumnTypes types) {
        this(database, LockRetry.DEFAULT, types);
    }

    /**
     * Creates the step.
     *
     * @param database a context on a data source
     * @param retry the lock timeout and the number of attempts
     * @param types the types of the restored columns
     * @throws IllegalArgumentException if the context is not on a data source
     */
    public Rollback(DSLContext database, LockRetry retry, ColumnTypes types) {
        step = new Step("rollback", database, retry);
        this.types = types;
    }

    /**
     * Returns why {@link #run} would be refused now. This method changes nothing.
     *
     * @return all refusals; empty if a run would succeed
     */
    public List<Refusal> refusals() {
        return step.inSnapshot(ctx -> refusals(ctx, types));
    }

    /**
     * Restores the columns, unless there are {@link #refusals()}.
     *
     * @param by who runs the step
     * @return the result
     * @throws IllegalStateException if there are no pricing tables
     * @throws NotAppliedException if all attempts were blocked; nothing was changed then
     */
    public StepResult run(Attribution by) {
        StepResult prepared = step.inSnapshot(ctx -> Phase.of(ctx) == Phase.CONTRACTED
                ? StepResult.refused(Phase.CONTRACTED, refusals(ctx, types))
                : StepResult.already(Phase.of(ctx)));
        if (prepared.phase() != Phase.CONTRACTED || !prepared.refused().isEmpty()) {
            return prepared;
        }
        LockTimer timer = new LockTimer();
        try {
            StepResult done = step.inTransaction(ctx -> restore(ctx, by, timer));
            StepResult result = done.applied() ? done.withLockDuration(timer.lockDuration()) : done;
            LOG.info("rollback ends: {}", result);
            return result;
        } catch (DataAccessException e) {
            if (!OUT_OF_RANGE.equals(e.sqlState())) {
                throw e;
            }
            return StepResult.refusedUnderLock(Phase.CONTRACTED, refusals(), e);
        }
    }

    /**
     * Returns the SQL of {@link #run}, to run it with another tool. Run it with the schema first on the search path.
     *
     * @param by who will run it
     * @return the statements, each with a semicolon at its end
     * @throws IllegalStateException if there are no pricing tables, or the database was never contracted
     */
    public String sql(Attribution by) {
        return step.inSnapshot(ctx -> {
            if (Phase.of(ctx) != Phase.CONTRACTED || !hasArchive(ctx)) {
                throw new IllegalStateException(
                        "rollback needs a database that was contracted, but this one has no archive of legacy columns");
            }
            return Step.script(statements(ctx, by).all());
        });
    }

    static List<Refusal> refusals(DSLContext ctx, ColumnTypes types) {
        Phase phase = Phase.hasTables(ctx) ? Phase.of(ctx) : Phase.LEGACY;
        if (Phase.hasLegacyColumns(ctx)) {
            return List.of(
                    Refusal.phase(phase, "models still has the legacy columns, so there is nothing to roll back"));
        }
        if (!hasArchive(ctx)) {
            return List.of(
                    Refusal.phase(phase, "this database was never contracted and has no archive of legacy columns"));
        }
        return Refusal.fetch(
                ctx, "select kind, name, reason from legacy_price_rollback_refusals(" + isWide(types) + ")");
    }

    private static boolean isWide(ColumnTypes types) {
        return types == ColumnTypes.WIDENED;
    }

    private static boolean hasArchive(DSLContext ctx) {
        return Step.isInstalled(ctx)
                && ctx.fetchSingle("select exists (select from legacy_price_step where step = 'contract')")
                        .get(0, Boolean.class);
    }

    private StepResult restore(DSLContext ctx, Attribution by, LockTimer timer) {
        step.begin(ctx);
        if (Phase.of(ctx) != Phase.CONTRACTED) {
            return StepResult.already(Phase.of(ctx));
        }
        timer.run(ctx, statements(ctx, by));
        if (Phase.legacyColumns(ctx).size() != LegacyColumn.values().length) {
            throw new IllegalStateException("the legacy columns were restored, but models has only "
                    + Phase.legacyColumns(ctx) + ": nothing is committed");
        }
        return StepResult.applied(ctx, Phase.POPULATED);
    }

    private LockTimer.Statements statements(DSLContext ctx, Attribution by) {
        List<String> locked = new ArrayList<>();
        locked.add("select legacy_price_refuse_rollback(" + isWide(types) + ")");
        locked.addAll(ctx.fetch("select legacy_price_rollback_statements(" + isWide(types) + ")")
                .getValues(0, String.class));
        locked.add(Step.record("rollback", Phase.POPULATED, by));
        return new LockTimer.Statements(List.of(step.beginSql()), locked);
    }
}
