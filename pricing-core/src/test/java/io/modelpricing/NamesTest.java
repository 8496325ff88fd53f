package io.modelpricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids of enum constants, and other small value types. */
class NamesTest {

    @Test
    void everyIdIsParsedBack() {
        assertThat(BillingUnit.all())
                .allSatisfy(unit -> assertThat(BillingUnit.parse(unit.id())).isSameAs(unit));
        assertThat(Measure.values())
                .allSatisfy(measure -> assertThat(Measure.parse(measure.id())).isSameAs(measure));
        assertThat(ServiceTier.values())
                .allSatisfy(tier -> assertThat(ServiceTier.parse(tier.id())).isSameAs(tier));
        assertThat(PricingType.values())
                .allSatisfy(type -> assertThat(PricingType.parse(type.id())).isSameAs(type));
        assertThat(MissingReason.values())
                .allSatisfy(
                        reason -> assertThat(MissingReason.parse(reason.id())).isSameAs(reason));
        assertThat(PriceVersion.Kind.values())
                .allSatisfy(
                        kind -> assertThat(PriceVersion.Kind.parse(kind.id())).isSameAs(kind));
    }

    @Test
    void idsMatchTheStoredText() {
        assertThat(joined(BillingUnit.all().toArray()))
                .isEqualTo("input,output,image,request,cache_read,cache_write,cache_write_1h,audio_input,image_count,"
                        + "web_search,reasoning,audio_output,text_input,image_input,video_input,cache_read_text,"
                        + "cache_read_audio,cache_read_image,cache_read_video,cache_write_text,cache_write_audio,"
                        + "cache_write_image,cache_write_video,cache_write_1h_text,cache_write_1h_audio,"
                        + "cache_write_1h_image,cache_write_1h_video,"
                        + "text_output,image_output,video_output,citation,image_output_count,pixel_input,pixel_output,"
                        + "step,character_input,character_output,audio_input_ms,audio_output_ms,video_input_ms,"
                        + "video_output_ms,compute_ms,page,annotation_page,query,web_fetch,file_search,maps_search,"
                        + "code_session,credit");
        assertThat(joined(Measure.values()))
                .isEqualTo("token,image,pixel,step,character,millisecond,page,query,session,credit,request");
        assertThat(joined(ServiceTier.values())).isEqualTo("standard,batch,flex,priority,fast");
        assertThat(joined(PricingType.values())).isEqualTo("paid,free,deprecated,missing");
        assertThat(joined(MissingReason.values())).isEqualTo("never_known,dynamic,ambiguous");
        assertThat(joined(PriceVersion.Kind.values())).isEqualTo("change,correction,deletion");
    }

    private static String joined(Object[] values) {
        return Arrays.stream(values).map(Object::toString).collect(Collectors.joining(","));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "INPUT", "Paid", "paid ", "unheard_of", "STANDARD"})
    void unknownIdIsRefusedWithTheExpectedOnes(String name) {
        String shown = "\"" + name + "\" is not a ";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BillingUnit.parse(name))
                .withMessageStartingWith(shown)
                .withMessageContaining("input, output")
                .withMessageEndingWith(namesOf(BillingUnit.all().toArray()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Measure.parse(name))
                .withMessageStartingWith(shown + "measure; ")
                .withMessageEndingWith(namesOf(Measure.values()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceTier.parse(name))
                .withMessageStartingWith(shown)
                .withMessageEndingWith(namesOf(ServiceTier.values()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PricingType.parse(name))
                .withMessageStartingWith(shown)
                .withMessageEndingWith(namesOf(PricingType.values()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MissingReason.parse(name))
                .withMessageStartingWith(shown)
                .withMessageEndingWith(namesOf(MissingReason.values()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PriceVersion.Kind.parse(name))
                .withMessageStartingWith(shown)
                .withMessageEndingWith(namesOf(PriceVersion.Kind.values()));
    }

    private static String namesOf(Object[] values) {
        return Arrays.stream(values).map(Object::toString).collect(Collectors.joining(", "));
    }

    @Test
    void modelIdIsPositiveAndOrderedByValue() {
        assertThat(List.of(new ModelId(10), new ModelId(9))).isSortedAccordingTo((a, b) -> b.compareTo(a));
        assertThat(new ModelId(7)).hasToString("7");
        assertThatIllegalArgumentException().isThrownBy(() -> new ModelId(0)).withMessageContaining("was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> new ModelId(-3)).withMessageContaining("was -3");
    }

    @Test
    void firstSlashEndsTheProvider() {
        ProviderModelId model = ProviderModelId.parse("openrouter/anthropic/claude-sonnet-4");
        assertThat(model).isEqualTo(new ProviderModelId("openrouter", "anthropic/claude-sonnet-4"));
        assertThat(model).hasToString("openrouter/anthropic/claude-sonnet-4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpt-4o", "/gpt-4o", " /gpt-4o", "openai/", "openai/ "})
    void providerModelIdNeedsTwoParts(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ProviderModelId.parse(text));
    }

    @Test
    void blankNamesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ProviderModelId("a/b", "c"))
                .withMessageContaining("a/b");
        assertThatIllegalArgumentException().isThrownBy(() -> new CanonicalModelId(" "));
        assertThatIllegalArgumentException().isThrownBy(() -> Attribution.by("\t"));
        assertThat(new CanonicalModelId("gpt-4o")).hasToString("gpt-4o");
        assertThat(Attribution.by("manual:ada").because("list price"))
                .isEqualTo(new Attribution("manual:ada", "list price"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t"})
    void blankRequestIdIsRefused(String id) {
        assertThatIllegalArgumentException().isThrownBy(() -> new RequestId(id));
    }

    @Test
    void requestIdHasAtMost255Characters() {
        String longest = "💰".repeat(255);
        assertThat(new RequestId(longest)).hasToString(longest);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RequestId("x".repeat(256)))
                .withMessageContaining("has 256");
    }

    @Test
    void pricingSourceHasOneToTwoHundredCharacters() {
        String longest = "💰".repeat(200);
        assertThat(new PricingSource(longest)).hasToString(longest);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PricingSource("x".repeat(201)))
                .withMessageContaining("has 201");
        assertThatIllegalArgumentException().isThrownBy(() -> new PricingSource(""));
        assertThat(new PricingSource("manual").isManual()).isTrue();
        assertThat(PricingSource.PROVIDER.isManual()).isFalse();
    }

    @Test
    void observationIsTruncatedToMicroseconds() {
        PriceUpdate update = new PriceUpdate(
                new ModelId(1),
                Pricing.free(),
                PricingSource.PROVIDER,
                Instant.parse("2026-01-01T00:00:00.123456789Z"));
        assertThat(update.observedAt()).isEqualTo("2026-01-01T00:00:00.123456Z");
    }

    @Test
    void upsertReportCountsResultsAndListsRejections() {
        PriceUpdate update = new PriceUpdate(new ModelId(1), Pricing.free(), PricingSource.PROVIDER, Instant.EPOCH);
        List<UpsertOutcome> outcomes = Arrays.stream(UpsertOutcome.Result.values())
                .map(result -> new UpsertOutcome(update, result, ""))
                .toList();
        UpsertReport result = new UpsertReport(outcomes);
        assertThat(result.count(UpsertOutcome.Result.STALE)).isEqualTo(1);
        assertThat(result.rejected())
                .extracting(UpsertOutcome::result)
                .containsExactly(
                        UpsertOutcome.Result.UNKNOWN_MODEL,
                        UpsertOutcome.Result.OBSERVED_IN_FUTURE,
                        UpsertOutcome.Result.STALE,
                        UpsertOutcome.Result.MANUAL_OVERRIDE,
                        UpsertOutcome.Result.DUPLICATE);
    }

    @Test
    void validFromHasAnInstantOrNone() {
        Instant instant = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(ValidFrom.at(instant)).isEqualTo(ValidFrom.at(instant)).hasToString("2026-01-01T00:00:00Z");
        assertThat(ValidFrom.at(instant).instant()).contains(instant);
        assertThat(ValidFrom.noStartDate().instant()).isEmpty();
        assertThat(ValidFrom.noStartDate()).isNotEqualTo(ValidFrom.at(instant)).hasToString("no start date");
    }

    @Test
    void asOfUsesAllRecordsByDefault() {
        Instant valid = Instant.parse("2026-01-01T00:00:00Z");
        Instant known = Instant.parse("2026-02-01T00:00:00Z");
        assertThat(AsOf.validAt(valid)).isEqualTo(new AsOf(valid, null));
        assertThat(AsOf.validAt(valid).knownAt(known)).isEqualTo(new AsOf(valid, known));
    }

    @ParameterizedTest
    @CsvSource({
        "standard, STANDARD",
        "default, STANDARD",
        "on_demand, STANDARD",
        "ON_DEMAND, STANDARD",
        "batch, BATCH",
        "flex, FLEX",
        "ON_DEMAND_FLEX, FLEX",
        "priority, PRIORITY",
        "Priority, PRIORITY",
        "fast, PRIORITY",
        "ON_DEMAND_PRIORITY, PRIORITY"
    })
    void reportedServiceTierIsMapped(String reported, ServiceTier tier) {
        assertThat(ServiceTier.parseReported(reported)).isEqualTo(tier);
    }

    @ParameterizedTest
    @CsvSource({
        "scale, is prepaid capacity, record the amount that the provider charges",
        "performance, is prepaid capacity, record the amount that the provider charges",
        "reserved, is prepaid capacity, record the amount that the provider charges",
        "PROVISIONED_THROUGHPUT, is prepaid capacity, record the amount that the provider charges",
        "auto, does not name the service tier that served the request, read the tier from the response",
        "standard_only, does not name the service tier that served the request, read the tier from the response",
        "TRAFFIC_TYPE_UNSPECIFIED, does not name the service tier that served the request, read the tier",
        "'', is not a service tier that a provider is known to report, choose the tier whose prices apply",
        "ultrafast, is not a service tier that a provider is known to report, choose the tier whose prices apply"
    })
    void reportedServiceTierWithoutPricesPerTokenIsRefused(String reported, String problem, String remedy) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceTier.parseReported(reported))
                .withMessageStartingWith("\"" + reported + "\" " + problem)
                .withMessageContaining(
                        "; expected default, on_demand or one of standard, batch, flex, priority, fast; ")
                .withMessageContaining(remedy);
    }
}
