package io.modelpricing;

/** The four things that can be said of a model's price, as {@code model_pricing.pricing_type} stores them. */
public enum PricingType implements Identified {
    /** It has a price above zero. */
    PAID("paid"),
    /** Somebody said that it costs nothing. */
    FREE("free"),
    /** It had a price above zero, which still applies, and its provider is giving it up. */
    DEPRECATED("deprecated"),
    /** Nobody knows its price. */
    MISSING("missing");

    private final String id;

    PricingType(String id) {
        this.id = id;
    }

    /**
     * Reads the type with an id.
     *
     * @param id for example {@code paid}
     * @return the type
     * @throws IllegalArgumentException if no type has this id; the message lists the ids that exist
     */
    public static PricingType parse(String id) {
        return Identified.parse(PricingType.class, "pricing type", id);
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
