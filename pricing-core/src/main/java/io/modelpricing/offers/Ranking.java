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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The criteria that rank offers for a request, and the limits that exclude offers.
 *
 * <p>Every ranking begins with {@link Criterion#KNOWN_COST}, so that an offer with an unknown cost comes after all
 * others. It ends with {@link Criterion#NAME}, so that it does not depend on the order in which the offers were found.
 * A preferred provider comes next after known cost, unless the order contains {@link Criterion#PREFERENCE} elsewhere.
 *
 * <p>Costs are those of the expected usage, with its cached tokens, size and service tier, not the price of one prompt
 * token.
 *
 * @param order the criteria in the order in which they are compared
 * @param preferred the slug of the preferred provider, null for none
 * @param maxCost the maximum expected cost of the request, null for none
 * @param filter the requirements that an offer must meet
 */
public record Ranking(
        List<Criterion> order,
        @Nullable String preferred,
        @Nullable Usd maxCost,
        OfferFilter filter) {

    /** A criterion that compares two offers. */
    public enum Criterion implements Identified {
        /** Offers with a known cost come first. */
        KNOWN_COST("known_cost"),
        /** Offers of the preferred provider come first. */
        PREFERENCE("preference"),
        /** Healthier offers come first, by {@link Offer#health()}. */
        HEALTH("health"),
        /** Faster offers come first, by {@link Offer#responseTime()}; an unknown time is last. */
        RESPONSE_TIME("response_time"),
        /** Offers with a higher success rate come first; an unknown rate is last. */
        SUCCESS_RATE("success_rate"),
        /** Offers with a lower expected cost come first. */
        COST("cost"),
        /** Alphabetical order of the provider's slug, then of its id of the model, then the order of the model ids. */
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
     * Adds the criteria that every ranking has, where the order does not contain them.
     *
     * @param order the criteria in the order in which they are compared
     * @param preferred the slug of the preferred provider, or null
     * @param maxCost the maximum expected cost of the request, or null
     * @param filter the requirements that an offer must meet
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
     * Returns a ranking by criteria.
     *
     * @param criteria the criteria in the order in which they are compared
     * @return the ranking
     */
    public static Ranking by(Criterion... criteria) {
        return new Ranking(Arrays.asList(criteria), null, null, OfferFilter.any());
    }

    /**
     * Returns the ranking by health, then response time, then cost. The last offers can be down;
     * {@link OfferFilter#notDown()} excludes these.
     *
     * @return the ranking
     */
    public static Ranking healthiest() {
        return by(Criterion.HEALTH, Criterion.RESPONSE_TIME, Criterion.COST);
    }

    /**
     * Returns the ranking by cost, then health, then response time. The first offer can be down;
     * {@link OfferFilter#notDown()} excludes these.
     *
     * @return the ranking
     */
    public static Ranking cheapest() {
        return by(Criterion.COST, Criterion.HEALTH, Criterion.RESPONSE_TIME);
    }

    /**
     * Returns the ranking by response time, then health, then cost. The first offer can be down;
     * {@link OfferFilter#notDown()} excludes these.
     *
     * @return the ranking
     */
    public static Ranking fastest() {
        return by(Criterion.RESPONSE_TIME, Criterion.HEALTH, Criterion.COST);
    }

    /**
     * Returns this ranking with a preferred provider. Its offers come first among those with a known cost, and first
     * among those with an unknown cost.
     *
     * @param provider the provider's slug
     * @return a ranking with this preference
     */
    public Ranking preferring(String provider) {
        return new Ranking(order, requireNonNull(provider, "provider"), maxCost, filter);
    }

    /**
     * Returns this ranking with a maximum cost. Offers with a higher or an unknown expected cost are excluded.
     *
     * @param limit the maximum expected cost of the request
     * @return a ranking with this limit
     */
    public Ranking maxCost(Usd limit) {
        return new Ranking(order, preferred, requireNonNull(limit, "limit"), filter);
    }

    /**
     * Returns this ranking with required capabilities. Offers without all of them are excluded.
     *
     * @param capabilities the capabilities, all of which are required
     * @return a ranking with these requirements added
     */
    public Ranking requiring(Capability... capabilities) {
        return new Ranking(order, preferred, maxCost, filter.requiring(capabilities));
    }

    RankedOffers rank(Offers offers, Usage expected, Instant at) {
        Offers matching = offers.matching(filter);
        List<ExcludedOffer> excluded = new ArrayList<>(matching.excluded());
        List<Candidate> candidates = new ArrayList<>();
        for (Offer offer : matching.offers()) {
            Candidate candidate = Candidate.of(offer, expected, at, preferred);
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
                : "its expected cost is " + usd(total) + ", above the limit of " + usd(maxCost.amount());
    }

    private int compare(Candidate a, Candidate b) {
        return a.compare(deciding(a, b), b);
    }

    /** Returns the first criterion by which two candidates differ. */
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
            return new RankedOffer(1, candidate.offer(), candidate.cost(), null, "the only offer");
        }
        Candidate neighbour = sorted.get(i == 0 ? 1 : i - 1);
        Criterion criterion = deciding(candidate, neighbour);
        String why = (i == 0 ? "before " : "after ") + neighbour.offer().id() + " by "
                + criterion.id().replace('_', ' ') + ": " + candidate.value(criterion) + " against "
                + neighbour.value(criterion);
        return new RankedOffer(i + 1, candidate.offer(), candidate.cost(), criterion, why);
    }

    /** An offer with the expected cost of the request; {@code total} is null if the cost is not complete. */
    private record Candidate(
            Offer offer, Cost cost, @Nullable BigDecimal total, boolean isPreferred) {

        private static final Comparator<Offer> BY_NAME = comparing(Offer::provider)
                .thenComparing(offer -> offer.id().modelId())
                .thenComparing(Offer::model);

        static Candidate of(Offer offer, Usage expected, Instant at, @Nullable String preferred) {
            Cost cost = offer.quote().cost(expected, at);
            return new Candidate(
                    offer,
                    cost,
                    cost instanceof Cost.Complete complete ? complete.total() : null,
                    offer.provider().equals(preferred));
        }

        /** Returns a negative number if this candidate is better than another by a criterion. */
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

        /** Returns the value that a criterion compares, in words. */
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

        /** Returns in words why the cost is not complete. */
        String unpriced() {
            return cost.fold(
                    complete -> "every used unit has a price",
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
