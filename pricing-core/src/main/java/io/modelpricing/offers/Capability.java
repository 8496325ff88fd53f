package io.modelpricing.offers;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Something that a request can need and not every offer has. */
public enum Capability {
    /** Answers that come in pieces, while they are made. */
    STREAMING("streaming"),
    /** Calls of the functions that a request describes. */
    FUNCTION_CALLING("function_calling"),
    /** Images in the prompt. */
    VISION("vision");

    private final String id;

    Capability(String id) {
        this.id = id;
    }

    /**
     * Returns the capability of a name as JSON and the command line write it.
     *
     * @param id for example {@code vision}
     * @return the capability
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static Capability of(String id) {
        for (Capability capability : values()) {
            if (capability.id.equals(id)) {
                return capability;
            }
        }
        throw new IllegalArgumentException("\"" + id + "\" is no capability; there are "
                + Arrays.stream(values()).map(Capability::id).collect(Collectors.joining(", ")));
    }

    /**
     * Returns the name that JSON and the command line use.
     *
     * @return for example {@code vision}
     */
    public String id() {
        return id;
    }

    @Override
    public String toString() {
        return id;
    }
}
