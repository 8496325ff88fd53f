package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Pricing;
import org.jspecify.annotations.Nullable;

/**
 * A model in a provider's list, with the price that the list states.
 *
 * @param model the description; a null component leaves the stored value as it is
 * @param pricing the price; null if the list states none, which leaves the stored price as it is
 */
public record ListedModel(Model model, @Nullable Pricing pricing) {

    /**
     * Checks that the model has a provider.
     *
     * @param model the description
     * @param pricing the price, null if the list states none
     * @throws IllegalArgumentException if the model has no provider
     */
    public ListedModel {
        requireNonNull(model, "model");
        if (model.provider() == null) {
            throw new IllegalArgumentException("a listed model must have a provider, but " + model.providerModelId()
                    + " has none; list it for a provider");
        }
    }
}
