package io.modelpricing.offers;

import static java.util.Objects.requireNonNull;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The offers of a model in no particular order, and the excluded offers.
 *
 * @param model the canonical model
 * @param offers the offers that meet the requirements
 * @param excluded the offers that do not, each with a reason
 */
public record Offers(CanonicalModelId model, List<Offer> offers, List<ExcludedOffer> excluded) {

    /**
     * Copies the lists.
     *
     * @param model the canonical model
     * @param offers the offers that meet the requirements
     * @param excluded the offers that do not, each with a reason
     */
    public Offers {
        requireNonNull(model, "model");
        offers = List.copyOf(offers);
        excluded = List.copyOf(excluded);
    }

    /**
     * Returns whether no provider offers the model, because the model does not exist or has no provider.
     *
     * @return true if there is neither an offer nor an excluded offer
     */
    public boolean isUnknown() {
        return offers.isEmpty() && excluded.isEmpty();
    }

    /**
     * Returns these offers without those that do not meet a filter.
     *
     * @param filter the requirements
     * @return the offers that meet the filter; the others are appended to the excluded offers
     */
    public Offers matching(OfferFilter filter) {
        List<Offer> kept = new ArrayList<>();
        List<ExcludedOffer> out = new ArrayList<>(excluded);
        for (Offer offer : offers) {
            Optional<ExcludedOffer> exclusion = filter.exclusion(offer);
            exclusion.ifPresentOrElse(out::add, () -> kept.add(offer));
        }
        return new Offers(model, kept, out);
    }

    /**
     * Ranks the offers for a request.
     *
     * @param ranking the criteria
     * @param expected the usage that the request is expected to have: the typical output, not the maximum
     * @param at when the request will run, which selects the price of an offer whose prices depend on the hour
     * @return the offers from best to worst
     * @throws IllegalArgumentException if the usage is the sum of several requests, and its input tokens reach a
     *     threshold of a unit that it uses in an offer
     */
    public RankedOffers rank(Ranking ranking, Usage expected, Instant at) {
        return ranking.rank(this, expected, at);
    }
}
