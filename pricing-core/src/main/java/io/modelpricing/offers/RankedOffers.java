package io.modelpricing.offers;

import io.modelpricing.CanonicalModelId;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The offers of a model, from the best to the worst for a request. Iterate to try them in this order.
 *
 * @param model the canonical model
 * @param ranked the offers in the order of their ranks
 * @param excluded the excluded offers, each with a reason
 */
public record RankedOffers(CanonicalModelId model, List<RankedOffer> ranked, List<ExcludedOffer> excluded)
        implements Iterable<Offer> {

    /**
     * Copies the lists.
     *
     * @param model the canonical model
     * @param ranked the offers in the order of their ranks
     * @param excluded the excluded offers, each with a reason
     */
    public RankedOffers {
        ranked = List.copyOf(ranked);
        excluded = List.copyOf(excluded);
    }

    /**
     * Returns the best offer.
     *
     * @return the offer with rank 1; empty if every offer was excluded, or no provider offers the model
     */
    public Optional<Offer> best() {
        return ranked.stream().findFirst().map(RankedOffer::offer);
    }

    /** Returns the offers from best to worst, which is the order in which to try them. */
    @Override
    public Iterator<Offer> iterator() {
        return ranked.stream().map(RankedOffer::offer).iterator();
    }
}
