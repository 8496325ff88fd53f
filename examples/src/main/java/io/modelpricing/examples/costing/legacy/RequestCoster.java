package io.modelpricing.examples.costing.legacy;

import static org.jooq.impl.DSL.val;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jooq.DSLContext;
import org.jooq.Record;

/** Calculates and stores the cost of a chat request. */
public final class RequestCoster {

    private final DSLContext ctx;

    public RequestCoster(DSLContext ctx) {
        this.ctx = ctx;
    }

    /** Calculates the cost of a request and writes it to its row. */
    public BigDecimal cost(String requestId, long model, long inputTokens, long outputTokens) {
        Record prices =
                ctx.fetchSingle("select pricing_prompt, pricing_completion from models where id = {0}", val(model));
        BigDecimal input = prices.get(0, BigDecimal.class).multiply(BigDecimal.valueOf(inputTokens));
        BigDecimal output = prices.get(1, BigDecimal.class).multiply(BigDecimal.valueOf(outputTokens));
        BigDecimal total = input.add(output);
        ctx.execute(
                """
                update chat_completion_requests
                set cost_usd = {0}, input_cost_usd = {1}, output_cost_usd = {2}
                where request_id = {3}
                """,
                val(total.setScale(6, RoundingMode.HALF_UP)),
                val(input.setScale(6, RoundingMode.HALF_UP)),
                val(output.setScale(6, RoundingMode.HALF_UP)),
                val(requestId));
        return total;
    }
}
