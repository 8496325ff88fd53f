package io.modelpricing.compat;

import io.modelpricing.BillingUnit;
import io.modelpricing.Identified;

/** One of the four legacy price columns of {@code models}. */
public enum LegacyColumn implements Identified {
    /** {@code pricing_prompt}: the price of input tokens. */
    PROMPT("pricing_prompt", BillingUnit.INPUT),
    /** {@code pricing_completion}: the price of output tokens. */
    COMPLETION("pricing_completion", BillingUnit.OUTPUT),
    /** {@code pricing_image}: the price of image tokens, or of images if {@linkplain Declarations#image declared}. */
    IMAGE("pricing_image", BillingUnit.IMAGE),
    /** {@code pricing_request}: the price of a request. */
    REQUEST("pricing_request", BillingUnit.REQUEST);

    private final String id;

    @SuppressWarnings("ImmutableEnumChecker") // A BillingUnit is immutable.
    private final BillingUnit unit;

    LegacyColumn(String id, BillingUnit unit) {
        this.id = id;
        this.unit = unit;
    }

    @Override
    public String id() {
        return id;
    }

    static LegacyColumn parse(String id) {
        return Identified.parse(LegacyColumn.class, "legacy price column", id);
    }

    /** Returns the billing unit that this column prices, unless it is declared to be per image. */
    BillingUnit unit() {
        return unit;
    }

    @Override
    public String toString() {
        return id;
    }
}
