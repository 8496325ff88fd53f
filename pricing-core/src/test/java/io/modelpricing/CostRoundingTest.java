package io.modelpricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CostRoundingTest {

    /** Returns the cost of one input token, one output token and one search at the given prices. */
    private static Cost.Complete cost(String input, String output, String search) {
        RateCard card = RateCard.of(Price.perUnit(input), Price.perUnit(output))
                .plus(Rate.of(BillingUnit.WEB_SEARCH, Price.perUnit(search)));
        Usage usage = Usage.inclusive()
                .input(1)
                .output(1)
                .count(BillingUnit.WEB_SEARCH, 1)
                .build();
        return new Quote(new ModelId(1), 1, new Pricing.Paid(card), PricingSource.PROVIDER)
                .cost(usage)
                .orElseThrow();
    }

    private static List<String> amounts(Cost.Complete cost) {
        return cost.lines().stream().map(line -> line.amount().toPlainString()).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "UP, 0.3, 0.3, 0.3, 0.2",
        "DOWN, 0.2, 0.2, 0.2, 0.2",
        "CEILING, 0.3, 0.3, 0.3, 0.2",
        "FLOOR, 0.2, 0.2, 0.2, 0.2",
        "HALF_UP, 0.3, 0.3, 0.2, 0.2",
        "HALF_DOWN, 0.2, 0.3, 0.2, 0.2",
        "HALF_EVEN, 0.2, 0.3, 0.2, 0.2",
    })
    void totalIsRoundedByTheGivenMode(RoundingMode mode, String of25, String of26, String of24, String of20) {
        assertThat(cost("0.25", "0", "0").rounded(1, mode).total()).isEqualTo(new BigDecimal(of25));
        assertThat(cost("0.26", "0", "0").rounded(1, mode).total()).isEqualTo(new BigDecimal(of26));
        assertThat(cost("0.24", "0", "0").rounded(1, mode).total()).isEqualTo(new BigDecimal(of24));
        assertThat(cost("0.2", "0", "0").rounded(1, mode).total()).isEqualTo(new BigDecimal(of20));
    }

    @Test
    void halfEvenRoundsToTheEvenNeighbour() {
        assertThat(cost("0.15", "0", "0").rounded(1, RoundingMode.HALF_EVEN).total())
                .isEqualTo(new BigDecimal("0.2"));
        assertThat(cost("0.25", "0", "0").rounded(1, RoundingMode.HALF_EVEN).total())
                .isEqualTo(new BigDecimal("0.2"));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "UNNECESSARY")
    void lineItemsSumToTheRoundedTotal(RoundingMode mode) {
        for (int scale = 0; scale <= 8; scale++) {
            Cost.Complete rounded = cost("1.2345678", "2.9999999", "0.5555555").rounded(scale, mode);
            BigDecimal sum = rounded.lines().stream().map(LineItem::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
            assertThat(rounded.total()).isEqualTo(new BigDecimal("4.7901232").setScale(scale, mode));
            assertThat(sum).isEqualByComparingTo(rounded.total());
            assertThat(rounded.input().add(rounded.output())).isEqualTo(rounded.total());
        }
    }

    @Test
    void remainderGoesToTheLineItemsThatLostMost() {
        assertThat(amounts(cost("0.14", "0.16", "0.12").rounded(1, RoundingMode.HALF_UP)))
                .containsExactly("0.1", "0.2", "0.1");
        assertThat(amounts(cost("0.04", "0.04", "0.06").rounded(1, RoundingMode.UP)))
                .containsExactly("0.1", "0.0", "0.1");
        assertThat(amounts(cost("0.19", "0.19", "0.19").rounded(1, RoundingMode.UP)))
                .containsExactly("0.2", "0.2", "0.2");
        assertThat(amounts(cost("0.19", "0.19", "0.19").rounded(1, RoundingMode.DOWN)))
                .containsExactly("0.2", "0.2", "0.1");
    }

    @Test
    void lineItemsThatLostTheSameAreRaisedInOrder() {
        assertThat(amounts(cost("0.5", "0.5", "0.5").rounded(0, RoundingMode.HALF_EVEN)))
                .containsExactly("1", "1", "0");
        assertThat(amounts(cost("0.5", "0.5", "0.5").rounded(0, RoundingMode.DOWN)))
                .containsExactly("1", "0", "0");
    }

    @ParameterizedTest
    @EnumSource
    void amountsWithFewerDecimalsAreNotChanged(RoundingMode mode) {
        Cost.Complete cost = cost("1.25", "2", "0.5");
        assertThat(cost.rounded(2, mode)).isEqualTo(cost.rounded(2, RoundingMode.UNNECESSARY));
        assertThat(amounts(cost.rounded(3, mode))).containsExactly("1.250", "2.000", "0.500");
        assertThat(cost.rounded(3, mode).total()).isEqualTo(new BigDecimal("3.750"));
    }

    @Test
    void unnecessaryThrowsIfAnAmountWouldChange() {
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> cost("0.25", "0", "0").rounded(1, RoundingMode.UNNECESSARY));
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> cost("0.5", "0.5", "0").rounded(0, RoundingMode.UNNECESSARY));
    }

    @Test
    void roundingKeepsQuoteUnitsQuantitiesAndPrices() {
        Cost.Complete cost = cost("0.14", "0.16", "0.12");
        Cost.Complete rounded = cost.rounded(1, RoundingMode.HALF_UP);
        assertThat(rounded.quote()).isEqualTo(cost.quote());
        assertThat(rounded.lines())
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("amount")
                .isEqualTo(cost.lines());
        assertThat(cost.total()).isEqualTo(new BigDecimal("0.42"));
    }

    @Test
    void negativeScaleAndEmptyCostAreRounded() {
        assertThat(cost("1600", "0", "0").rounded(-3, RoundingMode.HALF_UP).total())
                .isEqualByComparingTo("2000");
        Cost.Complete empty = new Quote(new ModelId(1), 1, Pricing.free(), PricingSource.PROVIDER)
                .cost(Usage.of(0, 0))
                .orElseThrow();
        assertThat(empty.rounded(6, RoundingMode.UP).total()).isEqualTo(new BigDecimal("0.000000"));
    }

    @Test
    void roundedCostCanBeRoundedAgain() {
        Cost.Complete once = cost("0.449", "0", "0").rounded(2, RoundingMode.HALF_UP);
        assertThat(once.total()).isEqualTo(new BigDecimal("0.45"));
        assertThat(once.rounded(1, RoundingMode.HALF_UP).total()).isEqualTo(new BigDecimal("0.5"));
    }
}
