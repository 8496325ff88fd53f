package io.modelpricing;

/** Why a model has no price. */
public enum MissingReason {
    /** No source has ever stated one. */
    NEVER_KNOWN("never_known"),
    /** It differs from request to request, as a router's does. */
    DYNAMIC("dynamic"),
    /** What was stated cannot be right, and waits in the quarantine for a decision. */
    AMBIGUOUS("ambiguous");

    private final String id;

    MissingReason(String id) {
        this.id = id;
    }

    /**
     * Returns the reason of a name as tables and JSON write it.
     *
     * @param id for example {@code dynamic}
     * @return the reason
     * @throws IllegalArgumentException if there is none
     */
    public static MissingReason of(String id) {
        for (MissingReason reason : values()) {
            if (reason.id.equals(id)) {
                return reason;
            }
        }
        throw new IllegalArgumentException(
                "\"" + id + "\" is no reason for a missing price; there are never_known, dynamic, ambiguous");
    }

    /**
     * Returns the name that tables and JSON use.
     *
     * @return for example {@code dynamic}
     */
    public String id() {
        return id;
    }

    @Override
    public String toString() {
        return id;
    }
}
