package io.modelpricing.offers;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Identified;

/**
 * A provider's model that is not among the offers, and why.
 *
 * @param provider the provider's slug
 * @param providerModelId the provider's own id of the model
 * @param reason what stands against it; the first, if there are several
 * @param detail the same in words, with the value that stands against it
 */
public record ExcludedOffer(String provider, String providerModelId, Reason reason, String detail) {

    /** What can stand against an offer. */
    public enum Reason implements Identified {
        /** The provider or the model is not in use. */
        INACTIVE("inactive"),
        /** Its health is worse than what was asked for. */
        HEALTH("health"),
        /** Too few of its requests succeed, or nobody has counted. */
        SUCCESS_RATE("success_rate"),
        /** It lacks a capability that was asked for. */
        CAPABILITY("capability"),
        /** It takes fewer tokens than were asked for, or nobody said how many. */
        CONTEXT_LENGTH("context_length"),
        /** Its provider is giving it up. */
        DEPRECATED("deprecated"),
        /** Its price is missing. */
        UNPRICED("unpriced"),
        /** The source of its price was not seen since the instant that was asked for. */
        STALE_PRICE("stale_price"),
        /** The request would cost more than what was asked for, or nobody knows what it would cost. */
        MAX_COST("max_cost"),
        /** Its row holds a value that cannot be, and so nothing is known of it for sure. */
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
     * Checks that nothing is null.
     *
     * @param provider the provider's slug
     * @param providerModelId the provider's own id of the model
     * @param reason what stands against it
     * @param detail the same in words
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
