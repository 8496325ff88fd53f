package io.modelpricing.jooq.costs;

import io.modelpricing.Identified;

/** Why {@link CostBackfill} left a request without a cost. */
public enum UnpricedReason implements Identified {
    /** No source ever stated a price of the model. */
    NEVER_KNOWN("never_known"),
    /** The model's price differs from request to request. */
    DYNAMIC("dynamic"),
    /** The stated price could not be interpreted and is in quarantine. */
    AMBIGUOUS("ambiguous"),
    /** The model has prices, but all of them start after the request. */
    NO_PRICE_THEN("no_price_then"),
    /** The model had a price, but not for every unit that the request used. */
    INCOMPLETE("incomplete"),
    /** The request has a record without a total. Correct the record. */
    RECORDED_INCOMPLETE("recorded_incomplete"),
    /** The request's time or one of its token counts is NULL, its time is infinite, or a count is negative. */
    UNUSABLE("unusable");

    private final String id;

    UnpricedReason(String id) {
        this.id = id;
    }

    /**
     * Reads a reason.
     *
     * @param id for example {@code never_known}
     * @return the reason
     * @throws IllegalArgumentException if no reason has this id
     */
    public static UnpricedReason parse(String id) {
        return Identified.parse(UnpricedReason.class, "reason for a missing cost", id);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String toString() {
        return id;
    }
}
