package io.modelpricing;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * The price of one unit, prepared for multiplication. At the scale of their card, most prices and amounts fit a
 * {@code long}.
 */
final class UnitPrice {

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
