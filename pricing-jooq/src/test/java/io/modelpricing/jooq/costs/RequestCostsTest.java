package io.modelpricing.jooq.costs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.Charge;
import io.modelpricing.Cost;
import io.modelpricing.Markup;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Quote;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.RequestId;
import io.modelpricing.ServiceTier;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.PricingDatabase;
import io.modelpricing.jooq.Roles;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.Settings;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RequestCostsTest {

    private static final Instant SEEN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Attribution ADA = Attribution.by("ada").because("the provider counted again");
    private static final RateCard CARD = RateCard.of(Price.perMillion("2.50"), Price.perMillion("10"))
            .plus(
                    Rate.of(BillingUnit.CACHE_READ, Price.perMillion("1.25")),
                    Rate.of(BillingUnit.INPUT, Price.perMillion("5")).above(200_000),
                    Rate.of(BillingUnit.REQUEST, Price.perUnit("0.0003")));
    private static final Usage USAGE =
            Usage.inclusive().input(1_200).cacheRead(1_000).output(350).build();

    private PricingDatabase database;
    private ModelId model;
    private RequestCosts costs;

    @BeforeEach
    void create() {
        database = PricingDatabase.legacyExpanded().provider("openai");
        model = database.model("openai", "gpt-4o");
        costs = new RequestCosts(database.ctx());
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static RequestId id(String value) {
        return new RequestId(value);
    }

    private Quote price(Pricing pricing) {
        JooqPricingRepository prices = new JooqPricingRepository(database.ctx());
        prices.upsert(new PriceUpdate(model, pricing, PricingSource.PROVIDER, Instant.now()), Attribution.by("sync"));
        return prices.find(model).orElseThrow().quote();
    }

    private Quote price() {
        return price(new Pricing.Paid(CARD));
    }

    private void request(String id, long input, long output) {
        database.sql("insert into chat_completion_requests (request_id, model_id, input_tokens, output_tokens,"
                + " processing_time_ms) values ('" + id + "', " + model + ", " + input + ", " + output + ", 1)");
    }

    private String columns(String id) {
        return database.ctx()
                .fetchValue("select concat_ws(' ', cost_usd, input_cost_usd, output_cost_usd, pricing_source)"
                        + " from chat_completion_requests where request_id = '" + id + "'")
                .toString();
    }

    @Test
    void columnsHaveTheSideOfEveryUnit() {
        List<Rate> rates = new ArrayList<>();
        Usage.Builder usage = Usage.inclusive();
        for (BillingUnit unit : BillingUnit.all()) {
            rates.add(Rate.of(unit, Price.perUnit(BigDecimal.ONE.scaleByPowerOfTen(-6))));
            long parts = BillingUnit.all().stream()
                    .filter(part -> part.wholes().contains(unit))
                    .count();
            usage.count(unit, 1 + parts);
        }
        Cost.Complete cost =
                price(new Pricing.Paid(RateCard.of(rates))).cost(usage.build()).orElseThrow();
        assertThat(cost.lines()).hasSameSizeAs(BillingUnit.all());

        request("all", 1, 1);
        costs.record(id("all"), cost);

        assertThat(columns("all"))
                .isEqualTo(cost.total().setScale(6) + " " + cost.input().setScale(6) + " "
                        + cost.output().setScale(6) + " provider_cost");
    }

    @Test
    void recordedCostReadsBackUnchanged() {
        Quote quote = price();
        Cost.Complete cost = quote.cost(USAGE).orElseThrow();

        request("r1", 1_200, 350);
        assertThat(costs.record(id("r1"), cost)).isEqualTo(Recording.RECORDED);

        RecordedCost recorded = costs.find(id("r1")).orElseThrow();
        assertThat(recorded.amounts().total())
                .isEqualByComparingTo(cost.total())
                .isEqualByComparingTo("0.00555");
        assertThat(recorded.amounts().input()).isEqualByComparingTo(cost.input());
        assertThat(recorded.amounts().output()).isEqualByComparingTo(cost.output());
        assertThat(recorded.usage()).isEqualTo(USAGE);
        assertThat(recorded.amounts().lines())
                .usingElementComparator((a, b) ->
                        a.toString().equals(b.toString()) ? 0 : a.amount().compareTo(b.amount()))
                .containsExactlyElementsOf(cost.lines());
        assertThat(recorded.amounts().unpriced()).isEmpty();
        assertThat(recorded.model().id()).isEqualTo(model);
        assertThat(recorded.model().provider()).isEqualTo("openai");
        assertThat(recorded.model().providerModelId()).isEqualTo("gpt-4o");
        assertThat(recorded.model().canonicalId()).isEqualTo(new CanonicalModelId("gpt-4o"));
        assertThat(recorded.price().version()).isEqualTo(quote.version()).isEqualTo(1);
        assertThat(recorded.price().calculator()).isEqualTo(2);
        assertThat(recorded.provenance().origin()).isEqualTo(RecordedCost.Origin.LIVE);
        assertThat(recorded.price().isAssumed()).isFalse();
        assertThat(recorded.usesOwnKey()).isFalse();
        assertThat(recorded.amounts().markup()).isNull();
        assertThat(recorded.provenance().correction()).isNull();
        assertThat(recorded.occurredAt()).isEqualTo(recorded.provenance().recordedAt());
    }

    @Test
    void sameCostIsAlreadyRecordedAndDifferentCostIsRefused() {
        Quote quote = price();
        CostEntry entry = CostEntry.of(quote.cost(USAGE)).at(SEEN);
        costs.record(id("r1"), entry);

        assertThat(costs.record(id("r1"), quote.cost(USAGE))).isEqualTo(Recording.ALREADY_RECORDED);
        Cost other = quote.cost(Usage.of(1_200, 350));
        DifferentCostException refused =
                catchThrowableOfType(DifferentCostException.class, () -> costs.record(id("r1"), other));

        assertThat(refused)
                .hasMessageContaining("r1")
                .hasMessageContaining("0.00555")
                .hasMessageContaining("0.0068");
        assertThat(refused.recorded().occurredAt()).isEqualTo(SEEN);
        assertThat(refused.refused().cost()).isEqualTo(other);
        for (CostEntry different : List.of(
                CostEntry.of(new Charge(quote.cost(USAGE), Markup.parse("1.25"))),
                entry.usingOwnKey(),
                entry.reported(Usd.parse("0.00555")),
                entry.attribute("customer", "acme"),
                CostEntry.of(quote.cost(Usage.inclusive()
                        .input(1_200)
                        .cacheRead(1_000)
                        .output(350)
                        .count(BillingUnit.REQUEST, 0)
                        .build())),
                CostEntry.of(new Quote(model, 2, quote.pricing(), quote.source()).cost(USAGE)))) {
            assertThatExceptionOfType(DifferentCostException.class)
                    .as(different.toString())
                    .isThrownBy(() -> costs.record(id("r1"), different));
        }
        assertThat(costs.history(id("r1"))).hasSize(1);
    }

    @Test
    void laterPriceChangeDoesNotChangeTheQuotedCost() {
        Quote quote = price();
        price(Pricing.paid(Price.perMillion("99"), Price.perMillion("99")));

        costs.record(id("r1"), quote.cost(USAGE));

        assertThat(costs.find(id("r1")).orElseThrow().price().version()).isEqualTo(1);
        assertThat(costs.find(id("r1")).orElseThrow().amounts().total()).isEqualByComparingTo("0.00555");
    }

    @Test
    void costWithoutTotalNamesTheUnpricedUnits() {
        Cost incomplete = price().cost(Usage.inclusive()
                .input(10)
                .count(BillingUnit.WEB_SEARCH, 2)
                .build());
        costs.record(id("incomplete"), incomplete);
        Cost missing = price(Pricing.missing(MissingReason.DYNAMIC)).cost(Usage.of(7, 8));
        costs.record(id("missing"), missing);
        ModelId never = database.model("openai", "never");
        Cost neverKnown = new JooqPricingRepository(database.ctx())
                .find(never)
                .orElseThrow()
                .quote()
                .cost(Usage.of(1, 0));
        costs.record(id("never"), neverKnown);

        RecordedCost first = costs.find(id("incomplete")).orElseThrow();
        assertThat(first.amounts().total()).isNull();
        assertThat(first.amounts().unpriced()).containsExactly(BillingUnit.WEB_SEARCH);
        assertThat(first.amounts().lines()).hasSize(2);
        assertThat(first.amounts().missingReason()).isNull();
        RecordedCost second = costs.find(id("missing")).orElseThrow();
        assertThat(second.amounts().total()).isNull();
        assertThat(second.amounts().unpriced()).containsExactly(BillingUnit.INPUT, BillingUnit.OUTPUT);
        assertThat(second.amounts().missingReason()).isEqualTo(MissingReason.DYNAMIC);
        assertThat(second.usage()).isEqualTo(Usage.of(7, 8));
        assertThat(costs.find(id("never")).orElseThrow().price().version()).isZero();
        assertThat(costs.record(id("incomplete"), incomplete)).isEqualTo(Recording.ALREADY_RECORDED);
        assertThat(costs.record(id("missing"), missing)).isEqualTo(Recording.ALREADY_RECORDED);
        assertThat(costs.record(id("never"), neverKnown)).isEqualTo(Recording.ALREADY_RECORDED);
    }

    @Test
    void chargeIsRecordedAsExactCostTimesMarkup() {
        Cost cost = price().cost(USAGE);
        Usd reported = Usd.parse("0.0055499");

        costs.record(
                id("r1"),
                CostEntry.of(new Charge(cost, Markup.parse("1.333")))
                        .reported(reported)
                        .usingOwnKey());

        RecordedCost recorded = costs.find(id("r1")).orElseThrow();
        assertThat(recorded.amounts().total()).isEqualByComparingTo("0.00739815");
        assertThat(recorded.amounts().markup()).isEqualTo(Markup.parse("1.333"));
        assertThat(recorded.reported()).isEqualTo(reported);
        assertThat(recorded.usesOwnKey()).isTrue();
        assertThat(recorded.amounts().lines().get(0).price()).isEqualTo(Price.perMillion("2.50"));
        assertThat(recorded.amounts().lines().get(0).amount()).isEqualByComparingTo("0.0006665");
        assertThat(recorded.amounts().lines().stream()
                        .map(line -> line.amount())
                        .reduce(BigDecimal.ZERO, BigDecimal::add))
                .isEqualByComparingTo(recorded.amounts().total());
        assertThat(database.ctx().fetchValue("select basis from request_cost")).isEqualTo("charge");
    }

    @Test
    void correctionIsAFurtherRecordOfTheFirst() {
        Quote quote = price();
        request("r1", 1_200, 350);
        costs.record(id("r1"), CostEntry.of(quote.cost(USAGE)).at(SEEN));
        Cost right = quote.cost(Usage.of(100, 10));

        assertThat(costs.correct(id("r1"), right, ADA)).isEqualTo(Recording.RECORDED);
        assertThat(costs.correct(id("r1"), right, ADA)).isEqualTo(Recording.ALREADY_RECORDED);
        assertThat(costs.record(id("r1"), quote.cost(USAGE))).isEqualTo(Recording.ALREADY_RECORDED);
        assertThat(costs.correct(id("r1"), quote.cost(USAGE), ADA)).isEqualTo(Recording.RECORDED);

        assertThat(costs.history(id("r1")))
                .extracting(record -> record.provenance().number())
                .containsExactly(1, 2, 3);
        assertThat(costs.history(id("r1")).get(1).amounts().total()).isEqualByComparingTo("0.00065");
        assertThat(costs.history(id("r1")).get(1).provenance().correction()).isEqualTo(ADA);
        assertThat(costs.find(id("r1")).orElseThrow().provenance().number()).isEqualTo(3);
        assertThat(costs.history(id("r1"))).extracting(RecordedCost::occurredAt).containsOnly(SEEN);
        assertThat(database.number("select count(*) from request_cost where corrects = 1"))
                .isEqualTo(2);
    }

    @Test
    void correctionOfAChargeStaysAChargeAndInheritsWhatItDoesNotState() {
        Quote quote = price();
        costs.record(
                id("r1"),
                CostEntry.of(new Charge(quote.cost(USAGE), Markup.parse("1.25")))
                        .reported(Usd.parse("0.006"))
                        .usingOwnKey()
                        .attribute("customer", "acme")
                        .at(SEEN));

        costs.correct(id("r1"), quote.cost(Usage.of(100, 10)), ADA);

        RecordedCost corrected = costs.find(id("r1")).orElseThrow();
        assertThat(corrected.provenance().number()).isEqualTo(2);
        assertThat(corrected.amounts().basis()).isEqualTo(CostBasis.CHARGE);
        assertThat(corrected.amounts().markup()).isEqualTo(Markup.parse("1.25"));
        assertThat(corrected.amounts().total()).isEqualByComparingTo("0.0008125");
        assertThat(corrected.reported()).isEqualTo(Usd.parse("0.006"));
        assertThat(corrected.usesOwnKey()).isTrue();
        assertThat(corrected.attributes()).containsExactly(Map.entry("customer", "acme"));
        assertThat(corrected.occurredAt()).isEqualTo(SEEN);
        UsageAnalytics.Period period = new UsageAnalytics.Period(SEEN, SEEN.plusSeconds(1));
        assertThat(UsageAnalytics.ofCharges(database.ctx())
                        .groups(period, UsageAnalytics.Grouping.DAY, UsageAnalytics.SortKey.COST, PageRequest.first(10))
                        .items())
                .singleElement()
                .satisfies(day -> assertThat(day.cost()).isEqualByComparingTo("0.0008125"));
    }

    @Test
    void correctionStatesWhatItChanges() {
        Cost cost = price().cost(USAGE);
        costs.record(
                id("r1"),
                CostEntry.of(new Charge(cost, Markup.parse("2")))
                        .usingOwnKey()
                        .attribute("customer", "acme")
                        .attribute("key", "k1"));
        Instant ran = Instant.parse("2026-01-02T03:04:05.678901234Z");
        CostCorrection correction = CostCorrection.of(cost)
                .asProviderCost()
                .reported(Usd.parse("0.005"))
                .notUsingOwnKey()
                .attribute("customer", "globex")
                .at(ran);

        costs.correct(id("r1"), correction, ADA);

        RecordedCost corrected = costs.find(id("r1")).orElseThrow();
        assertThat(corrected.amounts().basis()).isEqualTo(CostBasis.PROVIDER_COST);
        assertThat(corrected.amounts().markup()).isNull();
        assertThat(corrected.amounts().total()).isEqualByComparingTo("0.00555");
        assertThat(corrected.reported()).isEqualTo(Usd.parse("0.005"));
        assertThat(corrected.usesOwnKey()).isFalse();
        assertThat(corrected.attributes()).containsExactly(Map.entry("customer", "globex"), Map.entry("key", "k1"));
        assertThat(corrected.occurredAt()).isEqualTo(Instant.parse("2026-01-02T03:04:05.678901Z"));
        assertThat(costs.correct(id("r1"), correction, ADA)).isEqualTo(Recording.ALREADY_RECORDED);
        costs.correct(id("r1"), CostCorrection.of(cost).asReported().usingOwnKey(), ADA);
        assertThat(costs.find(id("r1")).orElseThrow().amounts().total()).isEqualByComparingTo("0.005");
        costs.correct(id("r1"), new Charge(cost, Markup.parse("3")), ADA);
        assertThat(costs.find(id("r1")).orElseThrow().amounts().total()).isEqualByComparingTo("0.01665");
        assertThat(costs.find(id("r1")).orElseThrow().usesOwnKey()).isTrue();
    }

    @Test
    void providerReportedCostOfADynamicModelIsTheRecordedTotal() {
        request("r1", 7, 8);
        Cost missing = price(Pricing.missing(MissingReason.DYNAMIC)).cost(Usage.of(7, 8));
        CostEntry entry = CostEntry.ofReported(missing, Usd.parse("0.0123456"));

        assertThat(costs.record(id("r1"), entry)).isEqualTo(Recording.RECORDED);
        assertThat(costs.record(id("r1"), entry)).isEqualTo(Recording.ALREADY_RECORDED);

        RecordedCost recorded = costs.find(id("r1")).orElseThrow();
        assertThat(recorded.amounts().basis()).isEqualTo(CostBasis.REPORTED);
        assertThat(recorded.amounts().total()).isEqualByComparingTo("0.0123456");
        assertThat(recorded.amounts().input()).isNull();
        assertThat(recorded.amounts().lines()).isEmpty();
        assertThat(recorded.amounts().unpriced()).containsExactly(BillingUnit.INPUT, BillingUnit.OUTPUT);
        assertThat(recorded.amounts().missingReason()).isEqualTo(MissingReason.DYNAMIC);
        assertThat(recorded.toString())
                .startsWith("0.0123456 as the provider reported for ")
                .endsWith(" by version 1 of the price of model " + model);
        assertThat(columns("r1")).isEqualTo("0.012346 reported");
        assertThat(new CostBackfill(database.ctx()).run().requests()).isZero();
    }

    @Test
    void costRecordedBeforeItsRequestIsReportedAndFilledLater() {
        Cost cost = price().cost(USAGE);

        assertThat(costs.record(id("early"), cost)).isEqualTo(Recording.RECORDED_BEFORE_REQUEST);
        assertThat(costs.correct(id("early"), new Charge(cost, Markup.parse("2")), ADA))
                .isEqualTo(Recording.RECORDED_BEFORE_REQUEST);
        request("early", 1_200, 350);
        request("unrecorded", 1, 1);

        assertThat(columns("early")).isEqualTo("calculated");
        assertThat(costs.fillColumns(List.of(id("early"), id("unrecorded"), id("absent"))))
                .isEqualTo(1);
        assertThat(columns("early")).isEqualTo("0.011100 0.004100 0.007000 charge");
        assertThat(costs.fillColumns(List.of(id("early")))).isZero();
        database.sql("drop table chat_completion_requests cascade");
        assertThat(costs.record(id("no table"), cost)).isEqualTo(Recording.RECORDED);
    }

    @Test
    void upToFourAttributesAreRecorded() {
        Cost cost = price().cost(USAGE);
        CostEntry entry = CostEntry.of(cost)
                .attribute("customer", "Ünïcode \"quoted\"")
                .attribute("api_key", "k1")
                .attribute("team", "search")
                .attribute("region", "eu");

        costs.record(id("r1"), entry);

        assertThat(costs.find(id("r1")).orElseThrow().attributes()).isEqualTo(entry.attributes());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> entry.attribute("fifth", "x"))
                .withMessage(
                        "a cost can have at most 4 attributes, but got 5: [api_key, customer, fifth, region, team]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> entry.attribute("Customer", "x"))
                .withMessageStartingWith("\"Customer\" is not an attribute name; expected a lower-case letter");
        for (String value : List.of("", " ", "x".repeat(201), "a\0b")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> entry.attribute("team", value))
                    .withMessageStartingWith("the attribute team must have 1 to 200 characters");
        }
    }

    @Test
    void entryMustFitItsBasis() {
        Cost cost = price().cost(USAGE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CostEntry(cost, CostBasis.CHARGE, null, null, false, Map.of(), null))
                .withMessage("a cost on the basis charge must have a markup, but has none; use CostEntry.of(Charge)");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new CostEntry(cost, CostBasis.PROVIDER_COST, Markup.parse("2"), null, false, Map.of(), null))
                .withMessageStartingWith("a cost on the basis provider_cost must have no markup, but has ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CostEntry(cost, CostBasis.REPORTED, null, null, false, Map.of(), null))
                .withMessageContaining("must have the reported amount");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CostEntry(cost, CostBasis.UNSTATED, null, null, false, Map.of(), null))
                .withMessage("the basis of a cost must be provider_cost, charge or reported, but was unstated;"
                        + " use CostEntry.of or CostEntry.ofReported");
        costs.record(id("r1"), cost);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> costs.correct(id("r1"), CostCorrection.of(cost).asReported(), ADA))
                .withMessageContaining("reported(Usd)");
    }

    @Test
    void correctionNeedsAReasonAndARecordedCost() {
        Cost cost = price().cost(USAGE);

        assertThatExceptionOfType(NoSuchElementException.class)
                .isThrownBy(() -> costs.correct(id("unrecorded"), cost, ADA))
                .withMessageContaining("unrecorded");
        costs.record(id("r1"), cost);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> costs.correct(id("r1"), cost, Attribution.by("ada")))
                .withMessageContaining("ada");
    }

    @Test
    void databaseRefusesInvalidRecordsAndChanges() {
        costs.record(id("r1"), price().cost(USAGE));

        for (String sql : List.of(
                "update request_cost set total_usd = 0",
                "update request_cost set reason = 'x' where false",
                "delete from request_cost",
                "truncate request_cost",
                "insert into request_cost (request_id, number, corrects, actor, reason, usage, lines, model_id, calculator,"
                        + " origin, occurred_at, total_usd, input_usd, output_usd)"
                        + " values ('r2', 2, 1, 'a', 'r', '{}', '[]', 1, 1, 'live', now(), 0, 0, 0)",
                "insert into request_cost (request_id, usage, lines, model_id, calculator, origin, occurred_at, total_usd,"
                        + " input_usd, output_usd) values ('r2', '{}', '[]', 1, 1, 'live', now(), 'NaN', 'NaN', 0)",
                "insert into request_cost (request_id, usage, lines, model_id, calculator, origin, occurred_at)"
                        + " values ('r2', '{}', '[]', 1, 1, 'live', now())",
                "insert into request_cost (request_id, usage, lines, model_id, calculator, origin, occurred_at, total_usd,"
                        + " input_usd, output_usd) values ('r2', '{}', '[]', 1, 1, 'live', now(), 3, 1, 1)",
                "insert into request_cost (request_id, basis, usage, lines, model_id, calculator, origin, occurred_at,"
                        + " total_usd, input_usd, output_usd)"
                        + " values ('r2', 'charge', '{}', '[]', 1, 1, 'live', now(), 0, 0, 0)",
                "insert into request_cost (request_id, basis, reported_usd, total_usd, usage, lines, model_id, calculator,"
                        + " origin, occurred_at) values ('r2', 'reported', 2, 1, '{}', '[]', 1, 1, 'live', now())",
                "insert into request_cost (request_id, basis, reported_usd, total_usd, usage, lines, model_id, calculator,"
                        + " origin, occurred_at) values ('r2', 'reported', null, null, '{}', '[]', 1, 1, 'live', now())",
                recordWith("attributes", "'{\"Customer\": \"acme\"}'"),
                recordWith("attributes", "'{\"customer\": 1}'"),
                recordWith("attributes", "'{\"customer\": \" \"}'"),
                recordWith("attributes", "'{\"a\": \"1\", \"b\": \"1\", \"c\": \"1\", \"d\": \"1\", \"e\": \"1\"}'"),
                recordWith("reported_usd", "1e30"),
                recordWith("reported_usd", "1e-61"),
                recordWith("markup", "1000"))) {
            assertThatThrownBy(() -> database.sql(sql)).as(sql).isInstanceOf(IllegalStateException.class);
        }
        assertThat(costs.history(id("r1"))).hasSize(1);
    }

    private static String recordWith(String column, String value) {
        String basis = column.equals("markup") ? "charge" : "provider_cost";
        return "insert into request_cost (request_id, basis, usage, lines, model_id, calculator, origin, occurred_at,"
                + " total_usd, input_usd, output_usd, " + column + ")"
                + " values ('r2', '" + basis + "', '{}', '[]', 1, 1, 'live', now(), 0, 0, 0, " + value + ")";
    }

    @Test
    void recordOutlivesItsRequestAndModel() {
        request("r1", 1_200, 350);
        Quote quote = price();
        costs.record(id("r1"), quote.cost(USAGE));

        database.sql("delete from models where id = " + model);

        assertThat(database.number("select count(*) from chat_completion_requests"))
                .isZero();
        assertThat(costs.find(id("r1")).orElseThrow().model().providerModelId()).isEqualTo("gpt-4o");
        // A cost recorded later takes the names from the quoted price version.
        costs.record(id("late"), quote.cost(USAGE));
        RecordedCost late = costs.find(id("late")).orElseThrow();
        assertThat(late.model().provider()).isEqualTo("openai");
        assertThat(late.model().canonicalId()).isEqualTo(new CanonicalModelId("gpt-4o"));
    }

    @Test
    void rollbackOfTheRequestRollsBackItsCost() {
        Cost cost = price().cost(USAGE);

        assertThatThrownBy(() -> database.ctx().transaction(transaction -> {
                    new RequestCosts(transaction.dsl()).record(id("r1"), cost);
                    throw new IllegalStateException("the request failed");
                }))
                .hasMessageContaining("the request failed");

        assertThat(costs.find(id("r1"))).isEmpty();
    }

    @Test
    void recordingIsOneStatement() {
        AtomicInteger statements = new AtomicInteger();
        new RequestCosts(database.counting(statements)).record(id("r1"), price().cost(USAGE));
        assertThat(statements).hasValue(1);
    }

    @Test
    void concurrentRecordingsOfOneCostMakeOneRecord() throws Exception {
        request("r1", 1_200, 350);
        Cost cost = price().cost(USAGE);
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Future<Recording>> answers = threads.invokeAll(IntStream.range(0, 24)
                    .<Callable<Recording>>mapToObj(i -> () -> new RequestCosts(database.ctx()).record(id("r1"), cost))
                    .toList());
            AtomicInteger recorded = new AtomicInteger();
            for (Future<Recording> answer : answers) {
                if (answer.get() == Recording.RECORDED) {
                    recorded.incrementAndGet();
                }
            }
            assertThat(recorded).hasValue(1);
            threads.invokeAll(IntStream.range(1, 13)
                            .<Callable<Recording>>mapToObj(i -> () -> new RequestCosts(database.ctx())
                                    .correct(id("r1"), price(i).cost(Usage.of(i, i)), ADA))
                            .toList())
                    .forEach(RequestCostsTest::join);
            assertThat(costs.history(id("r1"))).hasSize(13);
        } finally {
            threads.shutdownNow();
        }
    }

    private Quote price(int perMillion) {
        return new Quote(
                model,
                1,
                Pricing.paid(Price.perMillion(BigDecimal.valueOf(perMillion)), Price.ZERO),
                PricingSource.PROVIDER);
    }

    private static void join(Future<?> future) {
        try {
            future.get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void costColumnsFollowTheRecords() {
        request("r1", 1_200, 350);
        request("r2", 1, 1);
        Quote quote = price();
        Cost cost = quote.cost(USAGE);

        costs.record(id("r1"), cost);

        assertThat(columns("r1")).isEqualTo("0.005550 0.002050 0.003500 provider_cost");
        assertThat(columns("r2")).isEqualTo("calculated");
        costs.correct(id("r1"), new Charge(cost, Markup.parse("2")), ADA);
        assertThat(columns("r1")).isEqualTo("0.011100 0.004100 0.007000 charge");
        costs.record(
                id("r2"),
                quote.cost(
                        Usage.inclusive().input(1).count(BillingUnit.IMAGE, 1).build()));
        assertThat(columns("r2")).isEqualTo("provider_cost");
    }

    @Test
    void costColumnsAreRoundedAsCostRounded() {
        Random random = new Random(20260202);
        BillingUnit[] units = {
            BillingUnit.INPUT, BillingUnit.OUTPUT, BillingUnit.REQUEST, BillingUnit.WEB_SEARCH, BillingUnit.REASONING
        };
        for (int i = 0; i < 300; i++) {
            RateCard card = RateCard.of(Arrays.stream(units)
                    .map(unit -> Rate.of(unit, Price.perUnit(new BigDecimal(random.nextInt(40) + "e-7"))))
                    .toList());
            Quote quote = new Quote(
                    model, 1, card.isFree() ? new Pricing.Free(card) : new Pricing.Paid(card), PricingSource.PROVIDER);
            long reasoning = random.nextInt(2);
            Cost cost = quote.cost(Usage.inclusive()
                    .input(random.nextInt(3))
                    .output(reasoning + random.nextInt(3))
                    .reasoning(reasoning)
                    .count(BillingUnit.WEB_SEARCH, random.nextInt(2))
                    .count(BillingUnit.REQUEST, random.nextInt(2))
                    .build());
            request("r" + i, 1, 1);
            costs.record(id("r" + i), cost);

            Cost.Complete rounded = cost.orElseThrow().rounded(6, RoundingMode.HALF_UP);
            assertThat(columns("r" + i))
                    .as("seed 20260202, " + cost)
                    .isEqualTo(rounded.total() + " " + rounded.input() + " " + rounded.output() + " provider_cost");
        }
    }

    @Test
    void recordingWorksBeforeAndAfterTheColumnsAreDropped() {
        request("r1", 1, 1);
        Cost cost = price().cost(USAGE);
        costs.record(id("r1"), cost);
        database.sql(
                "alter table chat_completion_requests drop column input_cost_usd, drop column output_cost_usd",
                "alter table chat_completion_requests alter column cost_usd type numeric(20, 2)");
        request("r2", 1, 1);
        costs.record(id("r2"), cost);
        assertThat(database.ctx()
                        .fetchValue("select cost_usd::text from chat_completion_requests where request_id = 'r2'"))
                .isEqualTo("0.01");
        database.sql("alter table chat_completion_requests drop column cost_usd, drop column pricing_source");
        costs.record(id("r3"), cost);
        database.sql("drop table chat_completion_requests cascade");
        costs.record(id("r4"), cost);

        assertThat(database.number("select count(*) from request_cost")).isEqualTo(4);
    }

    @Test
    void costColumnsOfATableWithoutRequestIdAreFilledByPrimaryKey() {
        database.sql(
                "drop table chat_completion_requests cascade",
                "create table chat_completion_requests (id bigserial primary key, model_id bigint, input_tokens bigint,"
                        + " output_tokens bigint, status text default 'pending', created_at timestamptz default now(),"
                        + " cost_usd numeric(12, 6))",
                "insert into chat_completion_requests (model_id) values (1), (1)");
        Cost cost = price().cost(USAGE);

        costs.record(id("2"), cost);
        costs.record(id("not a number"), cost);

        assertThat(database.number("select count(*) from chat_completion_requests where cost_usd is null"))
                .isEqualTo(1);
        assertThat(database.ctx().fetchValue("select cost_usd::text from chat_completion_requests where id = 2"))
                .isEqualTo("0.005550");
    }

    @Test
    void missingPrivilegeOnTheColumnsFailsTheRecording() throws Exception {
        try (Roles roles = new Roles("billing")) {
            String role = roles.name("billing");
            request("r1", 1, 1);
            Cost cost = price().cost(USAGE);
            database.sql(
                    "grant select, insert on request_cost to " + role,
                    "grant select on models, providers, model_pricing_version to " + role,
                    "grant execute on function model_pricing_fill_request_costs, model_pricing_request_columns,"
                            + " model_pricing_request_is_absent to " + role);
            assertThatExceptionOfType(DataAccessException.class)
                    .isThrownBy(() -> recordAs(role, cost))
                    .withMessageContaining("chat_completion_requests");
            database.sql("grant select, update (cost_usd, input_cost_usd, output_cost_usd, pricing_source)"
                    + " on chat_completion_requests to " + role);
            recordAs(role, cost);
            assertThat(columns("r1")).startsWith("0.005550");
            database.close();
        }
    }

    private void recordAs(String role, Cost cost) {
        database.ctx().transaction(transaction -> {
            DSLContext ctx = transaction.dsl();
            ctx.execute("set local role " + role);
            new RequestCosts(ctx).record(id("r1"), cost);
        });
    }

    @Test
    void renderMappingNamesTheSchema() {
        database.sql("create schema \"Other one\"", "set local search_path = \"Other one\"");
        String[] files =
                PricingDatabase.MIGRATIONS.stream().map(PricingDatabase::text).toArray(String[]::new);
        for (int i = 0; i < files.length; i++) {
            files[i] = "set local search_path = \"Other one\";\n" + files[i];
        }
        database.sql(files);
        DSLContext other = DSL.using(database.ctx()
                .configuration()
                .derive(new Settings()
                        .withRenderMapping(new RenderMapping()
                                .withSchemata(new MappedSchema().withInput("").withOutput("Other one")))));

        new RequestCosts(other).record(id("r1"), price().cost(USAGE));

        assertThat(costs.find(id("r1"))).isEmpty();
        assertThat(new RequestCosts(other).find(id("r1"))).isPresent();
    }

    @Test
    void serviceTierIsRecorded() {
        RateCard card = RateCard.of(
                Rate.of(BillingUnit.INPUT, Price.perMillion("2")),
                Rate.of(BillingUnit.INPUT, Price.perMillion("1")).in(ServiceTier.BATCH));
        Usage usage = Usage.inclusive()
                .input(1_000_000)
                .serviceTier(ServiceTier.BATCH)
                .build();
        costs.record(id("r1"), price(new Pricing.Paid(card)).cost(usage));
        assertThat(costs.find(id("r1")).orElseThrow().usage()).isEqualTo(usage);
        assertThat(costs.find(id("r1")).orElseThrow().amounts().total()).isEqualByComparingTo("1");
    }

    private static final RateCard SEARCHING = RateCard.of(Price.perMillion("2"), Price.perMillion("4"))
            .plus(
                    Rate.of(BillingUnit.INPUT, Price.perMillion("3")).inRegion("eu"),
                    Rate.of(BillingUnit.WEB_SEARCH, Price.perUnit("0.01")),
                    Rate.of(BillingUnit.WEB_SEARCH, Price.perUnit("0.05")).ofVariant("high"));

    private static Usage.Builder searching() {
        return Usage.inclusive()
                .input(1_000_000)
                .count(BillingUnit.WEB_SEARCH, 1)
                .count(BillingUnit.WEB_SEARCH, "high", 2)
                .count(BillingUnit.WEB_SEARCH, "low", 4)
                .region("eu");
    }

    @Test
    void variantsAndRegionAreRecorded() {
        Cost.Complete cost =
                price(new Pricing.Paid(SEARCHING)).cost(searching().build()).orElseThrow();
        request("r1", 1_000_000, 0);

        costs.record(id("r1"), cost);

        RecordedCost recorded = costs.find(id("r1")).orElseThrow();
        assertThat(recorded.usage())
                .isEqualTo(cost.usage())
                .hasToString(cost.usage().toString());
        assertThat(recorded.usage().region()).isEqualTo("eu");
        assertThat(recorded.amounts().lines()).hasToString(cost.lines().toString());
        assertThat(recorded.amounts().total()).isEqualByComparingTo("3.15");
        assertThat(costs.record(id("r1"), cost)).isEqualTo(Recording.ALREADY_RECORDED);
        assertThat(columns("r1")).isEqualTo("3.150000 3.150000 0.000000 provider_cost");
        assertThat(database.ctx().fetchValue("select usage::text || region from request_cost"))
                .isEqualTo("{\"input\": 1000000, \"request\": 1, \"web_search\": 1, \"web_search/low\": 4,"
                        + " \"web_search/high\": 2}eu");
        for (Usage other : List.of(
                searching().region("us").build(),
                searching().count(BillingUnit.WEB_SEARCH, "low", 5).build())) {
            assertThatExceptionOfType(DifferentCostException.class)
                    .isThrownBy(() -> costs.record(id("r1"), cost.quote().cost(other)));
        }
    }

    @Test
    void outputColumnHasTheUnitsOfTheOutputSideThatTheTableLists() {
        price();
        request("hologram", 1, 1);
        database.sql("insert into billing_unit (position, id, measure, side, part_of, has_variants, description)"
                + " values (1001, 'hologram', 'image', 'output', '{}', true, 'A hologram that the model made')");
        database.run("/pricing-migrations/pricing_V4__request_costs.sql");
        database.sql(
                "insert into request_cost (request_id, model_id, provider_model_id, canonical_id, calculator, origin,"
                        + " occurred_at, usage, total_usd, input_usd, output_usd, lines) values ('hologram', " + model
                        + ", 'm', 'm', 2, 'live', now(), '{\"input\": 1, \"output\": 1, \"hologram\": 1}', 7, 1, 6,"
                        + " '[{\"unit\": \"input\", \"amount\": 1}, {\"unit\": \"output\", \"amount\": 2},"
                        + " {\"unit\": \"hologram\", \"amount\": 4}]')");

        assertThat(columns("hologram")).matches("7[.0]* 1[.0]* 6[.0]* provider_cost");
    }

    @Test
    void correctionOfThePriceKeepsVariantsAndRegionOfTheUsage() {
        request("r1", 1_000_000, 0);
        costs.record(
                id("r1"), price(new Pricing.Paid(SEARCHING)).cost(searching().build()));
        Quote right = price(new Pricing.Paid(
                SEARCHING.plus(Rate.of(BillingUnit.WEB_SEARCH, Price.ZERO).ofVariant("low"))));
        Usage recorded = costs.find(id("r1")).orElseThrow().usage();

        assertThat(costs.correct(id("r1"), right.cost(recorded), ADA)).isEqualTo(Recording.RECORDED);

        RecordedCost corrected = costs.find(id("r1")).orElseThrow();
        assertThat(corrected.usage()).isEqualTo(searching().build());
        assertThat(corrected.usage().region()).isEqualTo("eu");
        assertThat(corrected.amounts().total()).isEqualByComparingTo("3.11");
    }
}
