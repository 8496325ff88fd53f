package io.modelpricing;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One line of a rate card: the price of a unit, in one service tier, for requests from some size on.
 *
 * @param unit what is charged
 * @param serviceTier the class of service that the price is for
 * @param fromInputTokens the fewest input tokens (cached and audio ones included) of a request that the price applies to;
 *     0 for the base price. A list that says "above 200,000" starts at 200,001, one that says "200,000 and more" at 200,000
 * @param price the price of one unit; null if the unit is charged as its parent, whatever that costs
 */
public record Rate(
        BillingUnit unit,
        ServiceTier serviceTier,
        long fromInputTokens,
        @Nullable Price price) {

    /**
     * Checks the line.
     *
     * @param unit what is charged
     * @param serviceTier the class of service that the price is for
     * @param fromInputTokens the fewest input tokens (cached and audio ones included) of a request that the price applies to;
     *     0 for the base price. A list that says "above 200,000" starts at 200,001, one that says "200,000 and more" at 200,000
     * @param price the price of one unit; null if the unit is charged as its parent, whatever that costs
     * @throws IllegalArgumentException if the threshold is negative, or a unit without a parent, or a rate with a
     *     threshold, is to be charged as the parent
     */
    public Rate {
        requireNonNull(unit, "unit");
        requireNonNull(serviceTier, "serviceTier");
        if (fromInputTokens < 0) {
            throw new IllegalArgumentException(
                    "the rate of " + unit + " starts at " + fromInputTokens + " input tokens: it must be 0 or more");
        }
        if (price == null && unit.parentOrNull() == null) {
            throw new IllegalArgumentException(unit + " is part of no other unit, and so needs a price of its own");
        }
        if (price == null && fromInputTokens > 0) {
            throw new IllegalArgumentException(unit + " is charged as its parent at any size of a request, not from "
                    + fromInputTokens + " input tokens on");
        }
    }

    /**
     * Returns the base rate of a unit in the standard tier.
     *
     * @param unit what is charged
     * @param price the price of one unit
     * @return the rate
     */
    public static Rate of(BillingUnit unit, Price price) {
        return new Rate(unit, ServiceTier.STANDARD, 0, requireNonNull(price, "price"));
    }

    /**
     * Returns the rate that charges a unit as its parent in the standard tier.
     *
     * @param unit a unit that is part of another
     * @return the rate
     * @throws IllegalArgumentException if the unit is part of no other
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
     * Returns this rate for requests of a size and more.
     *
     * @param inputTokens the fewest input tokens of a request that it applies to
     * @return the rate
     */
    public Rate from(long inputTokens) {
        return new Rate(unit, serviceTier, inputTokens, price);
    }

    /**
     * Returns this rate for requests above a size.
     *
     * @param inputTokens the most input tokens of a request that it does not apply to
     * @return the rate
     */
    public Rate above(long inputTokens) {
        return from(Math.addExact(inputTokens, 1));
    }
}
