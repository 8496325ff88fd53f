package io.modelpricing.offers;

import io.modelpricing.Identified;

/** A feature that a request can require and that not every offer has. */
public enum Capability implements Identified {
    /** Responses that are sent in parts while the model produces them. */
    STREAMING("streaming"),
    /** Calls of functions that the request describes. */
    FUNCTION_CALLING("function_calling"),
    /** Images in the prompt. */
    VISION("vision");

    private final String id;

    Capability(String id) {
        this.id = id;
    }

    /**
     * Reads the capability with an id.
     *
     * @param id for example {@code vision}
     * @return the capability
     * @throws IllegalArgumentException if no capability has this id; the message lists the ids that exist
     */
    public static Capability parse(String id) {
        return Identified.parse(Capability.class, "capability", id);
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
