package io.modelpricing.jooq.costs;

import io.modelpricing.Identified;

/** Why a request that ran has no cost. */
public enum UnpricedReason implements Identified {
    /** No source has ever stated a price of its model. */
    NEVER_KNOWN("never_known"),
    /** The price of its model differs from request to request. */
    DYNAMIC("dynamic"),
    /** What was stated of its model cannot be right, and waits in the quarantine. */
    AMBIGUOUS("ambiguous"),
    /** Its model has prices, but none that applied when the request ran. */
    NO_PRICE_THEN("no_price_then"),
    /** Its model had a price then, but not for all that the request used. */
    INCOMPLETE("incomplete"),
    /** It is recorded without a total: a correction is to be recorded for it. */
    RECORDED_INCOMPLETE("recorded_incomplete"),
    /** It has no time, or lacks a count of tokens, or has a negative one. */
    UNUSABLE("unusable");

    private final String id;

    UnpricedReason(String id) {
        this.id = id;
    }

    static UnpricedReason parse(String id) {
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
