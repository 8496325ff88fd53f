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
 * A provider's model with its price and its health. It has everything that is needed to choose it, to send it a
 * request, and to calculate the cost of that request without another query.
 *
 * @param id the provider's slug, and the provider's id of the model
 * @param providerName the provider's display name
 * @param canonicalId the model that is offered
 * @param price the price of the model at this provider
 * @param providerStatus the status of the provider
 * @param modelStatus the status of the model at this provider
 * @param successRate the share of requests that succeed, null if unknown
 * @param capabilities the features it supports, in the order of {@link Capability}
 * @param contextLength the maximum number of input and output tokens of a request, null if unknown
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
     * Copies the capabilities.
     *
     * @param id the provider's slug, and the provider's id of the model
     * @param providerName the provider's display name
     * @param canonicalId the model that is offered
     * @param price the price of the model at this provider
     * @param providerStatus the status of the provider
     * @param modelStatus the status of the model at this provider
     * @param successRate the share of requests that succeed, or null
     * @param capabilities the features it supports
     * @param contextLength the maximum number of tokens of a request, or null
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
     * Returns the provider's slug.
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
     * Returns a quote of the price for a request.
     *
     * @return the quote, which later changes of the price do not affect
     */
    public Quote quote() {
        return price.quote();
    }

    /**
     * Returns whether the offer is in use.
     *
     * @return true if both the provider and the model are active
     */
    public boolean isActive() {
        return providerStatus.isActive() && modelStatus.isActive();
    }

    /**
     * Returns the worse of the provider's and the model's health, ignoring one that is unknown.
     *
     * @return the health; unknown only if neither has been checked
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
     * Returns the average response time of the model at this provider, or that of the provider if it is unknown.
     *
     * @return the average; null if neither has been measured
     */
    public @Nullable Duration responseTime() {
        Duration model = modelStatus.responseTime();
        return model == null ? providerStatus.responseTime() : model;
    }
}
