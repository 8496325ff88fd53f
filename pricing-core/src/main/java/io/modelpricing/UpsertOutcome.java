package io.modelpricing;

/**
 * The outcome of one price update.
 *
 * @param update the update
 * @param result what happened to it
 * @param message for a rejected update, why it was rejected and what to do; otherwise empty
 */
public record UpsertOutcome(PriceUpdate update, Result result, String message) {

    /** What happened to an update. */
    public enum Result {
        /** The model had no price row; it has one now, as its next version. */
        INSERTED,
        /** The price changed; there is a new version. */
        UPDATED,
        /** The price did not change. Only {@code last_updated} moved, if the observation was later. */
        UNCHANGED,
        /** Rejected: the model does not exist. */
        UNKNOWN_MODEL,
        /** Rejected: the observation is ahead of the database's clock by more than a few minutes. */
        OBSERVED_IN_FUTURE,
        /** Rejected: the stored price differs and was observed at the same time or later. */
        STALE,
        /** Rejected: the stored price is a manual override that has not been released. */
        MANUAL_OVERRIDE,
        /** Rejected: the batch has a later update of the same model, or another one observed at the same time. */
        DUPLICATE;

        /**
         * Returns whether the update was rejected. The message then states why.
         *
         * @return true for every result except inserted, updated and unchanged
         */
        public boolean isRejection() {
            return compareTo(UNCHANGED) > 0;
        }
    }
}
