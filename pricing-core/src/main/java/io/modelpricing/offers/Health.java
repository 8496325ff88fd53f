package io.modelpricing.offers;

import io.modelpricing.Identified;

/** How the last health check found a provider or a model; declared from the best to the worst to send a request to. */
public enum Health implements Identified {
    /** It answers as it should. */
    HEALTHY("healthy"),
    /** It answers, but slowly or not always. */
    DEGRADED("degraded"),
    /** Nobody has checked. */
    UNKNOWN("unknown"),
    /** It does not answer. */
    DOWN("down");

    private final String id;

    Health(String id) {
        this.id = id;
    }

    /**
     * Reads the health status with an id.
     *
     * @param id for example {@code degraded}
     * @return the health status
     * @throws IllegalArgumentException if no health status has this id; the message lists the ids that exist
     */
    public static Health parse(String id) {
        return Identified.parse(Health.class, "health status", id);
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
