package io.modelpricing;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The class of service that a request was made in, each with prices of its own. */
public enum ServiceTier {
    /** The ordinary one. */
    STANDARD("standard"),
    /** Answered within hours. */
    BATCH("batch"),
    /** Answered when there is room. */
    FLEX("flex"),
    /** Answered before others. */
    PRIORITY("priority");

    private final String id;

    ServiceTier(String id) {
        this.id = id;
    }

    /**
     * Returns the tier of a name as tables, JSON and the command line write it.
     *
     * @param id for example {@code batch}
     * @return the tier
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static ServiceTier of(String id) {
        for (ServiceTier tier : values()) {
            if (tier.id.equals(id)) {
                return tier;
            }
        }
        throw new IllegalArgumentException("\"" + id + "\" is no service tier; there are "
                + Arrays.stream(values()).map(ServiceTier::id).collect(Collectors.joining(", ")));
    }

    /**
     * Returns the name that tables, JSON and the command line use.
     *
     * @return for example {@code batch}
     */
    public String id() {
        return id;
    }

    @Override
    public String toString() {
        return id;
    }
}
