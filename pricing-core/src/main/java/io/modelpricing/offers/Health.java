package io.modelpricing.offers;

import io.modelpricing.Identified;

/** The result of the last health check of a provider or a model, declared from best to worst. */
public enum Health implements Identified {
    /** It responds normally. */
    HEALTHY("healthy"),
    /** It responds, but slowly or with errors. */
    DEGRADED("degraded"),
    /** It has not been checked. */
    UNKNOWN("unknown"),
    /** It does not respond. */
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
