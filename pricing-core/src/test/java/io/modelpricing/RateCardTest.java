package io.modelpricing;

import static io.modelpricing.BillingUnit.CACHE_READ;
import static io.modelpricing.BillingUnit.CACHE_WRITE;
import static io.modelpricing.BillingUnit.CACHE_WRITE_1H;
import static io.modelpricing.BillingUnit.INPUT;
import static io.modelpricing.BillingUnit.OUTPUT;
import static io.modelpricing.BillingUnit.REASONING;
import static io.modelpricing.ServiceTier.BATCH;
import static io.modelpricing.ServiceTier.STANDARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class RateCardTest {

    private static final Price ONE = Price.perMillion("1");
    private static final Price TWO = Price.perMillion("2");

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
    void cardNeedsAPrice() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateCard.of(List.of()))
                .withMessageContaining("at least one rate with a price");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateCard.of(Rate.asParent(CACHE_READ), Rate.asParent(REASONING)))
                .withMessageContaining("at least one rate with a price")
                .withMessageContaining("cache_read");
    }

    @Test
    void unlistedPartsAreChargedAsParentWhereTheParentIsListed() {
        RateCard card = RateCard.of(ONE, TWO)
                .plus(Rate.of(CACHE_READ, ONE), Rate.of(INPUT, TWO).in(BATCH))
                .chargingUnlistedPartsAsParent();

        assertThat(card.rates())
                .filteredOn(rate -> rate.price() == null)
                .containsExactlyInAnyOrder(
                        Rate.asParent(BillingUnit.CACHE_WRITE),
                        Rate.asParent(BillingUnit.CACHE_WRITE_1H),
                        Rate.asParent(BillingUnit.AUDIO_INPUT),
                        Rate.asParent(BillingUnit.AUDIO_OUTPUT),
                        Rate.asParent(CACHE_READ).in(BATCH),
                        Rate.asParent(BillingUnit.CACHE_WRITE).in(BATCH),
                        Rate.asParent(BillingUnit.CACHE_WRITE_1H).in(BATCH),
                        Rate.asParent(BillingUnit.AUDIO_INPUT).in(BATCH));
        assertThat(card.rates()).contains(Rate.of(CACHE_READ, ONE));
        assertThat(card.chargingUnlistedPartsAsParent()).isSameAs(card);
    }

    @Test
    void twoRatesForTheSameUnitTierAndSizeAreRefused() {
        RateCard card = RateCard.of(ONE, TWO);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> card.plus(Rate.of(INPUT, ONE)))
                .withMessage(
                        "a rate card must have one rate of input in the standard tier from 0 input tokens, but has "
                                + Rate.of(INPUT, ONE) + " and " + Rate.of(INPUT, ONE) + "; remove one of them");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> card.plus(
                        Rate.of(INPUT, ONE).from(5), Rate.of(INPUT, TWO).above(4)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> card.plus(Rate.asParent(CACHE_READ), Rate.asParent(CACHE_READ)));
    }

    @Test
    void unitChargedAsItsParentCannotHaveAPriceInTheSameTier() {
        RateCard card = RateCard.of(ONE, TWO).plus(Rate.asParent(CACHE_READ));
        assertThatIllegalArgumentException().isThrownBy(() -> card.plus(Rate.of(CACHE_READ, ONE)));
        Rate large = Rate.of(CACHE_READ, ONE).from(10);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> card.plus(large))
                .withMessage("a rate that charges cache_read as its parent must be the only rate of cache_read in the"
                        + " standard tier, but the card has " + Rate.asParent(CACHE_READ) + " and " + large
                        + "; remove one of them");
        assertThat(card.plus(Rate.of(CACHE_READ, ONE).in(BATCH)).rates()).hasSize(4);
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
                        .plus(Rate.asParent(CACHE_READ))
                        .isFree())
                .isTrue();
        assertThat(RateCard.of(Price.ZERO, ONE).isFree()).isFalse();
        assertThat(RateCard.of(Price.ZERO, Price.ZERO)
                        .plus(Rate.of(INPUT, ONE).in(BATCH))
                        .isFree())
                .isFalse();
    }

    @Test
    void aboveStartsOneTokenAfterFrom() {
        assertThat(Rate.of(INPUT, ONE)).isEqualTo(new Rate(INPUT, STANDARD, 0, ONE));
        assertThat(Rate.of(INPUT, ONE).above(200_000)).isEqualTo(new Rate(INPUT, STANDARD, 200_001, ONE));
        assertThat(Rate.of(INPUT, ONE).from(200_000)).isEqualTo(new Rate(INPUT, STANDARD, 200_000, ONE));
        assertThat(Rate.of(INPUT, ONE).in(BATCH)).isEqualTo(new Rate(INPUT, BATCH, 0, ONE));
        assertThat(Rate.asParent(REASONING)).isEqualTo(new Rate(REASONING, STANDARD, 0, null));
    }

    @Test
    void rateWithoutAPriceIsChargedAsItsParentOrAsTheFiveMinuteWrite() {
        Rate hour = Rate.asParent(CACHE_WRITE_1H);
        RateCard input = RateCard.of(ONE, TWO).plus(Rate.asParent(CACHE_WRITE), hour, Rate.asParent(REASONING));
        assertThat(input.rates()).extracting(input::chargedAs).containsExactly(INPUT, OUTPUT, INPUT, INPUT, OUTPUT);
        RateCard write = RateCard.of(ONE, TWO)
                .plus(Rate.of(CACHE_WRITE, TWO).from(10), hour, hour.in(BATCH), Rate.of(CACHE_READ, ONE));
        assertThat(write.rates())
                .extracting(write::chargedAs)
                .containsExactly(INPUT, OUTPUT, CACHE_READ, CACHE_WRITE, CACHE_WRITE, INPUT);
    }

    @Test
    void invalidRatesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rate.of(INPUT, ONE).from(-1))
                .withMessageContaining("-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rate.asParent(INPUT))
                .withMessageContaining("input is not part of another unit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rate.asParent(CACHE_READ).from(10))
                .withMessageContaining("cache_read")
                .withMessageContaining("10");
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Rate.of(INPUT, ONE).above(Long.MAX_VALUE));
    }
}
