package io.modelpricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Properties of every cost, checked on random cards and usages. A failure names the seed that repeats it:
 * {@code -Dpricing.properties.seed=…}.
 */
class CostPropertiesTest {

    private static final int RUNS = 1000;
    private static final long SEED = Long.getLong("pricing.properties.seed", 42);

    private static void forAll(Consumer<RandomCosts> property) {
        for (int run = 0; run < RUNS; run++) {
            long seed = SEED + run;
            try {
                property.accept(new RandomCosts(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("with -Dpricing.properties.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static Cost cost(RateCard card, Usage usage) {
        return cost(card, usage, null);
    }

    private static Cost cost(RateCard card, Usage usage, @Nullable Instant at) {
        Pricing pricing = card.isFree() ? new Pricing.Free(card) : new Pricing.Paid(card);
        return CostCalculator.cost(new Quote(new ModelId(1), 1, pricing, PricingSource.PROVIDER), usage, at);
    }

    /** Returns a card without thresholds, regions and hours on which every unit has a price in every service tier. */
    private static RateCard full(RandomCosts random) {
        List<Rate> rates = new ArrayList<>(random.cardWithoutConditions().card().rates());
        for (ServiceTier tier : ServiceTier.values()) {
            for (BillingUnit unit : BillingUnit.all()) {
                if (rates.stream()
                        .noneMatch(r -> r.unit() == unit
                                && r.serviceTier() == tier
                                && r.variant().isEmpty())) {
                    rates.add(Rate.of(unit, Price.perMillion(BigDecimal.valueOf(random.below(100_000), 3)))
                            .in(tier));
                }
            }
        }
        return RateCard.of(rates);
    }

    private static RandomCosts.Used usage(RandomCosts random) {
        return random.usage(new RandomCosts.Card(
                RateCard.of(Price.ZERO, Price.ZERO),
                BillingUnit.all().stream()
                        .map(unit ->
                                new CostOracle.Listed(unit, "", ServiceTier.STANDARD, "", "", 0, Fraction.ZERO, null))
                        .toList(),
                List.of(),
                0,
                List.of()));
    }

    /** Returns a usage whose sum with others fits a {@code long}. */
    private static Map<CostOracle.Counted, Long> small(RandomCosts random) {
        Map<CostOracle.Counted, Long> buckets = new TreeMap<>();
        usage(random).request().buckets().forEach((unit, count) -> buckets.put(unit, count >> 8));
        return buckets;
    }

    private static Usage used(Map<CostOracle.Counted, Long> buckets, RandomCosts random) {
        return RandomCosts.used(new CostOracle.Request(buckets, ServiceTier.STANDARD, "", null), random.below(2) == 0)
                .usage();
    }

    private static BigDecimal total(RateCard card, Usage usage) {
        return cost(card, usage).orElseThrow().total();
    }

    @Test
    void costsAreAdditiveInUsageWithoutThresholds() {
        forAll(random -> {
            RateCard card = full(random);
            Usage a = used(small(random), random);
            Usage b = used(small(random), random);
            assertThat(total(card, a.plus(b))).isEqualTo(total(card, a).add(total(card, b)));
        });
    }

    @Test
    void orderOfRatesAndCountsDoesNotMatter() {
        forAll(random -> {
            RandomCosts.Card card = random.card();
            RandomCosts.Used used = random.usage(card);
            Map<CostOracle.Counted, Long> buckets = new TreeMap<>(used.request().buckets());
            buckets.put(new CostOracle.Counted(BillingUnit.REQUEST, ""), 1L);
            CostOracle.Request request = new CostOracle.Request(
                    buckets,
                    used.request().tier(),
                    used.request().region(),
                    used.request().at());
            List<Rate> rates = new ArrayList<>(card.card().rates());
            Collections.shuffle(rates, new Random(random.below(1000)));
            Hours hours = card.week().isEmpty() ? Hours.NONE : random.hours(card.week());
            assertThat(cost(
                            RateCard.of(hours, rates),
                            RandomCosts.used(request, true).usage(),
                            request.at()))
                    .isEqualTo(
                            cost(card.card(), RandomCosts.used(request, false).usage(), request.at()));
        });
    }

    @Test
    void quantityThatAPriceIsQuotedForDoesNotMatter() {
        forAll(random -> {
            Usage usage = used(small(random), random);
            List<Rate> rates = full(random).rates();
            assertThat(total(requoted(rates, 3), usage))
                    .isEqualTo(total(requoted(rates, 6), usage))
                    .isEqualTo(total(requoted(rates, 0), usage))
                    .isEqualTo(total(RateCard.of(rates), usage));
        });
    }

    private static RateCard requoted(List<Rate> rates, int powerOfTen) {
        return RateCard.of(rates.stream()
                .map(rate -> {
                    Price price = rate.price();
                    return price == null
                            ? rate
                            : repriced(rate, requoted(price.usd().movePointRight(powerOfTen), powerOfTen));
                })
                .toList());
    }

    private static Rate repriced(Rate rate, Price price) {
        return Rate.of(rate.unit(), price).ofVariant(rate.variant()).with(rate.terms());
    }

    private static Price requoted(BigDecimal quoted, int powerOfTen) {
        return switch (powerOfTen) {
            case 0 -> Price.perToken(quoted);
            case 3 -> Price.perThousand(quoted.toString());
            default -> Price.perMillion(quoted.toPlainString());
        };
    }

    @Test
    void moreUsageNeverCostsLessWithoutThresholds() {
        forAll(random -> {
            RateCard card = full(random);
            Map<CostOracle.Counted, Long> buckets = small(random);
            Map<CostOracle.Counted, Long> more = new TreeMap<>(buckets);
            more.merge(new CostOracle.Counted(random.oneOf(BillingUnit.all()), ""), 1L + random.below(1000), Long::sum);
            assertThat(total(card, used(more, random))).isGreaterThanOrEqualTo(total(card, used(buckets, random)));
        });
    }

    @Test
    void higherPriceOfAChargedUnitCostsMoreAndOthersNeverLess() {
        forAll(random -> {
            List<Rate> rates = new ArrayList<>(full(random).rates());
            Usage usage = used(small(random), random);
            Cost.Complete before = cost(RateCard.of(rates), usage).orElseThrow();
            int raised = random.below(rates.size());
            Rate rate = rates.get(raised);
            Price price = rate.price();
            if (price == null || price.usd().precision() - price.usd().scale() >= 12) {
                return;
            }
            rates.set(raised, repriced(rate, Price.perUnit(price.usd().add(new BigDecimal("1e-30")))));
            BigDecimal after = total(RateCard.of(rates), usage);
            boolean charged = rate.serviceTier() == ServiceTier.STANDARD
                    && before.lines().stream()
                            .anyMatch(line ->
                                    line.unit() == rate.unit() && line.variant().equals(rate.variant()));
            if (charged) {
                assertThat(after).isGreaterThan(before.total());
            } else {
                assertThat(after).isGreaterThanOrEqualTo(before.total());
            }
        });
    }

    @Test
    void amountsAreNotNegativeAndSumToTheTotal() {
        forAll(random -> {
            Cost.Complete cost = cost(full(random), usage(random).usage()).orElseThrow();
            assertThat(cost.lines()).allSatisfy(line -> {
                assertThat(line.amount()).isNotNegative();
                assertThat(line.quantity()).isPositive();
                assertThat(line.amount())
                        .isEqualByComparingTo(line.price().usd().multiply(BigDecimal.valueOf(line.quantity())));
            });
            BigDecimal sum = cost.lines().stream().map(LineItem::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
            assertThat(cost.total()).isNotNegative().isEqualByComparingTo(sum);
            assertThat(cost.input().add(cost.output())).isEqualTo(cost.total());
        });
    }
}
