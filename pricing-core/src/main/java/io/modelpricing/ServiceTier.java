package io.modelpricing;

/** The class of service that a request was made in, each with prices of its own. */
public enum ServiceTier implements Identified {
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
     * Reads the tier with an id.
     *
     * @param id for example {@code batch}
     * @return the tier
     * @throws IllegalArgumentException if no tier has this id; the message lists the ids that exist
     */
    public static ServiceTier parse(String id) {
        return Identified.parse(ServiceTier.class, "service tier", id);
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
