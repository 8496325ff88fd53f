package io.modelpricing.jooq;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelId;
import io.modelpricing.Outcome;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The integration tests that the original plan names. */
class PricingConsolidationTest {

    private static final Instant T1 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Attribution SYNC = Attribution.by("api_sync:openai");
    private static final Pricing PRICE = Pricing.paid(Price.perMillion("2.50"), Price.perMillion("10"));
    private static final Model GPT = Model.of("openai", "gpt-4o", new CanonicalModelId("gpt-4o"));

    private final PricingDatabase database = PricingDatabase.legacyExpanded().provider("openai");
    private final ModelCatalog catalog = new ModelCatalog(database.ctx());
    private final JooqPricingRepository repository = new JooqPricingRepository(database.ctx());

    @AfterEach
    void drop() {
        database.close();
    }

    private ModelId create() {
        return catalog.create(GPT, PRICE, PricingSource.PROVIDER, T1, SYNC);
    }

    @Test
    void testCreateModelCreatesPricingEntry() {
        ModelId model = create();

        assertThat(repository.find(model).orElseThrow().pricing()).isEqualTo(PRICE);
    }

    @Test
    void testUpdateModelDoesNotAffectPricing() {
        ModelId model = create();

        assertThat(catalog.update(model, Model.of("openai", "gpt-4o", new CanonicalModelId("gpt-4o-2024"))))
                .isEqualTo(Outcome.DONE);

        assertThat(repository.find(model).orElseThrow().pricing()).isEqualTo(PRICE);
        assertThat(repository.versions(model)).hasSize(1);
    }

    @Test
    void testUpdatePricingDoesNotAffectModel() {
        ModelId model = create();
        String before = row(model);

        repository.upsert(
                new PriceUpdate(
                        model,
                        Pricing.paid(Price.perMillion("5"), Price.perMillion("15")),
                        PricingSource.PROVIDER,
                        T1.plusSeconds(1)),
                SYNC);

        assertThat(row(model)).isEqualTo(before);
    }

    private String row(ModelId model) {
        return database.ctx()
                .fetchSingle("select to_jsonb(m)::text from models m where id = " + model)
                .get(0, String.class);
    }

    @Test
    void testDeleteModelCascadesPricing() {
        ModelId model = create();

        assertThat(catalog.delete(model, SYNC.because("gone"))).isInstanceOf(ModelDeletion.Deleted.class);

        assertThat(database.ctx()
                        .fetchSingle("select count(*) from model_pricing")
                        .get(0, Integer.class))
                .isZero();
        assertThat(repository.versions(model)).hasSize(2);
    }

    @Test
    void testQueryModelCatalogIncludesPricing() {
        ModelId model = create();

        assertThat(catalog.find(model).orElseThrow().pricing()).isEqualTo(PRICE);
    }

    @Test
    void testCostCalculationForChatRequests() {
        ModelId model = create();

        assertThat(repository
                        .find(model)
                        .orElseThrow()
                        .quote()
                        .cost(Usage.of(1_000, 500))
                        .orElseThrow()
                        .total())
                .isEqualByComparingTo(new BigDecimal("0.0075"));
    }
}
