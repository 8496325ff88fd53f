package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.util.function.Function;

/**
 * The pricing of a model: paid, free, deprecated or missing.
 *
 * <p>Zero means free. An unknown price is missing and has a reason instead of a rate card; it is never a card of zeros.
 *
 * <p>Every implementation is immutable and thread-safe.
 */
public sealed interface Pricing {

    /**
     * Returns the type of this pricing, as {@code model_pricing.pricing_type} stores it.
     *
     * @return the type
     */
    PricingType type();

    /**
     * Calls the function for the kind of this pricing.
     *
     * @param priced called with the rate card of a paid, free or deprecated model
     * @param missing called with the reason of a missing price
     * @param <T> the result type of both functions
     * @return the result of the function that was called
     */
    <T> T fold(Function<? super RateCard, ? extends T> priced, Function<? super MissingReason, ? extends T> missing);

    /**
     * Returns the rate card.
     *
     * @return the card of a paid, free or deprecated model
     * @throws UnpricedException if the price is missing
     */
    default RateCard orElseThrow() {
        return fold(card -> card, reason -> {
            throw new UnpricedException(
                    "the price is missing: " + reason + "; set a price, or handle a missing one with fold");
        });
    }

    /** A pricing with a rate card: paid, free or deprecated. */
    sealed interface Priced extends Pricing {

        /**
         * Returns the prices of the model.
         *
         * @return the rate card
         */
        RateCard card();

        @Override
        default <T> T fold(
                Function<? super RateCard, ? extends T> priced, Function<? super MissingReason, ? extends T> missing) {
            return priced.apply(card());
        }
    }

    /**
     * The pricing of a model that costs money.
     *
     * @param card the prices, at least one of them above zero
     */
    record Paid(RateCard card) implements Priced {

        /**
         * Checks the card.
         *
         * @param card the prices, at least one of them above zero
         * @throws IllegalArgumentException if every price on it is zero
         */
        public Paid {
            requireCharge(card, PricingType.PAID);
        }

        @Override
        public PricingType type() {
            return PricingType.PAID;
        }
    }

    /**
     * The pricing of a model that is stated to be free.
     *
     * @param card the prices, all zero
     */
    record Free(RateCard card) implements Priced {

        /**
         * Checks the card.
         *
         * @param card the prices, all zero
         * @throws IllegalArgumentException if a price on it is above zero
         */
        public Free {
            if (!requireNonNull(card, "card").isFree()) {
                throw new IllegalArgumentException(
                        "every price of a free model must be zero, but its card is " + card + "; use Pricing.Paid");
            }
        }

        @Override
        public PricingType type() {
            return PricingType.FREE;
        }
    }

    /**
     * The pricing of a model that its provider has deprecated. The prices still apply.
     *
     * @param card the prices, at least one of them above zero
     */
    @SuppressWarnings("JavaLangClash") // the pricing type's own name; callers write Pricing.Deprecated
    record Deprecated(RateCard card) implements Priced {

        /**
         * Checks the card.
         *
         * @param card the prices, at least one of them above zero
         * @throws IllegalArgumentException if every price on it is zero
         */
        public Deprecated {
            requireCharge(card, PricingType.DEPRECATED);
        }

        @Override
        public PricingType type() {
            return PricingType.DEPRECATED;
        }
    }

    /**
     * The absence of a price.
     *
     * @param reason why there is no price
     */
    record Missing(MissingReason reason) implements Pricing {

        /**
         * Checks that the reason is present.
         *
         * @param reason why there is no price
         */
        public Missing {
            requireNonNull(reason, "reason");
        }

        @Override
        public PricingType type() {
            return PricingType.MISSING;
        }

        @Override
        public <T> T fold(
                Function<? super RateCard, ? extends T> priced, Function<? super MissingReason, ? extends T> missing) {
            return missing.apply(reason);
        }
    }

    /**
     * Returns a paid pricing with an input and an output price.
     *
     * @param input the price of an input token
     * @param output the price of an output token
     * @return the pricing
     * @throws IllegalArgumentException if both prices are zero
     */
    static Pricing paid(Price input, Price output) {
        return new Paid(RateCard.of(input, output));
    }

    /**
     * Returns the pricing of a model whose input and output tokens are free.
     *
     * @return a card with zero as the input and the output price
     */
    static Pricing free() {
        return new Free(RateCard.of(Price.ZERO, Price.ZERO));
    }

    /**
     * Returns a missing price.
     *
     * @param reason why there is no price
     * @return the pricing
     */
    static Pricing missing(MissingReason reason) {
        return new Missing(reason);
    }

    private static void requireCharge(RateCard card, PricingType type) {
        if (requireNonNull(card, "card").isFree()) {
            throw new IllegalArgumentException("at least one price of a " + type
                    + " model must be above zero, but its card is " + card
                    + "; use Pricing.Free if the model is free, Pricing.Missing if its price is unknown");
        }
    }
}
