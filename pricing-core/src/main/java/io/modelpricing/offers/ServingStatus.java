package io.modelpricing.offers;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The status of a provider, or of a model at a provider.
 *
 * @param isActive whether it is in use
 * @param health the result of the last health check
 * @param responseTime the average response time, null if it has not been measured; zero is a measurement
 */
public record ServingStatus(
        boolean isActive, Health health, @Nullable Duration responseTime) {

    /** Active, with unknown health and response time. */
    public static final ServingStatus UNCHECKED = new ServingStatus(true, Health.UNKNOWN, null);

    /**
     * Checks the response time.
     *
     * @param isActive whether it is in use
     * @param health the result of the last health check
     * @param responseTime the average response time, zero or more, or null
     * @throws IllegalArgumentException if the response time is negative
     */
    public ServingStatus {
        requireNonNull(health, "health");
        if (responseTime != null && responseTime.isNegative()) {
            throw new IllegalArgumentException(
                    "a response time must be zero or more, but was " + responseTime.toMillis() + " ms");
        }
    }
}
