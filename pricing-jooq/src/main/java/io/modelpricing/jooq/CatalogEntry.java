package io.modelpricing.jooq;

import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Pricing;

/**
 * A model with its price.
 *
 * @param id its key
 * @param model what it is
 * @param price its price
 */
public record CatalogEntry(ModelId id, Model model, ModelPricing price) {

    /**
     * Returns the pricing of the model.
     *
     * @return the pricing of {@link #price()}
     */
    public Pricing pricing() {
        return price.pricing();
    }
}
