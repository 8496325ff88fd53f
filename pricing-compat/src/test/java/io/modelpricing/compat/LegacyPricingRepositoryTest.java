package io.modelpricing.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.UpsertOutcome.Result;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.jooq.JooqPricingRepository;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LegacyPricingRepositoryTest {

    private static final ModelId ONE = new ModelId(1);
    private static final ModelId TWO = new ModelId(2);
    private static final ModelId THREE = new ModelId(3);
    private static final ModelId UNKNOWN = new ModelId(99);
    private static final Attribution TEST = Attribution.by("test");
    private static final PricingSource SOURCE = new PricingSource("provider_api:acme");
    private static final Instant MONDAY = Instant.parse("2026-01-19T00:00:00Z");
    private static final Instant TUESDAY = Instant.parse("2026-01-20T00:00:00Z");
    private static final LegacyPrices NOTHING = new LegacyPrices(null, null, null, null);

    private static final Rate CACHE_READ = Rate.of(BillingUnit.CACHE_READ, Price.perMillion("0.25"));
    private static final Rate REASONING = Rate.chargedAs(BillingUnit.REASONING, BillingUnit.OUTPUT);
    private static final Rate BATCH_INPUT =
            Rate.of(BillingUnit.INPUT, Price.perMillion("1.25")).in(ServiceTier.BATCH);
    private static final Rate LONG_INPUT =
            Rate.of(BillingUnit.INPUT, Price.perMillion("5")).above(200_000);
    private static final RateCard RICH = RateCard.of(Price.perMillion("2.5"), Price.perMillion("10"))
            .plus(CACHE_READ, REASONING, BATCH_INPUT, LONG_INPUT);

    private final List<String> statements = new ArrayList<>();
    private LegacyDatabase database;
    private JooqPricingRepository repository;
    private LegacyPricingRepository legacy;

    @BeforeEach
    void createDatabase() {
        database = LegacyDatabase.expanded()
                .model(1, "acme", "null, null, null, null")
                .model(2, "acme", "null, null, null, null")
                .model(3, "bolt", "null, null, null, null");
        DSLContext plain = database.ctx();
        DSLContext ctx = DSL.using(plain.configuration().deriveAppending(new ExecuteListener() {
            @Override
            public void executeStart(ExecuteContext context) {
                statements.add(context.sql());
            }
        }));
        repository = new JooqPricingRepository(ctx);
        legacy = new LegacyPricingRepository(repository, models -> Map.of());
    }

    @AfterEach
    void dropDatabase() {
        database.close();
    }

    private void stored(ModelId model, Pricing pricing) {
        assertThat(repository
                        .upsert(new PriceUpdate(model, pricing, SOURCE, MONDAY), TEST)
                        .result())
                .isEqualTo(Result.INSERTED);
        statements.clear();
    }

    private Pricing pricing(ModelId model) {
        return repository.find(model).orElseThrow().pricing();
    }

    private Result write(ModelId model, LegacyPrices prices, Zero zero) {
        return legacy.upsert(model, prices, zero, SOURCE, TUESDAY, TEST).result();
    }

    private static LegacyPrices prices(String prompt, String completion) {
        return new LegacyPrices(new BigDecimal(prompt), new BigDecimal(completion), null, null);
    }

    @Test
    void pricesAreReadByTheirLegacyNames() {
        stored(ONE, new Pricing.Paid(RICH));
        stored(TWO, Pricing.free());

        assertThat(legacy.find(ONE)).contains(prices("0.0000025", "0.00001"));
        assertThat(legacy.find(TWO)).contains(prices("0", "0"));
        assertThat(legacy.find(THREE)).contains(NOTHING);
        assertThat(legacy.find(UNKNOWN)).isEmpty();
    }

    @Test
    void legacyPriceReplacesARateThatChargesItsUnitAsAnother() {
        stored(ONE, new Pricing.Paid(outputAsInput()));

        assertThat(write(ONE, prices("1e-6", "2e-6"), Zero.UNKNOWN)).isEqualTo(Result.UPDATED);

        assertThat(pricing(ONE)).isEqualTo(Pricing.paid(Price.perMillion("1"), Price.perMillion("2")));
    }

    private static RateCard outputAsInput() {
        return RateCard.of(
                Rate.of(BillingUnit.INPUT, Price.perMillion("1")),
                Rate.chargedAs(BillingUnit.OUTPUT, BillingUnit.INPUT));
    }

    @Test
    void severalModelsAreFoundInOneQuery() {
        stored(ONE, new Pricing.Paid(RICH));

        Map<ModelId, LegacyPrices> found = legacy.findAll(List.of(THREE, UNKNOWN, TWO, ONE));

        assertThat(found)
                .containsExactly(
                        Map.entry(ONE, prices("0.0000025", "0.00001")),
                        Map.entry(TWO, NOTHING),
                        Map.entry(THREE, NOTHING));
        assertThat(statements).hasSize(1);
    }

    @Test
    void severalModelsAreWrittenWithOneQueryAndOneStatement() {
        stored(TWO, Pricing.free());
        Map<ModelId, LegacyPrices> stated = new LinkedHashMap<>();
        stated.put(THREE, prices("1e-6", "2e-6"));
        stated.put(UNKNOWN, prices("1e-6", "2e-6"));
        stated.put(TWO, prices("0", "0"));
        stated.put(ONE, NOTHING);

        assertThat(legacy.upsertAll(stated, Zero.FREE, SOURCE, TUESDAY, TEST).outcomes())
                .extracting(outcome -> outcome.update().model() + " " + outcome.result())
                .containsExactly("3 INSERTED", "99 UNKNOWN_MODEL", "2 UNCHANGED", "1 INSERTED");
        assertThat(statements).hasSize(2);
        assertThat(pricing(THREE)).isEqualTo(Pricing.paid(Price.perMillion("1"), Price.perMillion("2")));
    }

    @Test
    void ratesWithoutALegacyNameAreKept() {
        stored(ONE, new Pricing.Paid(RICH));

        assertThat(write(ONE, prices("3e-6", "12e-6"), Zero.UNKNOWN)).isEqualTo(Result.UPDATED);

        assertThat(pricing(ONE))
                .isEqualTo(new Pricing.Paid(RateCard.of(Price.perMillion("3"), Price.perMillion("12"))
                        .plus(CACHE_READ, REASONING, BATCH_INPUT, LONG_INPUT)));
    }

    @Test
    void nullPriceRemovesAStoredOne() {
        stored(ONE, Pricing.paid(Price.perMillion("1"), Price.perMillion("2")));

        write(ONE, new LegacyPrices(new BigDecimal("1e-6"), null, null, null), Zero.UNKNOWN);

        assertThat(pricing(ONE))
                .isEqualTo(new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.INPUT, Price.perMillion("1")))));
    }

    @Test
    void otherRatesAreKeptWithoutLegacyPrices() {
        stored(ONE, new Pricing.Paid(RICH));

        write(ONE, NOTHING, Zero.UNKNOWN);

        assertThat(pricing(ONE))
                .isEqualTo(new Pricing.Paid(RateCard.of(CACHE_READ, REASONING, BATCH_INPUT, LONG_INPUT)));
    }

    @Test
    void modelWithARateAboveZeroIsNotFree() {
        stored(ONE, new Pricing.Paid(RICH));

        write(ONE, prices("0", "0"), Zero.FREE);

        assertThat(pricing(ONE))
                .isEqualTo(new Pricing.Paid(
                        RateCard.of(Price.ZERO, Price.ZERO).plus(CACHE_READ, REASONING, BATCH_INPUT, LONG_INPUT)));
    }

    @Test
    void missingPriceReplacesAPriceWithoutOtherRates() {
        stored(ONE, Pricing.paid(Price.perMillion("1"), Price.perMillion("2")));
        stored(TWO, Pricing.paid(Price.perMillion("1"), Price.perMillion("2")));
        stored(THREE, Pricing.paid(Price.perMillion("1"), Price.perMillion("2")));

        write(ONE, NOTHING, Zero.FREE);
        write(TWO, prices("-1", "-1"), Zero.FREE);
        write(THREE, prices("0", "0"), Zero.UNKNOWN);

        assertThat(pricing(ONE)).isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));
        assertThat(pricing(TWO)).isEqualTo(Pricing.missing(MissingReason.DYNAMIC));
        assertThat(pricing(THREE)).isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));
    }

    @Test
    void writingPricesThatWereReadChangesNothing() {
        List<Pricing> all = List.of(
                new Pricing.Paid(RICH),
                new Pricing.Deprecated(RICH),
                new Pricing.Deprecated(RateCard.of(Price.perMillion("1"), Price.ZERO)),
                new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.04")))),
                Pricing.free(),
                new Pricing.Free(RateCard.of(Rate.of(BillingUnit.IMAGE_COUNT, Price.ZERO))),
                new Pricing.Free(RateCard.of(
                        Rate.of(BillingUnit.IMAGE, Price.ZERO), Rate.of(BillingUnit.WEB_SEARCH, Price.ZERO))),
                Pricing.missing(MissingReason.NEVER_KNOWN),
                Pricing.missing(MissingReason.DYNAMIC),
                Pricing.missing(MissingReason.AMBIGUOUS));
        Instant at = MONDAY;
        for (Pricing pricing : all) {
            at = at.plusSeconds(1);
            repository.upsert(new PriceUpdate(ONE, pricing, SOURCE, at), TEST);
            assertThat(pricing(ONE)).isEqualTo(pricing);

            LegacyPrices read = legacy.find(ONE).orElseThrow();
            at = at.plusSeconds(1);
            assertThat(legacy.upsert(ONE, read, Zero.FREE, SOURCE, at, TEST).result())
                    .as("%s", pricing)
                    .isEqualTo(Result.UNCHANGED);
            assertThat(pricing(ONE)).isEqualTo(pricing);
        }
    }

    @Test
    void deprecatedModelStaysDeprecated() {
        stored(ONE, new Pricing.Deprecated(RateCard.of(Price.perMillion("1"), Price.perMillion("2"))));

        write(ONE, prices("2e-6", "4e-6"), Zero.UNKNOWN);

        assertThat(pricing(ONE))
                .isEqualTo(new Pricing.Deprecated(RateCard.of(Price.perMillion("2"), Price.perMillion("4"))));
    }

    @Test
    void invalidPriceIsRejectedByModelAndNothingIsWritten() {
        Map<ModelId, LegacyPrices> stated = new LinkedHashMap<>();
        stated.put(ONE, prices("1e-6", "2e-6"));
        stated.put(TWO, prices("-1", "2e-6"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> legacy.upsertAll(stated, Zero.FREE, SOURCE, TUESDAY, TEST))
                .withMessageContainingAll("model 2", "pricing_prompt is -1", "pricing_completion is 0.000002");
        assertThat(pricing(ONE)).isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));
    }

    @Test
    void earlierObservationIsStale() {
        stored(ONE, Pricing.paid(Price.perMillion("1"), Price.perMillion("2")));

        assertThat(legacy.upsert(ONE, prices("9e-6", "9e-6"), Zero.FREE, SOURCE, MONDAY.minusSeconds(1), TEST)
                        .result())
                .isEqualTo(Result.STALE);
    }

    @Test
    void imagePriceIsReadAndWrittenInItsDeclaredUnit() {
        database.model(4, "acme", "null, null, 0.04, null").model(5, "bolt", "null, null, 0.04, null");
        new Populate(database.ctx())
                .run(
                        Declarations.none()
                                .image(new Scope.Provider("acme"), LegacyUnit.PER_IMAGE)
                                .image(new Scope.Provider("bolt"), LegacyUnit.PER_TOKEN),
                        Attribution.by("test"));
        new CompatViews(database.ctx(), LockRetry.DEFAULT).install(Attribution.by("test"));
        legacy = new LegacyPricingRepository(repository, ModelDeclarations.stored(database.ctx()));
        ModelId perImage = new ModelId(4);
        ModelId perToken = new ModelId(5);

        assertThat(legacy.findAll(List.of(perImage, perToken)).values())
                .extracting(LegacyPrices::pricingImage)
                .containsExactly(imageInView(4), imageInView(5))
                .containsExactly(new BigDecimal("0.04"), new BigDecimal("0.04"));

        Instant later = Instant.now().plusSeconds(60);
        LegacyPrices stated = new LegacyPrices(null, null, new BigDecimal("0.05"), null);
        legacy.upsertAll(Map.of(perImage, stated, perToken, stated), Zero.UNKNOWN, SOURCE, later, TEST);

        assertThat(pricing(perImage))
                .isEqualTo(new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.IMAGE_COUNT, Price.perUnit("0.05")))));
        assertThat(pricing(perToken))
                .isEqualTo(new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.IMAGE, Price.perToken("0.05")))));
        assertThat(imageInView(4)).isEqualByComparingTo("0.05");
        assertThat(imageInView(5)).isEqualByComparingTo("0.05");
    }

    private BigDecimal imageInView(int model) {
        return database.ctx()
                .fetchSingle("select trim_scale(pricing_image) from pricing_legacy.models where id = " + model)
                .get(0, BigDecimal.class);
    }

    @Test
    void withoutPopulateNoDeclarationsAreStored() {
        assertThat(ModelDeclarations.stored(database.ctx()).findAll(List.of(ONE)))
                .isEmpty();
    }
}
