package io.modelpricing.jooq.costs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.RequestId;
import io.modelpricing.Usage;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.PricingDatabase;
import io.modelpricing.jooq.costs.UsageAnalytics.Grouping;
import io.modelpricing.jooq.costs.UsageAnalytics.Page;
import io.modelpricing.jooq.costs.UsageAnalytics.Period;
import io.modelpricing.jooq.costs.UsageAnalytics.SortKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UsageAnalyticsTest {

    private static final Period EVER = new Period(Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z"));

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
        return analytics.groups(EVER, by, sort, null, 100).groups().stream()
                .map(group -> group.key() + " " + group.requests() + " " + group.withoutCost() + " "
                        + group.cost().stripTrailingZeros().toPlainString())
                .toList();
    }

    @Test
    void aPriceThatChangesDoesNotRewriteWhatWasSpent() {
        ModelId model = priced("openai", "gpt-4o", "2");
        request(model, 1_000);
        List<String> before = groups(Grouping.PROVIDER, SortKey.COST);

        price(model, "4", Instant.parse("2026-02-01T00:00:00Z"));

        assertThat(groups(Grouping.PROVIDER, SortKey.COST)).isEqualTo(before).containsExactly("openai 1 0 0.002");
    }

    @Test
    void whatHasNoKnownCostIsCountedAndNotGuessed() {
        request(priced("openai", "gpt-4o", "2"), 1_000);
        ModelId unpriced = database.model("azure", "gpt-4o");
        request(unpriced, 5_000);

        assertThat(groups(Grouping.PROVIDER, SortKey.INPUT_TOKENS)).containsExactly("azure 1 1 0", "openai 1 0 0.002");
        assertThat(analytics.unpricedByTraffic(EVER, null, 10)).singleElement().satisfies(found -> {
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
    void aRequestThatWasServedAndIsNotOnRecordIsCounted() {
        ModelId priced = priced("openai", "gpt-4o", "2");
        ModelId unpriced = database.model("azure", "gpt-4o");
        served(request(priced, 1_000), priced, "completed");
        served(new RequestId("not on record"), priced, "completed");
        served(new RequestId("without a price"), unpriced, "completed");
        served(new RequestId("failed"), unpriced, "failed");

        assertThat(groups(Grouping.PROVIDER, SortKey.COST)).containsExactly("openai 2 1 0.002", "azure 1 1 0");
        assertThat(analytics.unpricedByTraffic(EVER, null, 10)).singleElement().satisfies(found -> {
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
    void pagesFollowEachOtherWithoutGapOrRepetition() {
        for (int i = 1; i <= 5; i++) {
            ModelId model = priced("openai", "m" + i, "2");
            database.sql("update models set model_id = 'm" + i + "' where id = " + model);
            request(model, i == 5 ? 4_000 : 1_000L * i);
        }
        List<String> keys = new ArrayList<>();
        UsageAnalytics.Cursor after = null;
        do {
            Page page = analytics.groups(EVER, Grouping.MODEL, SortKey.COST, after, 2);
            page.groups().forEach(group -> keys.add(group.key()));
            after = page.next();
        } while (after != null);

        assertThat(keys).containsExactly("m4", "m5", "m3", "m2", "m1");

        database.sql("delete from model_pricing");
        List<String> unpriced = new ArrayList<>();
        UsageAnalytics.UnpricedModel last = null;
        do {
            List<UsageAnalytics.UnpricedModel> page = analytics.unpricedByTraffic(EVER, last, 2);
            page.forEach(model -> unpriced.add(model.providerModelId()));
            last = page.isEmpty() ? null : page.get(page.size() - 1);
        } while (last != null);
        assertThat(unpriced).containsExactlyElementsOf(keys);
    }

    @Test
    void aStatementIsTheSameWheneverItIsMadeAgain() {
        ModelId model = priced("openai", "gpt-4o", "2");
        RequestId first = request(model, 1_000);
        request(model, 2_000);
        Instant knownAt = now();
        List<String> before = new ArrayList<>();
        assertThat(analytics.statement(EVER, knownAt, before::add)).isEqualTo(2);
        assertThat(before).hasSize(4).last().isEqualTo("total,2,,,,,,,,0.006");

        new RequestCosts(database.ctx())
                .correct(
                        first,
                        repository.find(model).orElseThrow().quote().cost(Usage.of(9_000, 0)),
                        Attribution.by("ada").because("the provider counted again"));
        price(model, "4", Instant.parse("2026-02-01T00:00:00Z"));

        List<String> again = new ArrayList<>();
        analytics.statement(EVER, knownAt, again::add);
        assertThat(again).isEqualTo(before);
        List<String> now = new ArrayList<>();
        analytics.statement(EVER, now(), now::add);
        assertThat(now).last().isEqualTo("total,2,,,,,,,,0.022");
    }

    @Test
    void aStatementThatCouldStillChangeIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> analytics.statement(EVER, now().plusSeconds(60), line -> {}))
                .withMessageContaining("can still change");

        database.ctx().transaction(open -> {
            RequestCosts costs = new RequestCosts(open.dsl());
            ModelId model = priced("openai", "gpt-4o", "2");
            costs.record(
                    new RequestId("in flight"),
                    repository.find(model).orElseThrow().quote().cost(Usage.of(1, 0)));
            assertThatIllegalStateException()
                    .isThrownBy(() -> analytics.statement(EVER, now(), line -> {}))
                    .withMessageContaining("is in a transaction since");
        });
        assertThat(analytics.statement(EVER, now(), line -> {})).isEqualTo(1);
    }

    private Instant now() {
        return database.ctx().fetchSingle("select now()").get(0, Instant.class);
    }

    @Test
    void chargesAreNotMixedIn() {
        request(priced("openai", "gpt-4o", "2"), 1_000);

        assertThat(UsageAnalytics.ofCharges(database.ctx())
                        .groups(EVER, Grouping.DAY, SortKey.REQUESTS, null, 10)
                        .groups())
                .isEmpty();
    }

    @Test
    void impossibleQuestionsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Period(Instant.now(), Instant.EPOCH));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> analytics.groups(EVER, Grouping.DAY, SortKey.COST, null, 0))
                .withMessageContaining("0 were asked for");
    }
}
