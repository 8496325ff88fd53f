package io.modelpricing.offers;

import static java.util.Objects.requireNonNull;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The offers of a model, in no order of preference yet, and those that were left out.
 *
 * @param model the canonical model
 * @param offers those that meet what was asked for
 * @param excluded those that do not, each with a reason
 */
public record Offers(CanonicalModelId model, List<Offer> offers, List<ExcludedOffer> excluded) {

    /**
     * Copies the lists.
     *
     * @param model the canonical model
     * @param offers those that meet what was asked for
     * @param excluded those that do not, each with a reason
     */
    public Offers {
        requireNonNull(model, "model");
        offers = List.copyOf(offers);
        excluded = List.copyOf(excluded);
    }

    /**
     * Tells whether nobody offers the model: there is no such model, or no provider of it.
     *
     * @return true if there is neither an offer nor one that was left out
     */
    public boolean isUnknown() {
        return offers.isEmpty() && excluded.isEmpty();
    }

    /**
     * Leaves out the offers that do not meet a filter.
     *
     * @param filter what to ask for
     * @return the offers that meet it; the others are among those left out, after those that were before
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
     * Puts the offers into an order.
     *
     * @param ranking the order
     * @param expected what the request at hand is expected to use
     * @return the offers, the best first
     * @throws IllegalArgumentException if the usage is of several requests and so large together that a card's prices depend
     *     on the size of each
     */
    public RankedOffers rank(Ranking ranking, Usage expected) {
        return ranking.rank(this, expected);
    }
}
