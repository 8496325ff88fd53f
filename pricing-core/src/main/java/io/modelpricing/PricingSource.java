package io.modelpricing;

/**
 * The source that stated a price, as {@code model_pricing.pricing_source} stores it.
 *
 * @param id for example {@code provider} or {@code provider_api:openrouter}, a name by {@link TextRule#isName}
 */
public record PricingSource(String id) {

    /** The maximum length of an id, in characters. */
    public static final int MAX_LENGTH = TextRule.MAX_NAME_LENGTH;

    /** A manual override. It stays until it is released, even if other sources state another price. */
    public static final PricingSource MANUAL = new PricingSource("manual");

    /** The provider's own price list. */
    public static final PricingSource PROVIDER = new PricingSource("provider");

    /** The source is not known. */
    public static final PricingSource UNKNOWN = new PricingSource("unknown");

    /**
     * Checks the id.
     *
     * @param id for example {@code provider} or {@code provider_api:openrouter}, a name by
     *     {@link TextRule#isName}
     * @throws IllegalArgumentException if it is not a name
     */
    public PricingSource {
        TextRule.requireName("pricing source", id);
    }

    /**
     * Returns whether a price of this source is a manual override, which stays until it is released.
     *
     * @return true for {@link #MANUAL}
     */
    public boolean isManual() {
        return equals(MANUAL);
    }

    @Override
    public String toString() {
        return id;
    }
}
