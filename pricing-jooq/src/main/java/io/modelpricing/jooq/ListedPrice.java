package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Pricing;
import io.modelpricing.ProviderModelId;

/**
 * What a provider says of the price of one of its models.
 *
 * @param model the provider's name of it
 * @param pricing what it costs
 */
public record ListedPrice(ProviderModelId model, Pricing pricing) {

    /**
     * Checks that nothing is null.
     *
     * @param model the provider's name of it
     * @param pricing what it costs
     */
    public ListedPrice {
        requireNonNull(model, "model");
        requireNonNull(pricing, "pricing");
    }
}
