package io.modelpricing.compat;

import java.util.List;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;

/**
 * What {@link Contract} or {@link Rollback} did.
 *
 * @param applied whether it changed something
 * @param phase where the database stands now
 * @param archived how many models' legacy cells are in the archive
 * @param lockMillis for how long readers of {@code models} were kept out
 * @param refused what stood in the way; nothing was changed then
 */
public record StepResult(boolean applied, Phase phase, long archived, long lockMillis, List<Refusal> refused) {

    /**
     * Copies the list.
     *
     * @param applied whether it changed something
     * @param phase where the database stands now
     * @param archived how many models' legacy cells are in the archive
     * @param lockMillis for how long readers of {@code models} were kept out
     * @param refused what stood in the way
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

    /** A step that found no refusal before, and one under its locks: as it is now, or at least what the database said. */
    static StepResult overtaken(Phase phase, List<Refusal> refused, DataAccessException failure) {
        return refused(
                phase, refused.isEmpty() ? List.of(new Refusal("race", "models", Step.message(failure))) : refused);
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
