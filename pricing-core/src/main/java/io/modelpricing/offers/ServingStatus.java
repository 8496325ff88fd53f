package io.modelpricing.offers;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a provider, or one of its models, does at serving requests.
 *
 * @param isActive whether it is in use
 * @param health how the last check found it
 * @param responseTime how long it takes to answer on average, null if nobody has measured; zero is a measurement
 */
public record ServingStatus(
        boolean isActive, Health health, @Nullable Duration responseTime) {

    /** Active and no more known: neither its health nor its response time. */
    public static final ServingStatus UNCHECKED = new ServingStatus(true, Health.UNKNOWN, null);

    /**
     * Checks the response time.
     *
     * @param isActive whether it is in use
     * @param health how the last check found it
     * @param responseTime how long it takes to answer on average, null if nobody has measured; zero is a measurement
     * @throws IllegalArgumentException if it is negative
     */
    public ServingStatus {
        requireNonNull(health, "health");
        if (responseTime != null && responseTime.isNegative()) {
            throw new IllegalArgumentException(
                    "a response time is zero or more, but was " + responseTime.toMillis() + " ms");
        }
    }
}
