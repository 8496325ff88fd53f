package io.modelpricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChargeTest {

    private static final Quote QUOTE = new Quote(
            new ModelId(1), 1, Pricing.paid(Price.perToken("5.5e-8"), Price.perToken("1e-7")), PricingSource.PROVIDER);

    @Test
    void chargeIsTheExactCostTimesTheMarkup() {
        Cost.Complete charged = new Charge(QUOTE.cost(Usage.of(7, 3)), Markup.parse("1.2345678901"))
                .amounts()
                .orElseThrow();
        assertThat(charged.total())
                .isEqualByComparingTo(new BigDecimal("6.85e-7").multiply(new BigDecimal("1.2345678901")));
        assertThat(charged.input().add(charged.output())).isEqualTo(charged.total());
        assertThat(charged.lines().get(0).price()).isEqualTo(Price.perToken("5.5e-8"));
        assertThat(charged.rounded(6, RoundingMode.HALF_UP).total()).isEqualByComparingTo("0.000001");
    }

    @Test
    void chargeOfAnIncompleteOrMissingCostIsIncompleteOrMissing() {
        Markup markup = Markup.parse("2");
        Cost incomplete = QUOTE.cost(
                Usage.inclusive().input(1).count(BillingUnit.IMAGE, 1).build());
        Cost charged = new Charge(incomplete, markup).amounts();
        assertThat(charged).isInstanceOf(Cost.Incomplete.class);
        assertThat(((Cost.Incomplete) charged).lines().get(0).amount()).isEqualByComparingTo("1.1e-7");
        Cost missing = new Cost.Missing(QUOTE, Usage.of(1, 1), MissingReason.DYNAMIC);
        assertThat(new Charge(missing, markup).amounts()).isEqualTo(missing);
    }

    @Test
    void markupFactorOutOfRangeIsRefused() {
        assertThat(Markup.parse("1.250"))
                .isEqualTo(Markup.of(new BigDecimal("1.25")))
                .hasToString("1.25");
        assertThat(Markup.parse("100").factor()).isEqualTo(new BigDecimal("100"));
        for (String wrong : List.of("0", "0.0", "-1", "1e3", "", "1.12345678901", "1000", "NaN", "125%")) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .as(wrong)
                    .isThrownBy(() -> Markup.parse(wrong))
                    .withMessageContaining(wrong);
        }
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> Markup.of(new BigDecimal("-1.25")))
                .withMessageContaining("-1.25");
    }
}
