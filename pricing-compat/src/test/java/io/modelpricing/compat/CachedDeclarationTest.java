package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_IMAGE;
import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.Cost;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.Usage;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.compat.MigrationStatus.Subject;
import io.modelpricing.compat.MigrationStatus.Undeclared;
import io.modelpricing.jooq.JooqPricingRepository;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@link Declarations#cached}, and what is reported without it. {@link CachedTokensTest} covers the prices. */
class CachedDeclarationTest {

    private static final Attribution TEST = Attribution.by("test");
    private static final Scope ALL = new Scope.All();
    private static final Declarations UNITS =
            Declarations.none().tokens(ALL, PER_MILLION).image(ALL, PER_IMAGE).zero(ALL, Zero.FREE);

    /** Tokens of every unit that is part of another. */
    private static final Usage CACHED = Usage.inclusive()
            .count(BillingUnit.INPUT, 1_000_000)
            .count(BillingUnit.CACHE_READ, 100_000)
            .count(BillingUnit.CACHE_WRITE, 100_000)
            .count(BillingUnit.CACHE_WRITE_1H, 100_000)
            .count(BillingUnit.AUDIO_INPUT, 100_000)
            .count(BillingUnit.OUTPUT, 1_000_000)
            .count(BillingUnit.REASONING, 100_000)
            .count(BillingUnit.AUDIO_OUTPUT, 100_000)
            .build();

    private final LegacyDatabase database = LegacyDatabase.expanded()
            .model(1, "acme", "2, 8, null, null")
            .model(2, "bolt", "2, 8, null, null")
            .model(3, "acme", "0, 0, null, null");
    private final JooqPricingRepository repository = new JooqPricingRepository(database.ctx());

    @AfterEach
    void dropDatabase() {
        database.close();
    }

    private Populate.Result populate(Declarations declared) {
        return new Populate(database.ctx()).run(declared, TEST);
    }

    private Cost cost(int model) {
        return repository.find(new ModelId(model)).orElseThrow().quote().cost(CACHED);
    }

    private static void assertCosts(Cost cost, String usd) {
        assertThat(cost)
                .isInstanceOfSatisfying(
                        Cost.Complete.class,
                        complete -> assertThat(complete.total()).isEqualByComparingTo(usd));
    }

    private void verify() {
        assertThat(new Verify(database.ctx()).run().findings()).isEmpty();
    }

    @Test
    void cachedTokensAreChargedAsInputIfDeclared() {
        populate(UNITS.cached(ALL, Cached.AS_INPUT));

        assertCosts(cost(1), "10");
        assertCosts(cost(2), "10");
        assertCosts(cost(3), "0");
        verify();
    }

    @Test
    void cachedTokensAreDeclaredByProvider() {
        Populate.Result result = populate(UNITS.cached(new Scope.Provider("acme"), Cached.AS_INPUT));

        assertCosts(cost(1), "10");
        assertThat(cost(2)).isInstanceOf(Cost.Incomplete.class);
        assertThat(result.undeclared()).containsExactly(new Undeclared("bolt", Subject.CACHED, 1));
        assertThat(MigrationStatus.read(database.ctx()).undeclared()).isEqualTo(result.undeclared());
        verify();
    }

    @Test
    void undeclaredCachedTokensAreIncompleteAndReported() {
        Populate.Result result = populate(UNITS);

        assertThat(cost(1)).isInstanceOf(Cost.Incomplete.class);
        assertThat(result.undeclared())
                .containsExactly(new Undeclared("acme", Subject.CACHED, 2), new Undeclared("bolt", Subject.CACHED, 1));
    }

    @Test
    void unknownCachedTokensAreIncompleteAndNotReported() {
        Populate.Result result = populate(UNITS.cached(ALL, Cached.UNKNOWN));

        assertThat(cost(1)).isInstanceOf(Cost.Incomplete.class);
        assertThat(result.undeclared()).isEmpty();
    }

    @Test
    void legacyRepositoryWritesTheDeclaredRatesOfANewPrice() {
        populate(UNITS.cached(ALL, Cached.AS_INPUT));
        database.model(4, "acme", "null, null, null, null");
        LegacyPricingRepository legacy =
                new LegacyPricingRepository(repository, ModelDeclarations.stored(database.ctx()));

        legacy.upsertAll(
                Map.of(new ModelId(4), new LegacyPrices(new BigDecimal("4e-6"), new BigDecimal("8e-6"), null, null)),
                Zero.UNKNOWN,
                PricingSource.PROVIDER,
                Instant.now(),
                TEST);

        assertCosts(cost(4), "12");
    }

    @Test
    void libraryAndDatabaseChargeAnUnlistedOneHourWriteAlike() {
        populate(UNITS.cached(ALL, Cached.AS_INPUT));
        RateCard regional = RateCard.of(Price.perMillion("2"), Price.perMillion("8"))
                .plus(Rate.of(BillingUnit.CACHE_WRITE, Price.perMillion("9")).inRegion("eu"));
        for (int model : List.of(1, 2)) {
            repository.upsert(
                    new PriceUpdate(
                            new ModelId(model), new Pricing.Paid(regional), PricingSource.PROVIDER, Instant.now()),
                    TEST);
        }

        new LegacyPricingRepository(repository, ModelDeclarations.stored(database.ctx()))
                .upsertAll(
                        Map.of(
                                new ModelId(1),
                                new LegacyPrices(new BigDecimal("4e-6"), new BigDecimal("8e-6"), null, null)),
                        Zero.UNKNOWN,
                        PricingSource.PROVIDER,
                        Instant.now(),
                        TEST);
        database.sql("update models set pricing_prompt = 4 where id = 2");

        RateCard card = RateCard.of(Price.perMillion("4"), Price.perMillion("8"))
                .plus(
                        Rate.of(BillingUnit.CACHE_WRITE, Price.perMillion("9")).inRegion("eu"),
                        Rate.chargedAs(BillingUnit.CACHE_READ, BillingUnit.INPUT),
                        Rate.chargedAs(BillingUnit.CACHE_WRITE_1H, BillingUnit.INPUT),
                        Rate.chargedAs(BillingUnit.AUDIO_INPUT, BillingUnit.INPUT),
                        Rate.chargedAs(BillingUnit.AUDIO_OUTPUT, BillingUnit.OUTPUT));
        assertThat(repository.find(new ModelId(1)).orElseThrow().pricing()).isEqualTo(new Pricing.Paid(card));
        assertThat(repository.find(new ModelId(2)).orElseThrow().pricing()).isEqualTo(new Pricing.Paid(card));
    }
}
