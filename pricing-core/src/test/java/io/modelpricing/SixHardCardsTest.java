package io.modelpricing;

import static io.modelpricing.BillingUnit.AUDIO_INPUT;
import static io.modelpricing.BillingUnit.CACHE_READ;
import static io.modelpricing.BillingUnit.CACHE_READ_AUDIO;
import static io.modelpricing.BillingUnit.CACHE_WRITE;
import static io.modelpricing.BillingUnit.CACHE_WRITE_1H;
import static io.modelpricing.BillingUnit.IMAGE_INPUT;
import static io.modelpricing.BillingUnit.INPUT;
import static io.modelpricing.BillingUnit.OUTPUT;
import static io.modelpricing.BillingUnit.REASONING;
import static io.modelpricing.BillingUnit.REQUEST;
import static io.modelpricing.BillingUnit.VIDEO_OUTPUT_MS;
import static io.modelpricing.BillingUnit.WEB_SEARCH;
import static io.modelpricing.ServiceTier.BATCH;
import static io.modelpricing.ServiceTier.FAST;
import static io.modelpricing.ServiceTier.FLEX;
import static io.modelpricing.ServiceTier.PRIORITY;
import static io.modelpricing.ServiceTier.STANDARD;
import static org.assertj.core.api.Assertions.assertThat;
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

/** Six published price lists that need every condition of a card. Each cost was calculated by hand. */
class SixHardCardsTest {

    private static Rate rate(BillingUnit unit, String perMillion) {
        return Rate.of(unit, Price.perMillion(perMillion));
    }

    private static Quote quote(RateCard card) {
        return new Quote(new ModelId(1), 1, new Pricing.Paid(card), PricingSource.PROVIDER);
    }

    private static BigDecimal cost(RateCard card, Usage usage) {
        return quote(card).cost(usage).orElseThrow().total();
    }

    private static List<BillingUnit> unpriced(RateCard card, Usage usage) {
        return ((Cost.Incomplete) quote(card).cost(usage)).unpriced();
    }

    // A Gemini with a threshold, batch prices, cached audio, and reasoning whose price does not rise.

    private static final RateCard GEMINI = RateCard.of(
            rate(INPUT, "1.25"),
            rate(INPUT, "2.5").above(200_000),
            rate(CACHE_READ, "0.125"),
            rate(CACHE_READ, "0.25").above(200_000),
            rate(AUDIO_INPUT, "1.25"),
            rate(AUDIO_INPUT, "2.5").above(200_000),
            rate(CACHE_READ_AUDIO, "0.125"),
            rate(CACHE_READ_AUDIO, "0.25").above(200_000),
            Rate.chargedAs(IMAGE_INPUT, INPUT),
            rate(OUTPUT, "10"),
            rate(OUTPUT, "15").above(200_000),
            rate(REASONING, "10"),
            Rate.of(WEB_SEARCH, Price.perThousand("14")),
            rate(INPUT, "0.625").in(BATCH),
            rate(INPUT, "1.25").above(200_000).in(BATCH),
            rate(CACHE_READ, "0.125").in(BATCH),
            rate(CACHE_READ, "0.25").above(200_000).in(BATCH),
            rate(OUTPUT, "5").in(BATCH),
            rate(OUTPUT, "7.5").above(200_000).in(BATCH));

    /** A prompt of text, cached text, audio, cached audio and images. */
    private static Usage.Builder prompt(long input) {
        return Usage.inclusive()
                .input(input)
                .cacheRead(50_000)
                .count(AUDIO_INPUT, 30_000)
                .count(CACHE_READ_AUDIO, 10_000)
                .count(IMAGE_INPUT, 20_000)
                .output(1_000)
                .reasoning(400)
                .count(WEB_SEARCH, 2);
    }

    @ParameterizedTest
    @CsvSource({"199999, 0.23174875", "200000, 0.23175", "200001, 0.4285025", "200002, 0.428505"})
    void geminiChangesEveryPriceButReasoningAboveTheThreshold(long input, String total) {
        assertThat(cost(GEMINI, prompt(input).build())).isEqualByComparingTo(total);
    }

    @Test
    void geminiChargesEachTokenOnce() {
        assertThat(quote(GEMINI).cost(prompt(200_000).build()).orElseThrow().lines())
                .extracting(
                        LineItem::unit,
                        LineItem::quantity,
                        line -> line.amount().stripTrailingZeros())
                .containsExactly(
                        tuple(INPUT, 110_000L, new BigDecimal("0.1375")),
                        tuple(OUTPUT, 600L, new BigDecimal("0.006")),
                        tuple(CACHE_READ, 40_000L, new BigDecimal("0.005")),
                        tuple(AUDIO_INPUT, 20_000L, new BigDecimal("0.025")),
                        tuple(WEB_SEARCH, 2L, new BigDecimal("0.028")),
                        tuple(REASONING, 400L, new BigDecimal("0.004")),
                        tuple(IMAGE_INPUT, 20_000L, new BigDecimal("0.025")),
                        tuple(CACHE_READ_AUDIO, 10_000L, new BigDecimal("0.00125")));
    }

    @ParameterizedTest
    @CsvSource({"200000, 0.105", "200001, 0.20750125"})
    void geminiBatchChargesReasoningAsOutput(long input, String total) {
        Usage usage = Usage.inclusive()
                .input(input)
                .cacheRead(50_000)
                .output(1_000)
                .reasoning(400)
                .serviceTier(BATCH)
                .build();
        assertThat(cost(GEMINI, usage)).isEqualByComparingTo(total);
    }

    @Test
    void geminiBatchHasNoPriceOfOtherUnits() {
        assertThat(unpriced(GEMINI, prompt(200_000).serviceTier(BATCH).build()))
                .containsExactly(AUDIO_INPUT, WEB_SEARCH, IMAGE_INPUT, CACHE_READ_AUDIO);
    }

    // A GPT with four tiers, a threshold in one of them, and regional prices.

    private static final RateCard GPT = gpt();

    private static RateCard gpt() {
        List<Rate> rates = new ArrayList<>(List.of(
                rate(INPUT, "5"),
                rate(INPUT, "10").above(272_000),
                rate(CACHE_READ, "0.5"),
                rate(CACHE_READ, "1").above(272_000),
                rate(CACHE_WRITE, "6.25"),
                rate(CACHE_WRITE, "12.5").above(272_000),
                rate(OUTPUT, "30"),
                rate(OUTPUT, "45").above(272_000),
                rate(INPUT, "2.5").in(FLEX),
                rate(CACHE_READ, "0.25").in(FLEX),
                rate(CACHE_WRITE, "3.125").in(FLEX),
                rate(OUTPUT, "15").in(FLEX),
                rate(INPUT, "10").in(PRIORITY),
                rate(CACHE_READ, "1").in(PRIORITY),
                rate(CACHE_WRITE, "12.5").in(PRIORITY),
                rate(OUTPUT, "60").in(PRIORITY),
                rate(INPUT, "2.5").in(BATCH),
                rate(OUTPUT, "15").in(BATCH)));
        for (Rate rate : List.copyOf(rates)) {
            BigDecimal uplifted = rate.price().usd().multiply(new BigDecimal("1.1"));
            for (String region : List.of("eu", "us")) {
                rates.add(Rate.of(rate.unit(), Price.perToken(uplifted))
                        .in(rate.serviceTier())
                        .inRegion(region)
                        .from(rate.fromInputTokens()));
            }
        }
        return RateCard.of(rates);
    }

    @ParameterizedTest
    @CsvSource({
        "272000, standard,   , 1.0025",
        "272001, standard,   , 1.99001",
        "272000, standard, eu, 1.10275",
        "272001, standard, eu, 2.189011",
        "272001, standard, us, 2.189011",
        "272000, standard, ap, 1.0025",
        "272001, standard, ap, 1.99001",
        "272000, flex,       , 0.50125",
        "272001, flex,       , 0.5012525",
        "272001, flex,     eu, 0.55137775",
        "272000, priority,   , 2.005",
        "272001, priority,   , 2.00501",
        "272001, priority, eu, 2.205511",
    })
    void gptDependsOnTierRegionAndSize(long input, String tier, String region, String total) {
        Usage usage = Usage.inclusive()
                .input(input)
                .cacheRead(100_000)
                .cacheWrite(50_000)
                .output(1_000)
                .serviceTier(ServiceTier.parse(tier))
                .region(region == null ? "" : region)
                .build();
        assertThat(cost(GPT, usage)).isEqualByComparingTo(total);
    }

    @Test
    void gptHasNoBatchPriceOfCachedTokens() {
        assertThat(GPT.rates()).hasSize(54);
        Usage.Builder usage = Usage.inclusive().input(272_001).output(1_000).serviceTier(BATCH);
        assertThat(cost(GPT, usage.build())).isEqualByComparingTo("0.6950025");
        assertThat(unpriced(GPT, usage.cacheRead(1).cacheWrite(1).region("eu").build()))
                .containsExactly(CACHE_READ, CACHE_WRITE);
        assertThat(unpriced(GPT, usage.serviceTier(FAST).build()))
                .containsExactly(INPUT, OUTPUT, CACHE_READ, CACHE_WRITE);
    }

    @Test
    void gptThresholdOfOneTierDoesNotMakeSumsInAnotherAmbiguous() {
        Usage two = Usage.inclusive()
                .input(300_000)
                .count(REQUEST, 2)
                .serviceTier(FLEX)
                .region("eu")
                .build();
        assertThat(cost(GPT, two)).isEqualByComparingTo("0.825");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cost(
                        GPT,
                        Usage.inclusive()
                                .input(300_000)
                                .count(REQUEST, 2)
                                .region("eu")
                                .build()))
                .withMessage(
                        "the price of model 1 changes at 272001 input tokens of a request, but the usage is a sum of"
                                + " several requests: input=300000,request=2 (eu); calculate the cost of each request");
    }

    // A DeepSeek that is cheaper at night.

    private static final RateCard DEEPSEEK = RateCard.of(
            Hours.parse(Map.of("off_peak", "daily 16:30-00:30", "standard", "daily 00:30-16:30")),
            List.of(
                    rate(INPUT, "0.135").during("off_peak"),
                    rate(CACHE_READ, "0.035").during("off_peak"),
                    rate(OUTPUT, "0.55").during("off_peak"),
                    rate(INPUT, "0.27").during("standard"),
                    rate(CACHE_READ, "0.07").during("standard"),
                    rate(OUTPUT, "1.1").during("standard")));

    private static final Usage LONG_CHAT = Usage.inclusive()
            .input(1_000_000)
            .cacheRead(400_000)
            .output(100_000)
            .build();

    @ParameterizedTest
    @CsvSource({
        "2026-01-07T16:29:59.999999999Z, 0.3",
        "2026-01-07T16:30:00Z,           0.15",
        "2026-01-07T23:59:59Z,           0.15",
        "2026-01-08T00:29:59Z,           0.15",
        "2026-01-08T00:29:59.999999999Z, 0.15",
        "2026-01-08T00:30:00Z,           0.3",
        "2026-01-11T23:59:59Z,           0.15",
        "2026-01-12T00:00:00Z,           0.15",
        "2026-01-12T00:30:00Z,           0.3",
        "2028-02-29T16:29:59Z,           0.3",
        "2028-02-29T16:30:00Z,           0.15",
    })
    void deepSeekDependsOnTheInstant(String at, String total) {
        assertThat(quote(DEEPSEEK)
                        .cost(LONG_CHAT, Instant.parse(at))
                        .orElseThrow()
                        .total())
                .isEqualByComparingTo(total);
    }

    @Test
    void deepSeekWithoutTheInstantIsRefused() {
        Quote quote = quote(DEEPSEEK);
        String message = "the price of model 1 depends on the hours [off_peak, standard]; pass the instant when the"
                + " request ran";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> quote.cost(LONG_CHAT))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> quote.maximumCost(LONG_CHAT))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> quote.affordableInput(LONG_CHAT, Usd.parse("1")))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> quote.affordableOutput(LONG_CHAT, Usd.parse("1")))
                .withMessage(message);
    }

    @Test
    void deepSeekBudgetPaysForTwiceAsMuchAtNight() {
        Instant day = Instant.parse("2026-01-07T16:29:59Z");
        Instant night = Instant.parse("2026-01-07T16:30:00Z");
        Usage nothing = Usage.of(0, 0);
        assertThat(quote(DEEPSEEK).affordableOutput(nothing, Usd.parse("1.1"), day))
                .hasValue(1_000_000);
        assertThat(quote(DEEPSEEK).affordableOutput(nothing, Usd.parse("1.1"), night))
                .hasValue(2_000_000);
        assertThat(quote(DEEPSEEK).affordableInput(nothing, Usd.parse("0.27"), day))
                .hasValue(1_000_000);
        assertThat(quote(DEEPSEEK).affordableInput(nothing, Usd.parse("0.27"), night))
                .hasValue(2_000_000);
        assertThat(quote(DEEPSEEK).maximumCost(LONG_CHAT, night).orElseThrow().total())
                .isEqualByComparingTo("0.19");
    }

    // A Claude with cache writes of two durations, fast mode and inference in the US.

    private static final RateCard CLAUDE = claude();

    private static RateCard claude() {
        List<Rate> rates = new ArrayList<>();
        for (ServiceTier tier : List.of(STANDARD, FAST)) {
            for (String region : List.of("", "us")) {
                BigDecimal factor = new BigDecimal(tier == FAST ? "2" : "1")
                        .multiply(new BigDecimal(region.isEmpty() ? "1" : "1.1"));
                Map.of(
                                INPUT, "5",
                                CACHE_READ, "0.5",
                                CACHE_WRITE, "6.25",
                                CACHE_WRITE_1H, "10",
                                OUTPUT, "25")
                        .forEach((unit, price) ->
                                rates.add(Rate.of(unit, Price.perMillion(new BigDecimal(price).multiply(factor)))
                                        .in(tier)
                                        .inRegion(region)));
            }
        }
        rates.add(Rate.of(WEB_SEARCH, Price.perThousand("10")));
        return RateCard.of(rates);
    }

    private static Usage.Builder claudeUsage() {
        return Usage.exclusive()
                .input(1_000)
                .cacheRead(2_000)
                .cacheCreation(700)
                .cacheWrite1h(300)
                .output(500);
    }

    @ParameterizedTest
    @CsvSource({
        "standard,   , 0.024",
        "standard, us, 0.0264",
        "standard, eu, 0.024",
        "fast,       , 0.048",
        "fast,     us, 0.0528",
        "fast,     eu, 0.048",
    })
    void claudeDependsOnTierAndRegion(String tier, String region, String total) {
        Usage usage = claudeUsage()
                .serviceTier(ServiceTier.parse(tier))
                .region(region == null ? "" : region)
                .build();
        assertThat(cost(CLAUDE, usage)).isEqualByComparingTo(total);
    }

    @Test
    void claudeSearchCostsTheSameInEveryRegion() {
        Usage.Builder usage = claudeUsage().count(WEB_SEARCH, 3);
        assertThat(cost(CLAUDE, usage.build())).isEqualByComparingTo("0.054");
        assertThat(cost(CLAUDE, usage.region("us").build())).isEqualByComparingTo("0.0564");
        assertThat(unpriced(CLAUDE, usage.serviceTier(FAST).build())).containsExactly(WEB_SEARCH);
        assertThat(unpriced(CLAUDE, usage.serviceTier(BATCH).build()))
                .containsExactly(INPUT, OUTPUT, CACHE_READ, CACHE_WRITE, CACHE_WRITE_1H, WEB_SEARCH);
    }

    // A video model per second, by resolution.

    private static final RateCard VEO = RateCard.of(
            Rate.of(VIDEO_OUTPUT_MS, Price.perThousand("0.05")),
            Rate.of(VIDEO_OUTPUT_MS, Price.perThousand("0.08")).ofVariant("1080p"));

    @ParameterizedTest
    @CsvSource({
        "8000, 1080p, 0.64",
        "8000, 720p, 0.4",
        "8000, , 0.4",
        "1, 1080p, 0.00008",
        "1, , 0.00005",
        "0, 1080p, 0"
    })
    void videoDependsOnTheResolution(long milliseconds, String resolution, String total) {
        Usage usage = Usage.inclusive()
                .count(VIDEO_OUTPUT_MS, resolution == null ? "" : resolution, milliseconds)
                .build();
        assertThat(cost(VEO, usage)).isEqualByComparingTo(total);
    }

    @Test
    void videosOfTwoResolutionsHaveALineItemEach() {
        Usage usage = Usage.inclusive()
                .count(VIDEO_OUTPUT_MS, "720p", 2_500)
                .count(VIDEO_OUTPUT_MS, "1080p", 1_500)
                .build();
        Cost.Complete cost = quote(VEO).cost(usage).orElseThrow();
        assertThat(cost.lines())
                .extracting(
                        LineItem::variant,
                        LineItem::quantity,
                        line -> line.amount().stripTrailingZeros())
                .containsExactly(
                        tuple("1080p", 1_500L, new BigDecimal("0.12")), tuple("720p", 2_500L, new BigDecimal("0.125")));
        assertThat(cost.total()).isEqualByComparingTo("0.245");
        assertThat(cost.output()).isEqualByComparingTo("0.245");
        assertThat(cost.input()).isEqualByComparingTo("0");
    }

    // A search model by context size.

    private static final RateCard SEARCH = RateCard.of(
            rate(INPUT, "2.5"),
            rate(CACHE_READ, "1.25"),
            rate(OUTPUT, "10"),
            Rate.of(WEB_SEARCH, Price.perUnit("0.03")).ofVariant("low"),
            Rate.of(WEB_SEARCH, Price.perUnit("0.035")).ofVariant("medium"),
            Rate.of(WEB_SEARCH, Price.perUnit("0.05")).ofVariant("high"),
            Rate.of(WEB_SEARCH, Price.perUnit("0.035")),
            rate(INPUT, "1.25").in(BATCH),
            rate(OUTPUT, "5").in(BATCH));

    @ParameterizedTest
    @CsvSource({
        "low, 1, 0.0335",
        "medium, 1, 0.0385",
        "high, 1, 0.0535",
        "high, 2, 0.1035",
        ", 1, 0.0385",
        "enormous, 1, 0.0385",
        "high, 0, 0.0035",
    })
    void searchDependsOnTheContextSize(String size, long searches, String total) {
        Usage usage = Usage.inclusive()
                .input(1_000)
                .output(100)
                .count(WEB_SEARCH, size == null ? "" : size, searches)
                .build();
        assertThat(cost(SEARCH, usage)).isEqualByComparingTo(total);
    }

    @Test
    void searchesOfSeveralSizesAreAdded() {
        Usage.Builder usage = Usage.inclusive()
                .input(1_000)
                .output(100)
                .count(WEB_SEARCH, "low", 1)
                .count(WEB_SEARCH, "high", 2)
                .count(WEB_SEARCH, 1);
        assertThat(cost(SEARCH, usage.build())).isEqualByComparingTo("0.1685");
        assertThat(unpriced(SEARCH, usage.serviceTier(BATCH).build())).containsExactly(WEB_SEARCH);
    }
}
