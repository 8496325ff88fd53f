package io.modelpricing;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One line of a {@link RateCard}: the price of a unit in a service tier, for requests of a minimum size.
 *
 * <p>A rate without a price charges its unit as the parent: cached and audio input as {@link BillingUnit#INPUT},
 * reasoning and audio output as {@link BillingUnit#OUTPUT}. {@link BillingUnit#CACHE_WRITE_1H} is charged as
 * {@link BillingUnit#CACHE_WRITE} if the card has a price of that unit in the same tier, otherwise as input.
 *
 * @param unit the unit that is charged
 * @param serviceTier the tier that the price applies in
 * @param fromInputTokens the minimum number of input tokens (including cached and audio tokens) of a request that the
 *     price applies to; 0 for the base price. A list that says "above 200,000" starts at 200,001, one that says
 *     "200,000 and more" starts at 200,000
 * @param price the price of one unit; null to charge the unit as its parent at any price
 */
public record Rate(
        BillingUnit unit,
        ServiceTier serviceTier,
        long fromInputTokens,
        @Nullable Price price) {

    /**
     * Checks the combination.
     *
     * @param unit the unit that is charged
     * @param serviceTier the tier that the price applies in
     * @param fromInputTokens the minimum number of input tokens of a request, 0 or more
     * @param price the price of one unit; null to charge the unit as its parent
     * @throws IllegalArgumentException if {@code fromInputTokens} is negative, or the price is null for a unit without
     *     a parent or with a minimum size
     */
    public Rate {
        requireNonNull(unit, "unit");
        requireNonNull(serviceTier, "serviceTier");
        if (fromInputTokens < 0) {
            throw new IllegalArgumentException(
                    "fromInputTokens of the rate of " + unit + " must be 0 or more, but was " + fromInputTokens);
        }
        if (price == null && unit.parentOrNull() == null) {
            throw new IllegalArgumentException(
                    "the rate of " + unit + " must have a price, because " + unit + " is not part of another unit");
        }
        if (price == null && fromInputTokens > 0) {
            throw new IllegalArgumentException("a rate that charges " + unit
                    + " as its parent must apply from 0 input tokens on, but was from " + fromInputTokens
                    + "; the parent's own rates depend on the size");
        }
    }

    /**
     * Returns the base rate of a unit in the standard tier.
     *
     * @param unit the unit that is charged
     * @param price the price of one unit
     * @return the rate
     */
    public static Rate of(BillingUnit unit, Price price) {
        return new Rate(unit, ServiceTier.STANDARD, 0, requireNonNull(price, "price"));
    }

    /**
     * Returns a rate that charges a unit as its parent in the standard tier.
     *
     * @param unit a unit that is part of another
     * @return the rate
     * @throws IllegalArgumentException if the unit is not part of another
     */
    public static Rate asParent(BillingUnit unit) {
        return new Rate(unit, ServiceTier.STANDARD, 0, null);
    }

    /**
     * Returns this rate for another service tier.
     *
     * @param tier the tier
     * @return the rate
     */
    public Rate in(ServiceTier tier) {
        return new Rate(unit, tier, fromInputTokens, price);
    }

    /**
     * Returns this rate for requests with a minimum number of input tokens.
     *
     * @param inputTokens the minimum number
     * @return the rate
     */
    public Rate from(long inputTokens) {
        return new Rate(unit, serviceTier, inputTokens, price);
    }

    /**
     * Returns this rate for requests with more than a number of input tokens.
     *
     * @param inputTokens the largest number that the rate does not apply to
     * @return the rate
     */
    public Rate above(long inputTokens) {
        return from(Math.addExact(inputTokens, 1));
    }
}
