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
 * The prices of a model: of each billing unit, by service tier and by the size of the request.
 *
 * <p>The price of a unit for a request is the rate with the highest {@link Rate#fromInputTokens()} that the request's
 * input tokens reach. It applies to the whole request. A unit that a service tier does not list has no price in that
 * tier; the prices of another tier are never used instead. There is one exception: reasoning tokens without a rate are
 * charged as output.
 *
 * <p>This class is immutable and thread-safe. Two cards are equal if they have the same rates.
 */
public final class RateCard {

    private static final Comparator<Rate> ORDER =
            comparing(Rate::serviceTier).thenComparing(Rate::unit).thenComparing(comparingLong(Rate::fromInputTokens));

    private final List<Rate> rates;

    /** The scale of every amount that this card gives, which is that of its most precise price. */
    private final int scale;

    /**
     * The prices by the ordinals of service tier and unit. A part that is charged as its parent shares the parent's.
     */
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
            if (end == sorted.size() || !sameUnitAndTier(first, sorted.get(end))) {
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
        // Providers that do not list a price of reasoning tokens charge them as output.
        for (@Nullable Steps[] units : table) {
            if (units[BillingUnit.REASONING.ordinal()] == null) {
                chargeAsParent(BillingUnit.REASONING, units);
            }
        }
    }

    private static boolean sameUnitAndTier(Rate a, Rate b) {
        return a.unit() == b.unit() && a.serviceTier() == b.serviceTier();
    }

    private static void chargeAsParent(BillingUnit part, @Nullable Steps[] units) {
        // The rates are sorted by unit, so a cache write that is charged as its parent has the parent's prices by now.
        boolean asCacheWrite = part == BillingUnit.CACHE_WRITE_1H && units[BillingUnit.CACHE_WRITE.ordinal()] != null;
        BillingUnit whole = asCacheWrite ? BillingUnit.CACHE_WRITE : requireNonNull(part.parentOrNull());
        units[part.ordinal()] = units[whole.ordinal()];
    }

    private static int scaleOf(@Nullable Price price) {
        return price == null ? 0 : price.usd().scale();
    }

    /**
     * Returns a card of rates.
     *
     * @param rates at least one rate with a price, in any order
     * @return the card
     * @throws IllegalArgumentException if no rate has a price, if two rates are for the same unit, tier and size, or if
     *     a unit both has a price and is charged as its parent in the same tier
     */
    public static RateCard of(Collection<Rate> rates) {
        List<Rate> sorted = rates.stream().sorted(ORDER).toList();
        if (sorted.stream().noneMatch(rate -> rate.price() != null)) {
            throw new IllegalArgumentException(
                    "a rate card must have at least one rate with a price, but the rates are " + rates
                            + "; use Pricing.missing if no price is known");
        }
        for (int i = 1; i < sorted.size(); i++) {
            Rate a = sorted.get(i - 1);
            Rate b = sorted.get(i);
            if (sameUnitAndTier(a, b) && a.price() == null) {
                throw new IllegalArgumentException("a rate that charges " + a.unit() + " as its parent must be the only"
                        + " rate of " + a.unit() + " in the " + a.serviceTier() + " tier, but the card has " + a
                        + " and " + b + "; remove one of them");
            }
            if (sameUnitAndTier(a, b) && a.fromInputTokens() == b.fromInputTokens()) {
                throw new IllegalArgumentException("a rate card must have one rate of " + a.unit() + " in the "
                        + a.serviceTier() + " tier from " + a.fromInputTokens() + " input tokens, but has " + a
                        + " and " + b + "; remove one of them");
            }
        }
        return new RateCard(sorted);
    }

    /**
     * Returns a card of rates.
     *
     * @param rates at least one rate with a price, in any order
     * @return the card
     * @throws IllegalArgumentException as {@link #of(Collection)}
     */
    public static RateCard of(Rate... rates) {
        return of(Arrays.asList(rates));
    }

    /**
     * Returns a card with an input and an output price in the standard tier.
     *
     * @param input the price of an input token
     * @param output the price of an output token
     * @return the card
     */
    public static RateCard of(Price input, Price output) {
        return of(Rate.of(BillingUnit.INPUT, input), Rate.of(BillingUnit.OUTPUT, output));
    }

    /**
     * Returns this card with additional rates.
     *
     * @param further the rates to add
     * @return a new card
     * @throws IllegalArgumentException as {@link #of(Collection)}, so also if the card already has a rate for the same
     *     unit, tier and size
     */
    public RateCard plus(Rate... further) {
        List<Rate> all = new ArrayList<>(rates);
        all.addAll(Arrays.asList(further));
        return of(all);
    }

    /**
     * Returns this card with a rate for each unit of cached and audio tokens that has none, which charges it as its
     * parent: cached and audio input as input, audio output as output, a 1-hour cache write as the 5-minute one where
     * that has a price. The rates are added to each service tier that lists the parent.
     *
     * @return a new card, or this one if each of these units has a rate
     */
    public RateCard chargingUnlistedPartsAsParent() {
        List<Rate> added = new ArrayList<>();
        for (ServiceTier tier : ServiceTier.values()) {
            for (BillingUnit part : BillingUnit.CACHED_AND_AUDIO) {
                if (lists(tier, requireNonNull(part.parentOrNull())) && !lists(tier, part)) {
                    added.add(Rate.asParent(part).in(tier));
                }
            }
        }
        return added.isEmpty() ? this : plus(added.toArray(Rate[]::new));
    }

    private boolean lists(ServiceTier tier, BillingUnit unit) {
        return rates.stream().anyMatch(rate -> rate.serviceTier() == tier && rate.unit() == unit);
    }

    /**
     * Returns the rates.
     *
     * @return the rates in the order of service tier, unit and minimum size
     */
    public List<Rate> rates() {
        return rates;
    }

    /**
     * Returns whether every price on this card is zero.
     *
     * @return true for the card of a free model
     */
    public boolean isFree() {
        return rates.stream().map(Rate::price).allMatch(price -> price == null || price.isZero());
    }

    /**
     * Returns the unit whose prices apply to a rate of this card.
     *
     * @param rate a rate of this card
     * @return the rate's own unit if it has a price; otherwise its parent, or {@link BillingUnit#CACHE_WRITE} for a
     *     1-hour cache write if this card has a price of that unit in the same tier
     */
    public BillingUnit chargedAs(Rate rate) {
        if (rate.price() != null) {
            return rate.unit();
        }
        boolean asCacheWrite = rate.unit() == BillingUnit.CACHE_WRITE_1H
                && rates.stream()
                        .anyMatch(other -> other.unit() == BillingUnit.CACHE_WRITE
                                && other.serviceTier() == rate.serviceTier()
                                && other.price() != null);
        return asCacheWrite
                ? BillingUnit.CACHE_WRITE
                : requireNonNull(rate.unit().parentOrNull());
    }

    boolean chargesRequests() {
        return chargesRequests;
    }

    /** Returns the smallest number of input tokens at which a price of a service tier changes. */
    OptionalLong firstThreshold(ServiceTier tier) {
        return thresholds(tier).findFirst();
    }

    /** Returns the numbers of input tokens at which a price of a service tier changes, in ascending order. */
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

    /** Returns the price of a unit in a request, or null if the unit has no price. */
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

    /** The prices of one unit in one service tier, by the size of the request. */
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
     * The price of one unit, prepared for multiplication. At the scale of their card, most prices and amounts fit a
     * {@code long}.
     */
    static final class UnitPrice {

        /**
         * Marks a price or an amount that does not fit a {@code long}. The product of this price and a quantity of 1 or
         * more has a high half other than zero, so {@link #unscaledAmount} recognizes it as too large.
         */
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

        /**
         * Returns the unscaled amount for a quantity, at the scale of the card; negative if it does not fit a
         * {@code long}.
         */
        long unscaledAmount(long quantity) {
            return Math.multiplyHigh(unscaled, quantity) == 0 ? unscaled * quantity : TOO_LARGE;
        }

        /** Returns the amount for a quantity of any size, at the scale of the card. */
        BigDecimal largeAmount(long quantity) {
            return scaled.multiply(BigDecimal.valueOf(quantity));
        }
    }
}
