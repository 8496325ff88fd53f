package io.modelpricing.jooq.costs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.Charge;
import io.modelpricing.Cost;
import io.modelpricing.Hours;
import io.modelpricing.Markup;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.Quote;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.RequestId;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.PricingDatabase;
import io.modelpricing.jooq.costs.UsageAnalytics.Group;
import io.modelpricing.jooq.costs.UsageAnalytics.Grouping;
import io.modelpricing.jooq.costs.UsageAnalytics.Period;
import io.modelpricing.jooq.costs.UsageAnalytics.SortKey;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Java examples of {@code docs/request-costing.md}, compiled and run. */
class RequestCostingPageTest {

    private static final Instant RAN = Instant.parse("2026-01-05T00:00:00Z");

    private PricingDatabase database;
    private DSLContext ctx;
    private PricingRepository prices;
    private RequestCosts costs;
    private ModelId model;

    @BeforeEach
    void create() {
        database = PricingDatabase.legacyExpanded().provider("openai");
        ctx = database.ctx();
        prices = new JooqPricingRepository(ctx);
        costs = new RequestCosts(ctx);
        model = database.model("openai", "gpt-4o");
        price(Pricing.paid(Price.perMillion("2.50"), Price.perMillion("10")));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void price(Pricing pricing) {
        prices.upsert(new PriceUpdate(model, pricing, PricingSource.PROVIDER, RAN), Attribution.by("sync"));
    }

    private Cost cost(Usage usage) {
        return prices.find(model).orElseThrow().quote().cost(usage);
    }

    private void requestRow(RequestId request) {
        database.sql("insert into chat_completion_requests (request_id, model_id, processing_time_ms) values ('"
                + request + "', " + model + ", 1)");
    }

    @Test
    void quoteReservesAndAffords() {
        Usd balance = Usd.parse("0.05");
        // example docs/request-costing.md
        Quote quote = prices.find(model).orElseThrow().quote(); // the price, fixed with its version

        Cost reserve = quote.maximumCost(Usage.of(8_000, 4_000)); // no request within these limits costs more
        OptionalLong tokens = quote.affordableOutput(Usage.of(8_000, 0), balance); // the most output tokens it pays for
        // end
        assertThat(reserve.orElseThrow().total()).isEqualByComparingTo("0.06");
        assertThat(tokens).hasValue(3_000);
    }

    @Test
    void quoteByTheHourTakesTheInstant() {
        Hours hours = Hours.parse(Map.of("day", "daily 06:00-18:00", "night", "daily 18:00-06:00"));
        RateCard card = RateCard.of(
                hours,
                List.of(
                        Rate.of(BillingUnit.INPUT, Price.perMillion("2")),
                        Rate.of(BillingUnit.OUTPUT, Price.perMillion("10")),
                        Rate.of(BillingUnit.OUTPUT, Price.perMillion("5")).during("night")));
        prices.setManual(model, new Pricing.Paid(card), Attribution.by("ada").because("cheaper at night"));
        Quote quote = prices.find(model).orElseThrow().quote();
        Usage usage = Usage.of(1_000, 100);
        Instant now = Instant.parse("2026-01-05T18:00:00Z");
        Instant requestedAt = Instant.parse("2026-01-05T17:59:59Z");
        // example docs/request-costing.md
        Cost reserveNow = quote.maximumCost(Usage.of(8_000, 4_000), now);
        Cost costThen = quote.cost(usage, requestedAt);
        // end
        assertThat(reserveNow.orElseThrow().total()).isEqualByComparingTo("0.036");
        assertThat(costThen.orElseThrow().total()).isEqualByComparingTo("0.003");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> quote.maximumCost(usage))
                .withMessageContaining("[day, night]");
    }

    @Test
    void costIsRecordedWithItsRequest() {
        Quote quote = prices.find(model).orElseThrow().quote();
        Usage usage = Usage.of(1_000, 100);
        RequestId request = new RequestId("r1");
        requestRow(request);
        // example docs/request-costing.md
        Cost cost = quote.cost(usage);
        Recording recording = costs.record(request, cost); // one statement, in the caller's transaction
        BigDecimal total = cost.orElseThrow().total(); // throws UnpricedException if a unit has no price
        // end
        assertThat(recording).isEqualTo(Recording.RECORDED);
        assertThat(total).isEqualByComparingTo("0.0035");
    }

    @Test
    void chargeKeepsReportedAmountKeyAndAttributes() {
        RequestId request = new RequestId("r1");
        Cost cost = cost(Usage.of(1_000, 100));
        // example docs/request-costing.md
        costs.record(
                request,
                CostEntry.of(new Charge(cost, Markup.parse("1.25"))) // what the customer pays
                        .reported(Usd.parse("0.0041")) // kept beside the total
                        .usingOwnKey() // the customer's own key at the provider
                        .attribute("customer", "acme") // up to four, to group and filter by
                        .attribute("key", "key-7"));
        // end
        RecordedCost recorded = costs.find(request).orElseThrow();
        assertThat(recorded.amounts().total()).isEqualByComparingTo("0.004375");
        assertThat(recorded.attributes()).containsKeys("customer", "key");
    }

    @Test
    void reportedAmountIsTheTotalOfADynamicModel() {
        RequestId request = new RequestId("r1");
        prices.upsert(
                new PriceUpdate(
                        model, Pricing.missing(MissingReason.DYNAMIC), PricingSource.PROVIDER, RAN.plusSeconds(1)),
                Attribution.by("sync"));
        Cost cost = cost(Usage.of(1_000, 100));
        // example docs/request-costing.md
        costs.record(request, CostEntry.ofReported(cost, Usd.parse("0.0123"))); // cost is missing: dynamic
        // end
        assertThat(costs.find(request).orElseThrow().amounts().total()).isEqualByComparingTo("0.0123");
    }

    @Test
    void correctionInheritsOrStates() {
        RequestId request = new RequestId("r1");
        costs.record(request, new Charge(cost(Usage.of(1_000, 100)), Markup.parse("2")));
        Cost rightCost = cost(Usage.of(2_000, 100));
        // example docs/request-costing.md
        costs.correct(request, rightCost, Attribution.by("ada").because("the provider counted again"));
        // end
        assertThat(costs.find(request).orElseThrow().amounts().total()).isEqualByComparingTo("0.012");
        // example docs/request-costing.md
        costs.correct(
                request,
                CostCorrection.of(rightCost).asProviderCost().attribute("customer", "globex"),
                Attribution.by("ada").because("recorded for the wrong customer"));
        // end
        assertThat(costs.find(request).orElseThrow().amounts().total()).isEqualByComparingTo("0.006");
    }

    @Test
    void columnsOfALateRequestAreFilled() {
        RequestId request = new RequestId("r1");
        costs.record(request, cost(Usage.of(1_000, 100)));
        requestRow(request);
        // example docs/request-costing.md
        long filled = costs.fillColumns(List.of(request));
        // end
        assertThat(filled).isEqualTo(1);
    }

    @Test
    void backfillCostsAPeriod() {
        requestRow(new RequestId("r1"));
        // example docs/request-costing.md
        CostBackfill.Summary summary = new CostBackfill(ctx) // a context on a data source
                .since(Instant.parse("2026-01-01T00:00:00Z"))
                .run();
        // end
        assertThat(summary.requests()).isEqualTo(1);
    }

    @Test
    void analyticsGroupAndFilter() {
        costs.record(
                new RequestId("r1"),
                CostEntry.of(new Charge(cost(Usage.of(1_000, 100)), Markup.parse("2")))
                        .attribute("customer", "acme")
                        .at(RAN));
        // example docs/request-costing.md
        Period january = new Period(Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2026-02-01T00:00:00Z"));

        UsageAnalytics analytics = UsageAnalytics.ofCharges(ctx); // or ofProviderCosts
        Page<Group> models = analytics.groups(january, Grouping.MODEL, SortKey.COST, PageRequest.first(50));
        Page<Group> customers =
                analytics.groups(january, Grouping.attribute("customer"), SortKey.COST, PageRequest.first(50));
        Page<Group> daysOfAcme =
                analytics.where("customer", "acme").groups(january, Grouping.DAY, SortKey.COST, PageRequest.first(31));
        // end
        assertThat(models).extracting(Group::key).containsExactly("gpt-4o");
        assertThat(customers).extracting(Group::key).containsExactly("acme");
        assertThat(daysOfAcme).extracting(Group::key).containsExactly("2026-01-05");
        // example docs/request-costing.md
        List<String> statements = analytics.where("customer", "acme").missingIndexes();
        // create index concurrently on "request_cost" ((attributes ->> 'customer'), occurred_at)
        // end
        assertThat(statements)
                .containsExactly(
                        "create index concurrently on \"request_cost\" ((attributes ->> 'customer'), occurred_at)");
    }

    @Test
    void statementListsTheRequestsOfAPeriod() {
        costs.record(
                new RequestId("r1"),
                CostEntry.of(new Charge(cost(Usage.of(1_000, 100)), Markup.parse("2")))
                        .attribute("customer", "acme")
                        .at(RAN));
        Period january = new Period(Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2026-02-01T00:00:00Z"));
        UsageAnalytics analytics = UsageAnalytics.ofCharges(ctx);
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        // example docs/request-costing.md
        long requests = analytics
                .where("customer", "acme")
                .statement(january, Instant.parse("2026-02-05T00:00:00Z"), out::println);
        // end
        assertThat(requests).isIn(0L, 1L);
    }
}
