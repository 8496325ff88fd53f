package io.modelpricing.offers;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Identified;

/**
 * A provider's model that was excluded from the offers, with the reason.
 *
 * @param provider the provider's slug
 * @param providerModelId the provider's id of the model
 * @param reason why it was excluded; the first reason, if there are several
 * @param detail the reason in words, with the value that caused it
 */
public record ExcludedOffer(String provider, String providerModelId, Reason reason, String detail) {

    /** Why an offer is excluded. */
    public enum Reason implements Identified {
        /** The provider or the model is not active. */
        INACTIVE("inactive"),
        /** Its health is worse than required. */
        HEALTH("health"),
        /** Its success rate is lower than required, or unknown. */
        SUCCESS_RATE("success_rate"),
        /** It lacks a required capability. */
        CAPABILITY("capability"),
        /** Its context length is shorter than required, or unknown. */
        CONTEXT_LENGTH("context_length"),
        /** Its provider has deprecated it. */
        DEPRECATED("deprecated"),
        /** Its price is missing. */
        UNPRICED("unpriced"),
        /** Its price was last observed before the required instant. */
        STALE_PRICE("stale_price"),
        /** The expected cost of the request is above the limit, or unknown. */
        MAX_COST("max_cost"),
        /** Its row contains an invalid value. */
        UNREADABLE("unreadable");

        private final String id;

        Reason(String id) {
            this.id = id;
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
     * Checks that all are present.
     *
     * @param provider the provider's slug
     * @param providerModelId the provider's id of the model
     * @param reason why it was excluded
     * @param detail the reason in words
     */
    public ExcludedOffer {
        requireNonNull(provider, "provider");
        requireNonNull(providerModelId, "providerModelId");
        requireNonNull(reason, "reason");
        requireNonNull(detail, "detail");
    }

    static ExcludedOffer of(Offer offer, Reason reason, String detail) {
        return new ExcludedOffer(offer.id().provider(), offer.id().modelId(), reason, detail);
    }
}
