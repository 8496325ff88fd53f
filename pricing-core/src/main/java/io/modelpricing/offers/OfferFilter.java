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
 * The requirements that an offer must meet, checked in the order in which they were added.
 *
 * <p>An unknown value does not meet a requirement: an offer with an unknown success rate, context length or price is
 * excluded if the filter has a requirement on it.
 *
 * <p>This class is immutable and thread-safe. Two filters are equal if they have the same requirements in the same
 * order.
 */
public final class OfferFilter {

    private static final OfferFilter ANY = new OfferFilter(List.of());
    private static final OfferFilter ACTIVE = ANY.and(new Active());

    private final List<Condition> conditions;

    private OfferFilter(List<Condition> conditions) {
        this.conditions = conditions;
    }

    /**
     * Returns the filter without requirements.
     *
     * @return the filter
     */
    public static OfferFilter any() {
        return ANY;
    }

    /**
     * Returns the filter that requires an active provider and an active model.
     *
     * @return the filter
     */
    public static OfferFilter active() {
        return ACTIVE;
    }

    /**
     * Requires that the offer's {@linkplain Offer#health() health} is healthy: at least one of provider and model is
     * known to be healthy, and neither is known to be worse.
     *
     * @return a filter with this requirement added
     */
    public OfferFilter healthyOnly() {
        return and(new NotWorseThan(Health.HEALTHY));
    }

    /**
     * Requires that neither the provider nor the model is known to be down.
     *
     * @return a filter with this requirement added
     */
    public OfferFilter notDown() {
        return and(new NotWorseThan(Health.UNKNOWN));
    }

    /**
     * Requires a minimum success rate. A minimum of 0 accepts every offer, including one with an unknown rate.
     *
     * @param minimum the minimum percentage of requests that succeed
     * @return a filter with this requirement added
     */
    public OfferFilter minSuccessRate(Percent minimum) {
        return and(new SuccessRate(minimum));
    }

    /**
     * Requires capabilities.
     *
     * @param capabilities the capabilities, all of which are required
     * @return a filter with this requirement added
     */
    public OfferFilter requiring(Capability... capabilities) {
        EnumSet<Capability> all = EnumSet.noneOf(Capability.class);
        Collections.addAll(all, capabilities);
        return and(new Capable(Collections.unmodifiableSet(all)));
    }

    /**
     * Requires a minimum context length.
     *
     * @param tokens the number of input and output tokens together, zero or more
     * @return a filter with this requirement added
     * @throws IllegalArgumentException if the number is negative
     */
    public OfferFilter minContext(long tokens) {
        return and(new Context(tokens));
    }

    /**
     * Requires that the provider has not deprecated the model.
     *
     * @return a filter with this requirement added
     */
    public OfferFilter notDeprecated() {
        return and(new NotDeprecated());
    }

    /**
     * Requires a price. It may still lack the price of a unit that a request uses, which ranking detects.
     *
     * @return a filter with this requirement added
     */
    public OfferFilter pricedOnly() {
        return and(new Priced());
    }

    /**
     * Requires that a price was observed at its source at or after an instant. Manual overrides and missing prices,
     * which have no such observation, meet this requirement; {@link #pricedOnly} excludes missing prices.
     *
     * @param since the earliest instant of the last observation
     * @return a filter with this requirement added
     */
    public OfferFilter priceObservedSince(Instant since) {
        return and(new ObservedSince(since));
    }

    private OfferFilter and(Condition condition) {
        List<Condition> all = new ArrayList<>(conditions);
        all.add(condition);
        return new OfferFilter(List.copyOf(all));
    }

    /**
     * Returns why this filter excludes an offer.
     *
     * @param offer the offer
     * @return the first requirement that the offer does not meet; empty if it meets all
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

        /** Returns in words why an offer does not meet this condition, or null if it does. */
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
            return rate == null
                    ? "its success rate is unknown"
                    : "its success rate is " + rate + ", below the minimum of " + minimum;
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
                throw new IllegalArgumentException("a minimum context length must be zero or more, but was " + tokens);
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
            return length >= tokens ? null : "its context length is " + length + ", below the minimum of " + tokens;
        }
    }

    private record NotDeprecated() implements Condition {

        @Override
        public ExcludedOffer.Reason reason() {
            return ExcludedOffer.Reason.DEPRECATED;
        }

        @Override
        public @Nullable String objection(Offer offer) {
            return offer.pricing() instanceof Pricing.Deprecated ? "its provider has deprecated it" : null;
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

    private record ObservedSince(Instant since) implements Condition {

        ObservedSince {
            requireNonNull(since, "since");
        }

        @Override
        public ExcludedOffer.Reason reason() {
            return ExcludedOffer.Reason.STALE_PRICE;
        }

        @Override
        public @Nullable String objection(Offer offer) {
            ModelPricing price = offer.price();
            Instant observed = price.lastUpdated();
            boolean hasObservation =
                    price.pricing() instanceof Pricing.Priced && !price.source().isManual();
            if (!hasObservation || (observed != null && !observed.isBefore(since))) {
                return null;
            }
            return observed == null
                    ? "the last observation of its price is unknown"
                    : "its price was last observed at " + observed + ", before " + since;
        }
    }
}
