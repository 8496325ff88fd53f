package io.modelpricing;

/** Whether a call that is safe to repeat changed the database. */
public enum Outcome {
    /** The call made the change. */
    DONE,
    /** The database was already as the call asks, and nothing was written. */
    NOTHING_TO_DO
}
