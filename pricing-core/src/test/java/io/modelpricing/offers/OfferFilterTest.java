package io.modelpricing.offers;

import static io.modelpricing.offers.Capability.STREAMING;
import static io.modelpricing.offers.Capability.VISION;
import static io.modelpricing.offers.ExcludedOffer.Reason.CAPABILITY;
import static io.modelpricing.offers.ExcludedOffer.Reason.CONTEXT_LENGTH;
import static io.modelpricing.offers.ExcludedOffer.Reason.DEPRECATED;
import static io.modelpricing.offers.ExcludedOffer.Reason.HEALTH;
import static io.modelpricing.offers.ExcludedOffer.Reason.INACTIVE;
import static io.modelpricing.offers.ExcludedOffer.Reason.STALE_PRICE;
import static io.modelpricing.offers.ExcludedOffer.Reason.SUCCESS_RATE;
import static io.modelpricing.offers.ExcludedOffer.Reason.UNPRICED;
import static io.modelpricing.offers.Health.DEGRADED;
import static io.modelpricing.offers.Health.DOWN;
import static io.modelpricing.offers.Health.HEALTHY;
import static io.modelpricing.offers.Health.UNKNOWN;
import static io.modelpricing.offers.OfferFilter.active;
import static io.modelpricing.offers.OfferFilter.any;
import static io.modelpricing.offers.TestOffer.GPT;
import static io.modelpricing.offers.TestOffer.SEEN;
import static io.modelpricing.offers.TestOffer.at;
import static io.modelpricing.offers.TestOffer.paid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.modelpricing.MissingReason;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.ProviderModelId;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OfferFilterTest {

    private static void assertMeets(OfferFilter filter, TestOffer offer) {
        assertThat(filter.exclusion(offer.offer())).isEmpty();
    }

    private static void assertExcluded(
            OfferFilter filter, TestOffer offer, ExcludedOffer.Reason reason, String detail) {
        assertThat(filter.exclusion(offer.offer()))
                .contains(new ExcludedOffer(offer.offer().provider(), "gpt-4o", reason, detail));
    }

    @Test
    void activeRequiresAnActiveProviderAndModel() {
        assertMeets(active(), at("a"));
        assertMeets(any(), at("a").inactiveModel().inactiveProvider());
        assertExcluded(active(), at("a").inactiveModel(), INACTIVE, "the model is inactive");
        assertExcluded(active(), at("a").inactiveProvider(), INACTIVE, "the provider is inactive");
    }

    @Test
    void healthyOnlyExcludesUnknownHealth() {
        OfferFilter healthy = any().healthyOnly();
        assertMeets(healthy, at("a").provider(HEALTHY, null));
        assertMeets(healthy, at("a").model(HEALTHY, null));
        assertExcluded(healthy, at("a"), HEALTH, "its health is unknown");
        assertExcluded(healthy, at("a").provider(HEALTHY, null).model(DOWN, null), HEALTH, "its health is down");
        assertExcluded(healthy, at("a").provider(DEGRADED, null), HEALTH, "its health is degraded");
    }

    @Test
    void notDownAcceptsUnknownHealth() {
        OfferFilter notDown = any().notDown();
        assertMeets(notDown, at("a").provider(UNKNOWN, null));
        assertMeets(notDown, at("a").provider(DEGRADED, null));
        assertExcluded(notDown, at("a").provider(DOWN, null), HEALTH, "its health is down");
    }

    @Test
    void minimumSuccessRateIsAPercentage() {
        OfferFilter filter = any().minSuccessRate(Percent.parse("95"));
        assertMeets(filter, at("a").succeeding("95.00"));
        assertExcluded(
                filter,
                at("a").succeeding("94.99"),
                SUCCESS_RATE,
                "its success rate is 94.99%, below the minimum of 95%");
        assertExcluded(
                filter,
                at("a").succeeding("0.98"),
                SUCCESS_RATE,
                "its success rate is 0.98%, below the minimum of 95%");
        assertExcluded(filter, at("a"), SUCCESS_RATE, "its success rate is unknown");
        assertMeets(any().minSuccessRate(Percent.parse("0")), at("a"));
        assertMeets(any().minSuccessRate(Percent.ofFraction(new BigDecimal("0.95"))), at("a").succeeding("95"));
    }

    @Test
    void allRequiredCapabilitiesAreNeeded() {
        assertMeets(any().requiring(VISION, STREAMING), at("a").able(STREAMING, VISION));
        assertMeets(any().requiring(), at("a"));
        assertExcluded(any().requiring(VISION, STREAMING), at("a").able(VISION), CAPABILITY, "it lacks streaming");
    }

    @Test
    void minimumContextExcludesShorterAndUnknownLengths() {
        assertMeets(any().minContext(8000), at("a").taking(8000));
        assertExcluded(
                any().minContext(8001),
                at("a").taking(8000),
                CONTEXT_LENGTH,
                "its context length is 8000, below the minimum of 8001");
        assertExcluded(any().minContext(1), at("a"), CONTEXT_LENGTH, "its context length is unknown");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> any().minContext(-1))
                .withMessageContaining("-1");
    }

    @Test
    void missingDeprecatedAndStalePricesCanBeExcluded() {
        Pricing missing = Pricing.missing(MissingReason.DYNAMIC);
        assertExcluded(any().pricedOnly(), at("a").priced(missing), UNPRICED, "its price is missing: dynamic");
        assertMeets(any().pricedOnly(), at("a").priced(Pricing.free()));

        TestOffer deprecated =
                at("a").priced(new Pricing.Deprecated(paid("1", "2").orElseThrow()));
        assertMeets(active().pricedOnly(), deprecated);
        assertExcluded(any().notDeprecated(), deprecated, DEPRECATED, "its provider has deprecated it");

        assertMeets(any().priceObservedSince(SEEN), at("a"));
        assertExcluded(
                any().priceObservedSince(SEEN.plusMillis(1)),
                at("a"),
                STALE_PRICE,
                "its price was last observed at 2026-01-01T00:00:00Z, before 2026-01-01T00:00:00.001Z");
        assertMeets(
                any().priceObservedSince(SEEN.plusMillis(1)),
                at("a").priced(paid("1", "2"), PricingSource.MANUAL, SEEN));
        assertMeets(any().priceObservedSince(SEEN.plusMillis(1)), at("a").priced(missing));
    }

    @Test
    void firstUnmetRequirementIsTheReason() {
        TestOffer offer = at("a").inactiveModel().provider(DOWN, null);
        assertExcluded(active().notDown(), offer, INACTIVE, "the model is inactive");
        assertExcluded(any().notDown().pricedOnly(), offer, HEALTH, "its health is down");
    }

    @Test
    void filtersAreEqualByTheirRequirements() {
        OfferFilter filter = active().requiring(VISION).minContext(5);
        assertThat(filter)
                .isEqualTo(active().requiring(VISION).minContext(5))
                .hasSameHashCodeAs(active().requiring(VISION).minContext(5))
                .isNotEqualTo(active().requiring(VISION))
                .isNotEqualTo(any());
        assertThat(active().toString()).isEqualTo("[Active[]]");
    }

    @Test
    void matchingAppendsToTheExcludedOffers() {
        ExcludedOffer before = new ExcludedOffer("z", "m", ExcludedOffer.Reason.UNREADABLE, "d");
        Offers offers = new Offers(
                GPT, List.of(at("a").offer(), at("b").inactiveModel().offer(), at("c").offer()), List.of(before));

        Offers matching = offers.matching(active());

        assertThat(matching.offers()).extracting(Offer::provider).containsExactly("a", "c");
        assertThat(matching.excluded()).extracting(ExcludedOffer::provider).containsExactly("z", "b");
        assertThat(matching.isUnknown()).isFalse();
        assertThat(new Offers(GPT, List.of(), List.of(before)).isUnknown()).isFalse();
        assertThat(new Offers(GPT, List.of(), List.of()).isUnknown()).isTrue();
    }

    @Test
    void capabilitiesAreInTheOrderOfTheirDeclaration() {
        assertThat(at("a").able(VISION, STREAMING).offer().capabilities()).containsExactly(STREAMING, VISION);
        assertThat(at("a").offer().capabilities()).isEqualTo(Set.of());
    }

    @Test
    void repositoryFindsTheProvidersModelIdAndAvailability() {
        OfferRepository repository = (model, filter) -> new Offers(
                        model,
                        List.of(
                                at("a").named("z").offer(),
                                at("a").named("y").offer(),
                                at("a").named("x").inactiveModel().offer(),
                                at("b").provider(DOWN, null).offer(),
                                at("c").inactiveProvider().offer()),
                        List.of())
                .matching(filter);

        assertThat(repository.providerModelId(GPT, "a")).contains(new ProviderModelId("a", "y"));
        assertThat(repository.providerModelId(GPT, "b")).contains(new ProviderModelId("b", "gpt-4o"));
        assertThat(repository.providerModelId(GPT, "c")).isEmpty();
        assertThat(Arrays.asList("a", "b", "c", "d").stream().filter(p -> repository.isAvailable(GPT, p)))
                .containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "100.01", "1000", "1e2", "NaN", "0,5", "99%", " 5", "٥"})
    void textThatIsNotAPercentageIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Percent.parse(text))
                .withMessageContaining(text);
    }

    @Test
    void percentagesAreParsedAndConvertedFromFractions() {
        assertThat(Percent.parse("99.50")).isEqualTo(Percent.parse("99.5")).hasToString("99.5%");
        assertThat(Percent.parse("100")).hasToString("100%").isGreaterThan(Percent.parse("99.99"));
        assertThat(Percent.ofFraction(new BigDecimal("0.985"))).isEqualTo(Percent.parse("98.5"));
        assertThatIllegalArgumentException().isThrownBy(() -> Percent.ofFraction(new BigDecimal("98.5")));
    }

    @Test
    void negativeResponseTimeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ServingStatus(true, HEALTHY, Duration.ofMillis(-1)))
                .withMessageContaining("-1 ms");
    }

    @Test
    void everyIdIsParsedBack() {
        assertThat(Health.values())
                .allSatisfy(h -> assertThat(Health.parse(h.id())).isSameAs(h));
        assertThat(Capability.values())
                .allSatisfy(c -> assertThat(Capability.parse(c.id())).isSameAs(c));
        assertThat(Ranking.Criterion.values())
                .allSatisfy(c -> assertThat(Ranking.Criterion.parse(c.id())).isSameAs(c));
        assertThat(Arrays.toString(Health.values())).isEqualTo("[healthy, degraded, unknown, down]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Health.parse("Healthy"))
                .withMessage("\"Healthy\" is not a health status; expected one of healthy, degraded, unknown, down");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Capability.parse("audio"))
                .withMessageStartingWith("\"audio\" is not a capability; expected one of streaming");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ranking.Criterion.parse("price"))
                .withMessageStartingWith("\"price\" is not a ranking criterion; expected one of known_cost");
    }
}
