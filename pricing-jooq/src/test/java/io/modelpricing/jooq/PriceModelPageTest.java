package io.modelpricing.jooq;

import static io.modelpricing.BillingUnit.AUDIO_INPUT;
import static io.modelpricing.BillingUnit.CACHE_READ;
import static io.modelpricing.BillingUnit.CACHE_READ_AUDIO;
import static io.modelpricing.BillingUnit.CACHE_WRITE;
import static io.modelpricing.BillingUnit.CACHE_WRITE_1H;
import static io.modelpricing.BillingUnit.IMAGE_INPUT;
import static io.modelpricing.BillingUnit.INPUT;
import static io.modelpricing.BillingUnit.OUTPUT;
import static io.modelpricing.BillingUnit.VIDEO_OUTPUT_MS;
import static io.modelpricing.BillingUnit.WEB_SEARCH;
import static io.modelpricing.Price.perMillion;
import static io.modelpricing.Price.perSecond;
import static io.modelpricing.Price.perThousand;
import static io.modelpricing.ServiceTier.BATCH;
import static io.modelpricing.ServiceTier.FAST;
import static io.modelpricing.ServiceTier.FLEX;
import static io.modelpricing.ServiceTier.PRIORITY;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.Cost;
import io.modelpricing.Hours;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.Quote;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.Usage;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The examples of {@code docs/price-model.md}: each card is stored and read back, each listed cost is calculated. */
class PriceModelPageTest {

    private static final String PAGE = page();

    /** A row of a table of costs: the usage, where or when the request ran, and the cost. */
    private static final Pattern COST = Pattern.compile("(?m)^\\| `([^`]+=[^`]+)` \\|([^|]*)\\| ([^|]*) \\|$");

    private static final Pattern COUNT = Pattern.compile("([a-z0-9_]+)(?:/([^=]+))?=([0-9]+)");

    @Test
    void geminiCardHasAThresholdABatchTierAndCachedAudio() {
        // shown in docs/price-model.md
        RateCard gemini = RateCard.of(
                Rate.of(INPUT, perMillion("1.25")),
                Rate.of(INPUT, perMillion("2.50")).above(200_000),
                Rate.of(CACHE_READ, perMillion("0.125")),
                Rate.of(CACHE_READ, perMillion("0.25")).above(200_000),
                Rate.of(AUDIO_INPUT, perMillion("3")),
                Rate.of(AUDIO_INPUT, perMillion("6")).above(200_000),
                Rate.of(CACHE_READ_AUDIO, perMillion("0.30")),
                Rate.of(CACHE_READ_AUDIO, perMillion("0.60")).above(200_000),
                Rate.chargedAs(IMAGE_INPUT, INPUT),
                Rate.of(OUTPUT, perMillion("10")),
                Rate.of(OUTPUT, perMillion("15")).above(200_000),
                Rate.of(INPUT, perMillion("0.625")).in(BATCH),
                Rate.of(INPUT, perMillion("1.25")).in(BATCH).above(200_000),
                Rate.of(CACHE_READ, perMillion("0.125")).in(BATCH), // not halved
                Rate.of(CACHE_READ, perMillion("0.25")).in(BATCH).above(200_000),
                Rate.of(OUTPUT, perMillion("5")).in(BATCH),
                Rate.of(OUTPUT, perMillion("7.50")).in(BATCH).above(200_000));
        assertCosts("Gemini", gemini);
    }

    @Test
    void gptCardHasPriorityFlexAndRegionalPrices() {
        // shown in docs/price-model.md
        RateCard gpt = RateCard.of(
                Rate.of(INPUT, perMillion("5")),
                Rate.of(INPUT, perMillion("10")).above(272_000),
                Rate.of(CACHE_READ, perMillion("0.50")),
                Rate.of(CACHE_READ, perMillion("1")).above(272_000),
                Rate.of(OUTPUT, perMillion("30")),
                Rate.of(OUTPUT, perMillion("45")).above(272_000),
                Rate.of(INPUT, perMillion("5.50")).inRegion("eu"),
                Rate.of(INPUT, perMillion("11")).inRegion("eu").above(272_000),
                Rate.of(CACHE_READ, perMillion("0.55")).inRegion("eu"),
                Rate.of(CACHE_READ, perMillion("1.10")).inRegion("eu").above(272_000),
                Rate.of(OUTPUT, perMillion("33")).inRegion("eu"),
                Rate.of(OUTPUT, perMillion("49.50")).inRegion("eu").above(272_000),
                Rate.of(INPUT, perMillion("2.50")).in(FLEX),
                Rate.of(CACHE_READ, perMillion("0.25")).in(FLEX),
                Rate.of(OUTPUT, perMillion("15")).in(FLEX),
                Rate.of(INPUT, perMillion("10")).in(PRIORITY),
                Rate.of(CACHE_READ, perMillion("1")).in(PRIORITY),
                Rate.of(OUTPUT, perMillion("60")).in(PRIORITY),
                Rate.of(INPUT, perMillion("11")).in(PRIORITY).inRegion("eu"),
                Rate.of(CACHE_READ, perMillion("1.10")).in(PRIORITY).inRegion("eu"),
                Rate.of(OUTPUT, perMillion("66")).in(PRIORITY).inRegion("eu"),
                Rate.of(INPUT, perMillion("2.50")).in(BATCH),
                Rate.of(OUTPUT, perMillion("15")).in(BATCH)); // cached tokens have no batch price
        assertCosts("GPT:", gpt);
    }

    @Test
    void deepSeekCardHasOffPeakHours() {
        // shown in docs/price-model.md
        Hours hours = Hours.parse(Map.of(
                "off_peak", "daily 16:30-00:30",
                "peak", "daily 00:30-16:30"));
        RateCard deepseek = RateCard.of(
                hours,
                List.of(
                        Rate.of(INPUT, perMillion("0.27")),
                        Rate.of(CACHE_READ, perMillion("0.07")),
                        Rate.of(OUTPUT, perMillion("1.10")),
                        Rate.of(INPUT, perMillion("0.135")).during("off_peak"),
                        Rate.of(CACHE_READ, perMillion("0.035")).during("off_peak"),
                        Rate.of(OUTPUT, perMillion("0.55")).during("off_peak")));
        assertCosts("DeepSeek", deepseek);
    }

    @Test
    void claudeCardHasBothCacheDurationsFastModeAndInferenceInTheUs() {
        // shown in docs/price-model.md
        RateCard claude = RateCard.of(
                Rate.of(INPUT, perMillion("5")),
                Rate.of(CACHE_READ, perMillion("0.50")),
                Rate.of(CACHE_WRITE, perMillion("6.25")),
                Rate.of(CACHE_WRITE_1H, perMillion("10")),
                Rate.of(OUTPUT, perMillion("25")),
                Rate.of(WEB_SEARCH, perThousand("10")),
                Rate.of(INPUT, perMillion("5.50")).inRegion("us"),
                Rate.of(CACHE_READ, perMillion("0.55")).inRegion("us"),
                Rate.of(CACHE_WRITE, perMillion("6.875")).inRegion("us"),
                Rate.of(CACHE_WRITE_1H, perMillion("11")).inRegion("us"),
                Rate.of(OUTPUT, perMillion("27.50")).inRegion("us"),
                Rate.of(INPUT, perMillion("10")).in(FAST),
                Rate.of(CACHE_READ, perMillion("1")).in(FAST),
                Rate.of(CACHE_WRITE, perMillion("12.50")).in(FAST),
                Rate.of(CACHE_WRITE_1H, perMillion("20")).in(FAST),
                Rate.of(OUTPUT, perMillion("50")).in(FAST),
                Rate.of(INPUT, perMillion("11")).in(FAST).inRegion("us"),
                Rate.of(CACHE_READ, perMillion("1.10")).in(FAST).inRegion("us"),
                Rate.of(CACHE_WRITE, perMillion("13.75")).in(FAST).inRegion("us"),
                Rate.of(CACHE_WRITE_1H, perMillion("22")).in(FAST).inRegion("us"),
                Rate.of(OUTPUT, perMillion("55")).in(FAST).inRegion("us"));
        assertCosts("Claude", claude);
    }

    @Test
    void veoCardHasPricesPerSecondByResolution() {
        // shown in docs/price-model.md
        RateCard veo = RateCard.of(
                Rate.of(VIDEO_OUTPUT_MS, perSecond("0.05")),
                Rate.of(VIDEO_OUTPUT_MS, perSecond("0.08")).ofVariant("1080p"));
        assertCosts("Veo", veo);
    }

    @Test
    void searchCardHasPricesByContextSize() {
        // shown in docs/price-model.md
        RateCard search = RateCard.of(
                Rate.of(INPUT, perMillion("2.50")),
                Rate.of(OUTPUT, perMillion("10")),
                Rate.of(WEB_SEARCH, perThousand("35")),
                Rate.of(WEB_SEARCH, perThousand("30")).ofVariant("low"),
                Rate.of(WEB_SEARCH, perThousand("50")).ofVariant("high"));
        assertCosts("GPT search", search);
    }

    /** Stores a card, and checks the costs that the page lists under a heading. */
    private static void assertCosts(String heading, RateCard card) {
        Quote quote = stored(card);
        assertThat(quote.pricing()).isEqualTo(new Pricing.Paid(card));
        List<MatchResult> rows =
                COST.matcher(section("### " + heading)).results().toList();
        assertThat(rows).hasSizeGreaterThan(3);
        for (MatchResult row : rows) {
            assertThat(cost(quote, row.group(1), row.group(2).strip()))
                    .as(row.group())
                    .isEqualTo(row.group(3));
        }
    }

    private static Quote stored(RateCard card) {
        try (PricingDatabase database = PricingDatabase.expanded().provider("provider")) {
            ModelId model = database.model("provider", "model");
            PricingRepository prices = new JooqPricingRepository(database.ctx());
            prices.upsert(
                    new PriceUpdate(model, new Pricing.Paid(card), PricingSource.PROVIDER, Instant.EPOCH),
                    Attribution.by("price_list"));
            return prices.find(model).orElseThrow().quote();
        }
    }

    /** Returns the cost as the page writes it. */
    private static String cost(Quote quote, String counts, String ran) {
        Usage.Builder usage = Usage.inclusive();
        for (String text : counts.split(",", -1)) {
            Matcher count = COUNT.matcher(text);
            assertThat(count.matches()).as(text).isTrue();
            usage.count(
                    BillingUnit.parse(count.group(1)),
                    Optional.ofNullable(count.group(2)).orElse(""),
                    Long.parseLong(count.group(3)));
        }
        Optional<Instant> at = Optional.empty();
        for (String term : ran.isEmpty() ? new String[0] : ran.split(" ", -1)) {
            if (term.endsWith("Z")) {
                at = Optional.of(Instant.parse(term));
            } else if (Stream.of(ServiceTier.values())
                    .anyMatch(tier -> tier.id().equals(term))) {
                usage.serviceTier(ServiceTier.parse(term));
            } else {
                usage.region(term);
            }
        }
        Cost cost = at.isPresent() ? quote.cost(usage.build(), at.get()) : quote.cost(usage.build());
        return cost.fold(
                complete -> "$" + dollars(complete.total()),
                incomplete -> "no price for "
                        + incomplete.unpriced().stream()
                                .map(unit -> "`" + unit + "`")
                                .collect(joining(", ")),
                missing -> missing.reason().id());
    }

    private static String dollars(BigDecimal total) {
        BigDecimal shortest = total.stripTrailingZeros();
        return shortest.setScale(Math.max(2, shortest.scale())).toPlainString();
    }

    @Test
    void tokensAreCountedAsEveryUnitThatTheyAre() {
        // shown in docs/price-model.md
        // 10,000 tokens: 3,000 cached, 2,000 of audio, 500 of them cached audio.
        Usage audio = Usage.inclusive()
                .input(10_000)
                .cacheRead(3_000)
                .count(BillingUnit.AUDIO_INPUT, 2_000)
                .count(BillingUnit.CACHE_READ_AUDIO, 500)
                .output(100)
                .build();
        assertThat(Stream.of(CACHE_READ_AUDIO, CACHE_READ, AUDIO_INPUT, INPUT).map(audio::countWithoutParts))
                .containsExactly(500L, 2_500L, 1_500L, 5_500L);
    }

    @Test
    void countsCanHaveAVariant() {
        // shown in docs/price-model.md
        Usage searches = Usage.inclusive()
                .input(1_000)
                .output(500)
                .count(BillingUnit.WEB_SEARCH, "high", 2)
                .serviceTier(ServiceTier.PRIORITY)
                .region("eu")
                .build();
        assertThat(searches).hasToString("input=1000,output=500,request=1,web_search/high=2 (priority, eu)");
    }

    @Test
    void cardWithHoursNeedsAnInstant() {
        Hours hours = Hours.parse(Map.of("day", "daily 06:00-18:00", "night", "daily 18:00-06:00"));
        RateCard card = RateCard.of(
                hours,
                List.of(
                        Rate.of(INPUT, perMillion("2")),
                        Rate.of(INPUT, perMillion("1")).during("night")));
        Quote quote = new Quote(new ModelId(1), 1, new Pricing.Paid(card), PricingSource.PROVIDER);
        Usage usage = Usage.of(1_000_000, 0);
        Instant requestedAt = Instant.parse("2026-01-05T18:00:00Z");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> costs(quote, usage, requestedAt))
                .withMessageContaining("[day, night]")
                .withMessageContaining("pass the instant");
        assertThat(quote.cost(usage, requestedAt).orElseThrow().total()).isEqualByComparingTo("1");
        assertThat(quote.cost(usage, requestedAt.minusNanos(1)).orElseThrow().total())
                .isEqualByComparingTo("2");
    }

    private static List<Cost> costs(Quote quote, Usage usage, Instant requestedAt) {
        // shown in docs/price-model.md
        Cost now = quote.cost(usage); // throws if a price of the card depends on the hours
        Cost then = quote.cost(usage, requestedAt);
        return List.of(now, then);
    }

    @Test
    void unitOfANewerVersionIsReadAndOnlyItsCostIsUnknown() {
        try (PricingDatabase database = PricingDatabase.expanded().provider("provider")) {
            ModelId model = database.model("provider", "model");
            PricingRepository prices = new JooqPricingRepository(database.ctx());
            prices.setManual(
                    model,
                    Pricing.paid(perMillion("1"), perMillion("2")),
                    Attribution.by("ada").because("first price"));
            database.sql(
                    "insert into billing_unit values ('frame', 1000, 'frame', 'output', '{}', true, 'A frame')",
                    "insert into model_pricing_rate_set (id) values ('00000000-0000-0000-0000-000000000001')",
                    "insert into model_pricing_card_rate (rate_set_id, service_tier, unit, from_input_tokens, price, variant)"
                            + " values ('00000000-0000-0000-0000-000000000001', 'standard', 'frame', 0, 0.01, '4k')",
                    "update model_pricing set rate_set_id = '00000000-0000-0000-0000-000000000001'");

            Quote quote = prices.find(model).orElseThrow().quote();
            BillingUnit frame = BillingUnit.ofStored("frame");

            assertThat(frame.isKnown()).isFalse();
            assertThat(quote.pricing().orElseThrow().rates())
                    .contains(Rate.of(frame, Price.perUnit("0.01")).ofVariant("4k"));
            assertThat(quote.cost(Usage.of(1_000_000, 0)).orElseThrow().total()).isEqualByComparingTo("1");
            assertThat(quote.cost(
                            Usage.inclusive().input(1).count(frame, "4k", 1).build()))
                    .isInstanceOfSatisfying(
                            Cost.Incomplete.class,
                            incomplete -> assertThat(incomplete.unpriced()).containsExactly(frame));
        }
    }

    @Test
    void pageListsEveryBillingUnit() {
        assertThat(section("## All billing units").lines().filter(line -> line.startsWith("| `")))
                .containsExactlyElementsOf(
                        BillingUnit.all().stream().map(PriceModelPageTest::row).toList());
    }

    private static String row(BillingUnit unit) {
        Set<BillingUnit> wholes = unit.wholes();
        return Stream.of(
                        "`" + unit + "`",
                        unit.measure().orElseThrow().id(),
                        unit.side() == BillingUnit.Side.INPUT ? "input" : "output",
                        wholes.stream()
                                .filter(whole -> wholes.stream()
                                        .noneMatch(other -> other.wholes().contains(whole)))
                                .map(whole -> "`" + whole + "`")
                                .collect(joining(", ")),
                        unit.hasVariants() ? "yes" : "",
                        unit.description())
                .collect(joining(" | ", "| ", " |"));
    }

    private static String section(String heading) {
        int start = PAGE.indexOf("\n" + heading);
        assertThat(start).as(heading).isNotNegative();
        int end = PAGE.indexOf("\n##", start + 1);
        return PAGE.substring(start, end < 0 ? PAGE.length() : end);
    }

    private static String page() {
        try {
            return Files.readString(Path.of("../docs/price-model.md"));
        } catch (IOException e) {
            throw new IllegalStateException("the tests must run in the folder of their module", e);
        }
    }
}
