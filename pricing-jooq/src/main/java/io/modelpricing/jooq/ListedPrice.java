package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Pricing;
import io.modelpricing.ProviderModelId;

/**
 * The price that a provider's list states for one of its models.
 *
 * @param model the provider and its id of the model
 * @param pricing the price
 */
public record ListedPrice(ProviderModelId model, Pricing pricing) {

    /**
     * Checks that both are present.
     *
     * @param model the provider and its id of the model
     * @param pricing the price
     */
    public ListedPrice {
        requireNonNull(model, "model");
        requireNonNull(pricing, "pricing");
    }
}
