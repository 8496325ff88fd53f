package io.modelpricing.jooq.costs;

/** What became of a cost that was to be recorded. */
public enum Recording {
    /** It is recorded. */
    RECORDED,
    /** The same was recorded before, and nothing was written. */
    ALREADY_RECORDED
}
