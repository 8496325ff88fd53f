package io.modelpricing.offers;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.ProviderModelId;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A builder of offers: by default active, not checked, for $2.50 and $10 per million tokens. */
final class TestOffer {

    static final CanonicalModelId GPT = new CanonicalModelId("gpt-4o");
    static final Instant SEEN = Instant.parse("2026-01-01T00:00:00Z");

    private final String provider;
    private String modelId = "gpt-4o";
    private ModelPricing pricing =
            new ModelPricing(new ModelId(1), paid("2.50", "10"), 1, PricingSource.PROVIDER, SEEN);
    private ServingStatus providerStatus = ServingStatus.UNCHECKED;
    private ServingStatus modelStatus = ServingStatus.UNCHECKED;
    private @Nullable Percent successRate;
    private Set<Capability> capabilities = Set.of();
    private @Nullable Integer contextLength;

    private TestOffer(String provider) {
        this.provider = provider;
    }

    static TestOffer at(String provider) {
        return new TestOffer(provider);
    }

    static Pricing paid(String input, String output) {
        return Pricing.paid(Price.perMillion(input), Price.perMillion(output));
    }

    TestOffer named(String modelId) {
        this.modelId = modelId;
        return this;
    }

    TestOffer model(long key) {
        pricing = new ModelPricing(new ModelId(key), pricing.pricing(), 1, pricing.source(), pricing.lastUpdated());
        return this;
    }

    TestOffer priced(Pricing pricing) {
        return priced(pricing, PricingSource.PROVIDER, SEEN);
    }

    TestOffer priced(Pricing pricing, PricingSource source, @Nullable Instant lastUpdated) {
        this.pricing = new ModelPricing(this.pricing.model(), pricing, 1, source, lastUpdated);
        return this;
    }

    TestOffer provider(Health health, @Nullable Integer ms) {
        providerStatus = new ServingStatus(true, health, duration(ms));
        return this;
    }

    TestOffer model(Health health, @Nullable Integer ms) {
        modelStatus = new ServingStatus(true, health, duration(ms));
        return this;
    }

    TestOffer inactiveProvider() {
        providerStatus = new ServingStatus(false, providerStatus.health(), providerStatus.responseTime());
        return this;
    }

    TestOffer inactiveModel() {
        modelStatus = new ServingStatus(false, modelStatus.health(), modelStatus.responseTime());
        return this;
    }

    private static @Nullable Duration duration(@Nullable Integer ms) {
        return ms == null ? null : Duration.ofMillis(ms);
    }

    TestOffer succeeding(@Nullable String percent) {
        successRate = percent == null ? null : Percent.parse(percent);
        return this;
    }

    TestOffer able(Capability... capabilities) {
        this.capabilities = Set.of(capabilities);
        return this;
    }

    TestOffer taking(int tokens) {
        contextLength = tokens;
        return this;
    }

    Offer offer() {
        return new Offer(
                new ProviderModelId(provider, modelId),
                provider,
                GPT,
                pricing,
                providerStatus,
                modelStatus,
                successRate,
                capabilities,
                contextLength);
    }
}
