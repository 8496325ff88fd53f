package io.modelpricing.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LegacyPricesTest {

    private static final BigDecimal DYNAMIC = new BigDecimal("-1.0000000000");
    private static final BigDecimal POSITIVE = new BigDecimal("0.0000025000");
    private static final BigDecimal NEGATIVE = new BigDecimal("-0.5");
    private static final List<@Nullable BigDecimal> CELLS =
            Arrays.asList(null, new BigDecimal("0E-10"), DYNAMIC, POSITIVE, NEGATIVE);

    @Test
    void everyCombinationOfPricesHasOneMeaning() {
        int seen = 0;
        for (BigDecimal prompt : CELLS) {
            for (BigDecimal completion : CELLS) {
                for (BigDecimal image : CELLS) {
                    for (BigDecimal request : CELLS) {
                        check(new LegacyPrices(prompt, completion, image, request));
                        seen++;
                    }
                }
            }
        }
        assertThat(seen).isEqualTo(625);
    }

    private static void check(LegacyPrices prices) {
        List<@Nullable BigDecimal> cells = new ArrayList<>(prices.toMap().values());
        boolean isPriced = cells.contains(POSITIVE);
        if (cells.contains(NEGATIVE) || (cells.contains(DYNAMIC) && isPriced)) {
            for (Zero zero : Zero.values()) {
                assertThatIllegalArgumentException()
                        .as("%s", prices)
                        .isThrownBy(() -> prices.toPricing(zero, LegacyUnit.PER_TOKEN));
            }
            return;
        }
        boolean isZero = !isPriced && !cells.contains(DYNAMIC) && cells.stream().anyMatch(Objects::nonNull);
        Pricing free = prices.toPricing(Zero.FREE, LegacyUnit.PER_TOKEN);
        Pricing unknown = prices.toPricing(Zero.UNKNOWN, LegacyUnit.PER_TOKEN);
        if (isPriced || isZero) {
            assertThat(free.type()).as("%s", prices).isEqualTo(isPriced ? PricingType.PAID : PricingType.FREE);
            List<@Nullable BigDecimal> read = new ArrayList<>(
                    LegacyPrices.of(free, LegacyUnit.PER_TOKEN).toMap().values());
            for (int i = 0; i < cells.size(); i++) {
                BigDecimal cell = cells.get(i);
                assertThat(read.get(i)).as("%s", prices).isEqualTo(cell == null ? null : cell.stripTrailingZeros());
            }
        } else {
            assertThat(free)
                    .as("%s", prices)
                    .isEqualTo(Pricing.missing(
                            cells.contains(DYNAMIC) ? MissingReason.DYNAMIC : MissingReason.NEVER_KNOWN));
        }
        assertThat(unknown).as("%s", prices).isEqualTo(isZero ? Pricing.missing(MissingReason.NEVER_KNOWN) : free);
    }

    @Test
    void errorNamesTheCellAndItsValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new LegacyPrices(null, NEGATIVE, null, null).toPricing(Zero.FREE, LegacyUnit.PER_TOKEN))
                .withMessageContaining("pricing_completion is -0.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new LegacyPrices(DYNAMIC, POSITIVE, null, null).toPricing(Zero.FREE, LegacyUnit.PER_TOKEN))
                .withMessageContainingAll("pricing_prompt is -1.0000000000", "pricing_completion is 0.0000025000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LegacyPrices(null, null, null, new BigDecimal("1e12"))
                        .toPricing(Zero.FREE, LegacyUnit.PER_TOKEN))
                .withMessageContainingAll("pricing_request", "1E+12");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LegacyPrices(null, null, new BigDecimal("1e-31"), null)
                        .toPricing(Zero.FREE, LegacyUnit.PER_TOKEN))
                .withMessageContainingAll("pricing_image", "1E-31");
    }

    @Test
    void ratesWithoutALegacyNameAreOmitted() {
        RateCard card = RateCard.of(
                Rate.of(BillingUnit.CACHE_READ, Price.perMillion("1")),
                Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.04")),
                Rate.of(BillingUnit.INPUT, Price.perMillion("2")).in(ServiceTier.BATCH),
                Rate.of(BillingUnit.OUTPUT, Price.perMillion("3")).above(200_000));

        assertThat(LegacyPrices.of(new Pricing.Paid(card), LegacyUnit.PER_TOKEN))
                .isEqualTo(new LegacyPrices(null, null, null, null));
    }

    @Test
    void missingPriceIsNullAndFreePriceIsZero() {
        assertThat(LegacyPrices.of(Pricing.missing(MissingReason.DYNAMIC), LegacyUnit.PER_TOKEN)
                        .toMap())
                .containsOnlyKeys("pricing_prompt", "pricing_completion", "pricing_image", "pricing_request")
                .allSatisfy((name, price) -> assertThat(price).isNull());
        assertThat(LegacyPrices.of(Pricing.free(), LegacyUnit.PER_TOKEN))
                .isEqualTo(new LegacyPrices(BigDecimal.ZERO, BigDecimal.ZERO, null, null));
    }

    @Test
    void eachLegacyNameHasItsOwnPrice() {
        RateCard card = RateCard.of(
                Rate.of(BillingUnit.INPUT, Price.perUnit("1")),
                Rate.of(BillingUnit.OUTPUT, Price.perUnit("2")),
                Rate.of(BillingUnit.IMAGE, Price.perUnit("3")),
                Rate.of(BillingUnit.REQUEST, Price.perUnit("4")));
        LegacyPrices prices = LegacyPrices.of(new Pricing.Paid(card), LegacyUnit.PER_TOKEN);

        assertThat(prices.toMap().toString())
                .isEqualTo("{pricing_prompt=1, pricing_completion=2, pricing_image=3, pricing_request=4}");
        assertThat(prices.toPricing(Zero.UNKNOWN, LegacyUnit.PER_TOKEN)).isEqualTo(new Pricing.Paid(card));
    }

    @Test
    void declaredUnitDecidesWhichRateIsTheImagePrice() {
        Pricing perImage = new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.04"))));
        Pricing perToken = new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.IMAGE, Price.perToken("0.04"))));
        LegacyPrices image = new LegacyPrices(null, null, new BigDecimal("0.04"), null);

        assertThat(LegacyPrices.of(perImage, LegacyUnit.PER_IMAGE)).isEqualTo(image);
        assertThat(LegacyPrices.of(perToken, LegacyUnit.PER_MILLION)).isEqualTo(image);
        assertThat(LegacyPrices.of(perImage, LegacyUnit.PER_TOKEN).pricingImage())
                .isNull();
        assertThat(LegacyPrices.of(perToken, LegacyUnit.PER_IMAGE).pricingImage())
                .isNull();
        assertThat(image.toPricing(Zero.UNKNOWN, LegacyUnit.PER_IMAGE)).isEqualTo(perImage);
        assertThat(image.toPricing(Zero.UNKNOWN, LegacyUnit.PER_MILLION)).isEqualTo(perToken);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LegacyPrices.of(perImage, LegacyUnit.PER_REQUEST))
                .withMessage("\"per-request\" is not a unit of pricing_image;"
                        + " expected one of per-token, per-1k, per-1m, per-image");
    }
}
