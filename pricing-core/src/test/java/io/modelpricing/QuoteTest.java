package io.modelpricing;

import static io.modelpricing.BillingUnit.AUDIO_INPUT;
import static io.modelpricing.BillingUnit.CACHE_READ;
import static io.modelpricing.BillingUnit.CACHE_READ_AUDIO;
import static io.modelpricing.BillingUnit.CACHE_WRITE;
import static io.modelpricing.BillingUnit.IMAGE;
import static io.modelpricing.BillingUnit.INPUT;
import static io.modelpricing.BillingUnit.OUTPUT;
import static io.modelpricing.BillingUnit.REASONING;
import static io.modelpricing.BillingUnit.REQUEST;
import static io.modelpricing.BillingUnit.WEB_SEARCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;

class QuoteTest {

    private static final RateCard SIMPLE = RateCard.of(Price.perMillion("2"), Price.perMillion("10"));

    private static Quote quote(RateCard card) {
        return new Quote(
                new ModelId(1),
                1,
                card.isFree() ? new Pricing.Free(card) : new Pricing.Paid(card),
                PricingSource.PROVIDER);
    }

    // The maximum cost.

    @Test
    void maximumCostIsThatOfTheLimits() {
        Cost.Complete largest = quote(SIMPLE.plus(Rate.of(REQUEST, Price.perUnit("0.5"))))
                .maximumCost(Usage.of(1_000_000, 100_000))
                .orElseThrow();
        assertThat(largest.total()).isEqualByComparingTo("3.5");
        assertThat(largest.usage()).isEqualTo(Usage.of(1_000_000, 100_000));
    }

    @Test
    void shorterPromptCanBeMoreExpensive() {
        RateCard falling = SIMPLE.plus(Rate.of(INPUT, Price.perMillion("1")).above(600_000));
        assertThat(quote(falling)
                        .maximumCost(Usage.of(700_000, 0))
                        .orElseThrow()
                        .total())
                .isEqualByComparingTo("1.2");
        assertThat(quote(falling)
                        .maximumCost(Usage.of(2_000_000, 0))
                        .orElseThrow()
                        .total())
                .isEqualByComparingTo("2");
    }

    @Test
    void maximumCostAssumesOnlyThePartsThatCostMore() {
        RateCard card = SIMPLE.plus(
                Rate.of(CACHE_READ, Price.perMillion("0.2")),
                Rate.of(CACHE_WRITE, Price.perMillion("2.5")),
                Rate.of(REASONING, Price.perMillion("20")));
        Usage limits = Usage.inclusive()
                .input(1_000_000)
                .cacheRead(600_000)
                .cacheWrite(400_000)
                .output(100_000)
                .reasoning(50_000)
                .build();
        assertThat(quote(card).maximumCost(limits).orElseThrow().total()).isEqualByComparingTo("3.7");
    }

    @Test
    void maximumCostIsIncompleteOrMissingWithoutAPrice() {
        Usage limits = Usage.inclusive().input(10).count(IMAGE, 1).build();
        assertThat(quote(SIMPLE).maximumCost(limits)).isInstanceOf(Cost.Incomplete.class);
        Cost missing = new Quote(new ModelId(1), 0, Pricing.missing(MissingReason.NEVER_KNOWN), PricingSource.UNKNOWN)
                .maximumCost(Usage.of(1, 1));
        assertThat(missing).isInstanceOf(Cost.Missing.class);
        RateCard onlyLarge = RateCard.of(Rate.of(INPUT, Price.perMillion("1")).from(100));
        assertThat(quote(onlyLarge).maximumCost(Usage.of(200, 0)))
                .as("a request of 99 tokens has no price")
                .isInstanceOf(Cost.Incomplete.class);
    }

    private static RateCard card(Random random) {
        List<Rate> rates = new ArrayList<>();
        for (BillingUnit unit : List.of(INPUT, OUTPUT, CACHE_READ, CACHE_WRITE, REASONING, REQUEST)) {
            if (unit == REASONING && random.nextBoolean()) {
                continue;
            }
            rates.add(Rate.of(unit, price(random)));
            for (int from = 5; from < 30; from += 5) {
                if (random.nextInt(4) == 0) {
                    rates.add(Rate.of(unit, price(random)).from(from));
                }
            }
        }
        return RateCard.of(rates);
    }

    private static Price price(Random random) {
        return Price.perUnit(BigDecimal.valueOf(random.nextInt(20)));
    }

    private static Usage usage(Random random) {
        long input = random.nextInt(8);
        long read = random.nextLong(input + 1);
        long output = random.nextInt(8);
        return Usage.inclusive()
                .input(input)
                .cacheRead(read)
                .cacheWrite(random.nextLong(input - read + 1))
                .output(output)
                .reasoning(random.nextLong(output + 1))
                .build();
    }

    // The instant.

    @Test
    void quoteOfACardWithHoursNeedsTheInstant() {
        Quote quote = quote(RateCard.of(
                HOURS,
                List.of(
                        Rate.of(INPUT, Price.perMillion("2")),
                        Rate.of(INPUT, Price.perMillion("1")).during("night"))));
        Usage usage = Usage.of(1, 0);
        Usd budget = Usd.parse("1");
        List<ThrowableAssert.ThrowingCallable> calls = List.of(
                () -> quote.cost(usage),
                () -> quote.maximumCost(usage),
                () -> quote.affordableInput(usage, budget),
                () -> quote.affordableOutput(usage, budget));
        for (ThrowableAssert.ThrowingCallable call : calls) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(call)
                    .withMessage("the price of model 1 depends on the hours [day, night]; pass the instant when the"
                            + " request ran");
        }
    }

    // The tokens that a budget pays for.

    @Test
    void budgetPaysForExactlyTheAffordableTokens() {
        Quote quote = quote(SIMPLE.plus(Rate.of(REQUEST, Price.perUnit("0.1"))));
        Usage prompt = Usage.of(50_000, 0);
        assertThat(quote.affordableOutput(prompt, Usd.parse("0.2"))).isEqualTo(OptionalLong.of(0));
        assertThat(quote.affordableOutput(prompt, Usd.parse("0.20001"))).isEqualTo(OptionalLong.of(1));
        assertThat(quote.affordableOutput(prompt, Usd.parse("0.200019999"))).isEqualTo(OptionalLong.of(1));
        assertThat(quote.affordableOutput(prompt, Usd.parse("1.2"))).isEqualTo(OptionalLong.of(100_000));
        assertThat(quote.affordableOutput(prompt, Usd.parse("0.1999999"))).isEmpty();
        assertThat(quote.affordableInput(Usage.of(0, 1_000), Usd.parse("0.11"))).isEqualTo(OptionalLong.of(0));
        assertThat(quote.affordableInput(Usage.of(0, 1_000), Usd.parse("1.11"))).isEqualTo(OptionalLong.of(500_000));
    }

    @Test
    void affordableOutputAssumesTheMoreExpensiveReasoning() {
        Quote quote = quote(SIMPLE.plus(Rate.of(REASONING, Price.perMillion("20"))));
        assertThat(quote.affordableOutput(Usage.of(0, 0), Usd.parse("1"))).isEqualTo(OptionalLong.of(50_000));
    }

    @Test
    void affordableInputEndsBeforeAPriceJumpThatExceedsTheBudget() {
        Quote quote = quote(SIMPLE.plus(Rate.of(INPUT, Price.perMillion("4")).above(200_000)));
        assertThat(quote.affordableInput(Usage.of(0, 0), Usd.parse("0.4"))).isEqualTo(OptionalLong.of(200_000));
        assertThat(quote.affordableInput(Usage.of(0, 0), Usd.parse("0.7"))).isEqualTo(OptionalLong.of(200_000));
        assertThat(quote.affordableInput(Usage.of(0, 0), Usd.parse("0.800004"))).isEqualTo(OptionalLong.of(200_001));
    }

    @Test
    void freeTokensAreAffordableWithoutLimit() {
        Quote free = quote(RateCard.of(Price.ZERO, Price.ZERO));
        assertThat(free.affordableOutput(Usage.of(7, 0), Usd.ZERO)).isEqualTo(OptionalLong.of(Long.MAX_VALUE));
        assertThat(free.affordableInput(Usage.of(7, 0), Usd.ZERO)).isEqualTo(OptionalLong.of(Long.MAX_VALUE - 7));
    }

    @Test
    void affordableTokensNeedAPrice() {
        Quote missing = new Quote(new ModelId(1), 0, Pricing.missing(MissingReason.DYNAMIC), PricingSource.UNKNOWN);
        assertThatExceptionOfType(UnpricedException.class)
                .isThrownBy(() -> missing.affordableOutput(Usage.of(1, 0), Usd.parse("1")));
        Quote inputOnly = quote(RateCard.of(Rate.of(INPUT, Price.perMillion("1"))));
        assertThatExceptionOfType(UnpricedException.class)
                .isThrownBy(() -> inputOnly.affordableOutput(Usage.of(1, 0), Usd.parse("1")))
                .withMessageContaining("output");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> inputOnly.affordableInput(
                        Usage.inclusive().count(REQUEST, 2).build(), Usd.parse("1")));
    }

    @Test
    void affordableInputIsTheMaximumAndEverySmallerNumberIsAffordable() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            Quote quote = quote(card(random));
            Usage request = usage(random);
            BigDecimal budget = BigDecimal.valueOf(random.nextInt(500));
            String context = "seed " + seed + ": " + budget + " for " + request + " by " + quote;
            OptionalLong input = quote.affordableInput(request, Usd.of(budget));
            long most = -1;
            while (most < 60 && costs(quote, request, most + 1).compareTo(budget) <= 0) {
                most++;
            }
            assertThat(Math.min(60, input.orElse(-1))).as(context).isEqualTo(most);
            assertThat(quote.affordableInput(request, Usd.of(budget.add(BigDecimal.TEN)))
                            .orElse(-1))
                    .as(context)
                    .isGreaterThanOrEqualTo(input.orElse(-1));
        }
    }

    private static BigDecimal costs(Quote quote, Usage request, long input) {
        return quote.cost(request.plus(
                        Usage.inclusive().input(input).count(REQUEST, 0).build()))
                .orElseThrow()
                .total();
    }

    // Every usage within small limits.

    private static final Hours HOURS = Hours.parse(Map.of("day", "daily 08:00-20:00", "night", "daily 20:00-08:00"));
    private static final BillingUnit CACHE_WRITE_AUDIO = BillingUnit.parse("cache_write_audio");
    private static final List<BillingUnit> PARTS =
            List.of(CACHE_READ, AUDIO_INPUT, CACHE_READ_AUDIO, CACHE_WRITE, CACHE_WRITE_AUDIO);

    /** Returns a card whose prices depend on size, region, hours and variant; some are missing. */
    private static RateCard anyCard(Random random) {
        List<Rate> rates = new ArrayList<>(List.of(Rate.of(INPUT, price(random)).during("night")));
        List<BillingUnit> units = new ArrayList<>(List.of(INPUT, OUTPUT, REASONING, REQUEST, WEB_SEARCH));
        units.addAll(PARTS);
        for (BillingUnit unit : units) {
            for (String variant : unit == WEB_SEARCH ? List.of("", "high") : List.of("")) {
                for (String region : List.of("", "eu")) {
                    for (String hours : List.of("", "day", "night")) {
                        boolean base = region.isEmpty() && hours.isEmpty();
                        boolean present = rates.stream()
                                .anyMatch(rate -> rate.unit() == unit
                                        && rate.terms().equals(new Terms(ServiceTier.STANDARD, region, hours)));
                        if (random.nextInt(100) < (base ? 97 : 15) && !(present && unit == INPUT)) {
                            addSteps(random, unit, variant, new Terms(ServiceTier.STANDARD, region, hours), rates);
                        }
                    }
                }
            }
        }
        return RateCard.of(HOURS, rates);
    }

    private static void addSteps(Random random, BillingUnit unit, String variant, Terms terms, List<Rate> rates) {
        boolean part = PARTS.contains(unit);
        if (part && random.nextInt(6) == 0) {
            BillingUnit as = unit.wholes().contains(AUDIO_INPUT) ? AUDIO_INPUT : INPUT;
            rates.add(Rate.chargedAs(unit, as).with(terms));
            return;
        }
        if (random.nextInt(30) > 0) {
            rates.add(new Rate(unit, variant, terms, 0, price(random), null));
        }
        for (int from = 1; from <= 6; from++) {
            if (random.nextInt(8) == 0) {
                rates.add(new Rate(unit, variant, terms, from, price(random), null));
            }
        }
    }

    /** Returns a usage with counts of a few tokens, of which some are cached audio. */
    private static Usage anyUsage(Random random, int most) {
        long readAudio = 0;
        long writtenAudio = 0;
        long read = 0;
        long written = 0;
        long audio = 0;
        long input = random.nextInt(most + 1);
        for (long i = input - random.nextInt(2); i > 0; i--) {
            switch (random.nextInt(7)) {
                case 0, 1 -> readAudio++;
                case 2, 3 -> writtenAudio++;
                case 4 -> read++;
                case 5 -> written++;
                default -> audio++;
            }
        }
        long output = random.nextInt(3);
        return Usage.inclusive()
                .input(input)
                .cacheRead(read + readAudio)
                .cacheWrite(written + writtenAudio)
                .count(AUDIO_INPUT, audio + readAudio + writtenAudio)
                .count(CACHE_READ_AUDIO, readAudio)
                .count(CACHE_WRITE_AUDIO, writtenAudio)
                .output(output)
                .reasoning(random.nextLong(output + 1))
                .count(WEB_SEARCH, random.nextInt(2))
                .count(WEB_SEARCH, "high", random.nextInt(2))
                .region(random.nextBoolean() ? "eu" : "")
                .build();
    }

    /** Returns every usage whose counts are within limits. */
    private static List<Usage> within(Usage limits) {
        List<Map<BillingUnit, Long>> prompts = List.of(Map.of());
        for (BillingUnit unit :
                List.of(INPUT, CACHE_READ, CACHE_WRITE, AUDIO_INPUT, CACHE_READ_AUDIO, CACHE_WRITE_AUDIO)) {
            prompts = prompts.stream()
                    .flatMap(prompt -> LongStream.rangeClosed(0, limits.count(unit))
                            .mapToObj(count -> {
                                Map<BillingUnit, Long> more = new HashMap<>(prompt);
                                more.put(unit, count);
                                return more;
                            }))
                    .toList();
        }
        List<Usage> all = new ArrayList<>();
        prompts.stream().filter(QuoteTest::isPossible).forEach(prompt -> addWithin(limits, prompt, all));
        return all;
    }

    private static boolean isPossible(Map<BillingUnit, Long> prompt) {
        long readAudio = prompt.get(CACHE_READ_AUDIO);
        long writtenAudio = prompt.get(CACHE_WRITE_AUDIO);
        long read = prompt.get(CACHE_READ) - readAudio;
        long written = prompt.get(CACHE_WRITE) - writtenAudio;
        long audio = prompt.get(AUDIO_INPUT) - readAudio - writtenAudio;
        return read >= 0
                && written >= 0
                && audio >= 0
                && read + written + audio + readAudio + writtenAudio <= prompt.get(INPUT);
    }

    private static void addWithin(Usage limits, Map<BillingUnit, Long> prompt, List<Usage> all) {
        for (long output = 0; output <= limits.count(OUTPUT); output++) {
            for (long reasoning = 0; reasoning <= Math.min(output, limits.count(REASONING)); reasoning++) {
                for (long any = 0; any <= limits.count(WEB_SEARCH, ""); any++) {
                    for (long high = 0; high <= limits.count(WEB_SEARCH, "high"); high++) {
                        Usage.Builder usage = Usage.inclusive()
                                .output(output)
                                .reasoning(reasoning)
                                .count(WEB_SEARCH, any)
                                .count(WEB_SEARCH, "high", high)
                                .region(limits.region());
                        prompt.forEach(usage::count);
                        all.add(usage.build());
                    }
                }
            }
        }
    }

    private static Instant anyInstant(Random random) {
        return Instant.parse("2026-01-07T08:00:00Z")
                .plusSeconds(43_200L * random.nextInt(14) - (random.nextBoolean() ? 1 : 0));
    }

    @Test
    void maximumCostIsThatOfTheMostExpensiveUsageWithinTheLimits() {
        int complete = 0;
        int overlapping = 0;
        int competing = 0;
        int runs = 600;
        for (int seed = 0; seed < runs; seed++) {
            Random random = new Random(seed);
            Quote quote = quote(anyCard(random));
            Usage limits = anyUsage(random, 5);
            Instant at = anyInstant(random);
            String context = "seed " + seed + ": " + limits + " at " + at + " by " + quote;
            List<Cost> costs =
                    within(limits).stream().map(usage -> quote.cost(usage, at)).toList();
            Cost largest = quote.maximumCost(limits, at);
            if (largest instanceof Cost.Complete maximum) {
                complete++;
                overlapping += maximum.usage().count(CACHE_READ_AUDIO) > 0 ? 1 : 0;
                competing += compete(maximum.usage(), limits) ? 1 : 0;
                assertThat(costs).as(context).hasOnlyElementsOfType(Cost.Complete.class);
                assertThat(costs).as(context).contains(maximum);
                assertThat(costs.stream()
                                .map(cost -> cost.orElseThrow().total())
                                .max(BigDecimal::compareTo))
                        .as(context)
                        .contains(maximum.total());
            } else {
                List<BillingUnit> unpriced = costs.stream()
                        .filter(Cost.Incomplete.class::isInstance)
                        .flatMap(cost -> ((Cost.Incomplete) cost).unpriced().stream())
                        .distinct()
                        .toList();
                assertThat(((Cost.Incomplete) largest).unpriced())
                        .as(context)
                        .isNotEmpty()
                        .isSubsetOf(unpriced);
            }
        }
        assertThat(complete).isBetween(runs / 4, runs * 9 / 10);
        assertThat(overlapping).isGreaterThan(runs / 20);
        assertThat(competing).isGreaterThan(runs / 50);
    }

    /** Returns whether one kind of cached audio takes tokens that the limits also allow to be of the other kind. */
    private static boolean compete(Usage maximum, Usage limits) {
        return (maximum.count(CACHE_READ_AUDIO) > 0
                        && maximum.count(CACHE_WRITE_AUDIO) < limits.count(CACHE_WRITE_AUDIO))
                || (maximum.count(CACHE_WRITE_AUDIO) > 0
                        && maximum.count(CACHE_READ_AUDIO) < limits.count(CACHE_READ_AUDIO));
    }

    @Test
    void affordableInputIsTheLargestNumberUpToWhichEveryOneIsAffordable() {
        int unpriced = 0;
        int runs = 1_000;
        for (int seed = 0; seed < runs; seed++) {
            Random random = new Random(seed);
            Quote quote = quote(anyCard(random));
            Usage request = anyUsage(random, 4);
            Instant at = anyInstant(random);
            BigDecimal budget = BigDecimal.valueOf(random.nextInt(250));
            String context = "seed " + seed + ": " + budget + " for " + request + " at " + at + " by " + quote;
            long most = -1;
            Cost next = quote.cost(with(request, 0, 0, 0), at);
            while (most < 30
                    && next instanceof Cost.Complete cost
                    && cost.total().compareTo(budget) <= 0) {
                most++;
                next = quote.cost(with(request, most + 1, 0, 0), at);
            }
            if (most < 30 && next instanceof Cost.Incomplete) {
                unpriced++;
                assertThatExceptionOfType(UnpricedException.class)
                        .as(context)
                        .isThrownBy(() -> quote.affordableInput(request, Usd.of(budget), at));
            } else {
                OptionalLong affordable = quote.affordableInput(request, Usd.of(budget), at);
                assertThat(Math.min(30, affordable.orElse(-1))).as(context).isEqualTo(most);
            }
        }
        assertThat(unpriced).isBetween(1, runs / 2);
    }

    @Test
    void affordableOutputIsTheLargestNumberThatIsAffordableHoweverManyAreReasoning() {
        int unpriced = 0;
        int runs = 1_000;
        for (int seed = 0; seed < runs; seed++) {
            Random random = new Random(seed);
            Quote quote = quote(anyCard(random));
            Usage request = anyUsage(random, 8);
            Instant at = anyInstant(random);
            BigDecimal budget = BigDecimal.valueOf(random.nextInt(250));
            String context = "seed " + seed + ": " + budget + " for " + request + " at " + at + " by " + quote;
            long most = -1;
            List<Cost> next = List.of(quote.cost(with(request, 0, 0, 0), at));
            while (most < 12 && next.stream().allMatch(cost -> isWithin(cost, budget))) {
                most++;
                long output = most + 1;
                next = LongStream.rangeClosed(0, output)
                        .mapToObj(reasoning -> quote.cost(with(request, 0, output, reasoning), at))
                        .toList();
            }
            if (most < 12 && next.stream().anyMatch(Cost.Incomplete.class::isInstance)) {
                unpriced++;
                assertThatExceptionOfType(UnpricedException.class)
                        .as(context)
                        .isThrownBy(() -> quote.affordableOutput(request, Usd.of(budget), at));
            } else {
                OptionalLong affordable = quote.affordableOutput(request, Usd.of(budget), at);
                assertThat(Math.min(12, affordable.orElse(-1))).as(context).isEqualTo(most);
            }
        }
        assertThat(unpriced).isBetween(1, runs / 2);
    }

    private static Usage with(Usage request, long input, long output, long reasoning) {
        return request.plus(Usage.inclusive()
                .input(input)
                .output(output)
                .reasoning(reasoning)
                .count(REQUEST, 0)
                .region(request.region())
                .build());
    }

    private static boolean isWithin(Cost cost, BigDecimal budget) {
        return cost instanceof Cost.Complete complete && complete.total().compareTo(budget) <= 0;
    }
}
