package io.modelpricing.compat;

import java.util.List;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;

/**
 * The result of {@link Contract} or {@link Rollback}.
 *
 * @param applied whether the step changed the database
 * @param phase the phase of the database after the step
 * @param archived the number of models whose legacy cells are in the archive
 * @param lockMillis for how many milliseconds the step blocked readers of {@code models}
 * @param refused why the step was not run, empty if it was; nothing was changed then
 */
public record StepResult(boolean applied, Phase phase, long archived, long lockMillis, List<Refusal> refused) {

    /**
     * Copies the list.
     *
     * @param applied whether the step changed the database
     * @param phase the phase after the step
     * @param archived the number of archived models
     * @param lockMillis for how many milliseconds readers were blocked
     * @param refused why the step was not run
     */
    public StepResult {
        refused = List.copyOf(refused);
    }

    static StepResult already(Phase phase) {
        return new StepResult(false, phase, 0, 0, List.of());
    }

    static StepResult refused(Phase phase, List<Refusal> refused) {
        return new StepResult(false, phase, 0, 0, refused);
    }

    /**
     * Returns the result of a step that was refused only under its locks: the refusals of now, or the database error.
     */
    static StepResult overtaken(Phase phase, List<Refusal> refused, DataAccessException failure) {
        return refused(
                phase,
                refused.isEmpty() ? List.of(new Refusal(Refusal.Kind.RACE, "models", Step.message(failure))) : refused);
    }

    static StepResult applied(DSLContext ctx, Phase phase) {
        long archived =
                ctx.fetchSingle("select count(*) from legacy_price_archive").get(0, Long.class);
        return new StepResult(true, phase, archived, 0, List.of());
    }

    StepResult took(long millis, boolean isKept) {
        return new StepResult(isKept, isKept ? phase : Phase.POPULATED, archived, millis, refused);
    }
}
