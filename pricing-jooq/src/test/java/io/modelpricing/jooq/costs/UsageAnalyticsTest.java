package io.modelpricing.jooq.costs;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.Cost;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.RequestId;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.PricingDatabase;
import io.modelpricing.jooq.costs.UsageAnalytics.Grouping;
import io.modelpricing.jooq.costs.UsageAnalytics.Period;
import io.modelpricing.jooq.costs.UsageAnalytics.SortKey;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.ExecuteListener;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UsageAnalyticsTest {

    private static final Period ALL = new Period(Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z"));

    private final PricingDatabase database =
            PricingDatabase.legacyExpanded().provider("openai").provider("azure");
    private final JooqPricingRepository repository = new JooqPricingRepository(database.ctx());
    private final UsageAnalytics analytics = UsageAnalytics.ofProviderCosts(database.ctx());
    private int requests;

    @AfterEach
    void drop() {
        database.close();
    }

    private ModelId priced(String provider, String id, String perMillion) {
        ModelId model = database.model(provider, id);
        price(model, perMillion, Instant.parse("2026-01-01T00:00:00Z"));
        return model;
    }

    private void price(ModelId model, String perMillion, Instant at) {
        repository.upsert(
                new PriceUpdate(
                        model,
                        Pricing.paid(Price.perMillion(perMillion), Price.perMillion(perMillion)),
                        PricingSource.PROVIDER,
                        at),
                Attribution.by("test"));
    }

    private RequestId request(ModelId model, long tokens) {
        RequestId request = new RequestId("r" + ++requests);
        new RequestCosts(database.ctx())
                .record(request, repository.find(model).orElseThrow().quote().cost(Usage.of(tokens, 0)));
        return request;
    }

    private List<String> groups(Grouping by, SortKey sort) {
        return analytics.groups(ALL, by, sort, PageRequest.first(100)).items().stream()
                .map(group -> group.key() + " " + group.requests() + " " + group.withoutCost() + " "
                        + group.cost().stripTrailingZeros().toPlainString())
                .toList();
    }

    @Test
    void laterPriceChangeDoesNotChangePastCosts() {
        ModelId model = priced("openai", "gpt-4o", "2");
        request(model, 1_000);
        List<String> before = groups(Grouping.PROVIDER, SortKey.COST);

        price(model, "4", Instant.parse("2026-02-01T00:00:00Z"));

        assertThat(groups(Grouping.PROVIDER, SortKey.COST)).isEqualTo(before).containsExactly("openai 1 0 0.002");
    }

    @Test
    void requestsWithoutKnownCostAreCounted() {
        request(priced("openai", "gpt-4o", "2"), 1_000);
        ModelId unpriced = database.model("azure", "gpt-4o");
        request(unpriced, 5_000);

        assertThat(groups(Grouping.PROVIDER, SortKey.INPUT_TOKENS)).containsExactly("azure 1 1 0", "openai 1 0 0.002");
        assertThat(analytics.unpricedByTraffic(ALL, PageRequest.first(10)).items())
                .singleElement()
                .satisfies(found -> {
                    assertThat(found.model()).isEqualTo(unpriced);
                    assertThat(found.requests()).isEqualTo(1);
                    assertThat(found.tokens()).hasToString("5000");
                });
        assertThat(analytics.types())
                .containsEntry(PricingType.PAID, 1L)
                .containsEntry(PricingType.MISSING, 1L)
                .containsEntry(PricingType.FREE, 0L);
    }

    @Test
    void completedRequestsWithoutRecordAreCounted() {
        ModelId priced = priced("openai", "gpt-4o", "2");
        ModelId unpriced = database.model("azure", "gpt-4o");
        served(request(priced, 1_000), priced, "completed");
        served(new RequestId("without a record"), priced, "completed");
        served(new RequestId("without a price"), unpriced, "completed");
        served(new RequestId("failed"), unpriced, "failed");

        assertThat(groups(Grouping.PROVIDER, SortKey.COST)).containsExactly("openai 2 1 0.002", "azure 1 1 0");
        assertThat(analytics.unpricedByTraffic(ALL, PageRequest.first(10)).items())
                .singleElement()
                .satisfies(found -> {
                    assertThat(found.model()).isEqualTo(unpriced);
                    assertThat(found.requests()).isEqualTo(1);
                    assertThat(found.tokens()).hasToString("300");
                });

        database.sql("drop table chat_completion_requests cascade");
        assertThat(groups(Grouping.PROVIDER, SortKey.COST)).containsExactly("openai 1 0 0.002");
    }

    private void served(RequestId request, ModelId model, String status) {
        database.sql("insert into chat_completion_requests (request_id, model_id, input_tokens, output_tokens,"
                + " processing_time_ms, status) values ('" + request + "', " + model + ", 100, 200, 1, '" + status
                + "')");
    }

    @Test
    void tinyRequestsSumExactly() {
        ModelId model = priced("openai", "tiny", "0.055");
        for (int i = 0; i < 100; i++) {
            request(model, 7);
        }
        assertThat(groups(Grouping.MODEL, SortKey.COST))
                .singleElement()
                .asString()
                .endsWith(" 100 0 0.0000385");
    }

    @Test
    void pagesNeitherSkipNorRepeatItems() {
        for (int i = 1; i <= 5; i++) {
            ModelId model = priced("openai", "m" + i, "2");
            database.sql("update models set model_id = 'm" + i + "' where id = " + model);
            request(model, i == 5 ? 4_000 : 1_000L * i);
        }
        List<String> keys = new ArrayList<>();
        Optional<PageRequest> request = Optional.of(PageRequest.first(2));
        while (request.isPresent()) {
            Page<UsageAnalytics.Group> page = analytics.groups(ALL, Grouping.MODEL, SortKey.COST, request.get());
            page.forEach(group -> keys.add(group.key()));
            request = page.next();
        }

        assertThat(keys).containsExactly("m4", "m5", "m3", "m2", "m1");

        database.sql("delete from model_pricing");
        List<String> unpriced = new ArrayList<>();
        request = Optional.of(PageRequest.first(2));
        while (request.isPresent()) {
            Page<UsageAnalytics.UnpricedModel> page = analytics.unpricedByTraffic(ALL, request.get());
            page.forEach(model -> unpriced.add(model.providerModelId()));
            request = page.next();
        }
        assertThat(unpriced).containsExactlyElementsOf(keys);
    }

    @Test
    void statementIsTheSameWhenRepeatedLater() {
        ModelId model = priced("openai", "gpt-4o", "2");
        RequestId first = request(model, 1_000);
        request(model, 2_000);
        Instant knownAt = now();
        List<String> before = new ArrayList<>();
        assertThat(analytics.statement(ALL, knownAt, before::add)).isEqualTo(2);
        assertThat(before).hasSize(4).last().isEqualTo("total,2,,,,,,,,,0.006");

        new RequestCosts(database.ctx())
                .correct(
                        first,
                        repository.find(model).orElseThrow().quote().cost(Usage.of(9_000, 0)),
                        Attribution.by("ada").because("the provider counted again"));
        price(model, "4", Instant.parse("2026-02-01T00:00:00Z"));

        List<String> again = new ArrayList<>();
        analytics.statement(ALL, knownAt, again::add);
        assertThat(again).isEqualTo(before);
        List<String> now = new ArrayList<>();
        analytics.statement(ALL, now(), now::add);
        assertThat(now).last().isEqualTo("total,2,,,,,,,,,0.022");
    }

    @Test
    void statementThatCanStillChangeIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> analytics.statement(ALL, now().plusSeconds(60), line -> {}))
                .withMessageContaining("can still change");

        database.ctx().transaction(open -> {
            RequestCosts costs = new RequestCosts(open.dsl());
            ModelId model = priced("openai", "gpt-4o", "2");
            costs.record(
                    new RequestId("in flight"),
                    repository.find(model).orElseThrow().quote().cost(Usage.of(1, 0)));
            assertThatIllegalStateException()
                    .isThrownBy(() -> analytics.statement(ALL, now(), line -> {}))
                    .withMessageContaining("has been in a transaction since");
        });
        assertThat(analytics.statement(ALL, now(), line -> {})).isEqualTo(1);
    }

    private Instant now() {
        return database.ctx().fetchSingle("select now()").get(0, Instant.class);
    }

    @Test
    void providerCostsAreNotCountedAsCharges() {
        request(priced("openai", "gpt-4o", "2"), 1_000);

        assertThat(UsageAnalytics.ofCharges(database.ctx())
                        .groups(ALL, Grouping.DAY, SortKey.REQUESTS, PageRequest.first(10))
                        .items())
                .isEmpty();
    }

    @Test
    void invalidPeriodsAndCursorsAreRefused() {
        request(priced("openai", "gpt-4o", "2"), 1_000);
        request(priced("azure", "gpt-4o-mini", "2"), 1_000);
        assertThatIllegalArgumentException().isThrownBy(() -> new Period(Instant.now(), Instant.EPOCH));
        PageRequest byModel = analytics
                .groups(ALL, Grouping.MODEL, SortKey.COST, PageRequest.first(1))
                .next()
                .orElseThrow();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> analytics.groups(ALL, Grouping.DAY, SortKey.COST, byModel));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Grouping.attribute("a b"))
                .withMessageStartingWith("\"a b\" is not an attribute name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> analytics.where("customer", ""))
                .withMessageContaining("customer");
    }

    private void record(CostEntry entry) {
        new RequestCosts(database.ctx()).record(new RequestId("r" + ++requests), entry);
    }

    @Test
    void hoursDaysWeeksAndMonthsAreThoseOfUtc() {
        Cost cost = repository
                .find(priced("openai", "gpt-4o", "2"))
                .orElseThrow()
                .quote()
                .cost(Usage.of(1_000, 0));
        for (String at : List.of(
                "2025-12-28T23:59:59Z", "2025-12-29T00:00:00Z", "2025-12-31T23:30:00Z", "2026-01-01T00:00:00+01:00")) {
            record(CostEntry.of(cost).at(OffsetDateTime.parse(at).toInstant()));
        }

        assertThat(groups(Grouping.HOUR, SortKey.REQUESTS))
                .containsExactly(
                        "2025-12-31T23:00Z 2 0 0.004", "2025-12-28T23:00Z 1 0 0.002", "2025-12-29T00:00Z 1 0 0.002");
        assertThat(groups(Grouping.DAY, SortKey.REQUESTS))
                .containsExactly("2025-12-31 2 0 0.004", "2025-12-28 1 0 0.002", "2025-12-29 1 0 0.002");
        assertThat(groups(Grouping.WEEK, SortKey.REQUESTS)).containsExactly("2026-W01 3 0 0.006", "2025-W52 1 0 0.002");
        assertThat(groups(Grouping.MONTH, SortKey.REQUESTS)).containsExactly("2025-12 4 0 0.008");
    }

    @Test
    void costsAreGroupedAndFilteredByAttributes() {
        ModelId model = priced("openai", "gpt-4o", "2");
        Cost cost = repository.find(model).orElseThrow().quote().cost(Usage.of(1_000, 0));
        CostEntry acme = CostEntry.of(cost).attribute("customer", "acme");
        record(acme.attribute("key", "k1"));
        record(acme.attribute("key", "k2"));
        record(CostEntry.of(cost).attribute("customer", "globex").attribute("key", "k1"));
        record(CostEntry.of(cost));
        served(new RequestId("without a record"), model, "completed");

        assertThat(groups(Grouping.attribute("customer"), SortKey.REQUESTS))
                .containsExactly("null 2 1 0.002", "acme 2 0 0.004", "globex 1 0 0.002");
        UsageAnalytics ofAcme = analytics.where("customer", "acme");
        assertThat(ofAcme.groups(ALL, Grouping.attribute("key"), SortKey.COST, PageRequest.first(10)))
                .extracting(UsageAnalytics.Group::key)
                .containsExactly("k1", "k2");
        assertThat(ofAcme.where("key", "k2").groups(ALL, Grouping.MODEL, SortKey.COST, PageRequest.first(10)))
                .singleElement()
                .satisfies(group -> assertThat(group.requests()).isEqualTo(1));
        assertThat(ofAcme.statement(ALL, now(), line -> {})).isEqualTo(2);
        List<String> keys = new ArrayList<>();
        Optional<PageRequest> request = Optional.of(PageRequest.first(1));
        while (request.isPresent()) {
            Page<UsageAnalytics.Group> page =
                    analytics.groups(ALL, Grouping.attribute("customer"), SortKey.REQUESTS, request.get());
            page.forEach(group -> keys.add(group.key()));
            request = page.next();
        }
        assertThat(keys).containsExactly(null, "acme", "globex");
    }

    @Test
    void missingAttributeIndexIsReportedAndUsedOnceCreated() {
        ModelId model = priced("openai", "gpt-4o", "2");
        Cost cost = repository.find(model).orElseThrow().quote().cost(Usage.of(1_000, 0));
        record(CostEntry.of(cost).attribute("customer", "acme"));
        UsageAnalytics ofAcme = analytics.where("customer", "acme");
        assertThat(analytics.missingIndexes()).isEmpty();
        assertThat(ofAcme.missingIndexes())
                .containsExactly(
                        "create index concurrently on \"request_cost\" ((attributes ->> 'customer'), occurred_at)");

        database.ctx().execute(ofAcme.missingIndexes().get(0));

        assertThat(ofAcme.missingIndexes()).isEmpty();
        database.sql(
                "insert into request_cost (request_id, usage, lines, model_id, calculator, origin, occurred_at,"
                        + " total_usd, input_usd, output_usd, attributes)"
                        + " select 'x' || n, '{}', '[]', 1, 1, 'live', now(), 0, 0, 0, jsonb_build_object('customer', n::text)"
                        + " from generate_series(1, 2000) n",
                "analyze request_cost");
        List<String> plans = new ArrayList<>();
        ofAcme(plans).groups(ALL, Grouping.DAY, SortKey.COST, PageRequest.first(10));
        assertThat(plans)
                .singleElement()
                .asString()
                .containsPattern("Index Cond: \\(\\(?\\(attributes ->> 'customer'::text\\) = 'acme'");
    }

    /** Returns analytics of the customer acme that add the plan of each statement to a list. */
    private UsageAnalytics ofAcme(List<String> plans) {
        DSLContext explaining = DSL.using(database.ctx()
                .configuration()
                .deriveAppending(ExecuteListener.onExecuteStart(statement -> plans.add(database.ctx()
                        .fetch("explain " + database.ctx().renderInlined(requireNonNull(statement.query())))
                        .format()))));
        return UsageAnalytics.ofProviderCosts(explaining).where("customer", "acme");
    }

    @Test
    void reportedCostsCountAsProviderCosts() {
        ModelId dynamic = database.model("openai", "router");
        repository.upsert(
                new PriceUpdate(
                        dynamic,
                        Pricing.missing(MissingReason.DYNAMIC),
                        PricingSource.PROVIDER,
                        Instant.parse("2026-01-01T00:00:00Z")),
                Attribution.by("test"));
        Cost missing = repository.find(dynamic).orElseThrow().quote().cost(Usage.of(1_000, 0));
        request(priced("openai", "gpt-4o", "2"), 1_000);
        record(CostEntry.ofReported(missing, Usd.parse("0.5")));
        served(new RequestId("r2"), dynamic, "completed");

        assertThat(analytics.groups(ALL, Grouping.PROVIDER, SortKey.COST, PageRequest.first(10)))
                .singleElement()
                .satisfies(group -> {
                    assertThat(group.requests()).isEqualTo(2);
                    assertThat(group.withoutCost()).isZero();
                    assertThat(group.cost()).isEqualByComparingTo("0.502");
                    assertThat(group.reportedCost()).isEqualByComparingTo("0.5");
                    assertThat(group.inputCost()).isEqualByComparingTo("0.002");
                });
        assertThat(UsageAnalytics.ofCharges(database.ctx())
                        .groups(ALL, Grouping.PROVIDER, SortKey.COST, PageRequest.first(10)))
                .isEmpty();
        assertThat(database.ctx()
                        .fetchValue("select total_cost_usd::text || ' ' || requests_without_cost"
                                + " from model_usage_analytics where model_id = " + dynamic))
                .isEqualTo("0.5 0");
        List<String> lines = new ArrayList<>();
        analytics.statement(ALL, now(), lines::add);
        assertThat(lines.get(0))
                .isEqualTo(
                        "request_id,record,basis,occurred_at,provider,model,usage,price_version,input_usd,output_usd,"
                                + "total_usd");
        assertThat(lines.get(2)).startsWith("r2,1,reported,").endsWith(",1,,,0.5");
        assertThat(lines.get(3)).isEqualTo("total,2,,,,,,,,,0.502");
    }

    @Test
    void countsOfVariantsAndARegionDoNotChangeTheTokens() {
        ModelId model = database.model("openai", "gpt-4o-search");
        RateCard card = RateCard.of(Price.perMillion("2"), Price.perMillion("2"))
                .plus(Rate.of(BillingUnit.WEB_SEARCH, Price.perUnit("0.05")).ofVariant("high"));
        repository.upsert(
                new PriceUpdate(model, new Pricing.Paid(card), PricingSource.PROVIDER, Instant.EPOCH),
                Attribution.by("test"));
        new RequestCosts(database.ctx())
                .record(
                        new RequestId("r"),
                        repository
                                .find(model)
                                .orElseThrow()
                                .quote()
                                .cost(Usage.inclusive()
                                        .input(1_000)
                                        .output(500)
                                        .count(BillingUnit.WEB_SEARCH, "high", 2)
                                        .region("eu")
                                        .build()));
        request(priced("openai", "gpt-4o", "2"), 1_000);

        assertThat(analytics
                        .groups(ALL, Grouping.PROVIDER, SortKey.COST, PageRequest.first(10))
                        .items())
                .singleElement()
                .satisfies(group -> {
                    assertThat(group.requests()).isEqualTo(2);
                    assertThat(group.inputTokens()).hasToString("2000");
                    assertThat(group.outputTokens()).hasToString("500");
                    assertThat(group.cost()).isEqualByComparingTo("0.105");
                    assertThat(group.inputCost()).isEqualByComparingTo("0.104");
                });
        List<String> lines = new ArrayList<>();
        analytics.statement(ALL, now(), lines::add);
        assertThat(lines)
                .anySatisfy(
                        line -> assertThat(line)
                                .contains(
                                        "\"{\"\"input\"\": 1000, \"\"output\"\": 500, \"\"request\"\": 1, \"\"web_search/high\"\": 2}\""));
    }
}
