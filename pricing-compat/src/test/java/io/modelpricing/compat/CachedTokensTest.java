package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_REQUEST;
import static io.modelpricing.compat.LegacyUnit.PER_TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.Cost;
import io.modelpricing.CostCalculator;
import io.modelpricing.Hours;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.Usage;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.jooq.JooqPricingRepository;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The legacy system charged cached and audio tokens as the other tokens of the prompt or the completion. */
class CachedTokensTest {

    private static final Attribution TEST = Attribution.by("test");
    private static final Scope ALL = new Scope.All();
    private static final Scope ACME = new Scope.Provider("acme");
    private static final Declarations UNITS =
            Declarations.none().tokens(ALL, PER_TOKEN).request(ALL, PER_REQUEST).zero(ALL, Zero.FREE);

    private static final Declarations AS_INPUT_DECLARED = Declarations.none().cached(ALL, Cached.AS_INPUT);

    private static final Usage CACHED_AND_AUDIO = Usage.inclusive()
            .input(1000)
            .output(100)
            .cacheRead(500)
            .cacheWrite(100)
            .cacheWrite1h(50)
            .count(BillingUnit.AUDIO_INPUT, 20)
            .count(BillingUnit.AUDIO_OUTPUT, 10)
            .build();

    /** 1000 tokens of the prompt and 100 of the completion of a model with prices 0.001 and 0.002. */
    private static final String AS_INPUT = "1.200";

    private static Populate.Result populate(LegacyDatabase database, Declarations declared) {
        return new Populate(database.ctx()).run(declared, TEST);
    }

    private static void populate(LegacyDatabase database) {
        populate(database, UNITS);
    }

    private static ModelPricing find(LegacyDatabase database, long model) {
        return new JooqPricingRepository(database.ctx())
                .find(new ModelId(model))
                .orElseThrow();
    }

    private static String cost(ModelPricing price) {
        Cost cost = CostCalculator.cost(price.quote(), CACHED_AND_AUDIO);
        return cost instanceof Cost.Complete complete
                ? complete.total().toPlainString()
                : cost.getClass().getSimpleName();
    }

    private static String cost(LegacyDatabase database, long model) {
        return cost(find(database, model));
    }

    private static void assertNoFindings(LegacyDatabase database) {
        assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
    }

    @Test
    void sqlAndJavaListTheSameCachedAndAudioUnits() {
        try (LegacyDatabase database = LegacyDatabase.expanded().model(1, "acme", "0.001, 0.002, null, null")) {
            populate(database);

            assertThat(database.ctx()
                            .fetch("select unit from unnest(legacy_price_cached_units()) units (unit)")
                            .getValues(0, String.class))
                    .containsExactlyElementsOf(BillingUnit.CACHED_AND_AUDIO.stream()
                            .map(BillingUnit::id)
                            .toList());
        }
    }

    @Test
    void costIsIncompleteWithoutADeclaration() {
        try (LegacyDatabase database = LegacyDatabase.expanded().model(1, "acme", "0.001, 0.002, null, null")) {
            populate(database);

            assertThat(cost(database, 1)).isEqualTo("Incomplete");
            assertThat(database.ctx()
                            .fetch("select cached, lacks_cached_rates from legacy_price_comparison")
                            .toString())
                    .contains("{null}", "true");
        }
    }

    @Test
    void declaringAsInputCompletesImportedPricesFromTheirBeginning() {
        try (LegacyDatabase database = LegacyDatabase.expanded()
                .model(1, "acme", "0.001, 0.002, null, null")
                .model(2, "bolt", "0.001, 0.002, null, 0.5")
                .model(3, "acme", "0, 0, null, null")) {
            populate(database);
            Populate.Result result = populate(database, AS_INPUT_DECLARED);

            assertThat(result.updated()).isEqualTo(3);
            assertThat(result.replaced().get(0).after()).contains("\"cached\": \"as-input\"");
            assertThat(cost(database, 1)).isEqualTo(AS_INPUT);
            assertThat(new BigDecimal(cost(database, 2))).isEqualByComparingTo("1.7");
            assertThat(new BigDecimal(cost(database, 3))).isZero();
            assertThat(find(database, 1).source()).isEqualTo(new PricingSource("legacy"));
            assertThat(cost(new JooqPricingRepository(database.ctx())
                            .findAt(new ModelId(1), Instant.EPOCH)
                            .orElseThrow()))
                    .isEqualTo(AS_INPUT);
            assertThat(database.ctx().fetch("select model_id from legacy_price_comparison where lacks_cached_rates"))
                    .isEmpty();
            assertNoFindings(database);
        }
    }

    @Test
    void anotherRunChangesNothing() {
        try (LegacyDatabase database = LegacyDatabase.expanded().model(1, "acme", "0.001, 0.002, null, null")) {
            populate(database);
            populate(database, AS_INPUT_DECLARED);
            int version = find(database, 1).version();

            Populate.Result again = populate(database, Declarations.none());

            assertThat(again.unchanged()).isEqualTo(1);
            assertThat(find(database, 1).version()).isEqualTo(version);
        }
    }

    @Test
    void earlierImportedPricesAreCompletedToo() {
        try (LegacyDatabase database = LegacyDatabase.expanded().model(1, "acme", "0.001, 0.002, null, null")) {
            populate(database);
            database.sql("update models set pricing_prompt = 0.003");
            database.sql("update models set pricing_prompt = 0.005");
            populate(database, AS_INPUT_DECLARED);

            JooqPricingRepository repository = new JooqPricingRepository(database.ctx());
            List<Instant> starts = database.ctx()
                    .fetch("select valid_from from model_pricing_timeline order by number")
                    .map(row -> row.get(0) == null ? Instant.EPOCH : row.get(0, Instant.class));
            assertThat(starts).hasSize(3);
            assertThat(starts)
                    .extracting(start ->
                            cost(repository.findAt(new ModelId(1), start).orElseThrow()))
                    .containsExactly(AS_INPUT, "3.200", "5.200");
            assertNoFindings(database);
        }
    }

    @Test
    void legacyWritesFollowTheDeclaration() {
        try (LegacyDatabase database = LegacyDatabase.expanded()) {
            populate(database, UNITS.cached(ACME, Cached.AS_INPUT));
            database.model(1, "acme", "0.001, 0.002, null, null").model(2, "bolt", "0.001, 0.002, null, null");

            assertThat(cost(database, 1)).isEqualTo(AS_INPUT);
            assertThat(cost(database, 2)).isEqualTo("Incomplete");

            database.sql("update models set pricing_prompt = 0.003");
            assertThat(cost(database, 1)).isEqualTo("3.200");
            assertThat(cost(database, 2)).isEqualTo("Incomplete");
            assertNoFindings(database);
        }
    }

    @Test
    void unknownAddsNoRates() {
        try (LegacyDatabase database = LegacyDatabase.expanded()
                .model(1, "acme", "0.001, 0.002, null, null")
                .model(2, "bolt", "0.001, 0.002, null, null")) {
            populate(database);
            populate(database, AS_INPUT_DECLARED.cached(ACME, Cached.UNKNOWN));

            assertThat(cost(database, 1)).isEqualTo("Incomplete");
            assertThat(cost(database, 2)).isEqualTo(AS_INPUT);
        }
    }

    @Test
    void aUnitWithAPriceOfItsOwnKeepsIt() {
        try (LegacyDatabase database = LegacyDatabase.expanded().model(1, "acme", "0.001, 0.002, 0.5, null")) {
            populate(database, UNITS.image(ALL, LegacyUnit.PER_IMAGE));
            new JooqPricingRepository(database.ctx())
                    .upsert(
                            new PriceUpdate(
                                    new ModelId(1),
                                    new Pricing.Paid(RateCard.of(List.of(
                                            Rate.of(BillingUnit.INPUT, Price.perToken("0.001")),
                                            Rate.of(BillingUnit.OUTPUT, Price.perToken("0.002")),
                                            Rate.of(BillingUnit.CACHE_READ, Price.perToken("0.0001"))))),
                                    new PricingSource("legacy"),
                                    Instant.now()),
                            TEST);
            populate(database, AS_INPUT_DECLARED);

            // 500 cached tokens at 0.0001, 500 at 0.001, 100 output tokens at 0.002
            assertThat(cost(database, 1)).isEqualTo("0.7500");
            assertNoFindings(database);
        }
    }

    @Test
    void theDatabaseAndTheLibraryGiveTheSameRatesTheSameId() {
        try (LegacyDatabase database = LegacyDatabase.expanded()
                .model(1, "acme", "0.001, 0.002, null, null")
                .model(2, "acme", "0.003, 0.002, null, null")) {
            populate(database);
            populate(database, AS_INPUT_DECLARED);

            new JooqPricingRepository(database.ctx())
                    .upsert(
                            new PriceUpdate(
                                    new ModelId(2),
                                    find(database, 1).pricing(),
                                    new PricingSource("catalog"),
                                    Instant.now()),
                            TEST);

            assertThat(database.ctx().fetch("select id from model_pricing_rate_set"))
                    .hasSize(1);

            Hours hours = Hours.parse(Map.of("day", "daily 06:00-18:00", "night", "daily 18:00-06:00"));
            Rate page = Rate.of(BillingUnit.parse("page"), Price.perUnit("0.01"));
            Rate annotated = Rate.of(BillingUnit.parse("annotation_page"), Price.perUnit("0.02"));
            Rate searches = Rate.of(BillingUnit.WEB_SEARCH, Price.perThousand("10"));
            RateCard everything = RateCard.of(
                    hours,
                    List.of(
                            Rate.of(BillingUnit.INPUT, Price.perToken("0.001")),
                            Rate.of(BillingUnit.INPUT, Price.perToken("0.002")).above(200_000),
                            Rate.of(BillingUnit.REASONING, Price.perToken("0.003")),
                            Rate.of(BillingUnit.CACHE_READ_AUDIO, Price.perToken("0.001")),
                            Rate.of(BillingUnit.parse("text_input"), Price.perToken("0.001")),
                            Rate.chargedAs(BillingUnit.CACHE_WRITE, BillingUnit.INPUT),
                            Rate.chargedAs(BillingUnit.IMAGE_INPUT, BillingUnit.INPUT),
                            page,
                            page.inRegion("us"),
                            page.inRegion("eu").during("night"),
                            annotated,
                            annotated.ofVariant("a3").in(ServiceTier.FAST),
                            searches.in(ServiceTier.BATCH),
                            searches.ofVariant("high"),
                            searches.ofVariant("16:9")));
            new JooqPricingRepository(database.ctx())
                    .upsert(
                            new PriceUpdate(
                                    new ModelId(2),
                                    new Pricing.Paid(everything),
                                    new PricingSource("catalog"),
                                    Instant.now()),
                            TEST);

            assertThat(database.ctx()
                            .fetchSingle("select rate_set_id, legacy_price_rate_set(rate_set_id, null, false, '{}')"
                                    + " from model_pricing where model_id = 2")
                            .intoList())
                    .doesNotContainNull()
                    .satisfies(ids -> assertThat(ids.get(0)).isEqualTo(ids.get(1)));
        }
    }

    @Test
    void manualOverridesAndOtherSourcesAreNotCompleted() {
        try (LegacyDatabase database = LegacyDatabase.expanded()
                .model(1, "acme", "0.001, 0.002, null, null")
                .model(2, "acme", "0.001, 0.002, null, null")) {
            populate(database);
            database.sql("update model_pricing set pricing_source = 'manual' where model_id = 1");
            database.sql("update model_pricing set pricing_source = 'catalog' where model_id = 2");
            populate(database, AS_INPUT_DECLARED);

            assertThat(cost(database, 1)).isEqualTo("Incomplete");
            assertThat(cost(database, 2)).isEqualTo("Incomplete");
            assertThat(find(database, 1).source()).isEqualTo(new PricingSource("manual"));
            // The price from before the override was imported.
            assertThat(cost(new JooqPricingRepository(database.ctx())
                            .findAt(new ModelId(1), Instant.EPOCH)
                            .orElseThrow()))
                    .isEqualTo(AS_INPUT);
            assertNoFindings(database);
        }
    }

    @Test
    void aPriceOfThePlansFirstPhaseIsCompleted() {
        try (LegacyDatabase database = LegacyDatabase.phase1().model(1, "acme", "0.001, 0.002, null, null")) {
            database.sql("insert into model_pricing (model_id, price_per_input_token, price_per_output_token)"
                    + " values (1, 0.001, 0.002)");
            database.expand();
            populate(database);
            populate(database, AS_INPUT_DECLARED);

            assertThat(cost(database, 1)).isEqualTo(AS_INPUT);
        }
    }

    @Test
    void aPriceThatTheColumnRoundsKeepsItsDigits() {
        try (LegacyDatabase database = LegacyDatabase.expanded().model(1, "acme", "0.001, 0.002, null, null")) {
            populate(database);
            database.sql("update model_pricing set price_per_input_token = 0.001000000000001");
            populate(database, AS_INPUT_DECLARED);

            assertThat(new BigDecimal(cost(database, 1))).isEqualByComparingTo("1.200000000001");
            assertNoFindings(database);
        }
    }

    @Test
    void contractAndRollbackKeepCellsAndRates() {
        try (LegacyDatabase database = LegacyDatabase.expanded().model(1, "acme", "0.0010, 0.002, null, null")) {
            populate(database);
            populate(database, AS_INPUT_DECLARED);
            String cells = cells(database);

            assertThat(new Contract(database.ctx()).run(TEST).refused()).isEmpty();
            assertThat(cost(database, 1)).isEqualTo(AS_INPUT);
            assertNoFindings(database);
            assertThat(new Rollback(database.ctx(), ColumnTypes.ORIGINAL)
                            .run(TEST)
                            .refused())
                    .isEmpty();

            assertThat(cells(database)).isEqualTo(cells);
            assertThat(cost(database, 1)).isEqualTo(AS_INPUT);
            assertNoFindings(database);
        }
    }

    private static String cells(LegacyDatabase database) {
        return database.ctx()
                .fetch("select id, pricing_prompt::text, pricing_completion::text from models order by id")
                .toString();
    }
}
