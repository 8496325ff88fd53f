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
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.LongStream;
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

    @Test
    void noRequestWithinTheLimitsCostsMoreThanTheMaximum() {
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            Quote quote = quote(card(random));
            Usage limits = usage(random, 30, 30);
            Cost largest = quote.maximumCost(limits);
            for (int i = 0; i < 20; i++) {
                long input = random.nextLong(limits.count(INPUT) + 1);
                long output = random.nextLong(limits.count(OUTPUT) + 1);
                long read = random.nextLong(Math.min(input, limits.count(CACHE_READ)) + 1);
                long write = random.nextLong(Math.min(input - read, limits.count(CACHE_WRITE)) + 1);
                Cost cost = quote.cost(Usage.inclusive()
                        .input(input)
                        .cacheRead(read)
                        .cacheWrite(write)
                        .output(output)
                        .reasoning(random.nextLong(Math.min(output, limits.count(REASONING)) + 1))
                        .build());
                if (largest instanceof Cost.Complete complete) {
                    assertThat(cost.orElseThrow().total())
                            .as("seed " + seed + ": " + cost.usage() + " within " + limits + " by " + quote)
                            .isLessThanOrEqualTo(complete.total());
                }
            }
        }
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

    private static Usage usage(Random random, int mostInput, int mostOutput) {
        long input = random.nextInt(mostInput);
        long read = random.nextLong(input + 1);
        long output = random.nextInt(mostOutput);
        return Usage.inclusive()
                .input(input)
                .cacheRead(read)
                .cacheWrite(random.nextLong(input - read + 1))
                .output(output)
                .reasoning(random.nextLong(output + 1))
                .build();
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
            Usage request = usage(random, 8, 8);
            BigDecimal budget = BigDecimal.valueOf(random.nextInt(500));
            String context = "seed " + seed + ": " + budget + " for " + request + " by " + quote;
            OptionalLong input = quote.affordableInput(request, Usd.of(budget));
            long most = -1;
            while (most < 60 && costs(quote, request, most + 1, 0).compareTo(budget) <= 0) {
                most++;
            }
            assertThat(Math.min(60, input.orElse(-1))).as(context).isEqualTo(most);
            OptionalLong output = quote.affordableOutput(request, Usd.of(budget));
            if (output.isPresent() && output.getAsLong() < 1_000) {
                assertThat(costs(quote, request, 0, output.getAsLong()))
                        .as(context)
                        .isLessThanOrEqualTo(budget);
            }
            assertThat(quote.affordableInput(request, Usd.of(budget.add(BigDecimal.TEN)))
                            .orElse(-1))
                    .as(context)
                    .isGreaterThanOrEqualTo(input.orElse(-1));
        }
    }

    private static BigDecimal costs(Quote quote, Usage request, long input, long output) {
        return quote.cost(request.plus(Usage.inclusive()
                        .input(input)
                        .output(output)
                        .count(REQUEST, 0)
                        .build()))
                .orElseThrow()
                .total();
    }

    // Every usage within small limits.

    private static final Hours HOURS = Hours.parse(Map.of("day", "daily 08:00-20:00", "night", "daily 20:00-08:00"));
    private static final List<BillingUnit> PARTS = List.of(CACHE_READ, AUDIO_INPUT, CACHE_READ_AUDIO, CACHE_WRITE);

    /** Returns a card whose prices depend on size, region, hours and variant; some are missing. */
    private static RateCard anyCard(Random random) {
        List<Rate> rates = new ArrayList<>(List.of(Rate.of(INPUT, price(random)).during("night")));
        List<BillingUnit> units = List.of(
                INPUT, OUTPUT, CACHE_READ, CACHE_WRITE, AUDIO_INPUT, CACHE_READ_AUDIO, REASONING, REQUEST, WEB_SEARCH);
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
            BillingUnit as = unit == CACHE_READ_AUDIO ? AUDIO_INPUT : INPUT;
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
        long[] buckets = random.longs(5, 0, 3).toArray();
        long input = Math.min(most, buckets[0] + buckets[1] + buckets[2] + buckets[3] + buckets[4]);
        long both = Math.min(buckets[0], input);
        long read = both + Math.min(buckets[1], input - both);
        long audio = both + Math.min(buckets[2], input - read);
        long write = Math.min(buckets[3], input - read - audio + both);
        long output = random.nextInt(3);
        return Usage.inclusive()
                .input(input)
                .cacheRead(read)
                .count(AUDIO_INPUT, audio)
                .count(CACHE_READ_AUDIO, both)
                .cacheWrite(write)
                .output(output)
                .reasoning(random.nextLong(output + 1))
                .count(WEB_SEARCH, random.nextInt(2))
                .count(WEB_SEARCH, "high", random.nextInt(2))
                .region(random.nextBoolean() ? "eu" : "")
                .build();
    }

    /** Returns every usage whose counts are within limits. */
    private static List<Usage> within(Usage limits) {
        List<Usage> all = new ArrayList<>();
        for (long input = 0; input <= limits.count(INPUT); input++) {
            for (long both = 0; both <= limits.count(CACHE_READ_AUDIO); both++) {
                for (long read = both; read <= limits.count(CACHE_READ); read++) {
                    for (long audio = both; audio <= limits.count(AUDIO_INPUT); audio++) {
                        for (long write = 0; write <= limits.count(CACHE_WRITE); write++) {
                            if (read + audio - both + write <= input) {
                                addWithin(limits, input, both, read, audio, write, all);
                            }
                        }
                    }
                }
            }
        }
        return all;
    }

    private static void addWithin(
            Usage limits, long input, long both, long read, long audio, long write, List<Usage> all) {
        for (long output = 0; output <= limits.count(OUTPUT); output++) {
            for (long reasoning = 0; reasoning <= Math.min(output, limits.count(REASONING)); reasoning++) {
                for (long any = 0; any <= limits.count(WEB_SEARCH, ""); any++) {
                    for (long high = 0; high <= limits.count(WEB_SEARCH, "high"); high++) {
                        all.add(Usage.inclusive()
                                .input(input)
                                .count(CACHE_READ_AUDIO, both)
                                .cacheRead(read)
                                .count(AUDIO_INPUT, audio)
                                .cacheWrite(write)
                                .output(output)
                                .reasoning(reasoning)
                                .count(WEB_SEARCH, any)
                                .count(WEB_SEARCH, "high", high)
                                .region(limits.region())
                                .build());
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
