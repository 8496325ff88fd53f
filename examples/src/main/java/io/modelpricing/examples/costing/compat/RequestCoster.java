package io.modelpricing.examples.costing.compat;

import static org.jooq.impl.DSL.val;

import io.modelpricing.ModelId;
import io.modelpricing.compat.LegacyPrices;
import io.modelpricing.compat.LegacyPricingRepository;
import io.modelpricing.compat.ModelDeclarations;
import io.modelpricing.jooq.JooqPricingRepository;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Calculates and stores the cost of a chat request. */
public final class RequestCoster {

    private final DSLContext ctx;
    private final LegacyPricingRepository prices;

    public RequestCoster(DSLContext ctx) {
        this.ctx = ctx;
        prices = new LegacyPricingRepository(new JooqPricingRepository(ctx), ModelDeclarations.stored(ctx));
    }

    /** Calculates the cost of a request and writes it to its row. */
    public BigDecimal cost(String requestId, long model, long inputTokens, long outputTokens) {
        LegacyPrices price = prices.find(new ModelId(model)).orElseThrow();
        BigDecimal input = known(price.pricingPrompt()).multiply(BigDecimal.valueOf(inputTokens));
        BigDecimal output = known(price.pricingCompletion()).multiply(BigDecimal.valueOf(outputTokens));
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

    private static BigDecimal known(@Nullable BigDecimal price) {
        if (price == null) {
            throw new IllegalStateException("the model has no price; set one with: pricing set");
        }
        return price;
    }
}
