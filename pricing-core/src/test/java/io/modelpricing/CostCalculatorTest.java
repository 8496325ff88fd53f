package io.modelpricing;

import static io.modelpricing.BillingUnit.AUDIO_INPUT;
import static io.modelpricing.BillingUnit.AUDIO_OUTPUT;
import static io.modelpricing.BillingUnit.CACHE_READ;
import static io.modelpricing.BillingUnit.CACHE_WRITE;
import static io.modelpricing.BillingUnit.CACHE_WRITE_1H;
import static io.modelpricing.BillingUnit.IMAGE;
import static io.modelpricing.BillingUnit.IMAGE_COUNT;
import static io.modelpricing.BillingUnit.INPUT;
import static io.modelpricing.BillingUnit.OUTPUT;
import static io.modelpricing.BillingUnit.REASONING;
import static io.modelpricing.BillingUnit.REQUEST;
import static io.modelpricing.BillingUnit.WEB_SEARCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CostCalculatorTest {

    private static final RateCard SIMPLE = card("2.5", "10");

    private static RateCard card(String input, String output) {
        return RateCard.of(Price.perMillion(input), Price.perMillion(output));
    }

    private static Rate rate(BillingUnit unit, String perMillion) {
        return Rate.of(unit, Price.perMillion(perMillion));
    }

    private static Quote quote(RateCard card) {
        Pricing pricing = card.isFree() ? new Pricing.Free(card) : new Pricing.Paid(card);
        return new Quote(new ModelId(1), 1, pricing, PricingSource.PROVIDER);
    }

    private static Cost.Complete cost(RateCard card, Usage usage) {
        return quote(card).cost(usage).orElseThrow();
    }

    private static Cost.Incomplete incomplete(RateCard card, Usage usage) {
        return (Cost.Incomplete) quote(card).cost(usage);
    }

    private static void assertTotal(RateCard card, Usage.Builder usage, String total) {
        assertThat(cost(card, usage.build()).total()).isEqualByComparingTo(total);
    }

    private static Usage.Builder prompt(long input, long output) {
        return Usage.inclusive().input(input).output(output);
    }

    // The totals that other cost engines give for the same requests.

    @Test
    void inputAndOutputAreChargedAtTheirPrices() {
        assertTotal(SIMPLE, prompt(1000, 100), "0.0035");
    }

    @Test
    void cachedTokensAreNotChargedAsInputToo() {
        RateCard card = card("3", "15").plus(rate(CACHE_WRITE, "3.75"), rate(CACHE_READ, "0.3"));
        assertTotal(card, prompt(1000, 100).cacheWrite(20).cacheRead(30), "0.004434");
        assertTotal(
                card("2.5", "10").plus(rate(CACHE_READ, "1.25")),
                prompt(10_000, 500).cacheRead(8000),
                "0.02");
    }

    @ParameterizedTest
    @CsvSource({"1, 0.000003", "199999, 0.599997", "200000, 0.6", "200001, 1.200006", "300000, 1.8"})
    void rateAboveASizeAppliesToTheWholeRequest(long input, String total) {
        RateCard card = card("3", "15").plus(rate(INPUT, "6").above(200_000));
        assertTotal(card, prompt(input, 0), total);
    }

    @ParameterizedTest
    @CsvSource({"199999, 0.599997", "200000, 1.2", "200001, 1.200006"})
    void rateFromASizeAppliesAtThatSize(long input, String total) {
        RateCard card = card("3", "15").plus(rate(INPUT, "6").from(200_000));
        assertTotal(card, prompt(input, 0), total);
    }

    @Test
    void inputTokensSelectTheOutputRateToo() {
        RateCard card = card("3", "15")
                .plus(rate(INPUT, "6").above(200_000), rate(OUTPUT, "22.5").above(200_000));
        assertTotal(card, prompt(300_000, 100_000), "4.05");
        assertTotal(card, prompt(100, 300_000), "4.5003");
    }

    @Test
    void eachUnitHasItsOwnThresholds() {
        RateCard card = card("1", "3")
                .plus(
                        rate(INPUT, "2").above(100_000),
                        rate(INPUT, "3").above(500_000),
                        rate(INPUT, "5").above(1_000_000),
                        rate(OUTPUT, "5").above(200_000),
                        rate(OUTPUT, "8").above(1_000_000));
        assertTotal(card, prompt(600_000, 250_000), "3.05");
    }

    @Test
    void cachedTokensCountTowardsTheSizeOfARequest() {
        RateCard card = card("5.5", "33")
                .plus(
                        rate(CACHE_READ, "0.55"),
                        rate(INPUT, "11").above(272_000),
                        rate(CACHE_READ, "1.1").above(272_000),
                        rate(OUTPUT, "49.5").above(272_000));
        assertTotal(card, prompt(300_238, 1000).cacheRead(100_000), "2.362118");
        assertTotal(card, prompt(272_000, 1000).cacheRead(100_000), "1.034");
        assertTotal(card, prompt(272_001, 0).cacheRead(272_001), "0.2992011");
    }

    @Test
    void sizeBetweenTwoThresholdsHasTheRateOfTheLowerOne() {
        RateCard card = RateCard.of(
                rate(INPUT, "1"),
                rate(INPUT, "60").above(90_000),
                rate(INPUT, "90").above(128_000));
        assertTotal(card, prompt(100_000, 0), "6");
        assertTotal(card, prompt(150_000, 0), "13.5");
    }

    @Test
    void exclusiveUsageIsChargedAsReported() {
        RateCard card =
                card("3", "15").plus(rate(CACHE_READ, "0.3"), rate(CACHE_WRITE, "3.75"), rate(CACHE_WRITE_1H, "6"));
        assertTotal(
                card,
                Usage.exclusive()
                        .input(1500)
                        .cacheRead(500)
                        .cacheWrite5m(100)
                        .cacheWrite1h(50)
                        .output(1000),
                "0.020325");
    }

    @Test
    void imageTokensAndSearchesAreChargedPerUnit() {
        assertTotal(card("2", "8").plus(rate(IMAGE, "5")), prompt(600, 0).count(IMAGE, 1120), "0.0068");
        RateCard searches = SIMPLE.plus(Rate.of(WEB_SEARCH, Price.perThousand("10")));
        assertTotal(searches, prompt(0, 0).count(WEB_SEARCH, 2), "0.02");
    }

    // Parts.

    @Test
    void reasoningIsChargedAsOutputUnlessListed() {
        Usage usage = prompt(0, 100).reasoning(25).build();
        Cost.Complete asOutput = cost(card("2", "8"), usage);
        assertThat(asOutput.total()).isEqualByComparingTo("0.0008");
        assertThat(asOutput.lines())
                .extracting(LineItem::unit, LineItem::quantity, LineItem::price)
                .containsExactly(
                        tuple(OUTPUT, 75L, Price.perMillion("8")), tuple(REASONING, 25L, Price.perMillion("8")));
        assertThat(cost(card("2", "8").plus(rate(REASONING, "3")), usage).total())
                .isEqualByComparingTo("0.000675");
        assertThat(cost(card("2", "8").plus(Rate.chargedAs(REASONING, OUTPUT)), usage)
                        .lines())
                .isEqualTo(asOutput.lines());
    }

    static List<BillingUnit> otherParts() {
        return BillingUnit.all().stream()
                .filter(unit -> unit != REASONING && !unit.wholes().isEmpty())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("otherParts")
    void otherPartsAreChargedAsTheirWholeOnlyIfTheirRateSaysSo(BillingUnit part) {
        BillingUnit whole = part.wholes().contains(INPUT) ? INPUT : OUTPUT;
        Usage.Builder counts = prompt(100, 100).count(part, 40);
        part.wholes().stream().filter(unit -> unit != whole).forEach(unit -> counts.count(unit, 40));
        Usage usage = counts.build();
        Cost.Incomplete without = incomplete(SIMPLE, usage);
        assertThat(without.unpriced()).containsExactly(part);
        Cost.Complete with = cost(SIMPLE.plus(Rate.chargedAs(part, whole)), usage);
        assertThat(with.total()).isEqualByComparingTo("0.00125");
        assertThat(with.lines()).hasSize(3);
    }

    @Test
    void partChargedAsItsWholeFollowsTheThresholdsOfTheWhole() {
        RateCard card = card("1", "10")
                .plus(Rate.chargedAs(CACHE_READ, INPUT), rate(INPUT, "2").above(1000));
        assertTotal(card, prompt(1000, 0).cacheRead(400), "0.001");
        assertTotal(card, prompt(1001, 0).cacheRead(400), "0.002002");
    }

    @Test
    void oneHourCacheWriteChargedAsTheFiveMinuteWriteCostsAsMuch() {
        RateCard card = card("3", "15").plus(rate(CACHE_WRITE, "3.75"), Rate.chargedAs(CACHE_WRITE_1H, CACHE_WRITE));
        Usage usage = prompt(1000, 0).cacheWrite1h(400).build();
        assertThat(cost(card, usage).lines())
                .extracting(LineItem::unit, LineItem::quantity, LineItem::price)
                .containsExactly(
                        tuple(INPUT, 600L, Price.perMillion("3")),
                        tuple(CACHE_WRITE_1H, 400L, Price.perMillion("3.75")));
        assertThat(cost(card, usage).total()).isEqualByComparingTo("0.0033");
        assertThat(CostCalculator.VERSION).isEqualTo(2);
    }

    @Test
    void oneHourCacheWriteChargedAsInputCostsInput() {
        assertTotal(
                card("3", "15").plus(Rate.chargedAs(CACHE_WRITE_1H, INPUT), rate(CACHE_WRITE, "3.75")),
                prompt(1000, 0).cacheWrite1h(400),
                "0.003");
        assertTotal(
                card("3", "15").plus(Rate.chargedAs(CACHE_WRITE, INPUT), Rate.chargedAs(CACHE_WRITE_1H, CACHE_WRITE)),
                prompt(1000, 0).cacheWrite1h(400),
                "0.003");
    }

    @Test
    void unitChargedAsAnotherUsesThePriceOfItsTierAndSize() {
        RateCard card = card("3", "15")
                .plus(
                        rate(CACHE_WRITE, "3.75"),
                        rate(CACHE_WRITE, "7.5").above(1000),
                        Rate.chargedAs(CACHE_WRITE_1H, CACHE_WRITE),
                        rate(INPUT, "1.5").in(ServiceTier.BATCH),
                        Rate.chargedAs(CACHE_WRITE_1H, INPUT).in(ServiceTier.BATCH));
        assertTotal(card, prompt(1000, 0).cacheWrite1h(1000), "0.00375");
        assertTotal(card, prompt(1001, 0).cacheWrite1h(1001), "0.0075075");
        assertTotal(card, prompt(1000, 0).cacheWrite1h(1000).serviceTier(ServiceTier.BATCH), "0.0015");
        RateCard onlyLarge =
                card("3", "15").plus(rate(CACHE_WRITE, "7.5").above(1000), Rate.chargedAs(CACHE_WRITE_1H, CACHE_WRITE));
        assertThat(incomplete(onlyLarge, prompt(1000, 0).cacheWrite1h(1).build())
                        .unpriced())
                .containsExactly(CACHE_WRITE_1H);
    }

    @Test
    void partOfAnUnpricedParentIsUnpriced() {
        RateCard card = RateCard.of(rate(INPUT, "1"));
        Usage usage = prompt(10, 10).reasoning(5).build();
        assertThat(incomplete(card, usage).unpriced()).containsExactly(OUTPUT, REASONING);
        assertThat(incomplete(card, usage).lines()).extracting(LineItem::unit).containsExactly(INPUT);
    }

    @Test
    void wholeThatConsistsOfPartsHasNoLineItem() {
        RateCard card = RateCard.of(rate(CACHE_READ, "1"));
        assertThat(cost(card, prompt(10, 0).cacheRead(10).build()).lines())
                .extracting(LineItem::unit)
                .containsExactly(CACHE_READ);
    }

    // Service tiers.

    @Test
    void serviceTierHasItsOwnPrices() {
        RateCard card = SIMPLE.plus(
                rate(INPUT, "1.25").in(ServiceTier.BATCH), rate(OUTPUT, "5").in(ServiceTier.BATCH));
        assertTotal(card, prompt(1000, 100).serviceTier(ServiceTier.BATCH), "0.00175");
        assertTotal(card, prompt(1000, 100), "0.0035");
    }

    @Test
    void serviceTierNeverUsesThePricesOfAnother() {
        RateCard card = SIMPLE.plus(rate(INPUT, "1.25").in(ServiceTier.BATCH));
        assertThat(incomplete(card, prompt(1, 1).serviceTier(ServiceTier.BATCH).build())
                        .unpriced())
                .containsExactly(OUTPUT);
        assertThat(incomplete(card, prompt(1, 1).serviceTier(ServiceTier.FLEX).build())
                        .unpriced())
                .containsExactly(INPUT, OUTPUT);
    }

    // Variants, regions and hours.

    @Test
    void regionIsLookedUpBeforeHoursAndHoursBeforeTheVariant() {
        Hours hours = Hours.parse(Map.of("day", "daily 06:00-18:00", "night", "daily 18:00-06:00"));
        Rate search = Rate.of(WEB_SEARCH, Price.perUnit("1"));
        List<Rate> rates = new ArrayList<>(List.of(
                search,
                Rate.of(WEB_SEARCH, Price.perUnit("2")).ofVariant("high"),
                Rate.of(WEB_SEARCH, Price.perUnit("4")).during("day"),
                Rate.of(WEB_SEARCH, Price.perUnit("8")).inRegion("eu")));
        Instant day = Instant.parse("2026-01-01T12:00:00Z");
        Instant night = Instant.parse("2026-01-01T18:00:00Z");
        Usage.Builder high = Usage.inclusive().count(WEB_SEARCH, "high", 1);
        Quote quote = quote(RateCard.of(hours, rates));
        assertThat(quote.cost(high.build(), night).orElseThrow().total()).isEqualByComparingTo("2");
        assertThat(quote.cost(high.build(), day).orElseThrow().total()).isEqualByComparingTo("4");
        Usage europe = high.region("eu").build();
        assertThat(quote.cost(europe, day).orElseThrow().total()).isEqualByComparingTo("8");
        rates.add(Rate.of(WEB_SEARCH, Price.perUnit("16")).during("day").inRegion("eu"));
        rates.add(Rate.of(WEB_SEARCH, Price.perUnit("32")).ofVariant("high").inRegion("eu"));
        Quote more = quote(RateCard.of(hours, rates));
        assertThat(more.cost(europe, day).orElseThrow().total()).isEqualByComparingTo("16");
        assertThat(more.cost(europe, night).orElseThrow().total()).isEqualByComparingTo("32");
    }

    @Test
    void unitChargedAsAnotherKeepsTheVariantOfTheRequest() {
        BillingUnit query = BillingUnit.parse("query");
        RateCard card = RateCard.of(
                Rate.of(WEB_SEARCH, Price.perUnit("1")),
                Rate.of(WEB_SEARCH, Price.perUnit("5")).ofVariant("high"),
                Rate.chargedAs(query, WEB_SEARCH));
        assertTotal(card, prompt(0, 0).count(query, "high", 1), "5");
        assertTotal(card, prompt(0, 0).count(query, "low", 1), "1");
        assertTotal(card, prompt(0, 0).count(query, 1), "1");
    }

    @Test
    void unitChargedAsUnlistedReasoningCostsOutput() {
        BillingUnit text = BillingUnit.parse("text_output");
        RateCard card = SIMPLE.plus(Rate.chargedAs(text, REASONING));
        assertTotal(card, prompt(0, 100).count(text, 40), "0.001");
    }

    @Test
    void variantWithoutAPriceMakesTheCostIncomplete() {
        RateCard card = SIMPLE.plus(Rate.of(WEB_SEARCH, Price.perUnit("1")).ofVariant("high"));
        Usage usage = prompt(0, 0)
                .count(WEB_SEARCH, "low", 1)
                .count(WEB_SEARCH, "high", 1)
                .count(WEB_SEARCH, 1)
                .build();
        assertThat(incomplete(card, usage).unpriced()).containsExactly(WEB_SEARCH);
        assertThat(incomplete(card, usage).lines())
                .extracting(LineItem::variant)
                .containsExactly("high");
    }

    @Test
    void instantDoesNotMatterForACardWithoutHours() {
        Usage usage = Usage.of(1000, 100);
        assertThat(quote(SIMPLE).cost(usage, Instant.MIN))
                .isEqualTo(quote(SIMPLE).cost(usage));
        assertThat(quote(SIMPLE).cost(usage, Instant.MAX))
                .isEqualTo(quote(SIMPLE).cost(usage));
    }

    // Requests.

    @Test
    void feeIsChargedForEachRequest() {
        RateCard card = SIMPLE.plus(Rate.of(REQUEST, Price.perUnit("0.01")));
        assertTotal(card, prompt(1000, 100), "0.0135");
        assertTotal(card, prompt(1000, 100).count(REQUEST, 0), "0.0035");
        assertTotal(card, prompt(1000, 100).count(REQUEST, 3), "0.0335");
    }

    @Test
    void cardWithoutRequestRateChargesNoFee() {
        assertThat(cost(SIMPLE, prompt(0, 0).build()).total()).isEqualByComparingTo("0");
        assertThat(cost(SIMPLE, prompt(0, 0).build()).lines()).isEmpty();
    }

    @Test
    void feeListedInAnotherTierOnlyMakesTheCostIncomplete() {
        RateCard card = SIMPLE.plus(
                Rate.of(REQUEST, Price.perUnit("0.01")), rate(INPUT, "1").in(ServiceTier.BATCH));
        assertThat(incomplete(card, prompt(1, 0).serviceTier(ServiceTier.BATCH).build())
                        .unpriced())
                .containsExactly(REQUEST);
    }

    @Test
    void sumOfRequestsIsRefusedIfPricesDependOnTheSizeOfEach() {
        RateCard card =
                SIMPLE.plus(rate(INPUT, "5").above(200_000), rate(INPUT, "1").in(ServiceTier.BATCH));
        assertTotal(card, prompt(200_000, 0).count(REQUEST, 2), "0.5");
        assertTotal(card, prompt(200_001, 0), "1.000005");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> cost(card, prompt(200_001, 0).count(REQUEST, 2).build()))
                .withMessageContaining("model 1")
                .withMessageContaining("changes at 200001 input tokens")
                .withMessageContaining("input=200001,request=2; calculate the cost of each request");
        assertTotal(card, prompt(1_000_000, 0).count(REQUEST, 2).serviceTier(ServiceTier.BATCH), "1");
    }

    @Test
    void sumOfRequestsIsRefusedFromTheFirstSizeOn() {
        RateCard card = RateCard.of(
                rate(INPUT, "1"), rate(REQUEST, "5"), rate(REQUEST, "2").from(1));
        assertTotal(card, prompt(0, 0).count(REQUEST, 2), "0.00001");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cost(card, prompt(1, 0).count(REQUEST, 2).build()))
                .withMessageContaining("changes at 1 input tokens");
    }

    @Test
    void sumOfRequestsHasACostIfOnlyUnusedUnitsDependOnTheSize() {
        RateCard card = SIMPLE.plus(
                rate(CACHE_READ, "1"),
                rate(CACHE_READ, "2").above(200_000),
                Rate.of(WEB_SEARCH, Price.perUnit("0.01")).ofVariant("low"),
                Rate.of(WEB_SEARCH, Price.perUnit("0.03")).ofVariant("high"),
                Rate.of(WEB_SEARCH, Price.perUnit("0.02")).ofVariant("high").above(200_000));
        assertTotal(card, prompt(1_000_000, 0).count(WEB_SEARCH, "low", 2).count(REQUEST, 2), "2.52");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cost(
                        card,
                        prompt(1_000_000, 0)
                                .count(WEB_SEARCH, "high", 2)
                                .count(REQUEST, 2)
                                .build()))
                .withMessageContaining("the price of web_search/high of model 1 changes at 200001 input tokens");
    }

    @Test
    void largestSumOfRequestsHasACostWithoutThresholds() {
        assertThatCode(() ->
                        cost(SIMPLE, prompt(Long.MAX_VALUE, 0).count(REQUEST, 2).build()))
                .doesNotThrowAnyException();
    }

    // Units and models without a price.

    @Test
    void incompleteCostNamesEveryUnpricedUnit() {
        Usage usage = prompt(100, 50)
                .cacheRead(10)
                .count(AUDIO_OUTPUT, 5)
                .count(IMAGE_COUNT, 2)
                .count(WEB_SEARCH, 1)
                .build();
        Cost.Incomplete cost = incomplete(SIMPLE, usage);
        assertThat(cost.unpriced()).containsExactly(CACHE_READ, IMAGE_COUNT, WEB_SEARCH, AUDIO_OUTPUT);
        assertThat(cost.lines())
                .extracting(LineItem::unit, LineItem::quantity)
                .containsExactly(tuple(INPUT, 90L), tuple(OUTPUT, 45L));
        assertThatExceptionOfType(UnpricedException.class)
                .isThrownBy(cost::orElseThrow)
                .withMessageContaining("version 1 of the price of model 1")
                .withMessageContaining("no price for [cache_read, image_count, web_search, audio_output]");
    }

    @Test
    void incompleteCostNamesOnlyTheVariantsWithoutAPrice() {
        Cost.Incomplete cost = incomplete(
                SIMPLE.plus(Rate.of(WEB_SEARCH, Price.perToken("0.01")).ofVariant("low")),
                prompt(1, 1)
                        .count(WEB_SEARCH, "low", 1)
                        .count(WEB_SEARCH, "medium", 1)
                        .build());
        assertThatExceptionOfType(UnpricedException.class)
                .isThrownBy(cost::orElseThrow)
                .withMessageContaining("web_search/low=1,web_search/medium=1 has no price for [web_search/medium];");
    }

    @Test
    void imagesWithoutAPriceAreNotFree() {
        assertThat(incomplete(SIMPLE, prompt(1, 1).count(IMAGE, 1).build()).unpriced())
                .containsExactly(IMAGE);
    }

    @Test
    void sizeBelowEveryThresholdHasNoPrice() {
        RateCard card = RateCard.of(rate(INPUT, "1").from(100));
        assertThat(incomplete(card, prompt(99, 0).build()).unpriced()).containsExactly(INPUT);
        assertTotal(card, prompt(100, 0), "0.0001");
    }

    @ParameterizedTest
    @EnumSource
    void missingPriceGivesAMissingCost(MissingReason reason) {
        Quote quote = new Quote(new ModelId(9), 2, Pricing.missing(reason), PricingSource.UNKNOWN);
        Cost cost = quote.cost(Usage.of(0, 0));
        assertThat(cost).isEqualTo(new Cost.Missing(quote, Usage.of(0, 0), reason));
        assertThatExceptionOfType(UnpricedException.class)
                .isThrownBy(cost::orElseThrow)
                .withMessageContaining("model 9")
                .withMessageContaining(reason.id());
    }

    @Test
    void freeModelCostsZero() {
        RateCard card = RateCard.of(Price.ZERO, Price.ZERO);
        Cost.Complete cost = cost(card, Usage.of(1000, 100));
        assertThat(cost.total()).isEqualByComparingTo("0");
        assertThat(cost.lines()).extracting(LineItem::price).containsExactly(Price.ZERO, Price.ZERO);
        assertThat(incomplete(card, prompt(10, 0).cacheRead(5).build()).unpriced())
                .containsExactly(CACHE_READ);
    }

    @Test
    void foldCallsTheFunctionForTheKindOfCost() {
        Cost complete = quote(SIMPLE).cost(Usage.of(1, 1));
        Cost incomplete = quote(SIMPLE).cost(prompt(1, 1).count(IMAGE, 1).build());
        Cost missing = new Cost.Missing(quote(SIMPLE), Usage.of(1, 1), MissingReason.DYNAMIC);
        assertThat(List.of(complete, incomplete, missing))
                .map(cost -> cost.<Object>fold(Cost.Complete::total, Cost.Incomplete::unpriced, Cost.Missing::reason))
                .containsExactly(new BigDecimal("0.0000125"), List.of(IMAGE), MissingReason.DYNAMIC);
    }

    // Line items.

    @Test
    void lineItemsAreOrderedByUnitAndAddedToTheirSide() {
        RateCard card = card("1", "1")
                .plus(
                        rate(IMAGE, "1"),
                        rate(REQUEST, "1"),
                        rate(CACHE_READ, "1"),
                        rate(CACHE_WRITE, "1"),
                        rate(CACHE_WRITE_1H, "1"),
                        rate(AUDIO_INPUT, "1"),
                        rate(IMAGE_COUNT, "1"),
                        rate(WEB_SEARCH, "1"),
                        rate(REASONING, "1"),
                        rate(AUDIO_OUTPUT, "1"));
        Usage.Builder usage = Usage.inclusive();
        List<BillingUnit> units = List.of(
                INPUT,
                OUTPUT,
                IMAGE,
                REQUEST,
                CACHE_READ,
                CACHE_WRITE,
                CACHE_WRITE_1H,
                AUDIO_INPUT,
                IMAGE_COUNT,
                WEB_SEARCH,
                REASONING,
                AUDIO_OUTPUT);
        units.forEach(unit -> usage.count(unit, 1));
        Cost.Complete cost = cost(card, usage.input(5).output(3).build());
        assertThat(cost.lines()).extracting(LineItem::unit).containsExactlyElementsOf(units);
        assertThat(cost.input()).isEqualByComparingTo("0.000009");
        assertThat(cost.output()).isEqualByComparingTo("0.000003");
        assertThat(cost.total()).isEqualByComparingTo("0.000012");
    }

    @Test
    void amountsHaveTheScaleOfTheMostPrecisePrice() {
        RateCard card = card("2.5", "10").plus(rate(WEB_SEARCH, "0.00000001"));
        Cost.Complete cost = cost(card, Usage.of(2, 0));
        assertThat(cost.total()).isEqualTo(new BigDecimal("0.00000500000000"));
        assertThat(cost.lines().get(0).amount()).isEqualTo(cost.total());
        assertThat(cost.output()).isEqualTo(new BigDecimal("0.00000000000000"));
        assertThat(cost).hasToString("0.00000500000000 = " + cost.lines());
    }

    @Test
    void amountsBeyondLongAreExact() {
        RateCard card =
                RateCard.of(Price.perUnit("999999999999.999999999999999999999999999999"), Price.perUnit("1e-30"));
        Cost.Complete cost = cost(card, Usage.of(Long.MAX_VALUE, 1));
        assertThat(cost.total())
                .isEqualTo(new BigDecimal("999999999999.999999999999999999999999999999")
                        .multiply(new BigDecimal(Long.MAX_VALUE))
                        .add(new BigDecimal("1e-30")));
        assertThat(cost.input().add(cost.output())).isEqualTo(cost.total());
    }

    @Test
    void sumsBeyondLongAreExact() {
        RateCard card = RateCard.of(Price.perUnit("1"), Price.perUnit("1"));
        assertThat(cost(card, Usage.of(Long.MAX_VALUE, 0)).total()).isEqualTo(new BigDecimal("9223372036854775807"));
        assertThat(cost(card, Usage.of(Long.MAX_VALUE, 1)).total()).isEqualTo(new BigDecimal("9223372036854775808"));
        assertThat(cost(card, Usage.of(Long.MAX_VALUE, Long.MAX_VALUE)).total())
                .isEqualTo(new BigDecimal("18446744073709551614"));
        RateCard two = RateCard.of(Price.perUnit("2"), Price.perUnit("4"));
        assertThat(cost(two, Usage.of(Long.MAX_VALUE, Long.MAX_VALUE)).total())
                .isEqualTo(new BigDecimal("55340232221128654842"));
    }

    @Test
    void thousandSmallCostsAddUpExactly() {
        RateCard card = RateCard.of(Price.perToken("5.5e-8"), Price.perToken("5.5e-8"));
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < 1000; i++) {
            sum = sum.add(cost(card, Usage.of(7, 7)).total());
        }
        assertThat(sum).isEqualByComparingTo("0.000770");
    }

    @Test
    void costsAreEqualByQuoteAndLines() {
        Cost cost = quote(SIMPLE).cost(Usage.of(10, 5));
        assertThat(cost).isEqualTo(quote(SIMPLE).cost(Usage.of(10, 5)));
        assertThat(cost).hasSameHashCodeAs(quote(SIMPLE).cost(Usage.of(10, 5)));
        assertThat(cost).isNotEqualTo(quote(SIMPLE).cost(Usage.of(10, 6))).isNotEqualTo("cost");
        assertThat(cost)
                .isNotEqualTo(new Quote(new ModelId(1), 2, new Pricing.Paid(SIMPLE), PricingSource.PROVIDER)
                        .cost(Usage.of(10, 5)));
    }

    @Test
    void lineItemsAreImmutable() {
        List<LineItem> lines = cost(SIMPLE, Usage.of(10, 5)).lines();
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> lines.set(0, lines.get(1)));
        List<LineItem> three = cost(SIMPLE, prompt(10, 5).reasoning(1).build()).lines();
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> three.set(0, three.get(1)));
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(
                        () -> incomplete(SIMPLE, prompt(1, 1).count(IMAGE, 1).build())
                                .unpriced()
                                .remove(0));
    }
}
