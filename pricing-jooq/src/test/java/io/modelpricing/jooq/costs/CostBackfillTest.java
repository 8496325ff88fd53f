package io.modelpricing.jooq.costs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.Charge;
import io.modelpricing.Cost;
import io.modelpricing.CostCalculator;
import io.modelpricing.Hours;
import io.modelpricing.Markup;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.RequestId;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import io.modelpricing.ValidFrom;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.PricingDatabase;
import io.modelpricing.jooq.RandomCards;
import io.modelpricing.jooq.sql.SqlResource;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CostBackfillTest {

    private static final Attribution SYNC = Attribution.by("sync");
    private static final Attribution ADA = Attribution.by("ada").because("found later");
    private static final Instant SEEN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Price TINY = Price.perToken("5.5e-8");

    private PricingDatabase database;
    private JooqPricingRepository prices;
    private RequestCosts costs;
    private CostBackfill backfill;
    private ModelId model;

    @BeforeEach
    void create() {
        database = PricingDatabase.legacyExpanded().provider("openai");
        prices = new JooqPricingRepository(database.ctx());
        costs = new RequestCosts(database.ctx());
        backfill = new CostBackfill(database.ctx());
        model = database.model("openai", "gpt-4o");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void withoutStartDate(ModelId of, Pricing pricing) {
        prices.upsertAllWithoutStartDate(List.of(new PriceUpdate(of, pricing, PricingSource.PROVIDER, SEEN)), SYNC);
    }

    private void now(ModelId of, Pricing pricing) {
        prices.upsert(new PriceUpdate(of, pricing, PricingSource.PROVIDER, Instant.now()), SYNC);
    }

    private static Pricing tiny() {
        return Pricing.paid(TINY, TINY);
    }

    private void requests(int count, ModelId of, String createdAt) {
        database.sql("insert into chat_completion_requests (request_id, model_id, input_tokens, output_tokens,"
                + " processing_time_ms, created_at) select '" + of + " ' || n || ' " + createdAt.replace("'", "")
                + "', "
                + of + ", 7, 7, 1, " + createdAt + " from generate_series(1, " + count + ") n");
    }

    private BigDecimal sum(String query) {
        return (BigDecimal) database.ctx().fetchValue("select sum(" + query);
    }

    @Test
    void sumOfManyTinyRequestsIsExact() {
        withoutStartDate(model, tiny());
        requests(1_000, model, "now()");

        CostBackfill.Summary summary = backfill.withBatch(90).run();

        assertThat(summary.requests()).isEqualTo(1_000);
        assertThat(summary.costed()).isEqualTo(1_000);
        assertThat(summary.filled()).isZero();
        assertThat(summary.unpriced()).isEmpty();
        assertThat(summary.totalCost()).isEqualByComparingTo("0.000770");
        assertThat(summary.assumed()).isEqualTo(new CostBackfill.AssumedCosts(1_000, summary.totalCost()));
        assertThat(sum("total_usd) from request_cost")).isEqualByComparingTo("0.000770");
        assertThat(sum("cost_usd) from chat_completion_requests")).isEqualByComparingTo("0.001");
        assertThat(database.number("select count(*) from chat_completion_requests"
                        + " where cost_usd <> input_cost_usd + output_cost_usd or pricing_source <> 'provider_cost'"))
                .isZero();
        RecordedCost one = costs.find(new RequestId(
                        (String) database.ctx().fetchValue("select min(request_id) from chat_completion_requests")))
                .orElseThrow();
        assertThat(one.amounts().total()).isEqualByComparingTo("0.00000077");
        assertThat(one.usage()).isEqualTo(Usage.of(7, 7));
        assertThat(one.price().isAssumed()).isTrue();
        assertThat(one.provenance().origin()).isEqualTo(RecordedCost.Origin.BACKFILL);
        assertThat(one.model().provider()).isEqualTo("openai");
    }

    @Test
    void secondRunDoesNothing() {
        withoutStartDate(model, tiny());
        requests(10, model, "now()");
        backfill.run();

        CostBackfill.Summary again = backfill.run();

        assertThat(again.requests()).isZero();
        assertThat(again.totalCost()).isEqualByComparingTo("0");
        assertThat(database.number("select count(*) from request_cost")).isEqualTo(10);
    }

    @Test
    void requestIsCostedAtThePriceValidWhenItRan() {
        withoutStartDate(model, tiny());
        requests(3, model, "timestamptz '2026-01-05'");
        now(model, Pricing.paid(Price.perToken("0.1"), Price.perToken("0.2")));
        requests(2, model, "clock_timestamp()");
        prices.correct(
                new PriceUpdate(
                        model, Pricing.paid(Price.perToken("1"), Price.ZERO), PricingSource.PROVIDER, Instant.now()),
                ValidFrom.at(Instant.parse("2026-01-04T00:00:00Z")),
                ADA);
        requests(1, model, "timestamptz '2026-01-03 23:59:59.999999+00'");

        CostBackfill.Summary summary = backfill.run();

        // The correction replaces both prices from its instant on.
        assertThat(summary.totalCost()).isEqualByComparingTo("35.00000077");
        assertThat(summary.assumed().requests()).isEqualTo(1);
        assertThat(summary.assumed().cost()).isEqualByComparingTo("0.00000077");
        assertThat(database.number("select count(*) from request_cost where price_version = 3 and not is_assumed"))
                .isEqualTo(5);
    }

    @Test
    void announcedPriceCountsFromTheMicrosecondOfItsStart() throws Exception {
        withoutStartDate(model, Pricing.paid(Price.perToken("1"), Price.ZERO));
        Instant start = database.ctx()
                .fetchSingle("select clock_timestamp()")
                .get(0, Instant.class)
                .plusSeconds(1);
        prices.announce(
                new PriceUpdate(
                        model, Pricing.paid(Price.perToken("100"), Price.ZERO), PricingSource.PROVIDER, Instant.now()),
                start,
                ADA);
        requests(1, model, "timestamptz '" + start.minusNanos(1_000) + "'");
        requests(2, model, "timestamptz '" + start + "'");
        requests(3, model, "timestamptz '" + start.plusNanos(1_000) + "'");
        TimeUnit.MILLISECONDS.sleep(1_100);

        // Nothing has written the model's row, so its version of the announced price is not recorded yet.
        CostBackfill.Summary summary = backfill.run();

        assertThat(summary.costed()).isEqualTo(6);
        assertThat(summary.totalCost()).isEqualByComparingTo("3507");
        assertThat(sum("total_usd) from request_cost where price_version = 1")).isEqualByComparingTo("7");
    }

    @Test
    void unpricedRequestsAreCountedByReason() {
        ModelId dynamic = database.model("openai", "router");
        ModelId late = database.model("openai", "late");
        ModelId half = database.model("openai", "half");
        withoutStartDate(dynamic, Pricing.missing(MissingReason.DYNAMIC));
        now(late, tiny());
        withoutStartDate(half, new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.INPUT, TINY))));
        requests(1, model, "now()");
        requests(2, dynamic, "now()");
        requests(3, late, "timestamptz '2025-01-01'");
        requests(4, half, "now()");
        database.sql(
                "insert into chat_completion_requests (request_id, model_id, input_tokens, processing_time_ms) values"
                        + " ('negative', " + model + ", -1, 1), ('half but no output', " + half + ", 7, 1)");
        costs.record(
                new RequestId("negative"),
                prices.find(model).orElseThrow().quote().cost(Usage.of(1, 1)));
        database.sql(
                "insert into chat_completion_requests (request_id, model_id, input_tokens, processing_time_ms) values"
                        + " ('impossible', " + model + ", -1, 1)");

        CostBackfill.Summary summary = backfill.run();

        assertThat(summary.costed()).isEqualTo(1);
        assertThat(summary.requests()).isEqualTo(13);
        assertThat(summary.unpriced())
                .containsOnly(
                        entry(UnpricedReason.NEVER_KNOWN, traffic(1)),
                        entry(UnpricedReason.DYNAMIC, traffic(2)),
                        entry(UnpricedReason.NO_PRICE_THEN, traffic(3)),
                        entry(UnpricedReason.INCOMPLETE, traffic(4)),
                        entry(
                                UnpricedReason.RECORDED_INCOMPLETE,
                                new CostBackfill.Traffic(1, BigDecimal.ONE.negate(), BigDecimal.ZERO)),
                        entry(
                                UnpricedReason.UNUSABLE,
                                new CostBackfill.Traffic(1, BigDecimal.ONE.negate(), BigDecimal.ZERO)));
        assertThat(database.number("select count(*) from chat_completion_requests where cost_usd is null"))
                .isEqualTo(12);
        // Once the price has no start date, the next run costs the requests before it.
        prices.correct(
                new PriceUpdate(late, tiny(), PricingSource.PROVIDER, Instant.now()), ValidFrom.noStartDate(), ADA);
        assertThat(backfill.run().costed()).isEqualTo(3);
    }

    private static CostBackfill.Traffic traffic(int requests) {
        BigDecimal tokens = BigDecimal.valueOf(7L * requests);
        return new CostBackfill.Traffic(requests, tokens, tokens);
    }

    @Test
    void onlyCompletedRequestsOfThePeriodAreCosted() {
        withoutStartDate(model, tiny());
        requests(1, model, "timestamptz '2026-01-01 00:00+00'");
        requests(2, model, "timestamptz '2026-01-02 00:00+00'");
        requests(4, model, "timestamptz '2026-01-03 00:00+00'");
        database.sql(
                "insert into chat_completion_requests (request_id, model_id, processing_time_ms, status, created_at)"
                        + " values ('failed', " + model + ", 1, 'failed', '2026-01-02'),"
                        + " ('partial', " + model + ", 1, 'partial', '2026-01-02')");

        assertThat(backfill.since(Instant.parse("2026-01-02T00:00:00Z"))
                        .until(Instant.parse("2026-01-03T00:00:00Z"))
                        .run()
                        .costed())
                .isEqualTo(2);
        assertThat(backfill.run().requests()).isEqualTo(5);
    }

    @Test
    void existingCostsAreNotChangedOrAddedUp() {
        withoutStartDate(model, tiny());
        requests(4, model, "now()");
        database.sql("update chat_completion_requests set cost_usd = 9, input_cost_usd = 5, output_cost_usd = 3,"
                + " pricing_source = 'backfilled' where request_id like '% 1 %'");
        Cost cost = prices.find(model).orElseThrow().quote().cost(Usage.of(7, 7));
        String charged = (String) database.ctx()
                .fetchValue("select request_id from chat_completion_requests where request_id like '% 2 %'");
        costs.record(new RequestId(charged), new Charge(cost, Markup.parse("100")));

        CostBackfill.Summary summary = backfill.run();

        assertThat(summary.requests()).isEqualTo(2);
        assertThat(summary.totalCost()).isEqualByComparingTo("0.00000154");
        assertThat(database.ctx()
                        .fetchValue("select concat_ws(' ', cost_usd, input_cost_usd, output_cost_usd, pricing_source)"
                                + " from chat_completion_requests where request_id like '% 1 %'"))
                .isEqualTo("9.000000 5.000000 3.000000 backfilled");
        assertThat(database.number("select count(*) from chat_completion_requests where pricing_source = 'charge'"))
                .isEqualTo(1);
    }

    @Test
    void markupRecordsCharges() {
        withoutStartDate(model, tiny());
        requests(2, model, "now()");

        assertThat(backfill.withMarkup(Markup.parse("1.25")).run().totalCost()).isEqualByComparingTo("0.000001925");
        assertThat(database.number("select count(*) from request_cost where basis = 'charge' and markup = 1.25"
                        + " and (lines -> 0 ->> 'amount')::numeric = input_usd"))
                .isEqualTo(2);
        assertThat(backfill.compare().isSame()).isTrue();
    }

    @Test
    void costRecordedBeforeItsRequestFillsTheColumns() {
        withoutStartDate(model, tiny());
        Cost cost = prices.find(model).orElseThrow().quote().cost(Usage.of(70_000, 7));
        assertThat(costs.record(new RequestId("early"), cost)).isEqualTo(Recording.RECORDED_BEFORE_REQUEST);
        database.sql("insert into chat_completion_requests (request_id, model_id, input_tokens, output_tokens,"
                + " processing_time_ms) values ('early', " + model + ", 7, 7, 1)");

        CostBackfill.Summary summary = backfill.run();

        assertThat(summary.filled()).isEqualTo(1);
        assertThat(summary.costed()).isZero();
        assertThat(database.ctx().fetchValue("select cost_usd::text from chat_completion_requests"))
                .isEqualTo("0.003850");
        assertThat(costs.history(new RequestId("early"))).hasSize(1);
    }

    @Test
    @Tag("once")
    void sqlAndJavaCostEveryCardTheSame() {
        RandomCards cards = new RandomCards(20260303);
        Random random = new Random(20260303);
        StringBuilder rows = new StringBuilder();
        int models = 40;
        for (int m = 0; m < models; m++) {
            ModelId of = database.model("openai", "m" + m);
            for (int i = 0; i < 1 + random.nextInt(2); i++) {
                now(of, cards.pricing());
            }
            for (int i = 0; i < 8; i++) {
                int input = random.nextInt(4) == 0 ? 0 : random.nextInt(random.nextBoolean() ? 400_000 : 3);
                int output = random.nextInt(4) == 0 ? 0 : random.nextInt(9_000);
                // Cards have hours that begin at 00:30 and at 16:30.
                String time = "date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' + interval '"
                        + (1 + random.nextInt(7)) + " days "
                        + (random.nextBoolean() ? random.nextInt(86_400) : 1_800 + 57_600 * random.nextInt(2))
                        + " seconds'";
                rows.append(rows.isEmpty() ? "" : ", ")
                        .append("('" + of + "/" + i + "', " + of + ", " + input + ", " + output + ", 1, " + time + ")");
            }
        }
        // Random cards give costs above a million, which numeric(12, 6) does not hold.
        database.sql(
                "alter table chat_completion_requests alter cost_usd type numeric(60, 6),"
                        + " alter input_cost_usd type numeric(60, 6), alter output_cost_usd type numeric(60, 6)",
                "insert into chat_completion_requests (request_id, model_id, input_tokens, output_tokens,"
                        + " processing_time_ms, created_at) values " + rows);

        CostBackfill.Summary summary = backfill.run();

        int complete = 0;
        int withHours = 0;
        int chargedAs = 0;
        for (org.jooq.Record row : database.ctx()
                .fetch("select request_id, model_id, input_tokens, output_tokens, created_at,"
                        + " concat_ws(' ', cost_usd, input_cost_usd, output_cost_usd) from chat_completion_requests")) {
            Instant at = row.get(4, OffsetDateTime.class).toInstant();
            ModelPricing then =
                    prices.findAt(new ModelId(row.get(1, Long.class)), at).orElseThrow();
            if (then.pricing() instanceof Pricing.Priced priced) {
                withHours += priced.card().hours().isEmpty() ? 0 : 1;
                chargedAs +=
                        priced.card().rates().contains(Rate.chargedAs(BillingUnit.OUTPUT, BillingUnit.INPUT)) ? 1 : 0;
            }
            Cost cost = then.quote().cost(Usage.of(row.get(2, Long.class), row.get(3, Long.class)), at);
            RequestId id = new RequestId(row.get(0, String.class));
            if (cost instanceof Cost.Complete) {
                complete++;
                RecordedCost recorded = costs.find(id).orElseThrow();
                assertThat(recorded.occurredAt()).isEqualTo(at);
                assertThat(recorded.matches(CostEntry.of(cost)))
                        .as("seed 20260303: " + recorded + " "
                                + recorded.amounts().lines() + " for " + cost)
                        .isTrue();
                Cost.Complete rounded = cost.orElseThrow().rounded(6, RoundingMode.HALF_UP);
                assertThat(row.get(5, String.class))
                        .as("seed 20260303: " + cost)
                        .isEqualTo(rounded.total() + " " + rounded.input() + " " + rounded.output());
            } else {
                assertThat(costs.find(id)).as("seed 20260303: " + cost).isEmpty();
            }
        }
        assertThat(summary.costed()).isEqualTo(complete).isGreaterThan(80);
        assertThat(summary.requests()).isEqualTo(models * 8L).isGreaterThan(complete + 20);
        assertThat(withHours).isGreaterThan(20);
        assertThat(chargedAs).isGreaterThan(20);
        CostBackfill.Comparison comparison = backfill.withBatch(50).compare();
        assertThat(comparison.byBasis().get(CostBasis.PROVIDER_COST).same()).isEqualTo(complete);
        assertThat(comparison.isSame()).isTrue();
    }

    private static final Hours OFF_PEAK =
            Hours.parse(Map.of("off_peak", "daily 16:30-00:30", "standard", "daily 00:30-16:30"));

    /** Charges input 1 and output 10, in the off-peak hours 5 for input, and a fee of 100 from 6 input tokens on. */
    private static Pricing byHours() {
        return new Pricing.Paid(RateCard.of(
                OFF_PEAK,
                List.of(
                        Rate.of(BillingUnit.INPUT, Price.perToken("1")),
                        Rate.of(BillingUnit.INPUT, Price.perToken("5")).during("off_peak"),
                        Rate.of(BillingUnit.OUTPUT, Price.perToken("10")),
                        Rate.of(BillingUnit.REQUEST, Price.ZERO),
                        Rate.of(BillingUnit.REQUEST, Price.perUnit("100")).from(6))));
    }

    @Test
    void priceThatDependsOnTheHoursIsThatOfTheMinuteInWhichTheRequestRan() {
        withoutStartDate(model, byHours());
        requests(1, model, "timestamptz '2026-01-05 16:29:59.999999+00'");
        requests(1, model, "timestamptz '2026-01-05 16:30+00'");
        requests(1, model, "timestamptz '2026-01-06 02:30+02'");
        ModelId plain = database.model("openai", "plain");
        withoutStartDate(plain, tiny());
        requests(2, plain, "now()");

        CostBackfill.Summary summary = backfill.run();

        assertThat(summary.requests()).isEqualTo(5);
        assertThat(summary.costed()).isEqualTo(5);
        assertThat(summary.assumed()).isEqualTo(new CostBackfill.AssumedCosts(5, summary.totalCost()));
        assertThat(summary.totalCost()).isEqualByComparingTo("559.00000154");
        assertThat(database.ctx()
                        .fetch("select concat_ws(' ', total_usd, input_usd, output_usd, price_version, is_assumed,"
                                + " calculator, origin, provider_slug, canonical_id) from request_cost where model_id = "
                                + model + " order by occurred_at")
                        .getValues(0, String.class))
                .containsExactly(
                        "177 107 70 1 t 2 backfill openai gpt-4o",
                        "205 135 70 1 t 2 backfill openai gpt-4o",
                        "177 107 70 1 t 2 backfill openai gpt-4o");
        assertThat(database.ctx()
                        .fetch("select concat_ws(' ', cost_usd, input_cost_usd, output_cost_usd, pricing_source)"
                                + " from chat_completion_requests where model_id = " + model + " order by created_at")
                        .getValues(0, String.class))
                .element(1)
                .isEqualTo("205.000000 135.000000 70.000000 provider_cost");
        RecordedCost one = costs.find(new RequestId(model + " 1 timestamptz 2026-01-05 16:30+00"))
                .orElseThrow();
        assertThat(one.usage()).isEqualTo(Usage.of(7, 7));
        assertThat(one.amounts().lines()).hasSize(3);
        assertThat(backfill.run().requests()).isZero();
        assertThat(backfill.compare().isSame()).isTrue();
    }

    @Test
    void unitChargedAsAnotherIsCostedAtThatPriceWithMarkup() {
        withoutStartDate(
                model,
                new Pricing.Paid(RateCard.of(
                        Rate.of(BillingUnit.INPUT, Price.perToken("2")),
                        Rate.chargedAs(BillingUnit.OUTPUT, BillingUnit.INPUT))));
        requests(3, model, "now()");

        assertThat(backfill.withMarkup(Markup.parse("1.5")).run().totalCost()).isEqualByComparingTo("126");

        assertThat(database.number("select count(*) from request_cost where basis = 'charge' and markup = 1.5"
                        + " and total_usd = 42 and output_usd = 21"))
                .isEqualTo(3);
        CostBackfill.Comparison comparison = backfill.compare();
        assertThat(comparison.byBasis().get(CostBasis.CHARGE).same()).isEqualTo(3);
        assertThat(comparison.isSame()).isTrue();
    }

    @Test
    void requestsThatNeedTheCalculatorAreCountedByReasonToo() {
        withoutStartDate(
                model,
                new Pricing.Paid(RateCard.of(
                        OFF_PEAK,
                        List.of(
                                Rate.of(BillingUnit.INPUT, Price.perToken("1")).during("off_peak"),
                                Rate.of(BillingUnit.OUTPUT, Price.perToken("1"))))));
        requests(1, model, "timestamptz '2026-01-05 16:30+00'");
        requests(2, model, "timestamptz '2026-01-05 12:00+00'");
        requests(1, model, "timestamptz 'infinity'");
        database.sql("insert into chat_completion_requests (request_id, model_id, output_tokens, processing_time_ms,"
                + " created_at) values ('only output', " + model + ", 7, 1, '2026-01-05 12:00+00')");
        Cost incomplete =
                prices.find(model).orElseThrow().quote().cost(Usage.of(7, 7), Instant.parse("2026-01-05T12:00:00Z"));
        costs.record(new RequestId(model + " 1 timestamptz 2026-01-05 12:00+00"), incomplete);

        CostBackfill.Summary summary = backfill.run();

        assertThat(summary.costed()).isEqualTo(2);
        assertThat(summary.totalCost()).isEqualByComparingTo("21");
        assertThat(summary.unpriced())
                .containsOnly(
                        entry(UnpricedReason.INCOMPLETE, traffic(1)),
                        entry(UnpricedReason.RECORDED_INCOMPLETE, traffic(1)),
                        entry(UnpricedReason.UNUSABLE, traffic(1)));
    }

    @Test
    void comparisonCalculatesPricesThatDependOnTheHours() {
        withoutStartDate(model, byHours());
        requests(1, model, "timestamptz '2026-01-05 12:00+00'");
        requests(1, model, "timestamptz '2026-01-05 20:00+00'");
        backfill.run();
        requests(1, model, "timestamptz '2026-01-05 21:00+00'");
        database.sql("update chat_completion_requests set cost_usd = 7 where cost_usd is null");
        costs.record(
                new RequestId("eu"),
                prices.find(model)
                        .orElseThrow()
                        .quote()
                        .cost(Usage.inclusive().input(7).output(7).region("eu").build(), Instant.EPOCH));
        database.sql("insert into chat_completion_requests (request_id, model_id, processing_time_ms, cost_usd)"
                + " values ('eu', " + model + ", 1, 0)");
        String before = rows();
        prices.correct(
                new PriceUpdate(model, tiny(), PricingSource.PROVIDER, Instant.now()),
                ValidFrom.at(Instant.parse("2026-01-05T20:30:00Z")),
                ADA);
        prices.correct(
                new PriceUpdate(model, byHours(), PricingSource.PROVIDER, Instant.now()),
                ValidFrom.at(Instant.parse("2026-01-05T20:45:00Z")),
                ADA);

        CostBackfill.Comparison comparison = backfill.compare();

        assertThat(comparison.requests()).isEqualTo(4);
        assertThat(comparison.notComparable()).isEqualTo(1);
        assertThat(comparison.byBasis().get(CostBasis.PROVIDER_COST))
                .satisfies(recorded -> assertThat(recorded.same()).isEqualTo(2))
                .satisfies(recorded -> assertThat(recorded.different()).isZero());
        assertThat(comparison.largest()).singleElement().satisfies(difference -> {
            assertThat(difference.basis()).isEqualTo(CostBasis.UNSTATED);
            assertThat(difference.stored()).isEqualByComparingTo("7");
            assertThat(difference.calculated()).isEqualByComparingTo("205");
        });
        assertThat(rows()).isEqualTo(before);
    }

    @Test
    void failedBatchLeavesNoRequestOfItCosted() {
        withoutStartDate(model, byHours());
        requests(200, model, "timestamptz '2026-01-05 20:00+00'");
        // The last block has a request whose record is refused after the calculation.
        database.sql("alter table request_cost add constraint stop check (request_id not like '% 200 %')");

        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> backfill.withBatch(1).run());

        long costed = database.number("select count(*) from request_cost");
        assertThat(costed).isBetween(1L, 199L);
        assertThat(database.number("select count(*) from chat_completion_requests where cost_usd is not null"))
                .isEqualTo(costed);
        database.sql("alter table request_cost drop constraint stop");
        assertThat(backfill.run().costed()).isEqualTo(200 - costed);
        assertThat(sum("total_usd) from request_cost")).isEqualByComparingTo("41000");
    }

    @Test
    void comparisonReportsDifferencesByBasisAndWritesNothing() {
        withoutStartDate(model, tiny());
        requests(5, model, "timestamptz '2026-01-05'");
        database.sql("update chat_completion_requests set cost_usd = 0.000002 where request_id like '% 1 %'");
        database.sql("update chat_completion_requests set cost_usd = 0.000001 where request_id like '% 2 %'");
        backfill.run();
        costs.record(
                new RequestId("cached"),
                prices.find(model)
                        .orElseThrow()
                        .quote()
                        .cost(Usage.inclusive()
                                .input(7)
                                .cacheRead(0)
                                .count(BillingUnit.REQUEST, 2)
                                .build()));
        database.sql("insert into chat_completion_requests (request_id, model_id, processing_time_ms, cost_usd)"
                + " values ('cached', " + model + ", 1, 0)");
        assertThat(backfill.compare().byBasis()).containsOnlyKeys(CostBasis.PROVIDER_COST, CostBasis.UNSTATED);
        String before = rows();
        prices.correct(
                new PriceUpdate(
                        model, Pricing.paid(TINY, Price.perToken("1e-6")), PricingSource.PROVIDER, Instant.now()),
                ValidFrom.at(Instant.parse("2026-01-04T00:00:00Z")),
                ADA);

        CostBackfill.Comparison comparison = backfill.withBatch(1).compare();

        assertThat(comparison.requests()).isEqualTo(6);
        assertThat(comparison.notComparable()).isEqualTo(1);
        assertThat(comparison.isSame()).isFalse();
        CostBackfill.BasisComparison recorded = comparison.byBasis().get(CostBasis.PROVIDER_COST);
        assertThat(recorded.different()).isEqualTo(3);
        assertThat(recorded.stored()).isEqualByComparingTo("0.00000231");
        assertThat(recorded.calculated()).isEqualByComparingTo("0.000022155");
        assertThat(comparison.byBasis().get(CostBasis.UNSTATED).calculated()).isEqualByComparingTo("0.000014");
        assertThat(comparison.largest()).hasSize(5);
        assertThat(comparison.largest().get(0).calculated()).isEqualByComparingTo("0.000007385");
        assertThat(rows()).isEqualTo(before);
    }

    private String rows() {
        return database.ctx()
                .fetch(
                        "select r::text, c::text from chat_completion_requests r full join request_cost c using (request_id)"
                                + " order by 1, 2")
                .toString();
    }

    @Test
    void lockedRequestsAreLeftForTheNextRun() throws Exception {
        withoutStartDate(model, tiny());
        requests(10, model, "now()");
        try (Connection connection = database.database().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(
                    "update chat_completion_requests set processing_time_ms = 2 where request_id like '% 3 %'");

            assertThat(backfill.run().costed()).isEqualTo(9);

            connection.commit();
        }
        assertThat(backfill.run().costed()).isEqualTo(1);
    }

    @Test
    void concurrentRunsAndLiveTrafficCostEachRequestOnce() throws Exception {
        withoutStartDate(model, tiny());
        requests(3_000, model, "now()");
        Cost cost = prices.find(model).orElseThrow().quote().cost(Usage.of(7, 7));
        List<RequestId> ids = database.ctx().fetchValues("select request_id from chat_completion_requests").stream()
                .map(id -> new RequestId((String) id))
                .toList();

        CompletableFuture<CostBackfill.Summary> one =
                CompletableFuture.supplyAsync(() -> backfill.withBatch(400).run());
        CompletableFuture<CostBackfill.Summary> other =
                CompletableFuture.supplyAsync(() -> backfill.withBatch(100).run());
        for (int i = 0; i < ids.size(); i += 100) {
            int from = i;
            // Several per transaction, against the order of the backfill, which provokes deadlocks.
            database.ctx().transaction(transaction -> {
                RequestCosts live = new RequestCosts(transaction.dsl());
                for (int j = from + 5; j > from; j--) {
                    try {
                        live.record(ids.get(j), cost);
                    } catch (DifferentCostException e) {
                        throw new AssertionError(e);
                    }
                }
            });
        }
        one.get(1, TimeUnit.MINUTES);
        other.get(1, TimeUnit.MINUTES);
        backfill.run();

        assertThat(database.number("select count(*) from request_cost")).isEqualTo(3_000);
        assertThat(database.number("select count(*) from chat_completion_requests where cost_usd is null"))
                .isZero();
        assertThat(sum("total_usd) from request_cost")).isEqualByComparingTo("0.00231");
    }

    @Test
    void reportedCostsAreNotComparable() {
        withoutStartDate(model, tiny());
        requests(1, model, "now()");
        String id = (String) database.ctx().fetchValue("select request_id from chat_completion_requests");
        costs.record(
                new RequestId(id),
                CostEntry.ofReported(prices.find(model).orElseThrow().quote().cost(Usage.of(7, 7)), Usd.parse("0.5")));

        CostBackfill.Comparison comparison = backfill.compare();

        assertThat(comparison.notComparable()).isEqualTo(1);
        assertThat(comparison.isSame()).isTrue();
    }

    @Test
    void statementsRunAsPsqlRunsThem() {
        withoutStartDate(model, tiny());
        requests(3, model, "now()");

        assertThat(database.ctx()
                        .fetch(SqlResource.of(CostBackfill.class, "backfill.sql")
                                .withDefaults())
                        .formatCSV())
                .contains("costed,3,21,21,0.000002310,3,0.000002310,0");
        assertThat(database.number("select min(calculator) from request_cost")).isEqualTo(CostCalculator.VERSION);
        assertThat(database.ctx()
                        .fetch(SqlResource.of(CostBackfill.class, "compare.sql").withDefaults())
                        .formatCSV())
                .contains("provider_cost,same,3,21,21,0.000002310,0.000002310");
    }

    @Test
    void rateFunctionReturnsTheRateOfTheSizeAndIsInlined() {
        now(
                model,
                new Pricing.Paid(RateCard.of(TINY, TINY)
                        .plus(
                                Rate.of(BillingUnit.INPUT, Price.perToken("2")).above(1_000),
                                Rate.of(BillingUnit.INPUT, Price.perToken("3")).above(2_000))));
        String query = "from model_pricing p cross join (values (1000), (1001), (2000), (2001)) i (tokens)"
                + " cross join lateral model_pricing_rate_at(p.rate_set_id, 'input', i.tokens, p.price_per_input_token) r"
                + " (price)";

        assertThat(database.ctx().fetchValue("select string_agg(r.price::text, ' ' order by i.tokens) " + query))
                .isEqualTo("0.000000055 2 2 3");
        assertThat(database.ctx().fetch("explain select r.price " + query).formatCSV())
                .doesNotContain("Function Scan");
    }

    @Test
    void tableWithoutCostColumnsAndRequestIdIsCosted() {
        database.sql(
                "drop table chat_completion_requests cascade",
                "create table chat_completion_requests (id bigserial primary key, model_id bigint, input_tokens bigint,"
                        + " output_tokens bigint, processing_time_ms numeric, status text default 'pending',"
                        + " created_at timestamptz default now())",
                "insert into chat_completion_requests (model_id, input_tokens, output_tokens, status) values"
                        + " (" + model + ", 7, 7, 'completed'), (" + model + ", 7, null, 'completed'),"
                        + " (" + model + ", 7, 7, 'pending')");
        withoutStartDate(model, tiny());

        CostBackfill.Summary summary = backfill.run();

        assertThat(summary.costed()).isEqualTo(1);
        assertThat(summary.unpriced()).containsOnlyKeys(UnpricedReason.UNUSABLE);
        assertThat(costs.find(new RequestId("1")).orElseThrow().amounts().total())
                .isEqualByComparingTo("7.7e-7");
        assertThat(backfill.run().costed()).isZero();
        assertThat(backfill.compare().isSame()).isTrue();
        assertThat(backfill.missingIndexes()).isEmpty();
    }

    @Test
    void missingIndexIsReportedAndNotCreated() {
        assertThat(backfill.missingIndexes()).isEmpty();
        database.sql(
                "alter table chat_completion_requests drop constraint chat_completion_requests_request_id_key",
                "drop index idx_chat_completion_requests_request_id");

        assertThat(backfill.missingIndexes())
                .containsExactly("create index concurrently on \"chat_completion_requests\" (request_id)");
        backfill.run();
        assertThat(backfill.missingIndexes()).hasSize(1);
        database.sql("create index on \"chat_completion_requests\" (request_id)");
        assertThat(backfill.missingIndexes()).isEmpty();
    }

    @Test
    void backfillNeedsRequestsAndADataSource() throws Exception {
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> backfill.withBatch(0));
        try (Connection connection = database.database().dataSource().getConnection()) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> new CostBackfill(DSL.using(connection)))
                    .withMessageContaining("data source");
        }
        database.sql("drop table chat_completion_requests cascade");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(backfill::run)
                .withMessageContaining("chat_completion_requests");
    }
}
