package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What a source stated about a model's price at a moment.
 *
 * @param model the model
 * @param pricing what was stated
 * @param source who stated it
 * @param observedAt when it was seen, in the years 1 to 9999 and to the microsecond (PostgreSQL keeps no more): a later
 *     observation wins over an earlier one
 */
public record PriceUpdate(ModelId model, Pricing pricing, PricingSource source, Instant observedAt) {

    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

    /**
     * Checks the moment, and drops what is finer than a microsecond.
     *
     * @param model the model
     * @param pricing what was stated
     * @param source who stated it
     * @param observedAt when it was seen, to the microsecond (PostgreSQL keeps no more): a later observation wins over an
     *     earlier one
     * @throws IllegalArgumentException if it was observed outside the years 1 to 9999
     */
    public PriceUpdate {
        requireNonNull(model, "model");
        requireNonNull(pricing, "pricing");
        requireNonNull(source, "source");
        observedAt = requireNonNull(observedAt, "observedAt").truncatedTo(ChronoUnit.MICROS);
        if (observedAt.isBefore(FIRST) || !observedAt.isBefore(END)) {
            throw new IllegalArgumentException(
                    "the price of model " + model + " was observed at " + observedAt + ": not in the years 1 to 9999");
        }
    }
}
