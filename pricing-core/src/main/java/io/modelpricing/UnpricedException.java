package io.modelpricing;

/**
 * A price or a total was demanded where none is known. The message names the model and what has no price.
 *
 * <p>Thrown only by the {@code orElseThrow} of an answer that can also be asked what is missing.
 */
public final class UnpricedException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    UnpricedException(String message) {
        super(message);
    }
}
