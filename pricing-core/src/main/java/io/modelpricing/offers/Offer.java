package io.modelpricing.offers;

import static java.util.Objects.requireNonNull;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Pricing;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Quote;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A provider's model with its price and its health, as failover sees it: everything that is needed to choose it, to send it
 * a request, and to cost that request without a second lookup.
 *
 * @param id the provider's slug, and its own id of the model
 * @param providerName what people call the provider
 * @param canonicalId the model that this is an offer of
 * @param price its price
 * @param providerStatus how the provider does
 * @param modelStatus how this model does at the provider
 * @param successRate how many requests succeed, null if nobody has counted
 * @param capabilities what it can do, in the order of {@link Capability}
 * @param contextLength how many tokens it takes, null if nobody said
 */
public record Offer(
        ProviderModelId id,
        String providerName,
        CanonicalModelId canonicalId,
        ModelPricing price,
        ServingStatus providerStatus,
        ServingStatus modelStatus,
        @Nullable Percent successRate,
        Set<Capability> capabilities,
        @Nullable Integer contextLength) {

    /**
     * Copies the capabilities, and checks that nothing is null that must not be.
     *
     * @param id the provider's slug, and its own id of the model
     * @param providerName what people call the provider
     * @param canonicalId the model that this is an offer of
     * @param price its price
     * @param providerStatus how the provider does
     * @param modelStatus how this model does at the provider
     * @param successRate how many requests succeed, null if nobody has counted
     * @param capabilities what it can do
     * @param contextLength how many tokens it takes, null if nobody said
     */
    public Offer {
        requireNonNull(id, "id");
        requireNonNull(providerName, "providerName");
        requireNonNull(canonicalId, "canonicalId");
        requireNonNull(price, "price");
        requireNonNull(providerStatus, "providerStatus");
        requireNonNull(modelStatus, "modelStatus");
        EnumSet<Capability> ordered = EnumSet.noneOf(Capability.class);
        ordered.addAll(capabilities);
        capabilities = Collections.unmodifiableSet(ordered);
    }

    /**
     * Returns the slug of the provider.
     *
     * @return for example {@code openrouter}
     */
    public String provider() {
        return id.provider();
    }

    /**
     * Returns the key of the model's row.
     *
     * @return the model
     */
    public ModelId model() {
        return price.model();
    }

    /**
     * Returns the pricing that applies now.
     *
     * @return the pricing of {@link #price()}
     */
    public Pricing pricing() {
        return price.pricing();
    }

    /**
     * Fixes the price for one request.
     *
     * @return the quote
     */
    public Quote quote() {
        return price.quote();
    }

    /**
     * Tells whether the offer can be used.
     *
     * @return true if both the provider and the model are active
     */
    public boolean isActive() {
        return providerStatus.isActive() && modelStatus.isActive();
    }

    /**
     * Returns the health of the provider and the model together: the worse of what is known.
     *
     * @return unknown only if neither was ever checked
     */
    public Health health() {
        Health provider = providerStatus.health();
        Health model = modelStatus.health();
        if (provider == Health.UNKNOWN || model == Health.UNKNOWN) {
            return provider == Health.UNKNOWN ? model : provider;
        }
        return provider.compareTo(model) > 0 ? provider : model;
    }

    /**
     * Returns how long an answer takes: what was measured of the model, otherwise of its provider.
     *
     * @return the average, null if nobody has measured either
     */
    public @Nullable Duration responseTime() {
        Duration model = modelStatus.responseTime();
        return model == null ? providerStatus.responseTime() : model;
    }
}
