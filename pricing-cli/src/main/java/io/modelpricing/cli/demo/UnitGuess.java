package io.modelpricing.cli.demo;

import java.math.BigDecimal;

/** The rule of thumb that took a legacy number's unit from its size, to show what it does. */
final class UnitGuess {

    private static final BigDecimal A_THOUSANDTH = new BigDecimal("0.001");

    private UnitGuess() {}

    /** Returns what the rule takes for the price of one token. */
    static BigDecimal perToken(BigDecimal legacy) {
        if (legacy.compareTo(BigDecimal.ONE) >= 0) {
            return legacy.movePointLeft(6);
        }
        return legacy.compareTo(A_THOUSANDTH) >= 0 ? legacy.movePointLeft(3) : legacy;
    }
}
