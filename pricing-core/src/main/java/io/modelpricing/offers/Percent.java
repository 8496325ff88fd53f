package io.modelpricing.offers;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * A percentage from 0 to 100: 98.5 means 98.5 percent, not 0.985.
 *
 * @param value the number from 0 to 100, without trailing zeros
 */
public record Percent(BigDecimal value) implements Comparable<Percent> {

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,30})?");

    /**
     * Checks the range, and removes trailing zeros.
     *
     * @param value the number from 0 to 100
     * @throws IllegalArgumentException if it is not from 0 to 100
     */
    public Percent {
        if (requireNonNull(value, "value").signum() < 0 || value.compareTo(HUNDRED) > 0) {
            throw new IllegalArgumentException("a percentage must be from 0 to 100, but was " + value);
        }
        value = value.stripTrailingZeros();
    }

    /**
     * Reads a percentage.
     *
     * @param text a plain decimal from 0 to 100, such as {@code 98.5}
     * @return the percentage
     * @throws IllegalArgumentException if the text is not such a decimal
     */
    public static Percent parse(String text) {
        if (!DECIMAL.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a percentage; expected a decimal from 0 to 100, such as 98.5");
        }
        return new Percent(new BigDecimal(text));
    }

    /**
     * Returns a fraction of one as a percentage.
     *
     * @param fraction the fraction from 0 to 1, such as 0.985
     * @return the percentage, such as 98.5
     * @throws IllegalArgumentException if the fraction is not from 0 to 1
     */
    public static Percent ofFraction(BigDecimal fraction) {
        return new Percent(fraction.movePointRight(2));
    }

    /** Orders by value. */
    @Override
    public int compareTo(Percent other) {
        return value.compareTo(other.value);
    }

    /** Returns the value with a percent sign, such as {@code 98.5%}. */
    @Override
    public String toString() {
        return value.toPlainString() + "%";
    }
}
