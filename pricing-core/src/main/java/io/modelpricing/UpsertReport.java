package io.modelpricing;

import java.util.List;

/**
 * The outcomes of a batch of price updates.
 *
 * @param outcomes one outcome for each update, in the order of the updates
 */
public record UpsertReport(List<UpsertOutcome> outcomes) {

    /**
     * Copies the list.
     *
     * @param outcomes one outcome for each update, in the order of the updates
     */
    public UpsertReport {
        outcomes = List.copyOf(outcomes);
    }

    /**
     * Counts the updates with a result.
     *
     * @param result the result
     * @return the number of updates
     */
    public int count(UpsertOutcome.Result result) {
        return (int) outcomes.stream().filter(o -> o.result() == result).count();
    }

    /**
     * Returns the rejected updates, each with the reason in its message.
     *
     * @return the outcomes of the rejected updates, in the order of the updates
     */
    public List<UpsertOutcome> rejected() {
        return outcomes.stream().filter(o -> o.result().isRejection()).toList();
    }
}
