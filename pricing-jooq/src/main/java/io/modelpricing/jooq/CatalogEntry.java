package io.modelpricing.jooq;

import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;

/**
 * A model with its price.
 *
 * @param id its key
 * @param model what it is
 * @param pricing what it costs
 */
public record CatalogEntry(ModelId id, Model model, ModelPricing pricing) {}
