package io.modelpricing.offers;

import static java.util.Objects.requireNonNull;

import io.modelpricing.ModelPricing;
import io.modelpricing.Pricing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What offers must meet to be considered, checked in the order in which it was asked for.
 *
 * <p>What is asked for must be known: an offer whose success rate, context length or price nobody has stated does not meet
 * a condition on it.
 *
 * <p>This class is immutable and thread-safe. Two filters are equal if they ask for the same in the same order.
 */
public final class OfferFilter {

    private static final OfferFilter ANY = new OfferFilter(List.of());
    private static final OfferFilter ACTIVE = ANY.and(new Active());

    private final List<Condition> conditions;

    private OfferFilter(List<Condition> conditions) {
        this.conditions = conditions;
    }

    /**
     * Returns the filter that every offer meets.
     *
     * @return the filter
     */
    public static OfferFilter any() {
        return ANY;
    }

    /**
     * Returns the filter of offers that are in use.
     *
     * @return the filter
     */
    public static OfferFilter active() {
        return ACTIVE;
    }

    /**
     * Asks for offers whose {@linkplain Offer#health() health} is healthy: of provider and model, one is known to be so, and
     * neither to be worse.
     *
     * @return a filter with this condition too
     */
    public OfferFilter healthyOnly() {
        return and(new NotWorseThan(Health.HEALTHY));
    }

    /**
     * Asks for offers whose provider and model are not known to be down.
     *
     * @return a filter with this condition too
     */
    public OfferFilter notDown() {
        return and(new NotWorseThan(Health.UNKNOWN));
    }

    /**
     * Asks for offers of which enough requests succeed. Of none that is zero: every rate is as high, an unknown one too.
     *
     * @param minimum how many of a hundred at least
     * @return a filter with this condition too
     */
    public OfferFilter minSuccessRate(Percent minimum) {
        return and(new SuccessRate(minimum));
    }

    /**
     * Asks for offers that can do something.
     *
     * @param capabilities all that are needed
     * @return a filter with this condition too
     */
    public OfferFilter requiring(Capability... capabilities) {
        EnumSet<Capability> all = EnumSet.noneOf(Capability.class);
        Collections.addAll(all, capabilities);
        return and(new Capable(Collections.unmodifiableSet(all)));
    }

    /**
     * Asks for offers that take requests of a size.
     *
     * @param tokens input and output together
     * @return a filter with this condition too
     * @throws IllegalArgumentException if it is negative
     */
    public OfferFilter minContext(long tokens) {
        return and(new Context(tokens));
    }

    /**
     * Asks for offers that their provider is not giving up.
     *
     * @return a filter with this condition too
     */
    public OfferFilter notDeprecated() {
        return and(new NotDeprecated());
    }

    /**
     * Asks for offers that have a price. Whether it covers all that a request uses shows when they are ranked.
     *
     * @return a filter with this condition too
     */
    public OfferFilter pricedOnly() {
        return and(new Priced());
    }

    /**
     * Asks for prices that their source was seen to state since an instant. One that was set by hand has no source to see, and
     * a missing one nothing to state: {@link #pricedOnly} asks for that.
     *
     * @param since the instant
     * @return a filter with this condition too
     */
    public OfferFilter priceSeenSince(Instant since) {
        return and(new SeenSince(since));
    }

    private OfferFilter and(Condition condition) {
        List<Condition> all = new ArrayList<>(conditions);
        all.add(condition);
        return new OfferFilter(List.copyOf(all));
    }

    /**
     * Says what stands against an offer.
     *
     * @param offer the offer
     * @return the first condition that it does not meet, empty if it meets all
     */
    public Optional<ExcludedOffer> exclusion(Offer offer) {
        for (Condition condition : conditions) {
            String objection = condition.objection(offer);
            if (objection != null) {
                return Optional.of(ExcludedOffer.of(offer, condition.reason(), objection));
            }
        }
        return Optional.empty();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OfferFilter that && conditions.equals(that.conditions);
    }

    @Override
    public int hashCode() {
        return conditions.hashCode();
    }

    @Override
    public String toString() {
        return conditions.toString();
    }

    private sealed interface Condition {

        ExcludedOffer.Reason reason();

        /** Returns what stands against an offer, null if nothing does. */
        @Nullable
        String objection(Offer offer);
    }

    private record Active() implements Condition {

        @Override
        public ExcludedOffer.Reason reason() {
            return ExcludedOffer.Reason.INACTIVE;
        }

        @Override
        public @Nullable String objection(Offer offer) {
            if (offer.isActive()) {
                return null;
            }
            return (offer.providerStatus().isActive() ? "the model" : "the provider") + " is inactive";
        }
    }

    private record NotWorseThan(Health worst) implements Condition {

        @Override
        public ExcludedOffer.Reason reason() {
            return ExcludedOffer.Reason.HEALTH;
        }

        @Override
        public @Nullable String objection(Offer offer) {
            return offer.health().compareTo(worst) <= 0 ? null : "its health is " + offer.health();
        }
    }

    private record SuccessRate(Percent minimum) implements Condition {

        SuccessRate {
            requireNonNull(minimum, "minimum");
        }

        @Override
        public ExcludedOffer.Reason reason() {
            return ExcludedOffer.Reason.SUCCESS_RATE;
        }

        @Override
        public @Nullable String objection(Offer offer) {
            Percent rate = offer.successRate();
            if (minimum.value().signum() == 0 || (rate != null && rate.compareTo(minimum) >= 0)) {
                return null;
            }
            return rate == null ? "its success rate is unknown" : rate + " of its requests succeed, not " + minimum;
        }
    }

    private record Capable(Set<Capability> capabilities) implements Condition {

        @Override
        public ExcludedOffer.Reason reason() {
            return ExcludedOffer.Reason.CAPABILITY;
        }

        @Override
        public @Nullable String objection(Offer offer) {
            for (Capability capability : capabilities) {
                if (!offer.capabilities().contains(capability)) {
                    return "it lacks " + capability;
                }
            }
            return null;
        }
    }

    private record Context(long tokens) implements Condition {

        Context {
            if (tokens < 0) {
                throw new IllegalArgumentException("a context has zero tokens or more, but was to have " + tokens);
            }
        }

        @Override
        public ExcludedOffer.Reason reason() {
            return ExcludedOffer.Reason.CONTEXT_LENGTH;
        }

        @Override
        public @Nullable String objection(Offer offer) {
            Integer length = offer.contextLength();
            if (length == null) {
                return "its context length is unknown";
            }
            return length >= tokens ? null : "it takes " + length + " tokens, not " + tokens;
        }
    }

    private record NotDeprecated() implements Condition {

        @Override
        public ExcludedOffer.Reason reason() {
            return ExcludedOffer.Reason.DEPRECATED;
        }

        @Override
        public @Nullable String objection(Offer offer) {
            return offer.pricing() instanceof Pricing.Deprecated ? "its provider is giving it up" : null;
        }
    }

    private record Priced() implements Condition {

        @Override
        public ExcludedOffer.Reason reason() {
            return ExcludedOffer.Reason.UNPRICED;
        }

        @Override
        public @Nullable String objection(Offer offer) {
            return offer.pricing() instanceof Pricing.Missing missing
                    ? "its price is missing: " + missing.reason()
                    : null;
        }
    }

    private record SeenSince(Instant since) implements Condition {

        SeenSince {
            requireNonNull(since, "since");
        }

        @Override
        public ExcludedOffer.Reason reason() {
            return ExcludedOffer.Reason.STALE_PRICE;
        }

        @Override
        public @Nullable String objection(Offer offer) {
            ModelPricing price = offer.price();
            Instant seen = price.lastUpdated();
            boolean ages =
                    price.pricing() instanceof Pricing.Priced && !price.source().isManual();
            if (!ages || (seen != null && !seen.isBefore(since))) {
                return null;
            }
            return "its price was last seen " + (seen == null ? "nobody knows when" : "at " + seen);
        }
    }
}
