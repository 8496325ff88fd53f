package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of one model's price: what is known, where it came from and how fresh it is.
 *
 * <p>A model without a row in {@code model_pricing} reads as missing, never known, with the source {@code unknown}.
 *
 * @param model the model
 * @param pricing what is known of its price
 * @param version the version of the price, counted from 1; 0 for a model that has never had one
 * @param source where the price came from
 * @param lastUpdated when the source was last seen to state this price; null only for a model that has never had one, or
 *     whose price was deleted
 */
public record ModelPricing(
        ModelId model,
        Pricing pricing,
        int version,
        PricingSource source,
        @Nullable Instant lastUpdated) {

    /**
     * Checks the version, and that nothing is null that must not be.
     *
     * @param model the model
     * @param pricing what is known of its price
     * @param version the version of the price, counted from 1; 0 for a model that has never had one
     * @param source where the price came from
     * @param lastUpdated when the source was last seen to state this price; null only for a model that has never had one, or
     *     whose price was deleted
     * @throws IllegalArgumentException if the version is negative
     */
    public ModelPricing {
        requireNonNull(model, "model");
        requireNonNull(pricing, "pricing");
        requireNonNull(source, "source");
        if (version < 0) {
            throw new IllegalArgumentException(
                    "version " + version + " of the price of model " + model + ": it is negative");
        }
    }

    /**
     * Returns the state of a model that has never had a price.
     *
     * @param model the model
     * @return its pricing: missing, never known
     */
    public static ModelPricing neverKnown(ModelId model) {
        return new ModelPricing(model, Pricing.missing(MissingReason.NEVER_KNOWN), 0, PricingSource.UNKNOWN, null);
    }

    /**
     * Fixes this price for one request.
     *
     * @return the quote
     */
    public Quote quote() {
        return new Quote(model, version, pricing, source);
    }
}
