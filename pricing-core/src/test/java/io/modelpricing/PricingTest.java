package io.modelpricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PricingTest {

    private static final RateCard CARD = RateCard.of(Price.perMillion("2.5"), Price.perMillion("10"));
    private static final RateCard ZEROS = RateCard.of(Price.ZERO, Price.ZERO);

    @Test
    void paidAndDeprecatedNeedAPriceAboveZero() {
        assertThat(new Pricing.Paid(CARD).type()).isEqualTo(PricingType.PAID);
        assertThat(new Pricing.Deprecated(CARD).type()).isEqualTo(PricingType.DEPRECATED);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Pricing.Paid(ZEROS))
                .withMessageContaining("at least one price of a paid model must be above zero");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Pricing.Deprecated(ZEROS))
                .withMessageContaining("at least one price of a deprecated model must be above zero");
        assertThatIllegalArgumentException().isThrownBy(() -> Pricing.paid(Price.ZERO, Price.ZERO));
        assertThat(Pricing.paid(Price.ZERO, Price.perUnit("1e-30")).type()).isEqualTo(PricingType.PAID);
    }

    @Test
    void freeCardMayOnlyHaveZeros() {
        assertThat(Pricing.free()).isEqualTo(new Pricing.Free(ZEROS));
        assertThat(Pricing.free().type()).isEqualTo(PricingType.FREE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Pricing.Free(CARD))
                .withMessageContaining("every price of a free model must be zero");
    }

    @ParameterizedTest
    @EnumSource
    void missingHasAReasonInsteadOfACard(MissingReason reason) {
        Pricing missing = Pricing.missing(reason);
        assertThat(missing.type()).isEqualTo(PricingType.MISSING);
        assertThat(missing.<Object>fold(card -> card, why -> why)).isEqualTo(reason);
        assertThatExceptionOfType(UnpricedException.class)
                .isThrownBy(missing::orElseThrow)
                .withMessage(
                        "the price is missing: " + reason.id() + "; set a price, or handle a missing one with fold");
    }

    @Test
    void pricedFoldsToItsCard() {
        for (Pricing pricing : new Pricing[] {new Pricing.Paid(CARD), new Pricing.Deprecated(CARD)}) {
            assertThat(pricing.<Object>fold(card -> card, why -> why)).isEqualTo(CARD);
            assertThat(pricing.orElseThrow()).isEqualTo(CARD);
        }
        assertThat(Pricing.free().orElseThrow()).isEqualTo(ZEROS);
    }

    @Test
    void nullCardAndReasonAreRefused() {
        assertThatNullPointerException().isThrownBy(() -> new Pricing.Missing(null));
        assertThatNullPointerException().isThrownBy(() -> new Pricing.Paid(null));
        assertThatNullPointerException().isThrownBy(() -> new Pricing.Free(null));
        assertThatNullPointerException().isThrownBy(() -> new Pricing.Deprecated(null));
    }

    @Test
    void pricingsAreEqualByTypeAndCard() {
        assertThat(Pricing.paid(Price.perMillion("2.50"), Price.perMillion("10")))
                .isEqualTo(new Pricing.Paid(CARD))
                .hasSameHashCodeAs(new Pricing.Paid(CARD))
                .isNotEqualTo(new Pricing.Deprecated(CARD));
    }

    @Test
    void neverKnownIsMissingWithVersionZero() {
        ModelPricing pricing = ModelPricing.neverKnown(new ModelId(7));
        assertThat(pricing.pricing()).isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));
        assertThat(pricing.version()).isZero();
        assertThat(pricing.source()).isEqualTo(PricingSource.UNKNOWN);
        assertThat(pricing.lastUpdated()).isNull();
    }

    @Test
    void quoteHasThePricingAndVersionOfThePrice() {
        ModelPricing pricing =
                new ModelPricing(new ModelId(7), new Pricing.Paid(CARD), 3, PricingSource.PROVIDER, null);
        assertThat(pricing.quote())
                .isEqualTo(new Quote(new ModelId(7), 3, new Pricing.Paid(CARD), PricingSource.PROVIDER));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Quote(new ModelId(7), -1, Pricing.free(), PricingSource.MANUAL))
                .withMessage("the version of the price of model 7 must be 0 or more, but was -1");
    }
}
