package io.modelpricing;

import static java.util.Objects.requireNonNull;

/**
 * The API name of a model, which the rows of several providers share ({@code models.model_id}).
 *
 * @param value the name, not blank
 */
public record CanonicalModelId(String value) {

    /**
     * Checks the name.
     *
     * @param value the name, not blank
     * @throws IllegalArgumentException if it is blank
     */
    public CanonicalModelId {
        if (requireNonNull(value, "value").isBlank()) {
            throw new IllegalArgumentException("a canonical model id is blank");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
