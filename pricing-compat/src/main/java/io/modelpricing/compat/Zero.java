package io.modelpricing.compat;

import io.modelpricing.Identified;

/** The meaning of a model whose legacy prices are all zero. The legacy columns cannot express it. */
public enum Zero implements Identified {
    /** The model is free. */
    FREE("free"),
    /** The price is unknown. */
    UNKNOWN("unknown");

    private final String id;

    Zero(String id) {
        this.id = id;
    }

    /**
     * Reads the meaning with an id.
     *
     * @param id for example {@code free}
     * @return the meaning
     * @throws IllegalArgumentException if no meaning has this id; the message lists the ids that exist
     */
    public static Zero parse(String id) {
        return Identified.parse(Zero.class, "meaning of zero prices", id);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String toString() {
        return id;
    }
}
