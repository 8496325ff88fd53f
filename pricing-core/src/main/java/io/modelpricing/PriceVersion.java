package io.modelpricing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One version of a model's price. Versions are never changed or deleted, even if the model is deleted, so each one
 * carries the names that the model had.
 *
 * @param price the price, with the number of this version
 * @param kind the kind of change that made this version
 * @param validFrom the first instant at which the price applies; null for no start date
 * @param recordedAt when the database recorded this version; of an announced price, when it was announced
 * @param attribution the actor of the change and the reason for it
 * @param provider the provider's slug at that time, null for a model without a provider
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

    /** The kind of change that makes a version. */
    public enum Kind implements Identified {
        /** The source changed the price. */
        CHANGE("change"),
        /** The recorded price was wrong; this one replaces it from {@code validFrom} on. */
        CORRECTION("correction"),
        /** The price was deleted, alone or with its model. */
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
     * @return the number, counted from 1 for each model without gaps
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
