package io.modelpricing;

/**
 * The key of a row of {@code models}, which is one provider's offering of a model.
 *
 * @param value the row's {@code id}, positive
 */
public record ModelId(long value) implements Comparable<ModelId> {

    /**
     * Checks the key.
     *
     * @param value the row's {@code id}, positive
     * @throws IllegalArgumentException if the value is not positive
     */
    public ModelId {
        if (value <= 0) {
            throw new IllegalArgumentException("a model id must be positive, but was " + value);
        }
    }

    /** Orders by value, which is the order in which writers lock models. */
    @Override
    public int compareTo(ModelId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
