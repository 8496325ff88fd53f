package io.modelpricing.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.BillingUnit;
import io.modelpricing.Charge;
import io.modelpricing.Cost;
import io.modelpricing.Markup;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Quote;
import io.modelpricing.Usage;
import org.junit.jupiter.api.Test;

class GatewayUsageTest {

    private static final Quote QUOTE = new Quote(
            new ModelId(1), 1, Pricing.paid(Price.perMillion("2.5"), Price.perMillion("10")), PricingSource.PROVIDER);

    @Test
    void completeCostHasAllFieldsRoundedToSixDecimals() {
        Cost cost = QUOTE.cost(Usage.of(1_200, 351));

        assertThat(GatewayUsage.of(cost).fields())
                .hasToString(
                        "{tokens_charged=1551, cost_usd=0.006510, input_cost_usd=0.003000, output_cost_usd=0.003510}");
        assertThat(GatewayUsage.of(new Charge(cost, Markup.parse("2"))).fields())
                .hasToString(
                        "{tokens_charged=1551, cost_usd=0.013020, input_cost_usd=0.006000, output_cost_usd=0.007020}");
    }

    @Test
    void partsSumToTheTotalAfterRounding() {
        Cost cost = QUOTE.cost(Usage.of(1, 1));

        assertThat(GatewayUsage.of(cost).fields())
                .hasToString(
                        "{tokens_charged=2, cost_usd=0.000013, input_cost_usd=0.000003, output_cost_usd=0.000010}");
    }

    @Test
    void incompleteCostHasNoAmounts() {
        Cost cost = QUOTE.cost(Usage.inclusive().count(BillingUnit.IMAGE, 1).build());

        assertThat(GatewayUsage.of(cost).fields()).hasToString("{tokens_charged=0}");
    }
}
