package io.modelpricing;

/** Whether a call that can be repeated safely changed the database. */
public enum Outcome {
    /** The call changed the database. */
    DONE,
    /** The database already was as the call requires, so nothing was written. */
    NOTHING_TO_DO
}
