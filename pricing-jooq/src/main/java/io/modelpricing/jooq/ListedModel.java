package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Pricing;
import org.jspecify.annotations.Nullable;

/**
 * A model as its provider lists it, and what the provider says of its price.
 *
 * @param model what it is; what the list does not say of it (null) stays as it is known
 * @param pricing what it costs; null if the list does not say, and then a known price stays
 */
public record ListedModel(Model model, @Nullable Pricing pricing) {

    /**
     * Checks that there is a model, and that a provider offers it.
     *
     * @param model what it is
     * @param pricing what it costs, null if the list does not say
     * @throws IllegalArgumentException if the model has no provider
     */
    public ListedModel {
        requireNonNull(model, "model");
        if (model.provider() == null) {
            throw new IllegalArgumentException("the listed model " + model.providerModelId() + " has no provider");
        }
    }
}
