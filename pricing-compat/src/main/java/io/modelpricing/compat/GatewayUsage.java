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
 * The object {@code gateway_usage} in the responses of the legacy gateway. Its amounts are those of the columns of
 * {@code chat_completion_requests}: the total is rounded half up to {@value #SCALE} decimals, and input and output sum
 * to it.
 *
 * @param tokensCharged the sum of input and output tokens
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

    /** The rounding of the total. */
    public static final RoundingMode ROUNDING = RoundingMode.HALF_UP;

    /**
     * Returns the object for a cost.
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
     * Returns the object for a charge.
     *
     * @param charge the charge, exact
     * @return the rounded amounts
     */
    public static GatewayUsage of(Charge charge) {
        return of(charge.amounts());
    }

    /**
     * Returns the numbers by their legacy names. Unknown amounts are omitted, as in the legacy gateway.
     *
     * @return {@code tokens_charged}, {@code cost_usd}, {@code input_cost_usd} and {@code output_cost_usd}, in this
     *     order
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
