package io.modelpricing.compat;

import io.modelpricing.Identified;

/**
 * The meaning of the legacy prices for cached and audio tokens, which have no legacy column of their own.
 *
 * <p>The legacy system charged them as input or output tokens.
 */
public enum Cached implements Identified {
    /** They are charged at the price of the input or output tokens that they are part of. */
    AS_INPUT("as-input"),
    /** Their price is unknown, so the cost of a request with such tokens is incomplete. */
    UNKNOWN("unknown");

    private final String id;

    Cached(String id) {
        this.id = id;
    }

    /**
     * Reads the meaning with an id.
     *
     * @param id for example {@code as-input}
     * @return the meaning
     * @throws IllegalArgumentException if no meaning has this id; the message lists the ids that exist
     */
    public static Cached parse(String id) {
        return Identified.parse(Cached.class, "meaning of cached tokens", id);
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
