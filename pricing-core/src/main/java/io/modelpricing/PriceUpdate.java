package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A statement of a source about the price of a model, and the time when it was observed. Of two statements, the later
 * observation wins.
 *
 * @param model the model
 * @param pricing the stated price
 * @param source the source that stated it
 * @param observedAt when the statement was observed, in the years 1 to 9999; truncated to microseconds, the precision
 *     of PostgreSQL
 */
public record PriceUpdate(ModelId model, Pricing pricing, PricingSource source, Instant observedAt) {

    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

    /**
     * Checks the time, and truncates it to microseconds.
     *
     * @param model the model
     * @param pricing the stated price
     * @param source the source that stated it
     * @param observedAt when the statement was observed
     * @throws IllegalArgumentException if {@code observedAt} is not in the years 1 to 9999
     */
    public PriceUpdate {
        requireNonNull(model, "model");
        requireNonNull(pricing, "pricing");
        requireNonNull(source, "source");
        observedAt = requireNonNull(observedAt, "observedAt").truncatedTo(ChronoUnit.MICROS);
        if (observedAt.isBefore(FIRST) || !observedAt.isBefore(END)) {
            throw new IllegalArgumentException(
                    "observedAt of model " + model + " must be in the years 1 to 9999, but was " + observedAt);
        }
    }
}
