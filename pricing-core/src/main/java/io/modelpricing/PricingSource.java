package io.modelpricing;

import static java.util.Objects.requireNonNull;

/**
 * Where a price came from, as {@code model_pricing.pricing_source} stores it.
 *
 * @param id for example {@code provider} or {@code provider_api:openrouter}, of 1 to {@value #MAX_LENGTH} characters
 */
public record PricingSource(String id) {

    /** The most characters of an id. */
    public static final int MAX_LENGTH = 200;

    /** Set by hand. A price from this source stays until it is released, whatever other sources say. */
    public static final PricingSource MANUAL = new PricingSource("manual");

    /** The provider's own list. */
    public static final PricingSource PROVIDER = new PricingSource("provider");

    /** Nobody has said. */
    public static final PricingSource UNKNOWN = new PricingSource("unknown");

    /**
     * Checks the id.
     *
     * @param id for example {@code provider} or {@code provider_api:openrouter}, of 1 to {@value #MAX_LENGTH} characters
     * @throws IllegalArgumentException if it is empty or too long
     */
    public PricingSource {
        int length = requireNonNull(id, "id").codePointCount(0, id.length());
        if (length == 0 || length > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a pricing source has 1 to " + MAX_LENGTH + " characters, but \"" + id + "\" has " + length);
        }
    }

    /**
     * Tells whether a price of this source stays until it is released.
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
