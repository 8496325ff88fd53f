package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * The factor by which a provider's cost is multiplied to get a charge: 1.25 adds 25 percent, 0.05 charges five percent
 * of the cost.
 *
 * <p>A factor is exact, above zero, below {@value #LIMIT_TEXT}, and has at most {@value #MAX_DECIMALS} decimals. Zero
 * is not a factor. If the customer pays the provider with a key of their own, mark the recorded request as such
 * instead.
 *
 * <p>This class is immutable and thread-safe. Two markups are equal if they are the same number.
 */
public final class Markup {

    /** The maximum number of decimals of a factor. */
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
     * @throws IllegalArgumentException if the factor is zero or less, too large, or has too many decimals
     */
    public static Markup of(BigDecimal factor) {
        BigDecimal exact = requireNonNull(factor, "factor").stripTrailingZeros();
        if (exact.signum() <= 0 || exact.scale() > MAX_DECIMALS || exact.compareTo(LIMIT) >= 0) {
            throw new IllegalArgumentException("a markup factor must be above 0, below " + LIMIT_TEXT
                    + " and have at most " + MAX_DECIMALS + " decimals, but was " + factor);
        }
        return new Markup(exact.scale() < 0 ? exact.setScale(0) : exact);
    }

    /**
     * Returns the markup of a factor.
     *
     * @param factor plain decimal text, for example {@code 1.25}
     * @return the markup
     * @throws IllegalArgumentException if the text is not a decimal, or the factor is zero, too large, or has too many
     *     decimals
     */
    public static Markup parse(String factor) {
        if (!requireNonNull(factor, "factor").matches("[0-9]{1,20}(\\.[0-9]{1,20})?")) {
            throw new IllegalArgumentException("\"" + TextRule.shortened(factor)
                    + "\" is not a markup factor; expected a decimal above 0, such as 1.25");
        }
        return of(new BigDecimal(factor));
    }

    /**
     * Returns the factor.
     *
     * @return the exact number without trailing zeros
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
