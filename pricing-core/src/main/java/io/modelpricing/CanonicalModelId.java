package io.modelpricing;

import static java.util.Objects.requireNonNull;

/**
 * The name of a model that all of its providers share ({@code models.model_id}), such as {@code gpt-4o}.
 *
 * @param value the name, not blank
 */
public record CanonicalModelId(String value) {

    /**
     * Checks the name.
     *
     * @param value the name, not blank
     * @throws IllegalArgumentException if it is blank or PostgreSQL cannot store it
     */
    public CanonicalModelId {
        if (TextRule.requireStorable("canonical model id", requireNonNull(value, "value"))
                .isBlank()) {
            throw new IllegalArgumentException(
                    "a canonical model id must not be blank; pass a name such as gpt-4o (models.model_id)");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
