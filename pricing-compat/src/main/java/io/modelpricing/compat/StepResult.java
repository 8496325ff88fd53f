package io.modelpricing.compat;

import java.time.Duration;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;

/**
 * The result of {@link Contract} or {@link Rollback}.
 *
 * @param applied whether the step changed the database
 * @param phase the phase of the database after the step
 * @param archived the number of models whose legacy cells are in the archive
 * @param lockDuration for how long the step blocked readers of {@code models}
 * @param refused why the step was not run, empty if it was; nothing was changed then
 */
public record StepResult(boolean applied, Phase phase, long archived, Duration lockDuration, List<Refusal> refused) {

    /**
     * Copies the list.
     *
     * @param applied whether the step changed the database
     * @param phase the phase after the step
     * @param archived the number of archived models
     * @param lockDuration for how long readers were blocked
     * @param refused why the step was not run
     */
    public StepResult {
        refused = List.copyOf(refused);
    }

    static StepResult already(Phase phase) {
        return new StepResult(false, phase, 0, Duration.ZERO, List.of());
    }

    static StepResult refused(Phase phase, List<Refusal> refused) {
        return new StepResult(false, phase, 0, Duration.ZERO, refused);
    }

    /**
     * Returns the result of a step that failed under its locks: the refusals that exist now, else the database error.
     */
    static StepResult refusedUnderLock(Phase phase, List<Refusal> refused, DataAccessException failure) {
        return refused(
                phase,
                refused.isEmpty() ? List.of(new Refusal(Refusal.Kind.RACE, "models", Step.message(failure))) : refused);
    }

    static StepResult applied(DSLContext ctx, Phase phase) {
        long archived =
                ctx.fetchSingle("select count(*) from legacy_price_archive").get(0, Long.class);
        return new StepResult(true, phase, archived, Duration.ZERO, List.of());
    }

    StepResult withLockDuration(Duration locked) {
        return new StepResult(applied, phase, archived, locked, refused);
    }

    /** Returns the result of contract if its transaction was rolled back. */
    StepResult rolledBack() {
        return applied ? new StepResult(false, Phase.POPULATED, archived, lockDuration, refused) : this;
    }
}
