package io.modelpricing;

import java.util.List;

/**
 * What became of every update of a batch.
 *
 * @param outcomes one for each update, in the order they were given
 */
public record UpsertReport(List<UpsertOutcome> outcomes) {

    /**
     * Copies the list.
     *
     * @param outcomes one for each update, in the order they were given
     */
    public UpsertReport {
        outcomes = List.copyOf(outcomes);
    }

    /**
     * Counts the updates with a result.
     *
     * @param result the result
     * @return how many there are
     */
    public int count(UpsertOutcome.Result result) {
        return (int) outcomes.stream().filter(o -> o.result() == result).count();
    }

    /**
     * Returns the updates that were not written, each with what stands against it.
     *
     * @return the rejected ones in order
     */
    public List<UpsertOutcome> rejected() {
        return outcomes.stream().filter(o -> o.result().isRejection()).toList();
    }
}
