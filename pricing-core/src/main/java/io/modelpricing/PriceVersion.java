package io.modelpricing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One state of one model's price, kept for ever and never changed. It outlives the model, and so carries its names.
 *
 * @param price the state, with the number of this version
 * @param kind what made it
 * @param validFrom from when on the price applies; null for since ever
 * @param recordedAt when the database learned of it
 * @param attribution who made it, and why
 * @param provider the provider's slug at that time, null for a model without provider
 * @param providerModelId the provider's id of the model at that time
 * @param canonicalId the canonical model id at that time
 * @param modelName the model's display name at that time
 */
public record PriceVersion(
        ModelPricing price,
        Kind kind,
        @Nullable Instant validFrom,
        Instant recordedAt,
        Attribution attribution,
        @Nullable String provider,
        String providerModelId,
        CanonicalModelId canonicalId,
        String modelName) {

    /** What makes a version. */
    public enum Kind implements Identified {
        /** The price changed in the world. */
        CHANGE("change"),
        /** What had been recorded was wrong: this is what was valid since {@code validFrom}. */
        CORRECTION("correction"),
        /** The price, or the model with it, was deleted. */
        DELETION("deletion");

        private final String id;

        Kind(String id) {
            this.id = id;
        }

        /**
         * Reads the kind with an id.
         *
         * @param id for example {@code change}
         * @return the kind
         * @throws IllegalArgumentException if no kind has this id; the message lists the ids that exist
         */
        public static Kind parse(String id) {
            return Identified.parse(Kind.class, "kind of price version", id);
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

    /**
     * Returns the number of this version.
     *
     * @return counted from 1 for each model, without gaps
     */
    public int number() {
        return price.version();
    }

    /**
     * Returns the pricing of this version.
     *
     * @return the pricing of {@link #price()}
     */
    public Pricing pricing() {
        return price.pricing();
    }
}
