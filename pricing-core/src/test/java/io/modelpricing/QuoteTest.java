package io.modelpricing;

import static io.modelpricing.BillingUnit.CACHE_READ;
import static io.modelpricing.BillingUnit.CACHE_WRITE;
import static io.modelpricing.BillingUnit.IMAGE;
import static io.modelpricing.BillingUnit.INPUT;
import static io.modelpricing.BillingUnit.OUTPUT;
import static io.modelpricing.BillingUnit.REASONING;
import static io.modelpricing.BillingUnit.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
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
}
