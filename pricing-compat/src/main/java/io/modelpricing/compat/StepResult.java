package io.modelpricing.compat;

import java.util.List;

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

    static StepResult applied(Phase phase, long archived) {
        return new StepResult(true, phase, archived, 0, List.of());
    }

    StepResult took(long millis, boolean isKept) {
        return new StepResult(isKept, isKept ? phase : Phase.POPULATED, archived, millis, refused);
    }
}
