package io.modelpricing.cli.demo;

import java.math.BigDecimal;

/** The rule of thumb that guesses the unit of a legacy price from its size. The demo shows how it fails. */
final class UnitGuess {

    private static final BigDecimal A_THOUSANDTH = new BigDecimal("0.001");

    private UnitGuess() {}

    /** Returns the price per token by the rule of thumb. */
    static BigDecimal perToken(BigDecimal legacy) {
        if (legacy.compareTo(BigDecimal.ONE) >= 0) {
            return legacy.movePointLeft(6);
        }
        return legacy.compareTo(A_THOUSANDTH) >= 0 ? legacy.movePointLeft(3) : legacy;
    }
}
