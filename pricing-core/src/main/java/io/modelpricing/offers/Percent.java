package io.modelpricing.offers;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * A share of a whole, in hundredths: 98.5 is 98.5 of 100, never 0.985.
 *
 * @param value from 0 to 100, without trailing zeros
 */
public record Percent(BigDecimal value) implements Comparable<Percent> {

    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,30})?");

    /**
     * Checks the share, and drops trailing zeros.
     *
     * @param value from 0 to 100
     * @throws IllegalArgumentException if it is less or more
     */
    public Percent {
        if (requireNonNull(value, "value").signum() < 0 || value.compareTo(HUNDRED) > 0) {
            throw new IllegalArgumentException("a percentage is from 0 to 100, but was " + value);
        }
        value = value.stripTrailingZeros();
    }

    /**
     * Reads a percentage.
     *
     * @param text from 0 to 100 in plain digits, such as {@code 98.5}
     * @return the percentage
     * @throws IllegalArgumentException if the text is no such decimal
     */
    public static Percent parse(String text) {
        if (!DECIMAL.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no percentage: write a decimal from 0 to 100, such as 98.5");
        }
        return new Percent(new BigDecimal(text));
    }

    /**
     * Returns the percentage of a fraction of one.
     *
     * @param fraction from 0 to 1, such as 0.985
     * @return the percentage, such as 98.5
     * @throws IllegalArgumentException if it is less or more
     */
    public static Percent ofFraction(BigDecimal fraction) {
        return new Percent(fraction.movePointRight(2));
    }

    /** Orders by share. */
    @Override
    public int compareTo(Percent other) {
        return value.compareTo(other.value);
    }

    /** Returns the share with its sign, such as {@code 98.5%}. */
    @Override
    public String toString() {
        return value.toPlainString() + "%";
    }
}
