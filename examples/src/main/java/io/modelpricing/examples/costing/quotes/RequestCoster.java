package io.modelpricing.examples.costing.quotes;

import io.modelpricing.Cost;
import io.modelpricing.ModelId;
import io.modelpricing.PricingRepository;
import io.modelpricing.Quote;
import io.modelpricing.RequestId;
import io.modelpricing.Usage;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.costs.RequestCosts;
import java.math.BigDecimal;
import org.jooq.DSLContext;

/** Calculates and stores the cost of a chat request. */
public final class RequestCoster {

    private final PricingRepository prices;
    private final RequestCosts costs;

    public RequestCoster(DSLContext ctx) {
        prices = new JooqPricingRepository(ctx);
        costs = new RequestCosts(ctx);
    }

    /** Returns the quote of a request that is about to be sent. */
    public Quote quote(long model) {
        return prices.find(new ModelId(model)).orElseThrow().quote();
    }

    /** Costs a request by its quote and records the cost, which also updates the row of the request. */
    public BigDecimal cost(String requestId, Quote quote, Usage reported) {
        Cost cost = quote.cost(reported);
        costs.record(new RequestId(requestId), cost);
        return cost.orElseThrow().total();
    }
}
