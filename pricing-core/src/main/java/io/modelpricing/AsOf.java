package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A point in the history of a price: the instant that the price must apply to, and optionally the instant up to which
 * records count.
 *
 * <pre>{@code
 * AsOf.validAt(requestTime)                     // by everything that is recorded now
 * AsOf.validAt(requestTime).knownAt(billTime)   // by what was recorded at billTime
 * }</pre>
 *
 * @param validAt the instant that the price must apply to
 * @param knownAt the instant after which records are ignored; null to use all of them
 */
public record AsOf(Instant validAt, @Nullable Instant knownAt) {

    /**
     * Checks that {@code validAt} is present.
     *
     * @param validAt the instant that the price must apply to
     * @param knownAt the instant after which records are ignored; null to use all of them
     */
    public AsOf {
        requireNonNull(validAt, "validAt");
    }

    /**
     * Returns the price's state at an instant, by everything that is recorded now.
     *
     * @param instant the instant that the price must apply to
     * @return the point in the history
     */
    public static AsOf validAt(Instant instant) {
        return new AsOf(instant, null);
    }

    /**
     * Returns this point, ignoring what was recorded after an instant.
     *
     * @param instant the last instant whose records count
     * @return the point in the history
     */
    public AsOf knownAt(Instant instant) {
        return new AsOf(validAt, requireNonNull(instant, "instant"));
    }
}
