package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An exact amount of US dollars, zero or more, such as a budget or a cost that a provider reports. The price of one
 * unit is a {@link Price}.
 *
 * <p>An amount is below {@value #LIMIT_TEXT} dollars and has at most {@value #MAX_DECIMALS} decimals.
 *
 * <p>This class is immutable and thread-safe. Two amounts are equal if they are the same number.
 */
public final class Usd implements Comparable<Usd> {

    /** The maximum number of decimals. */
    public static final int MAX_DECIMALS = 60;

    /** Zero dollars. */
    public static final Usd ZERO = new Usd(BigDecimal.ZERO);

    private static final String LIMIT_TEXT = "1000000000000000000000000000000";
    private static final BigDecimal LIMIT = new BigDecimal(LIMIT_TEXT);
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,40}(?:\\.[0-9]{1,80})?(?:[eE][+-]?[0-9]{1,2})?");

    private final BigDecimal amount;

    private Usd(BigDecimal amount) {
        this.amount = amount;
    }

    /**
     * Returns an amount.
     *
     * @param amount US dollars
     * @return the amount
     * @throws IllegalArgumentException if it is negative, too large or has too many decimals
     */
    public static Usd of(BigDecimal amount) {
        if (requireNonNull(amount, "amount").signum() == 0) {
            return ZERO;
        }
        // Compared before it is expanded: 1E+999999999 must not become a billion digits.
        if (amount.signum() < 0 || amount.compareTo(LIMIT) >= 0) {
            throw outOfRange(amount);
        }
        BigDecimal exact = amount.stripTrailingZeros();
        if (exact.scale() > MAX_DECIMALS) {
            throw outOfRange(amount);
        }
        return new Usd(exact.scale() < 0 ? exact.setScale(0) : exact);
    }

    /**
     * Reads an amount.
     *
     * @param text US dollars as plain or scientific decimal text, such as {@code 0.05}
     * @return the amount
     * @throws IllegalArgumentException if the text is not a decimal, or the amount is too large or has too many
     *     decimals
     */
    public static Usd parse(String text) {
        if (!DECIMAL.matcher(requireNonNull(text, "text")).matches()) {
            throw new IllegalArgumentException("\"" + TextRule.shortened(text)
                    + "\" is not an amount of US dollars; expected a decimal of zero or more"
                    + " without sign, currency or grouping, such as 0.05");
        }
        return of(new BigDecimal(text));
    }

    private static IllegalArgumentException outOfRange(BigDecimal amount) {
        return new IllegalArgumentException("an amount of US dollars must be zero or more, below " + LIMIT_TEXT
                + " and have at most " + MAX_DECIMALS + " decimals, but was " + amount);
    }

    /**
     * Returns the amount as a number.
     *
     * @return US dollars, exact, without trailing zeros and with a scale from 0 to {@value #MAX_DECIMALS}
     */
    public BigDecimal amount() {
        return amount;
    }

    /** Orders by amount. */
    @Override
    public int compareTo(Usd other) {
        return amount.compareTo(other.amount);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Usd that && amount.equals(that.amount);
    }

    @Override
    public int hashCode() {
        return amount.hashCode();
    }

    /** Returns the amount as plain decimal text, which {@link #parse} reads back. */
    @Override
    public String toString() {
        return amount.toPlainString();
    }
}
