package io.modelpricing.offers;

import static io.modelpricing.offers.Capability.FUNCTION_CALLING;
import static io.modelpricing.offers.Capability.STREAMING;
import static io.modelpricing.offers.Capability.VISION;
import static io.modelpricing.offers.Health.DEGRADED;
import static io.modelpricing.offers.Health.DOWN;
import static io.modelpricing.offers.Health.HEALTHY;
import static io.modelpricing.offers.Health.UNKNOWN;
import static io.modelpricing.offers.Ranking.Criterion.COST;
import static io.modelpricing.offers.Ranking.Criterion.HEALTH;
import static io.modelpricing.offers.Ranking.Criterion.KNOWN_COST;
import static io.modelpricing.offers.Ranking.Criterion.NAME;
import static io.modelpricing.offers.Ranking.Criterion.PREFERENCE;
import static io.modelpricing.offers.Ranking.Criterion.RESPONSE_TIME;
import static io.modelpricing.offers.Ranking.Criterion.SUCCESS_RATE;
import static io.modelpricing.offers.Ranking.cheapest;
import static io.modelpricing.offers.Ranking.fastest;
import static io.modelpricing.offers.Ranking.healthiest;
import static io.modelpricing.offers.TestOffer.GPT;
import static io.modelpricing.offers.TestOffer.at;
import static io.modelpricing.offers.TestOffer.paid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import io.modelpricing.BillingUnit;
import io.modelpricing.Cost;
import io.modelpricing.Hours;
import io.modelpricing.MissingReason;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankingTest {

    private static final Usage SMALL = Usage.of(1000, 500);
    private static final Instant NOW = Instant.parse("2026-02-03T04:05:06Z");

    private static Offers offers(TestOffer... offers) {
        return new Offers(GPT, Arrays.stream(offers).map(TestOffer::offer).toList(), List.of());
    }

    private static List<String> order(RankedOffers ranked) {
        return StreamSupport.stream(ranked.spliterator(), false)
                .map(Offer::provider)
                .toList();
    }

    private static List<String> order(Ranking ranking, TestOffer... offers) {
        return order(offers(offers).rank(ranking, SMALL, NOW));
    }

    // The order of the legacy failover code, without its errors

    @Test
    void healthiestComparesHealthThenResponseTimeThenCost() {
        assertThat(order(
                        healthiest(),
                        at("expensive").provider(HEALTHY, 100).priced(paid("5", "5")),
                        at("cheap").provider(HEALTHY, 100).priced(paid("1", "1")),
                        at("slow").provider(HEALTHY, 101).priced(Pricing.free()),
                        at("degraded").provider(DEGRADED, 1)))
                .containsExactly("cheap", "expensive", "slow", "degraded");
    }

    @Test
    void zeroMillisecondsIsTheShortestResponseTime() {
        assertThat(order(
                        healthiest(), at("one").provider(HEALTHY, 1), at("zero").provider(HEALTHY, 0)))
                .containsExactly("zero", "one");
    }

    @Test
    void unknownResponseTimeComesAfterTheLongestOne() {
        assertThat(order(healthiest(), at("a").provider(HEALTHY, null), at("b").provider(HEALTHY, 60_000)))
                .containsExactly("b", "a");
    }

    @Test
    void unknownHealthIsBetterThanDown() {
        assertThat(order(healthiest(), at("a").provider(DOWN, 1), at("b").provider(UNKNOWN, 2)))
                .containsExactly("b", "a");
    }

    @Test
    void outputCountsTowardsTheCost() {
        assertThat(order(cheapest(), at("a").priced(paid("0.1", "10")), at("b").priced(paid("2", "2"))))
                .containsExactly("b", "a");
    }

    @Test
    void requestFeeCountsTowardsTheCost() {
        Pricing fee = new Pricing.Paid(RateCard.of(Price.perMillion("0.1"), Price.perMillion("0.1"))
                .plus(Rate.of(BillingUnit.REQUEST, Price.perUnit("0.05"))));
        assertThat(order(cheapest(), at("a").priced(fee), at("b").priced(paid("2", "2"))))
                .containsExactly("b", "a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"healthiest", "cheapest", "fastest", "success", "preferring"})
    void unknownCostComesAfterEveryKnownOne(String name) {
        Ranking ranking = switch (name) {
            case "healthiest" -> healthiest();
            case "cheapest" -> cheapest();
            case "fastest" -> fastest();
            case "success" -> Ranking.by(SUCCESS_RATE);
            default -> Ranking.by().preferring("a");
        };

        RankedOffers ranked = offers(
                        at("a").provider(HEALTHY, 1).succeeding("100").priced(Pricing.missing(MissingReason.DYNAMIC)),
                        at("b").provider(DOWN, null))
                .rank(ranking, SMALL, NOW);

        assertThat(order(ranked)).containsExactly("b", "a");
        assertThat(ranked.ranked().get(1).decidedBy()).isEqualTo(KNOWN_COST);
        assertThat(ranked.ranked().get(1).why())
                .isEqualTo("after b/gpt-4o by known cost: the price is missing: dynamic against a known cost");
    }

    @Test
    void incompleteCostIsUnknownAndNamesTheUnpricedUnit() {
        Pricing cached = new Pricing.Paid(RateCard.of(Price.perMillion("9"), Price.perMillion("9"))
                .plus(Rate.of(BillingUnit.CACHE_READ, Price.perMillion("9"))));
        Usage expected = Usage.inclusive().input(1000).cacheRead(800).output(10).build();

        RankedOffers ranked =
                offers(at("a").priced(paid("1", "1")), at("b").priced(cached)).rank(cheapest(), expected, NOW);

        assertThat(order(ranked)).containsExactly("b", "a");
        assertThat(ranked.ranked().get(1).cost()).isInstanceOf(Cost.Incomplete.class);
        assertThat(ranked.ranked().get(1).why()).contains("no price for cache_read");
    }

    @Test
    void costIsThatOfTheExpectedUsage() {
        RateCard cacheless = RateCard.of(Price.perMillion("2"), Price.perMillion("8"))
                .plus(Rate.chargedAs(BillingUnit.CACHE_READ, BillingUnit.INPUT));
        RateCard caching = RateCard.of(Price.perMillion("2.5"), Price.perMillion("10"))
                .plus(Rate.of(BillingUnit.CACHE_READ, Price.perMillion("0.25")));
        RateCard tiered = RateCard.of(Price.perMillion("1"), Price.perMillion("4"))
                .plus(
                        Rate.chargedAs(BillingUnit.CACHE_READ, BillingUnit.INPUT),
                        Rate.of(BillingUnit.INPUT, Price.perMillion("10")).above(200_000));
        RateCard batching = RateCard.of(Price.perMillion("9"), Price.perMillion("9"))
                .plus(
                        Rate.chargedAs(BillingUnit.CACHE_READ, BillingUnit.INPUT),
                        Rate.of(BillingUnit.INPUT, Price.perMillion("0.1")).in(ServiceTier.BATCH),
                        Rate.of(BillingUnit.OUTPUT, Price.perMillion("0.1")).in(ServiceTier.BATCH));
        Offers offers = offers(
                at("cacheless").priced(new Pricing.Paid(cacheless)),
                at("caching").priced(new Pricing.Paid(caching)),
                at("tiered").priced(new Pricing.Paid(tiered)),
                at("batching").priced(new Pricing.Paid(batching)));

        assertThat(order(offers.rank(cheapest(), Usage.of(10_000, 100), NOW)))
                .containsExactly("tiered", "cacheless", "caching", "batching");
        assertThat(order(offers.rank(cheapest(), Usage.of(300_000, 100), NOW)))
                .containsExactly("cacheless", "caching", "batching", "tiered");
        assertThat(order(offers.rank(
                        cheapest(),
                        Usage.inclusive()
                                .input(10_000)
                                .cacheRead(9_000)
                                .output(100)
                                .build(),
                        NOW)))
                .containsExactly("caching", "tiered", "cacheless", "batching");
        assertThat(offers.rank(
                                cheapest(),
                                Usage.inclusive()
                                        .input(10_000)
                                        .output(100)
                                        .serviceTier(ServiceTier.BATCH)
                                        .build(),
                                NOW)
                        .best())
                .map(Offer::provider)
                .contains("batching");
    }

    @Test
    void costIsThatOfTheHoursInWhichTheRequestRuns() {
        Hours hours = Hours.parse(Map.of("off_peak", "daily 16:30-00:30", "peak", "daily 00:30-16:30"));
        RateCard hourly = RateCard.of(
                hours,
                List.of(
                        Rate.of(BillingUnit.INPUT, Price.perMillion("1")).during("off_peak"),
                        Rate.of(BillingUnit.OUTPUT, Price.perMillion("1")).during("off_peak"),
                        Rate.of(BillingUnit.INPUT, Price.perMillion("9")).during("peak"),
                        Rate.of(BillingUnit.OUTPUT, Price.perMillion("9")).during("peak")));
        Offers offers = offers(
                at("hourly").priced(new Pricing.Paid(hourly)), at("steady").priced(paid("2", "2")));

        assertThat(order(offers.rank(cheapest(), SMALL, Instant.parse("2026-02-03T16:29:59.999999999Z"))))
                .containsExactly("steady", "hourly");
        assertThat(order(offers.rank(cheapest(), SMALL, Instant.parse("2026-02-03T16:30:00Z"))))
                .containsExactly("hourly", "steady");
    }

    @Test
    void freeIsCheapestAndMissingIsLast() {
        assertThat(order(
                        cheapest(),
                        at("paid").priced(paid("0.01", "0.01")),
                        at("missing").priced(Pricing.missing(MissingReason.NEVER_KNOWN)),
                        at("old")
                                .priced(new Pricing.Deprecated(
                                        paid("0.005", "0.005").orElseThrow())),
                        at("free").priced(Pricing.free())))
                .containsExactly("free", "old", "paid", "missing");
    }

    // Health and response time of provider and model together

    @Test
    void healthIsTheWorseKnownOneOfProviderAndModel() {
        for (Health health : Health.values()) {
            assertThat(at("a").provider(UNKNOWN, null)
                            .model(health, null)
                            .offer()
                            .health())
                    .isEqualTo(health);
            assertThat(at("a").provider(health, null)
                            .model(UNKNOWN, null)
                            .offer()
                            .health())
                    .isEqualTo(health);
            assertThat(at("a").provider(health, null).model(DOWN, null).offer().health())
                    .isEqualTo(DOWN);
        }
        assertThat(at("a").provider(DEGRADED, null).model(HEALTHY, null).offer().health())
                .isEqualTo(DEGRADED);
    }

    @Test
    void responseTimeOfTheModelTakesPrecedenceOverTheProviders() {
        assertThat(order(
                        fastest(),
                        at("a").provider(HEALTHY, 10).model(HEALTHY, 500),
                        at("b").provider(HEALTHY, 400),
                        at("c").provider(HEALTHY, null).model(HEALTHY, 0)))
                .containsExactly("c", "b", "a");
    }

    // Combining criteria

    @Test
    void criteriaCanBeCombinedInAnyOrder() {
        TestOffer[] offers = {
            at("sure").succeeding("99.9").provider(DEGRADED, 900).priced(paid("9", "9")),
            at("quick").succeeding("98").provider(DEGRADED, 5).priced(paid("8", "8")),
            at("cheap").succeeding(null).provider(DEGRADED, 700).priced(paid("1", "1")),
            at("well").succeeding("99").provider(HEALTHY, 800).priced(paid("7", "7"))
        };
        assertThat(order(Ranking.by(SUCCESS_RATE), offers)).containsExactly("sure", "well", "quick", "cheap");
        assertThat(order(Ranking.by(RESPONSE_TIME), offers)).containsExactly("quick", "cheap", "well", "sure");
        assertThat(order(Ranking.by(HEALTH, COST), offers)).containsExactly("well", "cheap", "quick", "sure");
        assertThat(order(Ranking.by(), offers)).containsExactly("cheap", "quick", "sure", "well");
        assertThat(healthiest().order()).containsExactly(KNOWN_COST, PREFERENCE, HEALTH, RESPONSE_TIME, COST, NAME);
        assertThat(Ranking.by(NAME, COST, PREFERENCE, COST, KNOWN_COST).order())
                .containsExactly(KNOWN_COST, COST, PREFERENCE, NAME);
        assertThat(Ranking.by(COST)).isEqualTo(Ranking.by(COST, COST)).isNotEqualTo(cheapest());
    }

    @Test
    void preferredProviderComesFirstAndTheOthersKeepTheirOrder() {
        TestOffer[] offers = {at("a").provider(HEALTHY, 1), at("b").provider(HEALTHY, 2), at("c").provider(DEGRADED, 3)
        };
        assertThat(order(healthiest().preferring("c"), offers)).containsExactly("c", "a", "b");
        assertThat(order(healthiest().preferring("other"), offers)).containsExactly("a", "b", "c");
        assertThat(order(Ranking.by(HEALTH, PREFERENCE, RESPONSE_TIME).preferring("b"), offers))
                .containsExactly("b", "a", "c");
        assertThat(order(Ranking.by(HEALTH, PREFERENCE, RESPONSE_TIME).preferring("c"), offers))
                .containsExactly("a", "b", "c");
    }

    @Test
    void maximumCostExcludesHigherAndUnknownCosts() {
        RankedOffers ranked = offers(
                        at("within").priced(paid("2.5", "10")),
                        at("above").priced(paid("2.5000000001", "10")),
                        at("unknown").priced(Pricing.missing(MissingReason.AMBIGUOUS)),
                        at("free").priced(Pricing.free()))
                .rank(healthiest().maxCost(Usd.parse("0.0075")), SMALL, NOW);

        assertThat(order(ranked)).containsExactly("free", "within");
        assertThat(ranked.excluded())
                .containsExactly(
                        new ExcludedOffer(
                                "above",
                                "gpt-4o",
                                ExcludedOffer.Reason.MAX_COST,
                                "its expected cost is $0.0075000000001, above the limit of $0.0075"),
                        new ExcludedOffer(
                                "unknown",
                                "gpt-4o",
                                ExcludedOffer.Reason.MAX_COST,
                                "its cost is unknown: the price is missing: ambiguous"));
        assertThat(order(healthiest().maxCost(Usd.ZERO), at("free").priced(Pricing.free()), at("paid")))
                .containsExactly("free");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Usd.of(new BigDecimal("-0.01")))
                .withMessageContaining("-0.01");
    }

    @Test
    void allRequiredCapabilitiesAreNeeded() {
        RankedOffers ranked = offers(
                        at("all").able(VISION, STREAMING, FUNCTION_CALLING),
                        at("half").able(VISION),
                        at("none"))
                .rank(healthiest().requiring(VISION).requiring(STREAMING), SMALL, NOW);

        assertThat(order(ranked)).containsExactly("all");
        assertThat(ranked.excluded())
                .extracting(ExcludedOffer::provider, ExcludedOffer::detail)
                .containsExactly(tuple("half", "it lacks streaming"), tuple("none", "it lacks vision"));
    }

    // Explanations

    @Test
    void everyRankIsExplained() {
        RankedOffers ranked = offers(
                        at("b").provider(HEALTHY, 80),
                        at("c").provider(HEALTHY, 80).priced(paid("9", "9")),
                        at("a").provider(HEALTHY, 80),
                        at("d").provider(HEALTHY, null),
                        at("e").provider(DEGRADED, 1))
                .rank(healthiest(), SMALL, NOW);

        assertThat(ranked.ranked()).extracting(RankedOffer::rank).containsExactly(1, 2, 3, 4, 5);
        assertThat(ranked.ranked())
                .extracting(RankedOffer::decidedBy)
                .containsExactly(NAME, NAME, COST, RESPONSE_TIME, HEALTH);
        assertThat(ranked.ranked())
                .extracting(RankedOffer::why)
                .containsExactly(
                        "before b/gpt-4o by name: a/gpt-4o against b/gpt-4o",
                        "after a/gpt-4o by name: b/gpt-4o against a/gpt-4o",
                        "after b/gpt-4o by cost: $0.0135 against $0.0075",
                        "after c/gpt-4o by response time: unknown against 80 ms",
                        "after d/gpt-4o by health: degraded against healthy");
    }

    @Test
    void onlyOfferIsExplainedWithoutAComparison() {
        assertThat(offers(at("a")).rank(healthiest(), SMALL, NOW).ranked())
                .singleElement()
                .satisfies(only -> {
                    assertThat(only.decidedBy()).isNull();
                    assertThat(only.why()).isEqualTo("the only offer");
                    assertThat(only.cost().orElseThrow().total()).isEqualByComparingTo("0.0075");
                });
        assertThat(offers().rank(healthiest(), SMALL, NOW).best()).isEmpty();
    }

    @Test
    void quoteOfTheBestOfferGivesTheCostOfTheServedRequest() {
        Offer offer = offers(at("a")).rank(cheapest(), SMALL, NOW).best().orElseThrow();

        assertThat(offer.quote().cost(Usage.of(2000, 500)).orElseThrow().total())
                .isEqualByComparingTo("0.01");
        assertThat(offer.quote()).isEqualTo(offer.price().quote());
    }

    // Properties of every ranking

    @Test
    void rankingIsTotalAndDoesNotDependOnTheOrderOfTheOffers() {
        for (long seed = 1; seed <= 300; seed++) {
            Random random = new Random(seed);
            List<Offer> all = random(random);
            List<Ranking.Criterion> criteria = new ArrayList<>(List.of(HEALTH, RESPONSE_TIME, SUCCESS_RATE, COST));
            Collections.shuffle(criteria, random);
            Ranking ranking = Ranking.by(criteria.subList(0, random.nextInt(5)).toArray(Ranking.Criterion[]::new));
            if (random.nextBoolean()) {
                ranking = ranking.preferring("p" + random.nextInt(4));
            }
            List<Offer> expected = ranked(ranking, all);
            for (int i = 0; i < 5; i++) {
                List<Offer> shuffled = new ArrayList<>(all);
                Collections.shuffle(shuffled, random);
                assertThat(ranked(ranking, shuffled)).as("seed %d", seed).isEqualTo(expected);
            }
            // Removing one offer does not change the order of the others.
            List<Offer> without = new ArrayList<>(all);
            Offer left = without.remove(random.nextInt(without.size()));
            List<Offer> rest = new ArrayList<>(expected);
            rest.remove(left);
            assertThat(ranked(ranking, without)).as("seed %d", seed).isEqualTo(rest);
            assertThat(ranking.rank(new Offers(GPT, all, List.of()), SMALL, NOW).ranked())
                    .as("seed %d", seed)
                    .extracting(o -> o.cost() instanceof Cost.Complete)
                    .isSortedAccordingTo(Collections.reverseOrder());
        }
    }

    private static List<Offer> ranked(Ranking ranking, List<Offer> offers) {
        List<Offer> ranked = new ArrayList<>();
        ranking.rank(new Offers(GPT, offers, List.of()), SMALL, NOW).forEach(ranked::add);
        return ranked;
    }

    private static List<Offer> random(Random random) {
        List<Offer> offers = new ArrayList<>();
        int count = 2 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            TestOffer offer = at("p" + random.nextInt(4))
                    .named("m" + random.nextInt(2))
                    .model(i + 1)
                    .provider(Health.values()[random.nextInt(4)], random.nextInt(3) == 0 ? null : random.nextInt(3))
                    .model(Health.values()[random.nextInt(4)], random.nextInt(2) == 0 ? null : random.nextInt(3))
                    .succeeding(random.nextBoolean() ? null : Integer.toString(random.nextInt(3)));
            offers.add(
                    switch (random.nextInt(4)) {
                        case 0 ->
                            offer.priced(Pricing.missing(MissingReason.NEVER_KNOWN))
                                    .offer();
                        case 1 -> offer.priced(Pricing.free()).offer();
                        default ->
                            offer.priced(paid("1", Integer.toString(1 + random.nextInt(3))))
                                    .offer();
                    });
        }
        return offers;
    }
}
