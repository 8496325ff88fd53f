package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a price begins to apply: at an instant, or without a start date ({@code valid_from} is NULL), which means for
 * all of the past.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class ValidFrom {

    private static final ValidFrom NO_START_DATE = new ValidFrom(null);

    private final @Nullable Instant instant;

    private ValidFrom(@Nullable Instant instant) {
        this.instant = instant;
    }

    /**
     * Returns a start at an instant.
     *
     * @param instant the first instant at which the price applies
     * @return the start
     */
    public static ValidFrom at(Instant instant) {
        return new ValidFrom(requireNonNull(instant, "instant"));
    }

    /**
     * Returns the absence of a start date: the price applies to all of the past.
     *
     * @return the value without an instant
     */
    public static ValidFrom noStartDate() {
        return NO_START_DATE;
    }

    /**
     * Returns the start date.
     *
     * @return the first instant at which the price applies; empty without a start date
     */
    public Optional<Instant> instant() {
        return Optional.ofNullable(instant);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ValidFrom that && instant().equals(that.instant());
    }

    @Override
    public int hashCode() {
        return instant().hashCode();
    }

    /** Returns the start date in ISO 8601, or {@code no start date}. */
    @Override
    public String toString() {
        return instant == null ? "no start date" : instant.toString();
    }
}
