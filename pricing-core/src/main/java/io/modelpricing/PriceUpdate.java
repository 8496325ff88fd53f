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
 * @param observedAt when it was seen, to the microsecond (PostgreSQL keeps no more): a later observation wins over an
 *     earlier one
 */
public record PriceUpdate(ModelId model, Pricing pricing, PricingSource source, Instant observedAt) {

    /**
     * Checks that nothing is null, and drops what is finer than a microsecond.
     *
     * @param model the model
     * @param pricing what was stated
     * @param source who stated it
     * @param observedAt when it was seen, to the microsecond (PostgreSQL keeps no more): a later observation wins over an
     *     earlier one
     */
    public PriceUpdate {
        requireNonNull(model, "model");
        requireNonNull(pricing, "pricing");
        requireNonNull(source, "source");
        observedAt = requireNonNull(observedAt, "observedAt").truncatedTo(ChronoUnit.MICROS);
    }
}
