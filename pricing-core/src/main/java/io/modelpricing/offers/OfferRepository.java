package io.modelpricing.offers;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.ProviderModelId;
import java.util.Comparator;
import java.util.Optional;

/**
 * Who offers a model, at what price, and how well.
 *
 * <p>Nobody offering a model is an empty result; a failed query throws what its implementation throws for that, and never
 * looks like one.
 */
@FunctionalInterface
public interface OfferRepository {

    /**
     * Finds the offers of a model, in one query.
     *
     * @param model the name that the providers' rows share
     * @param filter what the offers must meet
     * @return the offers, in the order of their rows' keys, and those that do not meet the filter; neither for an unknown
     *     model
     */
    Offers offersFor(CanonicalModelId model, OfferFilter filter);

    /**
     * Finds what a provider calls a model.
     *
     * @param model the name that the providers' rows share
     * @param provider the provider's slug
     * @return the provider's id of the model; if it has several active ones, the first by name. Empty if it has none
     */
    default Optional<ProviderModelId> providerModelId(CanonicalModelId model, String provider) {
        return offersFor(model, OfferFilter.active()).offers().stream()
                .map(Offer::id)
                .filter(id -> id.provider().equals(provider))
                .min(Comparator.comparing(ProviderModelId::modelId));
    }

    /**
     * Tells whether a provider can be sent a request for a model.
     *
     * @param model the name that the providers' rows share
     * @param provider the provider's slug
     * @return true if it has an active offer that is not known to be down
     */
    default boolean isAvailable(CanonicalModelId model, String provider) {
        return offersFor(model, OfferFilter.active().notDown()).offers().stream()
                .anyMatch(offer -> offer.provider().equals(provider));
    }
}
