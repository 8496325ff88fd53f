package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.util.function.Function;

/**
 * What is known of a model's price: one of paid, free, deprecated and missing.
 *
 * <p>Zero is a statement: a free model has a card of zeros because somebody said so, and a missing price is no price at
 * all, with a reason instead of a card.
 */
public sealed interface Pricing {

    /**
     * Returns the kind of this as tables store it.
     *
     * @return the type
     */
    PricingType type();

    /**
     * Returns the value of one of two functions: of the card, or of the reason why there is none.
     *
     * @param priced called with the rate card of a paid, free or deprecated model
     * @param missing called with the reason of a missing price
     * @param <T> what both return
     * @return what the called one returned
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
            throw new UnpricedException("the price is missing: " + reason);
        });
    }

    /** A price that is known. */
    sealed interface Priced extends Pricing {

        /**
         * Returns all prices of the model.
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
     * A price above zero.
     *
     * @param card the prices, one of them above zero
     */
    record Paid(RateCard card) implements Priced {

        /**
         * Checks the card.
         *
         * @param card the prices, one of them above zero
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
     * A price of nothing, which somebody stated.
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
                throw new IllegalArgumentException("a free model has no price above zero, but its card is " + card);
            }
        }

        @Override
        public PricingType type() {
            return PricingType.FREE;
        }
    }

    /**
     * A price above zero that still applies, of a model that its provider is giving up.
     *
     * @param card the prices, one of them above zero
     */
    @SuppressWarnings("JavaLangClash") // the word of the domain; nobody imports it from here by accident
    record Deprecated(RateCard card) implements Priced {

        /**
         * Checks the card.
         *
         * @param card the prices, one of them above zero
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
     * No price.
     *
     * @param reason why there is none
     */
    record Missing(MissingReason reason) implements Pricing {

        /**
         * Checks that there is a reason.
         *
         * @param reason why there is none
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
     * Returns the paid pricing with an input and an output price.
     *
     * @param input the price of an input token
     * @param output the price of an output token
     * @return the pricing
     * @throws IllegalArgumentException if both are zero
     */
    static Pricing paid(Price input, Price output) {
        return new Paid(RateCard.of(input, output));
    }

    /**
     * Returns the pricing of a model whose input and output tokens are stated to cost nothing.
     *
     * @return the pricing
     */
    static Pricing free() {
        return new Free(RateCard.of(Price.ZERO, Price.ZERO));
    }

    /**
     * Returns a missing price.
     *
     * @param reason why there is none
     * @return the pricing
     */
    static Pricing missing(MissingReason reason) {
        return new Missing(reason);
    }

    private static void requireCharge(RateCard card, PricingType type) {
        if (requireNonNull(card, "card").isFree()) {
            throw new IllegalArgumentException("a " + type + " model has a price above zero, but its card is " + card
                    + "; zeros that somebody stated are free, a price that nobody knows is missing");
        }
    }
}
