package io.modelpricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class DisplayedPriceTest {

    @Test
    void tokenPriceIsShownPerTokenAndPerMillion() {
        assertThat(DisplayedPrice.of(BillingUnit.INPUT, Price.perMillion("2.50")))
                .isEqualTo(new DisplayedPrice("0.0000025", "2.5"));
        assertThat(DisplayedPrice.of(BillingUnit.OUTPUT, Price.perToken("5E-30")))
                .isEqualTo(new DisplayedPrice("0.000000000000000000000000000005", "0.000000000000000000000005"));
        assertThat(DisplayedPrice.of(BillingUnit.OUTPUT, Price.perToken("0.0001")))
                .isEqualTo(new DisplayedPrice("0.0001", "100"));
        assertThat(DisplayedPrice.of(BillingUnit.INPUT, Price.ZERO)).isEqualTo(new DisplayedPrice("0", "0"));
    }

    @Test
    void otherUnitsHaveNoPricePerMillion() {
        for (BillingUnit unit :
                new BillingUnit[] {BillingUnit.REQUEST, BillingUnit.IMAGE_COUNT, BillingUnit.WEB_SEARCH}) {
            assertThat(DisplayedPrice.of(unit, Price.perUnit("0.04"))).isEqualTo(new DisplayedPrice("0.04", null));
        }
    }

    @Test
    void onlyKnownBasePricesAreShown() {
        Pricing pricing = new Pricing.Paid(RateCard.of(Price.perMillion("3"), Price.perMillion("15"))
                .plus(
                        Rate.of(BillingUnit.CACHE_READ, Price.perMillion("0.3")),
                        Rate.chargedAs(BillingUnit.CACHE_WRITE, BillingUnit.INPUT),
                        Rate.of(BillingUnit.INPUT, Price.perMillion("6")).above(200_000),
                        Rate.of(BillingUnit.OUTPUT, Price.perMillion("7")).in(ServiceTier.BATCH)));

        assertThat(DisplayedPrice.of(pricing))
                .containsExactly(
                        Map.entry(BillingUnit.INPUT, new DisplayedPrice("0.000003", "3")),
                        Map.entry(BillingUnit.OUTPUT, new DisplayedPrice("0.000015", "15")),
                        Map.entry(BillingUnit.CACHE_READ, new DisplayedPrice("0.0000003", "0.3")));
        assertThat(DisplayedPrice.of(Pricing.missing(MissingReason.DYNAMIC))).isEmpty();
        assertThat(DisplayedPrice.of(Pricing.free()).values()).containsOnly(new DisplayedPrice("0", "0"));
    }
}
