package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The price of one unit in US dollars: of a token, an image, a request or a search.
 *
 * <p>A price is exact, zero or more, below {@value #LIMIT_TEXT} dollars, and has at most {@value #MAX_DECIMALS}
 * decimals. The tables' CHECK constraints accept the same range. The factory method names the quantity that a number is
 * quoted for, as in {@link #perMillion(String)}; the class never guesses it from the size of the number.
 *
 * <p>This class is immutable and thread-safe. Two prices are equal if they are the same number.
 */
public final class Price implements Comparable<Price> {

    /** The maximum number of decimals of a price per unit. */
    public static final int MAX_DECIMALS = 30;

    /** The price of a free unit. Never use it for an unknown price. */
    public static final Price ZERO = new Price(BigDecimal.ZERO);

    private static final String LIMIT_TEXT = "1000000000000";
    private static final BigDecimal LIMIT = new BigDecimal(LIMIT_TEXT);
    private static final int MAX_TEXT = 100;
    private static final Pattern DECIMAL = Pattern.compile("[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?");

    private final BigDecimal usd;

    private Price(BigDecimal usd) {
        this.usd = usd;
    }

    /**
     * Returns a price that is quoted for one unit.
     *
     * @param usd US dollars for one unit
     * @return the price
     * @throws IllegalArgumentException if the amount is negative, too large or has too many decimals
     */
    public static Price perUnit(BigDecimal usd) {
        return quoted(usd, 0, usd);
    }

    /**
     * Returns a price that is quoted for one unit.
     *
     * @param usd US dollars for one unit, as plain or scientific decimal text
     * @return the price
     * @throws IllegalArgumentException if the text is not such a decimal, or the amount is too large or has too many
     *     decimals
     */
    public static Price perUnit(String usd) {
        return quoted(parse(usd), 0, usd);
    }

    /**
     * Returns a price that is quoted for one token.
     *
     * @param usd US dollars for one token
     * @return the price
     * @throws IllegalArgumentException if the amount is negative, too large or has too many decimals
     */
    public static Price perToken(BigDecimal usd) {
        return quoted(usd, 0, usd);
    }

    /**
     * Returns a price that is quoted for one token.
     *
     * @param usd US dollars for one token, as plain or scientific decimal text
     * @return the price
     * @throws IllegalArgumentException if the text is not such a decimal, or the amount is too large or has too many
     *     decimals
     */
    public static Price perToken(String usd) {
        return quoted(parse(usd), 0, usd);
    }

    /**
     * Returns a price that is quoted for a thousand units.
     *
     * @param usd US dollars for a thousand units
     * @return the price of one unit
     * @throws IllegalArgumentException if the amount is negative, too large or has too many decimals
     */
    public static Price perThousand(BigDecimal usd) {
        return quoted(usd, 3, usd);
    }

    /**
     * Returns a price that is quoted for a thousand units.
     *
     * @param usd US dollars for a thousand units, as plain or scientific decimal text
     * @return the price of one unit
     * @throws IllegalArgumentException if the text is not such a decimal, or the amount is too large or has too many
     *     decimals
     */
    public static Price perThousand(String usd) {
        return quoted(parse(usd), 3, usd);
    }

    /**
     * Returns a price that is quoted for a million units.
     *
     * @param usd US dollars for a million units
     * @return the price of one unit
     * @throws IllegalArgumentException if the amount is negative, too large or has too many decimals
     */
    public static Price perMillion(BigDecimal usd) {
        return quoted(usd, 6, usd);
    }

    /**
     * Returns a price that is quoted for a million units.
     *
     * @param usd US dollars for a million units, as plain or scientific decimal text
     * @return the price of one unit
     * @throws IllegalArgumentException if the text is not such a decimal, or the amount is too large or has too many
     *     decimals
     */
    public static Price perMillion(String usd) {
        return quoted(parse(usd), 6, usd);
    }

    /**
     * Returns a price that is quoted for a second of a unit that counts milliseconds, such as
     * {@link BillingUnit#VIDEO_OUTPUT_MS}.
     *
     * @param usd US dollars for a second
     * @return the price of a millisecond
     * @throws IllegalArgumentException if the amount is negative, too large or has too many decimals
     */
    public static Price perSecond(BigDecimal usd) {
        return perThousand(usd);
    }

    /**
     * Returns a price that is quoted for a second of a unit that counts milliseconds, such as
     * {@link BillingUnit#VIDEO_OUTPUT_MS}.
     *
     * @param usd US dollars for a second, as plain or scientific decimal text
     * @return the price of a millisecond
     * @throws IllegalArgumentException if the text is not such a decimal, or the amount is too large or has too many
     *     decimals
     */
    public static Price perSecond(String usd) {
        return perThousand(usd);
    }

    private static BigDecimal parse(String text) {
        if (text.length() > MAX_TEXT || !DECIMAL.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"" + TextRule.shortened(text) + "\" is not a price; expected a decimal of zero or more"
                            + " without sign, currency or grouping, such as 0.0000025 or 2.5e-6");
        }
        return new BigDecimal(text);
    }

    /** Returns the price of an amount that is quoted for a power of ten units; {@code written} is shown in messages. */
    private static Price quoted(BigDecimal quoted, int powerOfTen, Object written) {
        if (requireNonNull(quoted, "usd").signum() == 0) {
            return ZERO;
        }
        if (quoted.signum() < 0) {
            throw new IllegalArgumentException("a price must be zero or more, but was " + written);
        }
        // Checked before the number is expanded: 1E+999999999 must not become a billion digits.
        long magnitude = (long) quoted.precision() - quoted.scale() - powerOfTen;
        if (magnitude > LIMIT_TEXT.length()) {
            throw tooLarge(written, powerOfTen);
        }
        if (magnitude <= -MAX_DECIMALS) {
            throw tooFine(written, powerOfTen);
        }
        BigDecimal usd = quoted.scaleByPowerOfTen(-powerOfTen).stripTrailingZeros();
        if (usd.scale() > MAX_DECIMALS) {
            throw tooFine(written, powerOfTen);
        }
        if (usd.compareTo(LIMIT) >= 0) {
            throw tooLarge(written, powerOfTen);
        }
        return new Price(usd.scale() < 0 ? usd.setScale(0) : usd);
    }

    private static IllegalArgumentException tooFine(Object written, int powerOfTen) {
        return new IllegalArgumentException("a price must have at most " + MAX_DECIMALS + " decimals per unit, but was "
                + written + forUnits(powerOfTen));
    }

    private static IllegalArgumentException tooLarge(Object written, int powerOfTen) {
        return new IllegalArgumentException(
                "a price must be below " + LIMIT_TEXT + " dollars per unit, but was " + written + forUnits(powerOfTen));
    }

    private static String forUnits(int powerOfTen) {
        return powerOfTen == 0 ? "" : " for " + BigDecimal.ONE.movePointRight(powerOfTen) + " units";
    }

    /**
     * Returns the US dollars for one unit.
     *
     * @return the exact amount, without trailing zeros and with a scale from 0 to {@value #MAX_DECIMALS}
     */
    public BigDecimal usd() {
        return usd;
    }

    /**
     * Returns the US dollars for a million units, the quantity that most price lists use.
     *
     * @return the exact amount
     */
    public BigDecimal usdPerMillion() {
        return usd.movePointRight(6);
    }

    /**
     * Returns whether this price is zero.
     *
     * @return true for a free unit
     */
    public boolean isZero() {
        return usd.signum() == 0;
    }

    /** Orders by amount. */
    @Override
    public int compareTo(Price other) {
        return usd.compareTo(other.usd);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Price that && usd.equals(that.usd);
    }

    @Override
    public int hashCode() {
        return usd.hashCode();
    }

    /** Returns the US dollars for one unit as plain decimal text, which {@link #perUnit(String)} reads back. */
    @Override
    public String toString() {
        return usd.toPlainString();
    }
}
