package io.modelpricing;

/**
 * Thrown where a price or a total is required but not known. The message names the units without a price, and the
 * model if it is known.
 *
 * <p>Only methods named {@code orElseThrow}, and methods that document it, throw this exception.
 */
public final class UnpricedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    UnpricedException(String message) {
        super(message);
    }
}
