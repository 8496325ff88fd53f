package io.modelpricing;

/** Why a model has no price. */
public enum MissingReason implements Identified {
    /** No source has stated a price. */
    NEVER_KNOWN("never_known"),
    /** The price differs from request to request, as for a router that picks a model for each one. */
    DYNAMIC("dynamic"),
    /** A source stated a price that could not be interpreted; it is in quarantine until an operator decides. */
    AMBIGUOUS("ambiguous");

    private final String id;

    MissingReason(String id) {
        this.id = id;
    }

    /**
     * Reads the reason with an id.
     *
     * @param id for example {@code dynamic}
     * @return the reason
     * @throws IllegalArgumentException if no reason has this id; the message lists the ids that exist
     */
    public static MissingReason parse(String id) {
        return Identified.parse(MissingReason.class, "reason for a missing price", id);
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
