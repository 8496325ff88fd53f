package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What a provider's cost is multiplied by to make a charge: 1.25 adds a quarter, 0.05 is a fee of five percent of the cost.
 *
 * <p>A factor is above zero, exact, below {@value #LIMIT_TEXT} and has at most {@value #MAX_DECIMALS} decimals. Nothing is
 * given away by a factor of zero: that somebody else pays the provider is said of the request.
 *
 * <p>This class is immutable and thread-safe. Two markups are equal if they are the same number.
 */
public final class Markup {

    /** The most decimals of a factor. */
    public static final int MAX_DECIMALS = 10;

    private static final String LIMIT_TEXT = "1000";
    private static final BigDecimal LIMIT = new BigDecimal(LIMIT_TEXT);

    private final BigDecimal factor;

    private Markup(BigDecimal factor) {
        this.factor = factor;
    }

    /**
     * Returns the markup of a factor.
     *
     * @param factor for example 1.25
     * @return the markup
     * @throws IllegalArgumentException if the factor is not above zero, too large or too fine
     */
    public static Markup factor(BigDecimal factor) {
        BigDecimal exact = requireNonNull(factor, "factor").stripTrailingZeros();
        if (exact.signum() <= 0 || exact.scale() > MAX_DECIMALS || exact.compareTo(LIMIT) >= 0) {
            throw new IllegalArgumentException("a markup is above 0 and below " + LIMIT_TEXT + " with at most "
                    + MAX_DECIMALS + " decimals, but was " + factor);
        }
        return new Markup(exact.scale() < 0 ? exact.setScale(0) : exact);
    }

    /**
     * Returns the markup of a factor.
     *
     * @param factor decimal text, for example {@code 1.25}
     * @return the markup
     * @throws IllegalArgumentException if the text is no decimal, or the factor is not above zero, too large or too fine
     */
    public static Markup factor(String factor) {
        if (!requireNonNull(factor, "factor").matches("[0-9]{1,20}(\\.[0-9]{1,20})?")) {
            throw new IllegalArgumentException("\"" + factor + "\" is no factor: write a decimal such as 1.25");
        }
        return factor(new BigDecimal(factor));
    }

    /**
     * Returns the factor.
     *
     * @return the exact number, without trailing zeros
     */
    public BigDecimal factor() {
        return factor;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Markup that && factor.equals(that.factor);
    }

    @Override
    public int hashCode() {
        return factor.hashCode();
    }

    @Override
    public String toString() {
        return factor.toPlainString();
    }
}
