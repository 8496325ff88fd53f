package io.modelpricing;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An exact rational number of zero or more, to check decimals without decimal arithmetic.
 *
 * @param numerator zero or more
 * @param denominator one or more; it may share divisors with the numerator
 */
record Fraction(BigInteger numerator, BigInteger denominator) implements Comparable<Fraction> {

    static final Fraction ZERO = new Fraction(BigInteger.ZERO, BigInteger.ONE);

    private static final List<BigInteger> POWERS_OF_TEN =
            IntStream.range(0, 60).mapToObj(BigInteger.TEN::pow).toList();

    static Fraction of(long numerator, long denominator) {
        return new Fraction(BigInteger.valueOf(numerator), BigInteger.valueOf(denominator));
    }

    Fraction plus(Fraction other) {
        if (denominator.equals(other.denominator)) {
            return new Fraction(numerator.add(other.numerator), denominator);
        }
        BigInteger divisor = denominator.gcd(other.denominator);
        BigInteger factor = other.denominator.divide(divisor);
        return new Fraction(
                numerator.multiply(factor).add(other.numerator.multiply(denominator.divide(divisor))),
                denominator.multiply(factor));
    }

    Fraction times(long factor) {
        return new Fraction(numerator.multiply(BigInteger.valueOf(factor)), denominator);
    }

    boolean isZero() {
        return numerator.signum() == 0;
    }

    /** Returns whether a decimal is equal to this number. */
    boolean is(BigDecimal decimal) {
        return decimal.scale() >= 0
                && decimal.unscaledValue().multiply(denominator).equals(numerator.multiply(tenToThe(decimal.scale())));
    }

    /** Returns whether the unscaled value of this number at a scale fits a {@code long}. */
    boolean fitsLongAt(int scale) {
        return in(scale).bitLength() < Long.SIZE;
    }

    /** Returns the unscaled value of this number at a scale, rounded down. */
    BigInteger in(int scale) {
        return numerator.multiply(tenToThe(scale)).divide(denominator);
    }

    /** Returns what {@link #in} drops, as a fraction of the smallest unit at the scale. */
    Fraction restIn(int scale) {
        return new Fraction(numerator.multiply(tenToThe(scale)).mod(denominator), denominator);
    }

    /** Returns the unscaled value of this number at a scale, rounded. */
    BigInteger roundedIn(int scale, RoundingMode mode) {
        BigInteger down = in(scale);
        Fraction rest = restIn(scale);
        int half = rest.numerator.shiftLeft(1).compareTo(rest.denominator);
        boolean more = switch (mode) {
            case UP, CEILING -> rest.numerator.signum() > 0;
            case DOWN, FLOOR -> false;
            case HALF_UP -> half >= 0;
            case HALF_DOWN -> half > 0;
            case HALF_EVEN -> half > 0 || (half == 0 && down.testBit(0));
            case UNNECESSARY -> throw new IllegalArgumentException("nothing to round");
        };
        return more ? down.add(BigInteger.ONE) : down;
    }

    private static BigInteger tenToThe(int exponent) {
        return POWERS_OF_TEN.get(exponent);
    }

    @Override
    public int compareTo(Fraction other) {
        return numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator));
    }

    @Override
    public String toString() {
        return numerator + "/" + denominator;
    }
}
