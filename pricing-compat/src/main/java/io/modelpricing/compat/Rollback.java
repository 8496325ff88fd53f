package io.modelpricing.compat;

import static java.util.stream.Collectors.joining;

import io.modelpricing.Attribution;
import java.util.ArrayList;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way back from {@link Contract}: the legacy columns, with their defaults, comments, rights and index, and {@code
 * pricing_tiers}.
 *
 * <p>A model whose price has not changed since gets the very cells that were archived. One whose price has changed gets it
 * converted by the declared unit; if a price does not fit its column, it is named and nothing is done, unless the columns may
 * be made wider. From then on both are kept equal again.
 *
 * <p>One transaction, which keeps readers of {@code models} out from beginning to end: it writes every row of the table.
 * Triggers of the host do not see this. This class is thread-safe.
 */
public final class Rollback {

    private static final Logger LOG = LoggerFactory.getLogger(Rollback.class);

    /** PostgreSQL's code for a number that does not fit. */
    private static final String OUT_OF_RANGE = "22003";

    private final Step step;
    private final boolean widen;

    /**
     * Makes the step for a database, with the usual patience.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @param widen whether a column that is too narrow for a price comes back without a limit
     * @throws IllegalArgumentException if the context stands on a connection
     */
    public Rollback(DSLContext database, boolean widen) {
        this(database, LockRetry.DEFAULT, widen);
    }

    /**
     * Makes the step for a database.
     *
     * @param database a context on a data source
     * @param patience how long to wait for others
     * @param widen whether a column that is too narrow for a price comes back without a limit
     * @throws IllegalArgumentException if the context stands on a connection
     */
    public Rollback(DSLContext database, LockRetry patience, boolean widen) {
        step = new Step("rollback", database, patience);
        this.widen = widen;
    }

    /**
     * Says what stands in the way, and changes nothing.
     *
     * @return everything that {@link #run} would refuse now; empty if it would succeed
     */
    public List<Refusal> refusals() {
        return step.inSnapshot(ctx -> refusals(ctx, widen));
    }

    /**
     * Brings the columns back.
     *
     * @param actor who runs this
     * @return what was done
     * @throws IllegalStateException if there are no pricing tables
     * @throws NotAppliedException if others were in the way; nothing was changed then
     */
    public StepResult run(String actor) {
        String by = Attribution.by(actor).actor();
        StepResult before = step.inSnapshot(ctx -> Phase.of(ctx) == Phase.CONTRACTED
                ? StepResult.refused(Phase.CONTRACTED, refusals(ctx, widen))
                : StepResult.already(Phase.of(ctx)));
        if (before.phase() != Phase.CONTRACTED || !before.refused().isEmpty()) {
            return before;
        }
        LockTimer timer = new LockTimer();
        try {
            StepResult done = step.inTransaction(ctx -> restore(ctx, by, timer));
            StepResult result = done.applied() ? done.took(timer.lockMillis(), true) : done;
            LOG.info("rollback ends: {}", result);
            return result;
        } catch (DataAccessException e) {
            if (!OUT_OF_RANGE.equals(e.sqlState())) {
                throw e;
            }
            return StepResult.overtaken(Phase.CONTRACTED, refusals(), e);
        }
    }

    /**
     * Returns what {@link #run} would execute now, for a team that runs it by another tool: with the schema first on the search
     * path.
     *
     * @param actor who will run it
     * @return the statements, each ended by a semicolon
     * @throws IllegalStateException if there are no pricing tables, or the database was never contracted
     */
    public String sql(String actor) {
        return step.inSnapshot(ctx -> {
            if (Phase.of(ctx) != Phase.CONTRACTED || !isRemembered(ctx)) {
                throw new IllegalStateException(
                        "rollback is for a database that was contracted: there is no archive of legacy columns to bring back");
            }
            return "begin;\n"
                    + statements(ctx, actor).all().map(sql -> sql + ";\n").collect(joining())
                    + "commit;\n";
        });
    }

    static List<Refusal> refusals(DSLContext ctx, boolean widen) {
        Phase phase = Phase.hasTables(ctx) ? Phase.of(ctx) : Phase.LEGACY;
        if (Phase.hasLegacyColumns(ctx)) {
            return List.of(
                    Refusal.phase(phase.id(), "the legacy columns are still there: there is nothing to roll back"));
        }
        if (!isRemembered(ctx)) {
            return List.of(Refusal.phase(
                    phase.id(), "this database was never contracted: it has no archive of legacy columns"));
        }
        return Refusal.fetch(ctx, "select kind, name, reason from legacy_price_rollback_refusals(" + widen + ")");
    }

    private static boolean isRemembered(DSLContext ctx) {
        return Step.isInstalled(ctx)
                && ctx.fetchSingle("select exists (select from legacy_price_step where step = 'contract')")
                        .get(0, Boolean.class);
    }

    private StepResult restore(DSLContext ctx, String actor, LockTimer timer) {
        step.alone(ctx);
        if (Phase.of(ctx) != Phase.CONTRACTED) {
            return StepResult.already(Phase.of(ctx));
        }
        timer.run(ctx, statements(ctx, actor));
        if (Phase.legacyColumns(ctx).size() != Phase.COLUMNS.size()) {
            throw new IllegalStateException("the legacy columns were brought back, but models has only "
                    + Phase.legacyColumns(ctx) + ": nothing is committed");
        }
        return StepResult.applied(ctx, Phase.POPULATED);
    }

    private LockTimer.Statements statements(DSLContext ctx, String actor) {
        List<String> locked = new ArrayList<>();
        locked.add("select legacy_price_refuse_rollback(" + widen + ")");
        locked.addAll(ctx.fetch("select legacy_price_rollback_statements(" + widen + ")")
                .getValues(0, String.class));
        locked.add(Step.onRecord("rollback", Phase.POPULATED, actor));
        return new LockTimer.Statements(List.of(step.beginning()), locked);
    }
}
