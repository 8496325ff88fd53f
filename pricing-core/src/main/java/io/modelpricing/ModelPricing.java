package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The price of a model with its version, its source and the time when the source last stated it.
 *
 * <p>A model without a row in {@code model_pricing} reads as missing with the reason {@link MissingReason#NEVER_KNOWN}
 * and the source {@code unknown}.
 *
 * @param model the model
 * @param pricing the rate card, or the reason why there is none
 * @param version the version of the price, counted from 1; 0 for a model that has never had a price
 * @param source the source that stated the price
 * @param lastUpdated when the source was last observed to state this price; null for a model that has never had a price
 *     or whose price was deleted
 */
public record ModelPricing(
        ModelId model,
        Pricing pricing,
        int version,
        PricingSource source,
        @Nullable Instant lastUpdated) {

    /**
     * Checks the version.
     *
     * @param model the model
     * @param pricing the rate card, or the reason why there is none
     * @param version the version of the price, 0 or more
     * @param source the source that stated the price
     * @param lastUpdated when the source was last observed to state this price, or null
     * @throws IllegalArgumentException if the version is negative
     */
    public ModelPricing {
        requireNonNull(model, "model");
        requireNonNull(pricing, "pricing");
        requireNonNull(source, "source");
        if (version < 0) {
            throw new IllegalArgumentException(
                    "the version of the price of model " + model + " must be 0 or more, but was " + version);
        }
    }

    /**
     * Returns the price of a model that has never had one.
     *
     * @param model the model
     * @return a missing price with the reason {@link MissingReason#NEVER_KNOWN} and version 0
     */
    public static ModelPricing neverKnown(ModelId model) {
        return new ModelPricing(model, Pricing.missing(MissingReason.NEVER_KNOWN), 0, PricingSource.UNKNOWN, null);
    }

    /**
     * Returns a quote of this price for a request.
     *
     * @return the quote, which later changes of the price do not affect
     */
    public Quote quote() {
        return new Quote(model, version, pricing, source);
    }
}
