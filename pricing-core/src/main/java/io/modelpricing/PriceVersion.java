package io.modelpricing;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One state of one model's price, kept for ever and never changed. It outlives the model, and so carries its names.
 *
 * @param pricing the state, with the number of this version
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
        ModelPricing pricing,
        Kind kind,
        @Nullable Instant validFrom,
        Instant recordedAt,
        Attribution attribution,
        @Nullable String provider,
        String providerModelId,
        CanonicalModelId canonicalId,
        String modelName) {

    /** What makes a version. */
    public enum Kind {
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
         * Returns the kind of a name as tables and JSON write it.
         *
         * @param id for example {@code change}
         * @return the kind
         * @throws IllegalArgumentException if there is none
         */
        public static Kind of(String id) {
            for (Kind kind : values()) {
                if (kind.id.equals(id)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException(
                    "\"" + id + "\" is no kind of version; there are change, correction, deletion");
        }

        /**
         * Returns the name that tables and JSON use.
         *
         * @return for example {@code change}
         */
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
        return pricing.version();
    }
}
