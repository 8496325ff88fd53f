package io.modelpricing.offers;

import io.modelpricing.CanonicalModelId;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The offers of a model, the best for a request first.
 *
 * @param model the canonical model
 * @param ranked the offers with their places, by rank
 * @param excluded those that were left out, each with a reason
 */
public record RankedOffers(CanonicalModelId model, List<RankedOffer> ranked, List<ExcludedOffer> excluded)
        implements Iterable<Offer> {

    /**
     * Copies the lists.
     *
     * @param model the canonical model
     * @param ranked the offers with their places, by rank
     * @param excluded those that were left out, each with a reason
     */
    public RankedOffers {
        ranked = List.copyOf(ranked);
        excluded = List.copyOf(excluded);
    }

    /**
     * Returns the best offer.
     *
     * @return the first, empty if none is left
     */
    public Optional<Offer> best() {
        return ranked.stream().findFirst().map(RankedOffer::offer);
    }

    /** Returns the offers, the best first: the order in which to try them. */
    @Override
    public Iterator<Offer> iterator() {
        return ranked.stream().map(RankedOffer::offer).iterator();
    }
}
