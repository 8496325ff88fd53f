package io.modelpricing;

import static java.util.Objects.requireNonNull;

/**
 * The source that stated a price, as {@code model_pricing.pricing_source} stores it.
 *
 * @param id for example {@code provider} or {@code provider_api:openrouter}, of 1 to {@value #MAX_LENGTH} characters
 */
public record PricingSource(String id) {

    /** The maximum length of an id, in characters. */
    public static final int MAX_LENGTH = 200;

    /** A manual override. It stays until it is released, even if other sources state another price. */
    public static final PricingSource MANUAL = new PricingSource("manual");

    /** The provider's own price list. */
    public static final PricingSource PROVIDER = new PricingSource("provider");

    /** The source is not known. */
    public static final PricingSource UNKNOWN = new PricingSource("unknown");

    /**
     * Checks the id.
     *
     * @param id for example {@code provider} or {@code provider_api:openrouter}, of 1 to {@value #MAX_LENGTH}
     *     characters
     * @throws IllegalArgumentException if it is empty or too long
     */
    public PricingSource {
        int length = requireNonNull(id, "id").codePointCount(0, id.length());
        if (length == 0 || length > MAX_LENGTH) {
            throw new IllegalArgumentException("a pricing source must have 1 to " + MAX_LENGTH + " characters, but \""
                    + Text.shortened(id) + "\" has " + length);
        }
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
