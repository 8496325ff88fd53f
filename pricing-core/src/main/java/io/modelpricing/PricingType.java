package io.modelpricing;

/** The type of a {@link Pricing}, as {@code model_pricing.pricing_type} stores it. */
public enum PricingType implements Identified {
    /** The model costs money. */
    PAID("paid"),
    /** The model is stated to be free. */
    FREE("free"),
    /** The provider has deprecated the model; its price still applies. */
    DEPRECATED("deprecated"),
    /** The price is unknown. */
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
