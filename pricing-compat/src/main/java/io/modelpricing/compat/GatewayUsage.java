package io.modelpricing.compat;

import io.modelpricing.BillingUnit;
import io.modelpricing.Charge;
import io.modelpricing.Cost;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cost under the names that responses of the legacy gateway have in {@code gateway_usage}, with the same amounts as the
 * columns of {@code chat_completion_requests}: the total is rounded once, half up, to {@value #SCALE} decimals, and input and
 * output sum to it.
 *
 * @param tokensCharged input and output tokens together
 * @param costUsd US dollars; null if the cost is not complete
 * @param inputCostUsd US dollars of the input side; null if the cost is not complete
 * @param outputCostUsd US dollars of the output side; null if the cost is not complete
 */
public record GatewayUsage(
        long tokensCharged,
        @Nullable BigDecimal costUsd,
        @Nullable BigDecimal inputCostUsd,
        @Nullable BigDecimal outputCostUsd) {

    /** The decimals of the legacy columns. */
    public static final int SCALE = 6;

    /** How the total is rounded to them. */
    public static final RoundingMode ROUNDING = RoundingMode.HALF_UP;

    /**
     * Returns what a response says of a cost.
     *
     * @param cost the cost, exact
     * @return the rounded amounts
     */
    public static GatewayUsage of(Cost cost) {
        long tokens = cost.usage().count(BillingUnit.INPUT) + cost.usage().count(BillingUnit.OUTPUT);
        if (!(cost instanceof Cost.Complete complete)) {
            return new GatewayUsage(tokens, null, null, null);
        }
        Cost.Complete rounded = complete.rounded(SCALE, ROUNDING);
        return new GatewayUsage(tokens, rounded.total(), rounded.input(), rounded.output());
    }

    /**
     * Returns what a response says of a charge.
     *
     * @param charge the charge, exact
     * @return the rounded amounts
     */
    public static GatewayUsage of(Charge charge) {
        return of(charge.amounts());
    }

    /**
     * Returns the numbers by their legacy names. Amounts that are not known are left out, as the legacy gateway left them out
     * of what it did not charge.
     *
     * @return {@code tokens_charged}, {@code cost_usd}, {@code input_cost_usd} and {@code output_cost_usd}, in this order
     */
    public Map<String, BigDecimal> fields() {
        Map<String, BigDecimal> fields = new LinkedHashMap<>();
        fields.put("tokens_charged", BigDecimal.valueOf(tokensCharged));
        if (costUsd != null && inputCostUsd != null && outputCostUsd != null) {
            fields.put("cost_usd", costUsd);
            fields.put("input_cost_usd", inputCostUsd);
            fields.put("output_cost_usd", outputCostUsd);
        }
        return fields;
    }
}
