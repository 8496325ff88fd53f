package io.modelpricing.offers;

import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.reverseOrder;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import io.modelpricing.BillingUnit;
import io.modelpricing.Cost;
import io.modelpricing.Identified;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An order of offers for a request, as a value: what is compared first, what next, and what an offer must not cost.
 *
 * <p>Every order begins with {@link Criterion#KNOWN_COST}, so that an offer whose cost nobody knows comes after all others
 * and is never the cheapest, and ends with {@link Criterion#NAME}, so that it never depends on the order in which offers
 * were found. A preferred provider comes right after the first, unless the order names another place for it. Costs are what
 * the request at hand is expected to cost, with its cached share, context tier and service tier, and not the price of a
 * prompt token.
 *
 * @param order what is compared, in this order
 * @param preferred the slug of the provider to prefer, null for none
 * @param maxCost US dollars that the request may cost at most, null for any
 * @param filter what an offer must meet
 */
public record Ranking(
        List<Criterion> order,
        @Nullable String preferred,
        @Nullable Usd maxCost,
        OfferFilter filter) {

    /** Something that two offers can be compared by. */
    public enum Criterion implements Identified {
        /** An offer whose cost is known comes first. */
        KNOWN_COST("known_cost"),
        /** An offer of the preferred provider comes first. */
        PREFERENCE("preference"),
        /** The healthier offer comes first, as {@link Offer#health()} says. */
        HEALTH("health"),
        /** The offer that answers sooner comes first, as {@link Offer#responseTime()} says; an unknown time is last. */
        RESPONSE_TIME("response_time"),
        /** The offer of which more requests succeed comes first; an unknown rate is last. */
        SUCCESS_RATE("success_rate"),
        /** The offer at which the request is expected to cost less comes first. */
        COST("cost"),
        /** Nothing but their names tells offers apart: the provider's slug, its id of the model, then the key of its row. */
        NAME("name");

        private final String id;

        Criterion(String id) {
            this.id = id;
        }

        /**
         * Reads the criterion with an id.
         *
         * @param id for example {@code response_time}
         * @return the criterion
         * @throws IllegalArgumentException if no criterion has this id; the message lists the ids that exist
         */
        public static Criterion parse(String id) {
            return Identified.parse(Criterion.class, "ranking criterion", id);
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String toString() {
            return id;
        }
    }

    /**
     * Checks the limit, and completes the order.
     *
     * @param order what is compared, in this order
     * @param preferred the slug of the provider to prefer, null for none
     * @param maxCost US dollars that the request may cost at most, null for any
     * @param filter what an offer must meet
     */
    public Ranking {
        requireNonNull(filter, "filter");
        Set<Criterion> complete = new LinkedHashSet<>();
        complete.add(Criterion.KNOWN_COST);
        if (!order.contains(Criterion.PREFERENCE)) {
            complete.add(Criterion.PREFERENCE);
        }
        complete.addAll(order);
        complete.remove(Criterion.NAME);
        complete.add(Criterion.NAME);
        order = List.copyOf(complete);
    }

    /**
     * Returns an order.
     *
     * @param criteria what is compared, in this order
     * @return the ranking
     */
    public static Ranking by(Criterion... criteria) {
        return new Ranking(Arrays.asList(criteria), null, null, OfferFilter.any());
    }

    /**
     * Returns the ranking by health, then response time, then cost.
     *
     * @return the ranking
     */
    public static Ranking healthiest() {
        return by(Criterion.HEALTH, Criterion.RESPONSE_TIME, Criterion.COST);
    }

    /**
     * Returns the order of cost, then health, then response time. The cheapest offer can be down:
     * {@link OfferFilter#notDown()} leaves those out.
     *
     * @return the ranking
     */
    public static Ranking cheapest() {
        return by(Criterion.COST, Criterion.HEALTH, Criterion.RESPONSE_TIME);
    }

    /**
     * Returns the order of response time, then health, then cost. The fastest offer can be down:
     * {@link OfferFilter#notDown()} leaves those out.
     *
     * @return the ranking
     */
    public static Ranking fastest() {
        return by(Criterion.RESPONSE_TIME, Criterion.HEALTH, Criterion.COST);
    }

    /**
     * Prefers a provider.
     *
     * @param provider its slug; its offers come first among those whose cost is known, and among those whose cost is not
     * @return a ranking with this preference
     */
    public Ranking preferring(String provider) {
        return new Ranking(order, requireNonNull(provider, "provider"), maxCost, filter);
    }

    /**
     * Leaves out offers at which the request is expected to cost more than a limit, or nobody knows what.
     *
     * @param limit US dollars for the request
     * @return a ranking with this limit
     */
    public Ranking maxCost(Usd limit) {
        return new Ranking(order, preferred, requireNonNull(limit, "limit"), filter);
    }

    /**
     * Leaves out offers that cannot do something.
     *
     * @param capabilities all that are needed
     * @return a ranking that asks for them too
     */
    public Ranking requiring(Capability... capabilities) {
        return new Ranking(order, preferred, maxCost, filter.requiring(capabilities));
    }

    RankedOffers rank(Offers offers, Usage expected) {
        Offers matching = offers.matching(filter);
        List<ExcludedOffer> excluded = new ArrayList<>(matching.excluded());
        List<Candidate> candidates = new ArrayList<>();
        for (Offer offer : matching.offers()) {
            Candidate candidate = Candidate.of(offer, expected, preferred);
            String objection = objection(candidate);
            if (objection == null) {
                candidates.add(candidate);
            } else {
                excluded.add(ExcludedOffer.of(offer, ExcludedOffer.Reason.MAX_COST, objection));
            }
        }
        candidates.sort(this::compare);
        List<RankedOffer> ranked = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            ranked.add(ranked(candidates, i));
        }
        return new RankedOffers(offers.model(), ranked, excluded);
    }

    private @Nullable String objection(Candidate candidate) {
        if (maxCost == null) {
            return null;
        }
        BigDecimal total = candidate.total();
        if (total == null) {
            return "its cost is unknown: " + candidate.unpriced();
        }
        return total.compareTo(maxCost.amount()) <= 0
                ? null
                : "it would cost " + usd(total) + ", not " + usd(maxCost.amount()) + " at most";
    }

    private int compare(Candidate a, Candidate b) {
        return a.compare(deciding(a, b), b);
    }

    /** Returns the first criterion that tells two apart, the last if none does. */
    private Criterion deciding(Candidate a, Candidate b) {
        for (Criterion criterion : order) {
            if (a.compare(criterion, b) != 0) {
                return criterion;
            }
        }
        return Criterion.NAME;
    }

    private RankedOffer ranked(List<Candidate> sorted, int i) {
        Candidate candidate = sorted.get(i);
        if (sorted.size() == 1) {
            return new RankedOffer(1, candidate.offer(), candidate.cost(), null, "the only one");
        }
        Candidate neighbour = sorted.get(i == 0 ? 1 : i - 1);
        Criterion criterion = deciding(candidate, neighbour);
        String why = (i == 0 ? "before " : "after ") + neighbour.offer().id() + " by "
                + criterion.id().replace('_', ' ') + ": " + candidate.value(criterion) + " against "
                + neighbour.value(criterion);
        return new RankedOffer(i + 1, candidate.offer(), candidate.cost(), criterion, why);
    }

    /** An offer with what the request is expected to cost there: null if nobody knows. */
    private record Candidate(
            Offer offer, Cost cost, @Nullable BigDecimal total, boolean isPreferred) {

        private static final Comparator<Offer> BY_NAME = comparing(Offer::provider)
                .thenComparing(offer -> offer.id().modelId())
                .thenComparing(Offer::model);

        static Candidate of(Offer offer, Usage expected, @Nullable String preferred) {
            Cost cost = offer.quote().cost(expected);
            return new Candidate(
                    offer,
                    cost,
                    cost instanceof Cost.Complete complete ? complete.total() : null,
                    offer.provider().equals(preferred));
        }

        /** Compares with another, the better first. */
        int compare(Criterion criterion, Candidate other) {
            return switch (criterion) {
                case KNOWN_COST -> Boolean.compare(total == null, other.total == null);
                case PREFERENCE -> Boolean.compare(other.isPreferred, isPreferred);
                case HEALTH -> offer.health().compareTo(other.offer.health());
                case RESPONSE_TIME -> unknownLast(offer.responseTime(), other.offer.responseTime(), naturalOrder());
                case SUCCESS_RATE -> unknownLast(offer.successRate(), other.offer.successRate(), reverseOrder());
                case COST -> unknownLast(total, other.total, naturalOrder());
                case NAME -> BY_NAME.compare(offer, other.offer);
            };
        }

        private static <T> int unknownLast(@Nullable T a, @Nullable T b, Comparator<T> order) {
            return a == null || b == null ? Boolean.compare(a == null, b == null) : order.compare(a, b);
        }

        /** Returns what the comparison looked at. */
        String value(Criterion criterion) {
            return switch (criterion) {
                case KNOWN_COST -> total == null ? unpriced() : "a known cost";
                case PREFERENCE -> isPreferred ? "preferred" : "not preferred";
                case HEALTH -> offer.health().id();
                case RESPONSE_TIME ->
                    offer.responseTime() == null
                            ? "unknown"
                            : offer.responseTime().toMillis() + " ms";
                case SUCCESS_RATE ->
                    offer.successRate() == null
                            ? "unknown"
                            : offer.successRate().toString();
                case COST -> total == null ? "unknown" : usd(total);
                case NAME -> offer.id().toString();
            };
        }

        /** Says what has no price. */
        String unpriced() {
            return cost.fold(
                    complete -> "nothing is without a price",
                    incomplete -> "no price for "
                            + incomplete.unpriced().stream()
                                    .map(BillingUnit::id)
                                    .collect(joining(", ")),
                    missing -> "the price is missing: " + missing.reason());
        }
    }

    private static String usd(BigDecimal amount) {
        return "$" + (amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString());
    }
}
