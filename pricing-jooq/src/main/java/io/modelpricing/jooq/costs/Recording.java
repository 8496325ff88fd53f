package io.modelpricing.jooq.costs;

/** The result of recording or correcting a cost. */
public enum Recording {
    /**
     * The cost is recorded, and the cost columns of its row in {@code chat_completion_requests}, if it has any, are
     * filled.
     */
    RECORDED,
    /**
     * The cost is recorded, but {@code chat_completion_requests} has no row of the request yet, so no columns are
     * filled. Call {@link RequestCosts#fillColumns} after inserting the row, or leave them to the next
     * {@link CostBackfill}.
     */
    RECORDED_BEFORE_REQUEST,
    /** The same cost was recorded before. Nothing is written. */
    ALREADY_RECORDED
}
