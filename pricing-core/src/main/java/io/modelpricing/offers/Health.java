package io.modelpricing.offers;

import java.util.Arrays;
import java.util.stream.Collectors;

/** How the last health check found a provider or a model; declared from the best to the worst to send a request to. */
public enum Health {
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
     * Returns the health of a name as tables, JSON and the command line write it.
     *
     * @param id for example {@code degraded}
     * @return the health
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static Health of(String id) {
        for (Health health : values()) {
            if (health.id.equals(id)) {
                return health;
            }
        }
        throw new IllegalArgumentException("\"" + id + "\" is no health; there are "
                + Arrays.stream(values()).map(Health::id).collect(Collectors.joining(", ")));
    }

    /**
     * Returns the name that tables, JSON and the command line use.
     *
     * @return for example {@code degraded}
     */
    public String id() {
        return id;
    }

    @Override
    public String toString() {
        return id;
    }
}
