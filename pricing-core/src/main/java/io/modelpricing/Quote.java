package io.modelpricing;

import static java.util.Objects.requireNonNull;

/**
 * A model's pricing fixed, with its version, for one request: what the request is charged by, whatever the price does
 * meanwhile.
 *
 * @param model the model
 * @param version the version of the model's price, counted from 1; 0 for a model that has never had one
 * @param pricing what was known
 * @param source where it came from
 */
public record Quote(ModelId model, int version, Pricing pricing, PricingSource source) {

    /**
     * Checks the quote.
     *
     * @param model the model
     * @param version the version of the model's price, counted from 1; 0 for a model that has never had one
     * @param pricing what was known
     * @param source where it came from
     * @throws IllegalArgumentException if the version is negative
     */
    public Quote {
        requireNonNull(model, "model");
        requireNonNull(pricing, "pricing");
        requireNonNull(source, "source");
        if (version < 0) {
            throw new IllegalArgumentException(
                    "version " + version + " of the price of model " + model + ": it is negative");
        }
    }

    /**
     * Returns what a usage costs by this quote.
     *
     * @param usage what the request used
     * @return the cost, as {@link CostCalculator#cost}
     */
    public Cost cost(Usage usage) {
        return CostCalculator.cost(this, usage);
    }
}
