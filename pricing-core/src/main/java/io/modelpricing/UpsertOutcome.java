package io.modelpricing;

/**
 * What became of one update.
 *
 * @param update what was asked for
 * @param result what happened
 * @param message for a rejected update what stands against it and what to do; otherwise empty
 */
public record UpsertOutcome(PriceUpdate update, Result result, String message) {

    /** What can become of an update. */
    public enum Result {
        /** The model had no price row: it has one now, as its next version. */
        INSERTED,
        /** The price changed: there is a new version. */
        UPDATED,
        /** The price was already so: only {@code last_updated} moved, if the observation was later. */
        UNCHANGED,
        /** Rejected: there is no such model. */
        UNKNOWN_MODEL,
        /** Rejected: the observation is ahead of the database's clock by more than a few minutes. */
        OBSERVED_IN_FUTURE,
        /** Rejected: the stored price differs and was observed at the same time or later. */
        STALE,
        /** Rejected: the price was set by hand and not released yet. */
        MANUAL_OVERRIDE,
        /** Rejected: the same batch has a later update of this model, or another one of the same moment. */
        DUPLICATE;

        /**
         * Tells whether nothing was written for a reason that the caller should look at.
         *
         * @return true for everything but inserted, updated and unchanged
         */
        public boolean isRejection() {
            return compareTo(UNCHANGED) > 0;
        }
    }
}
