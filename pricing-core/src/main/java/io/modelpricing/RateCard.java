package io.modelpricing;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingLong;
import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * All prices of one model: for each billing unit, by service tier and by size of the request.
 *
 * <p>The price of a unit for a request is the one with the highest {@link Rate#fromInputTokens()} that the request's
 * input tokens reach, and it holds for the whole request. A unit that a service tier does not list has no price in that
 * tier: no tier borrows from another.
 *
 * <p>This class is immutable and thread-safe. Two cards are equal if they have the same rates.
 */
public final class RateCard {

    private static final Comparator<Rate> ORDER =
            comparing(Rate::serviceTier).thenComparing(Rate::unit).thenComparing(comparingLong(Rate::fromInputTokens));

    private final List<Rate> rates;

    /** The scale of every amount that this card yields: that of its finest price. */
    private final int scale;

    /** What each unit costs, by the ordinals of service tier and unit; a part charged as its parent shares the parent's. */
    private final @Nullable Steps[][] table;

    private final boolean chargesRequests;

    private RateCard(List<Rate> sorted) {
        rates = sorted;
        scale = sorted.stream()
                .map(Rate::price)
                .mapToInt(RateCard::scaleOf)
                .max()
                .orElse(0);
        chargesRequests = sorted.stream().anyMatch(rate -> rate.unit() == BillingUnit.REQUEST);
        table = new Steps[ServiceTier.values().length][BillingUnit.count()];
        int start = 0;
        for (int end = 1; end <= sorted.size(); end++) {
            Rate first = sorted.get(start);
            if (end == sorted.size() || !sameThing(first, sorted.get(end))) {
                if (first.price() != null) {
                    table[first.serviceTier().ordinal()][first.unit().ordinal()] =
                            new Steps(sorted.subList(start, end), scale);
                }
                start = end;
            }
        }
        for (Rate rate : sorted) {
            if (rate.price() == null) {
                chargeAsParent(rate.unit(), table[rate.serviceTier().ordinal()]);
            }
        }
        // Providers that do not list reasoning tokens bill them as output.
        for (@Nullable Steps[] units : table) {
            if (units[BillingUnit.REASONING.ordinal()] == null) {
                chargeAsParent(BillingUnit.REASONING, units);
            }
        }
    }

    private static boolean sameThing(Rate a, Rate b) {
        return a.unit() == b.unit() && a.serviceTier() == b.serviceTier();
    }

    private static void chargeAsParent(BillingUnit part, @Nullable Steps[] units) {
        units[part.ordinal()] = units[requireNonNull(part.parentOrNull()).ordinal()];
    }

    private static int scaleOf(@Nullable Price price) {
        return price == null ? 0 : price.usd().scale();
    }

    /**
     * Returns the card of some rates.
     *
     * @param rates at least one, in any order
     * @return the card
     * @throws IllegalArgumentException if there is none, two are for the same unit, tier and size, or one unit has prices
     *     and is charged as its parent as well
     */
    public static RateCard of(Collection<Rate> rates) {
        List<Rate> sorted = rates.stream().sorted(ORDER).toList();
        if (sorted.stream().noneMatch(rate -> rate.price() != null)) {
            throw new IllegalArgumentException("a rate card has at least one price, but got " + rates);
        }
        for (int i = 1; i < sorted.size(); i++) {
            Rate a = sorted.get(i - 1);
            Rate b = sorted.get(i);
            if (sameThing(a, b) && (a.fromInputTokens() == b.fromInputTokens() || a.price() == null)) {
                throw new IllegalArgumentException("two rates for the same thing: " + a + " and " + b);
            }
        }
        return new RateCard(sorted);
    }

    /**
     * Returns the card of some rates.
     *
     * @param rates at least one, in any order
     * @return the card
     * @throws IllegalArgumentException as {@link #of(Collection)}
     */
    public static RateCard of(Rate... rates) {
        return of(Arrays.asList(rates));
    }

    /**
     * Returns the card with the two prices that nearly every model has, in the standard tier.
     *
     * @param input the price of an input token
     * @param output the price of an output token
     * @return the card
     */
    public static RateCard of(Price input, Price output) {
        return of(Rate.of(BillingUnit.INPUT, input), Rate.of(BillingUnit.OUTPUT, output));
    }

    /**
     * Returns this card with further rates.
     *
     * @param further what to add
     * @return a new card
     * @throws IllegalArgumentException as {@link #of(Collection)}
     */
    public RateCard plus(Rate... further) {
        List<Rate> all = new ArrayList<>(rates);
        all.addAll(Arrays.asList(further));
        return of(all);
    }

    /**
     * Returns every rate, by service tier, unit and size.
     *
     * @return the rates
     */
    public List<Rate> rates() {
        return rates;
    }

    /**
     * Tells whether every price on this card is zero.
     *
     * @return true for a card of stated zeros
     */
    public boolean isFree() {
        return rates.stream().map(Rate::price).allMatch(price -> price == null || price.isZero());
    }

    boolean chargesRequests() {
        return chargesRequests;
    }

    /** Returns the first size of a request at which some price of a service tier changes with it. */
    OptionalLong firstThreshold(ServiceTier tier) {
        return thresholds(tier).findFirst();
    }

    /** Returns the sizes of a request at which some price of a service tier changes, in their order. */
    LongStream thresholds(ServiceTier tier) {
        return rates.stream()
                .filter(rate -> rate.serviceTier() == tier)
                .mapToLong(Rate::fromInputTokens)
                .filter(from -> from > 0)
                .distinct()
                .sorted();
    }

    int scale() {
        return scale;
    }

    /** Returns what one of a unit costs in a request, or null if this card does not say. */
    @Nullable
    UnitPrice unitPrice(BillingUnit unit, ServiceTier tier, long inputTokens) {
        Steps steps = table[tier.ordinal()][unit.ordinal()];
        return steps == null ? null : steps.at(inputTokens);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RateCard that && rates.equals(that.rates);
    }

    @Override
    public int hashCode() {
        return rates.hashCode();
    }

    @Override
    public String toString() {
        return rates.toString();
    }

    /** The prices of one unit in one service tier, by size of the request. */
    private static final class Steps {

        private final long[] from;
        private final UnitPrice[] prices;

        Steps(List<Rate> rates, int scale) {
            from = rates.stream().mapToLong(Rate::fromInputTokens).toArray();
            prices = rates.stream()
                    .map(rate -> new UnitPrice(requireNonNull(rate.price()), scale))
                    .toArray(UnitPrice[]::new);
        }

        @Nullable
        UnitPrice at(long inputTokens) {
            for (int i = prices.length - 1; i >= 0; i--) {
                if (from[i] <= inputTokens) {
                    return prices[i];
                }
            }
            return null;
        }
    }

    /**
     * What one unit costs, prepared for multiplying: most prices, at the scale of their card, fit a {@code long}, and then
     * so does nearly every amount.
     */
    static final class UnitPrice {

        /** Of a price: its product with any quantity has a high half other than zero, and so is too large as well. */
        private static final long TOO_LARGE = -1;

        private final Price price;
        private final BigDecimal scaled;
        private final long unscaled;

        UnitPrice(Price price, int scale) {
            this.price = price;
            scaled = price.usd().setScale(scale);
            BigInteger digits = scaled.unscaledValue();
            unscaled = digits.bitLength() < Long.SIZE ? digits.longValue() : TOO_LARGE;
        }

        Price price() {
            return price;
        }

        /** Returns the amount for a quantity as an integer at the scale of the card, negative if it fits no {@code long}. */
        long unscaledAmount(long quantity) {
            return Math.multiplyHigh(unscaled, quantity) == 0 ? unscaled * quantity : TOO_LARGE;
        }

        /** Returns the amount for a quantity at the scale of the card, of any size. */
        BigDecimal largeAmount(long quantity) {
            return scaled.multiply(BigDecimal.valueOf(quantity));
        }
    }
}
