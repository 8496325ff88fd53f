package io.modelpricing.offers;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.ProviderModelId;
import java.util.Comparator;
import java.util.Optional;

/**
 * Finds the offers of a model at its providers.
 *
 * <p>An empty result only ever means that no provider offers the model: a failed query throws the exception of the
 * implementation.
 */
@FunctionalInterface
public interface OfferRepository {

    /**
     * Finds the offers of a model in one query.
     *
     * @param model the canonical model id
     * @param filter the requirements
     * @return the offers in the order of their model ids, and the offers that do not meet the filter; both are empty
     *     for an unknown model
     */
    Offers offersFor(CanonicalModelId model, OfferFilter filter);

    /**
     * Finds a provider's id of a model.
     *
     * @param model the canonical model id
     * @param provider the provider's slug
     * @return the provider's id of the model; the first in alphabetical order if it has several active offers; empty if
     *     it has none
     */
    default Optional<ProviderModelId> providerModelId(CanonicalModelId model, String provider) {
        return offersFor(model, OfferFilter.active()).offers().stream()
                .map(Offer::id)
                .filter(id -> id.provider().equals(provider))
                .min(Comparator.comparing(ProviderModelId::modelId));
    }

    /**
     * Returns whether a provider can serve a request for a model.
     *
     * @param model the canonical model id
     * @param provider the provider's slug
     * @return true if it has an active offer that is not known to be down
     */
    default boolean isAvailable(CanonicalModelId model, String provider) {
        return offersFor(model, OfferFilter.active().notDown()).offers().stream()
                .anyMatch(offer -> offer.provider().equals(provider));
    }
}
