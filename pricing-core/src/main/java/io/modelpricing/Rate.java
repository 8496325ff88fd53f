package io.modelpricing;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One line of a {@link RateCard}: the price of a unit, or the unit that it is charged as.
 *
 * <p>A rate applies to the requests that meet its terms, and of them to those with a minimum number of input tokens.
 *
 * @param unit the unit that is charged
 * @param variant what kind of the unit is charged, such as the size of an image; empty for any
 * @param terms the service tier, the region and the hours of the requests that the rate applies to
 * @param fromInputTokens the minimum number of input tokens (including cached and audio tokens) of a request that the
 *     price applies to; 0 for the base price. A list that says "above 200,000" starts at 200,001, one that says
 *     "200,000 and more" starts at 200,000
 * @param price the price of one unit; null if the unit is charged as another
 * @param chargedAs the unit whose price is charged; null if the rate has a price
 */
public record Rate(
        BillingUnit unit,
        String variant,
        Terms terms,
        long fromInputTokens,
        @Nullable Price price,
        @Nullable BillingUnit chargedAs) {

    /**
     * Checks the combination.
     *
     * @param unit the unit that is charged
     * @param variant the kind of the unit; empty for any
     * @param terms the terms of the requests
     * @param fromInputTokens the minimum number of input tokens of a request, 0 or more
     * @param price the price of one unit; null if the unit is charged as another
     * @param chargedAs the unit whose price is charged; null if the rate has a price
     * @throws IllegalArgumentException if {@code fromInputTokens} is negative, not exactly one of price and chargedAs
     *     is given, a unit is charged as itself, as one of another measure or from a threshold, or the variant is
     *     not a valid name or is given for a unit that has none
     */
    public Rate {
        requireNonNull(unit, "unit");
        requireNonNull(terms, "terms");
        if (!variant.isEmpty()) {
            Name.requireValid("variant", variant);
            if (!unit.hasVariants()) {
                throw new IllegalArgumentException("the rate of " + unit + " must not name a variant, because " + unit
                        + " has none, but names " + variant);
            }
        }
        if (fromInputTokens < 0) {
            throw new IllegalArgumentException(
                    "fromInputTokens of the rate of " + unit + " must be 0 or more, but was " + fromInputTokens);
        }
        if ((price == null) == (chargedAs == null)) {
            throw new IllegalArgumentException("the rate of " + unit + " must have either a price or a unit that "
                    + unit + " is charged as, but has " + (price == null ? "neither" : "both"));
        }
        if (chargedAs != null) {
            requireChargeableAs(unit, chargedAs, fromInputTokens);
        }
    }

    private static void requireChargeableAs(BillingUnit unit, BillingUnit chargedAs, long fromInputTokens) {
        if (fromInputTokens > 0) {
            throw new IllegalArgumentException("a rate that charges " + unit + " as " + chargedAs
                    + " must apply from 0 input tokens on, but was from " + fromInputTokens + "; the rates of "
                    + chargedAs + " have the thresholds");
        }
        if (unit.equals(chargedAs)) {
            throw new IllegalArgumentException(unit + " must not be charged as itself; give it a price");
        }
        if (unit.isKnown() && chargedAs.isKnown() && !unit.measure().equals(chargedAs.measure())) {
            throw new IllegalArgumentException(unit + " must be charged as a unit of the same measure, " + measure(unit)
                    + ", but " + chargedAs + " counts a " + measure(chargedAs));
        }
    }

    private static String measure(BillingUnit unit) {
        return unit.measure().map(Measure::id).orElse("unknown measure");
    }

    /**
     * Returns the base rate of a unit in the standard tier.
     *
     * @param unit the unit that is charged
     * @param price the price of one unit
     * @return the rate
     */
    public static Rate of(BillingUnit unit, Price price) {
        return new Rate(unit, "", Terms.STANDARD, 0, requireNonNull(price, "price"), null);
    }

    /**
     * Returns a rate of the standard tier that charges a unit as another one, at the price that the other one has for
     * the same request.
     *
     * @param unit a unit
     * @param as the unit whose price is charged
     * @return the rate
     * @throws IllegalArgumentException if the units are the same or of different measures
     */
    public static Rate chargedAs(BillingUnit unit, BillingUnit as) {
        return new Rate(unit, "", Terms.STANDARD, 0, null, requireNonNull(as, "as"));
    }

    /**
     * Returns this rate for a variant of its unit.
     *
     * @param name the variant, such as {@code 1080p} or {@code high}; empty for any
     * @return the rate
     * @throws IllegalArgumentException if the unit has no variants, or the name is not valid
     */
    public Rate ofVariant(String name) {
        return new Rate(unit, name, terms, fromInputTokens, price, chargedAs);
    }

    /**
     * Returns this rate for another service tier.
     *
     * @param tier the tier
     * @return the rate
     */
    public Rate in(ServiceTier tier) {
        return with(new Terms(tier, terms.region(), terms.hours()));
    }

    /**
     * Returns this rate for the requests of a region.
     *
     * @param region the region, such as {@code eu}; empty for any
     * @return the rate
     * @throws IllegalArgumentException if the name is not valid
     */
    public Rate inRegion(String region) {
        return with(new Terms(terms.serviceTier(), region, terms.hours()));
    }

    /**
     * Returns this rate for the requests that run in some hours.
     *
     * @param hours a name that the card's {@link Hours} define; empty for any time
     * @return the rate
     * @throws IllegalArgumentException if the name is not valid
     */
    public Rate during(String hours) {
        return with(new Terms(terms.serviceTier(), terms.region(), hours));
    }

    /**
     * Returns this rate for other terms.
     *
     * @param replacement the terms
     * @return the rate
     */
    public Rate with(Terms replacement) {
        return new Rate(unit, variant, replacement, fromInputTokens, price, chargedAs);
    }

    /**
     * Returns this rate for requests with a minimum number of input tokens.
     *
     * @param inputTokens the minimum number
     * @return the rate
     * @throws IllegalArgumentException if the number is negative, or above zero for a unit that is charged as another
     */
    public Rate from(long inputTokens) {
        return new Rate(unit, variant, terms, inputTokens, price, chargedAs);
    }

    /**
     * Returns this rate for requests with more than a number of input tokens.
     *
     * @param inputTokens the largest number that the rate does not apply to
     * @return the rate
     * @throws IllegalArgumentException as {@link #from}, and if the number is {@link Long#MAX_VALUE}
     */
    public Rate above(long inputTokens) {
        return from(inputTokens + 1);
    }

    /**
     * Returns the tier of the terms.
     *
     * @return the service tier of the requests that the rate applies to
     */
    public ServiceTier serviceTier() {
        return terms.serviceTier();
    }

    /** Returns this rate as a line of a price list, such as {@code standard eu input from 200001: 0.0000025}. */
    @Override
    public String toString() {
        return terms + " " + unit.id(variant)
                + (fromInputTokens == 0 ? "" : " from " + fromInputTokens)
                + (price == null ? " charged as " + chargedAs : ": " + price);
    }
}
