package io.modelpricing;

/** The four things that can be said of a model's price, as {@code model_pricing.pricing_type} stores them. */
public enum PricingType {
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
     * Returns the type of a name as tables, JSON and the command line write it.
     *
     * @param id for example {@code paid}
     * @return the type
     * @throws IllegalArgumentException if there is none
     */
    public static PricingType of(String id) {
        for (PricingType type : values()) {
            if (type.id.equals(id)) {
                return type;
            }
        }
        throw new IllegalArgumentException(
                "\"" + id + "\" is no pricing type; there are paid, free, deprecated, missing");
    }

    /**
     * Returns the name that tables, JSON and the command line use.
     *
     * @return for example {@code paid}
     */
    public String id() {
        return id;
    }

    @Override
    public String toString() {
        return id;
    }
}
