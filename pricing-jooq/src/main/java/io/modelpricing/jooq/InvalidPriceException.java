package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

/**
 * Thrown when a stored price is not valid, which the constraints of the pricing tables prevent. The message names the
 * model.
 */
public final class InvalidPriceException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    InvalidPriceException(String what, IllegalArgumentException cause) {
        super(
                what + " is not a valid price: " + cause.getMessage()
                        + "; check that the constraints of the pricing tables exist",
                cause);
    }

    /** Returns what is wrong, without the name of the model. */
    String reason() {
        return String.valueOf(requireNonNull(getCause()).getMessage());
    }
}
