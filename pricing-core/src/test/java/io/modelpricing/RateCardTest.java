package io.modelpricing;

import static io.modelpricing.BillingUnit.AUDIO_INPUT;
import static io.modelpricing.BillingUnit.AUDIO_OUTPUT;
import static io.modelpricing.BillingUnit.CACHE_READ;
import static io.modelpricing.BillingUnit.CACHE_WRITE;
import static io.modelpricing.BillingUnit.CACHE_WRITE_1H;
import static io.modelpricing.BillingUnit.INPUT;
import static io.modelpricing.BillingUnit.OUTPUT;
import static io.modelpricing.BillingUnit.REASONING;
import static io.modelpricing.BillingUnit.WEB_SEARCH;
import static io.modelpricing.ServiceTier.BATCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class RateCardTest {

    private static final Price ONE = Price.perMillion("1");
    private static final Price TWO = Price.perMillion("2");
    private static final BillingUnit WEB_FETCH = BillingUnit.parse("web_fetch");

    @Test
    void orderOfRatesDoesNotMatter() {
        Rate input = Rate.of(INPUT, ONE);
        Rate large = Rate.of(INPUT, TWO).above(200_000);
        Rate output = Rate.of(OUTPUT, TWO);
        Rate batch = Rate.of(INPUT, ONE).in(BATCH);
        RateCard card = RateCard.of(batch, output, large, input);
        assertThat(card.rates()).containsExactly(input, large, output, batch);
        assertThat(card).isEqualTo(RateCard.of(List.of(input, large, output, batch)));
        assertThat(card).hasSameHashCodeAs(RateCard.of(large, input, batch, output));
        assertThat(card).isNotEqualTo(RateCard.of(input, output)).isNotEqualTo("card");
        assertThat(card).hasToString(card.rates().toString());
    }

    @Test
    void equalCardsAreEqualWhateverTheOrderOfRatesAndHours() {
        for (long seed = 0; seed < 200; seed++) {
            RandomCosts random = new RandomCosts(seed);
            RandomCosts.Card card = random.card();
            List<Rate> rates = new ArrayList<>(card.card().rates());
            Collections.shuffle(rates, new Random(seed));
            Hours hours = card.week().isEmpty() ? Hours.NONE : random.hours(card.week());
            assertThat(RateCard.of(hours, rates))
                    .as("seed %d", seed)
                    .isEqualTo(card.card())
                    .hasSameHashCodeAs(card.card())
                    .hasToString(card.card().toString());
        }
    }

    @Test
    void cardsDifferByVariantRegionHoursAndChargedAs() {
        Rate search = Rate.of(WEB_SEARCH, ONE);
        RateCard card = RateCard.of(search);
        Rate day = search.during("day");
        List<RateCard> others = List.of(
                RateCard.of(search.ofVariant("high")),
                RateCard.of(search.inRegion("eu")),
                RateCard.of(
                        Hours.parse(Map.of("day", "daily 06:00-18:00", "night", "daily 18:00-06:00")), List.of(day)),
                RateCard.of(
                        Hours.parse(Map.of("day", "daily 06:00-18:01", "night", "daily 18:01-06:00")), List.of(day)),
                card.plus(Rate.chargedAs(WEB_FETCH, WEB_SEARCH)),
                card.plus(Rate.chargedAs(WEB_FETCH, BillingUnit.parse("query"))));
        for (RateCard other : others) {
            assertThat(others).as("%s", other).containsOnlyOnce(other).doesNotContain(card);
        }
    }

    @Test
    void cardNeedsAPrice() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateCard.of(List.of()))
                .withMessage("a rate card must have at least one rate with a price, but the rates are []; add a"
                        + " price; a model whose price is unknown has the type missing and no card");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateCard.of(Rate.chargedAs(CACHE_READ, INPUT), Rate.chargedAs(REASONING, OUTPUT)))
                .withMessage("a rate card must have at least one rate with a price, but the rates are"
                        + " [standard cache_read charged as input, standard reasoning charged as output];"
                        + " add a price; a model whose price is unknown has the type missing and no card");
    }

    @Test
    void unlistedPartsAreChargedAsTheirWholeWhereTheWholeIsListed() {
        RateCard card = RateCard.of(ONE, TWO)
                .plus(Rate.of(CACHE_READ, ONE), Rate.of(INPUT, TWO).in(BATCH))
                .chargingUnlistedPartsAsWhole();

        assertThat(card.rates())
                .filteredOn(rate -> rate.price() == null)
                .containsExactlyInAnyOrder(
                        Rate.chargedAs(CACHE_WRITE, INPUT),
                        Rate.chargedAs(CACHE_WRITE_1H, INPUT),
                        Rate.chargedAs(AUDIO_INPUT, INPUT),
                        Rate.chargedAs(AUDIO_OUTPUT, OUTPUT),
                        Rate.chargedAs(CACHE_READ, INPUT).in(BATCH),
                        Rate.chargedAs(CACHE_WRITE, INPUT).in(BATCH),
                        Rate.chargedAs(CACHE_WRITE_1H, INPUT).in(BATCH),
                        Rate.chargedAs(AUDIO_INPUT, INPUT).in(BATCH));
        assertThat(card.rates()).contains(Rate.of(CACHE_READ, ONE));
        assertThat(card.chargingUnlistedPartsAsWhole()).isSameAs(card);
    }

    @Test
    void unlistedOneHourWriteIsChargedAsTheFiveMinuteWriteOfItsTierWhereThatIsListed() {
        RateCard card = RateCard.of(ONE, TWO)
                .plus(Rate.of(CACHE_WRITE, TWO).from(10), Rate.of(INPUT, ONE).in(BATCH))
                .chargingUnlistedPartsAsWhole();
        assertThat(card.rates())
                .filteredOn(rate -> rate.unit() == CACHE_WRITE_1H)
                .containsExactly(
                        Rate.chargedAs(CACHE_WRITE_1H, CACHE_WRITE),
                        Rate.chargedAs(CACHE_WRITE_1H, INPUT).in(BATCH));
    }

    @Test
    void partThatIsListedInARegionOrSomeHoursIsChargedAsItsWholeOutsideOfThese() {
        RateCard card = RateCard.of(
                        Hours.parse(Map.of("day", "daily 06:00-18:00", "night", "daily 18:00-06:00")),
                        List.of(
                                rate(INPUT, "1"),
                                rate(INPUT, "10").inRegion("eu"),
                                rate(CACHE_WRITE, "30").inRegion("eu"),
                                rate(CACHE_READ, "4").during("night"),
                                rate(AUDIO_INPUT, "5").during("day"),
                                rate(AUDIO_INPUT, "6").during("night")))
                .chargingUnlistedPartsAsWhole();

        assertThat(card.rates())
                .filteredOn(rate -> rate.price() == null)
                .containsExactlyInAnyOrder(
                        Rate.chargedAs(CACHE_READ, INPUT),
                        Rate.chargedAs(CACHE_WRITE, INPUT),
                        Rate.chargedAs(CACHE_WRITE_1H, CACHE_WRITE));
        assertThat(card.chargingUnlistedPartsAsWhole()).isSameAs(card);
        Instant noon = Instant.parse("2026-01-01T12:00:00Z");
        Instant midnight = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(priceOfOneToken(card, CACHE_WRITE_1H, "", noon)).isEqualByComparingTo("1");
        assertThat(priceOfOneToken(card, CACHE_WRITE_1H, "us", midnight)).isEqualByComparingTo("1");
        assertThat(priceOfOneToken(card, CACHE_WRITE_1H, "eu", noon)).isEqualByComparingTo("30");
        assertThat(priceOfOneToken(card, CACHE_WRITE, "", noon)).isEqualByComparingTo("1");
        assertThat(priceOfOneToken(card, CACHE_WRITE, "eu", noon)).isEqualByComparingTo("30");
        assertThat(priceOfOneToken(card, CACHE_READ, "", noon)).isEqualByComparingTo("1");
        assertThat(priceOfOneToken(card, CACHE_READ, "eu", noon)).isEqualByComparingTo("10");
        assertThat(priceOfOneToken(card, CACHE_READ, "", midnight)).isEqualByComparingTo("4");
    }

    private static Rate rate(BillingUnit unit, String price) {
        return Rate.of(unit, Price.perUnit(price));
    }

    private static BigDecimal priceOfOneToken(RateCard card, BillingUnit unit, String region, Instant at) {
        Usage usage = Usage.inclusive().input(1).count(unit, 1).region(region).build();
        return new Quote(new ModelId(1), 1, new Pricing.Paid(card), PricingSource.PROVIDER)
                .cost(usage, at)
                .orElseThrow()
                .total();
    }

    // Bad input.

    private static void assertTwoPrices(RateCard card, Rate a, Rate b) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> card.plus(a, b))
                .withMessage(
                        "a rate card must state one price for a unit on the same terms and from the same threshold,"
                                + " but has two: " + a + "; " + b + "; remove one of them");
    }

    @Test
    void twoPricesForTheSameThingAreRefused() {
        RateCard card = RateCard.of(ONE, TWO);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> card.plus(Rate.of(INPUT, ONE)))
                .withMessage(
                        "a rate card must state one price for a unit on the same terms and from the same threshold,"
                                + " but has two: standard input: 0.000001; standard input: 0.000001; remove one of them");
        assertTwoPrices(card, Rate.of(INPUT, ONE).from(5), Rate.of(INPUT, TWO).above(4));
        assertTwoPrices(card, Rate.chargedAs(CACHE_READ, INPUT), Rate.chargedAs(CACHE_READ, INPUT));
        assertTwoPrices(card, Rate.chargedAs(CACHE_READ, INPUT), Rate.chargedAs(CACHE_READ, AUDIO_INPUT));
        Rate search = Rate.of(WEB_SEARCH, ONE).ofVariant("high").inRegion("eu").in(BATCH);
        assertTwoPrices(card, search, search.with(search.terms()));
        assertThat(card.plus(
                                Rate.of(WEB_SEARCH, ONE),
                                Rate.of(WEB_SEARCH, ONE).ofVariant("high"),
                                Rate.of(WEB_SEARCH, ONE).inRegion("eu"),
                                Rate.of(WEB_SEARCH, ONE).ofVariant("high").inRegion("eu"),
                                search)
                        .rates())
                .hasSize(7);
    }

    @Test
    void unitChargedAsAnotherCannotHaveAPriceOnTheSameTerms() {
        RateCard card = RateCard.of(ONE, TWO);
        Rate asInput = Rate.chargedAs(CACHE_READ, INPUT);
        assertTwoPrices(card, asInput, Rate.of(CACHE_READ, ONE));
        assertTwoPrices(card, Rate.of(CACHE_READ, ONE), asInput);
        assertTwoPrices(card, asInput, Rate.of(CACHE_READ, ONE).from(10));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> card.plus(
                        Rate.of(CACHE_READ, ONE), Rate.of(CACHE_READ, ONE).from(10), asInput));
        assertThat(card.plus(asInput, Rate.of(CACHE_READ, ONE).in(BATCH)).rates())
                .hasSize(4);
        assertThat(card.plus(asInput, Rate.of(CACHE_READ, ONE).inRegion("eu")).rates())
                .hasSize(4);
    }

    @Test
    void unitsChargedAsEachOtherAreRefused() {
        RateCard card = RateCard.of(ONE, TWO);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        card.plus(Rate.chargedAs(CACHE_READ, CACHE_WRITE), Rate.chargedAs(CACHE_WRITE, CACHE_READ)))
                .withMessage("units must not be charged as each other, but in standard are cache_read charged as"
                        + " cache_write, cache_write charged as cache_read; give"
                        + " one of these units a price");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> card.plus(
                        Rate.chargedAs(CACHE_READ, AUDIO_INPUT),
                        Rate.chargedAs(AUDIO_INPUT, CACHE_WRITE),
                        Rate.chargedAs(CACHE_WRITE, CACHE_WRITE_1H),
                        Rate.chargedAs(CACHE_WRITE_1H, AUDIO_INPUT)))
                .withMessageStartingWith("units must not be charged as each other, but in standard are ")
                .withMessageContaining("audio_input charged as cache_write")
                .withMessageContaining("cache_write charged as cache_write_1h")
                .withMessageContaining("cache_write_1h charged as audio_input");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> card.plus(
                        Rate.chargedAs(CACHE_READ, INPUT),
                        Rate.chargedAs(INPUT, CACHE_READ).inRegion("eu")))
                .withMessageStartingWith("units must not be charged as each other, but in standard eu are ");
        Hours hours = Hours.parse(Map.of("peak", "daily 06:00-18:00", "off_peak", "daily 18:00-06:00"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateCard.of(
                        hours,
                        List.of(
                                Rate.of(INPUT, ONE),
                                Rate.chargedAs(CACHE_READ, INPUT),
                                Rate.chargedAs(INPUT, CACHE_READ).during("peak"))))
                .withMessageStartingWith("units must not be charged as each other, but in standard peak are ");
    }

    @Test
    void cycleInOneRegionHourOrVariantIsRefused() {
        RateCard card = RateCard.of(ONE, TWO).plus(Rate.chargedAs(CACHE_WRITE, CACHE_READ));
        Rate back = Rate.chargedAs(CACHE_READ, CACHE_WRITE);
        Rate read = Rate.of(CACHE_READ, ONE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> card.plus(read, back.inRegion("eu")))
                .withMessageContaining("cache_read charged as cache_write")
                .withMessageContaining("cache_write charged as cache_read");
        List<Rate> rates = new ArrayList<>(card.rates());
        rates.addAll(List.of(read, back.during("night")));
        Hours hours = Hours.parse(Map.of("day", "daily 06:00-18:00", "night", "daily 18:00-06:00"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateCard.of(hours, rates))
                .withMessageContaining("cache_read charged as cache_write");
        BillingUnit query = BillingUnit.parse("query");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> card.plus(
                        read,
                        Rate.of(WEB_SEARCH, ONE),
                        Rate.chargedAs(WEB_SEARCH, query).ofVariant("high"),
                        Rate.chargedAs(query, WEB_SEARCH)))
                .withMessageContaining("web_search charged as query")
                .withMessageContaining("query charged as web_search");
        assertThat(card.plus(read, back.in(BATCH)).rates()).hasSize(5);
    }

    @Test
    void outputChargedAsUnlistedReasoningIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateCard.of(Rate.of(INPUT, ONE), Rate.chargedAs(OUTPUT, REASONING)))
                .withMessageContaining("output charged as reasoning")
                .withMessageContaining("reasoning charged as output");
        assertThat(RateCard.of(Rate.of(REASONING, ONE), Rate.chargedAs(OUTPUT, REASONING))
                        .rates())
                .hasSize(2);
    }

    @Test
    void hoursThatTheCardDoesNotDefineAreRefused() {
        Rate night = Rate.of(INPUT, ONE).during("night");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateCard.of(night))
                .withMessage(
                        "the card has a rate for the hours night, but defines no hours; define the hours, or remove"
                                + " the rate");
        Hours hours = Hours.parse(Map.of("peak", "daily 06:00-18:00", "off_peak", "daily 18:00-06:00"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateCard.of(hours, List.of(night)))
                .withMessage("the card has a rate for the hours night, but defines only [off_peak, peak]; define the"
                        + " hours, or remove the rate");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        RateCard.of(hours, List.of(night, Rate.of(INPUT, ONE).during("noon"))))
                .withMessageStartingWith(
                        "the card has rates for the hours night and noon, but defines only [off_peak, peak]; ");
        assertThat(RateCard.of(hours, List.of(Rate.of(INPUT, ONE).during("peak")))
                        .hours())
                .isEqualTo(hours);
    }

    @Test
    void hoursThatNoRateNamesAreRefused() {
        Hours hours = Hours.parse(Map.of("peak", "daily 06:00-18:00", "off_peak", "daily 18:00-06:00"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateCard.of(hours, List.of(Rate.of(INPUT, ONE))))
                .withMessage(
                        "the card defines the hours [off_peak, peak], but no rate depends on them; remove the hours,"
                                + " or add a rate for one of them");
    }

    @Test
    void plusKeepsTheHours() {
        Hours hours = Hours.parse(Map.of("peak", "daily 06:00-18:00", "off_peak", "daily 18:00-06:00"));
        RateCard card = RateCard.of(hours, List.of(Rate.of(INPUT, ONE).during("peak")))
                .plus(Rate.of(INPUT, TWO).during("off_peak"));
        assertThat(card.hours()).isEqualTo(hours);
        assertThat(card)
                .hasToString("[standard off_peak input: 0.000002, standard peak input: 0.000001] with hours"
                        + " {off_peak=daily 18:00-06:00, peak=daily 06:00-18:00}");
    }

    @Test
    void unitCanHaveARateForEachTierAndSize() {
        RateCard card = RateCard.of(ONE, TWO)
                .plus(
                        Rate.of(INPUT, TWO).in(BATCH),
                        Rate.of(INPUT, TWO).from(1),
                        Rate.of(INPUT, ONE).above(1));
        assertThat(card.rates()).hasSize(5);
    }

    @Test
    void plusDoesNotChangeTheCard() {
        RateCard card = RateCard.of(ONE, TWO);
        RateCard more = card.plus(Rate.of(CACHE_READ, ONE));
        assertThat(card.rates()).hasSize(2);
        assertThat(more.rates()).hasSize(3);
    }

    @Test
    void ratesAreImmutable() {
        List<Rate> rates = RateCard.of(ONE, TWO).rates();
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> rates.set(0, Rate.of(INPUT, Price.ZERO)));
    }

    @Test
    void cardIsFreeIfEveryPriceIsZero() {
        assertThat(RateCard.of(Price.ZERO, Price.ZERO).isFree()).isTrue();
        assertThat(RateCard.of(Price.ZERO, Price.ZERO)
                        .plus(Rate.chargedAs(CACHE_READ, INPUT))
                        .isFree())
                .isTrue();
        assertThat(RateCard.of(Price.ZERO, ONE).isFree()).isFalse();
        assertThat(RateCard.of(Price.ZERO, Price.ZERO)
                        .plus(Rate.of(INPUT, ONE).in(BATCH))
                        .isFree())
                .isFalse();
    }

    @Test
    void numberOfRatesIsLimited() {
        Rate rate = Rate.of(BillingUnit.INPUT, Price.perMillion("1"));
        List<Rate> rates = IntStream.rangeClosed(0, RateCard.MAX_RATES)
                .mapToObj(rate::from)
                .toList();
        assertThat(RateCard.of(rates.subList(0, RateCard.MAX_RATES)).rates()).hasSize(RateCard.MAX_RATES);
        assertThatExceptionOfType(InvalidRateCardException.class)
                .isThrownBy(() -> RateCard.of(rates))
                .withMessage("a rate card must have at most 1000 rates, but has 1001; remove rates, such as thresholds"
                        + " that do not change the price")
                .satisfies(e -> assertThat(e.rates()).containsExactly(rates.get(RateCard.MAX_RATES)));
        List<Rate> many = Collections.nCopies(1_000_000, rate);
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThatExceptionOfType(InvalidRateCardException.class).isThrownBy(() -> RateCard.of(many)));
    }

    @Test
    void largestCardsAreConstructedInTime() {
        List<List<Rate>> cards = new ArrayList<>();
        Rate query = Rate.of(BillingUnit.parse("query"), Price.perUnit("1"));
        cards.add(rates(i -> query.ofVariant("v" + i)));
        cards.add(rates(i -> query.inRegion("r" + i)));
        cards.add(rates(i -> query.ofVariant("v" + i).inRegion("r" + i)));
        cards.add(rates(i -> query.ofVariant("v" + i % 100).inRegion("r" + i / 100)));
        cards.add(rates(
                i -> Rate.of(BillingUnit.all().get(i % 50), Price.perUnit("1")).inRegion("r" + i / 50)));
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> cards.forEach(RateCard::of));
    }

    private static List<Rate> rates(IntFunction<Rate> rate) {
        return IntStream.range(0, RateCard.MAX_RATES).mapToObj(rate).toList();
    }
}
