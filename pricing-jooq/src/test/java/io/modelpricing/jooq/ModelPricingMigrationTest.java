package io.modelpricing.jooq;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.RequestId;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.Usage;
import io.modelpricing.jooq.costs.RequestCosts;
import io.modelpricing.offers.OfferFilter;
import io.modelpricing.offers.Ranking;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The unit tests that the original plan names. */
class ModelPricingMigrationTest {

    private static final Instant T1 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Pricing CHEAP = Pricing.paid(Price.perMillion("0.15"), Price.perMillion("0.60"));
    private static final Pricing EXPENSIVE = Pricing.paid(Price.perMillion("2.50"), Price.perMillion("10"));

    private final PricingDatabase database = PricingDatabase.legacy()
            .expand()
            .provider("openai")
            .provider("azure")
            .provider("unpriced");
    private final JooqPricingRepository repository = new JooqPricingRepository(database.ctx());

    @AfterEach
    void drop() {
        database.close();
    }

    private UpsertOutcome.Result upsert(ModelId model, Pricing pricing, Instant at) {
        return repository
                .upsert(new PriceUpdate(model, pricing, PricingSource.PROVIDER, at), Attribution.by("test"))
                .result();
    }

    @Test
    void testGetModelPricing() {
        ModelId model = database.model("openai", "gpt-4o");
        assertThat(repository.find(model).orElseThrow().pricing())
                .isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));

        upsert(model, EXPENSIVE, T1);

        assertThat(repository.find(model).orElseThrow().pricing()).isEqualTo(EXPENSIVE);
        assertThat(repository.find(new ModelId(999_999))).isEmpty();
    }

    @Test
    void testUpsertModelPricing() {
        ModelId model = database.model("openai", "gpt-4o");

        assertThat(upsert(model, CHEAP, T1)).isEqualTo(UpsertOutcome.Result.INSERTED);
        assertThat(upsert(model, EXPENSIVE, T1.plusSeconds(1))).isEqualTo(UpsertOutcome.Result.UPDATED);
        assertThat(upsert(model, EXPENSIVE, T1.plusSeconds(2))).isEqualTo(UpsertOutcome.Result.UNCHANGED);
        assertThat(upsert(model, CHEAP, T1)).isEqualTo(UpsertOutcome.Result.STALE);
        assertThat(repository.find(model).orElseThrow().pricing()).isEqualTo(EXPENSIVE);
    }

    @Test
    void testModelWithPricingJoin() {
        ModelId priced = database.model("openai", "gpt-4o");
        ModelId unpriced = database.model("azure", "gpt-4o");
        upsert(priced, EXPENSIVE, T1);

        assertThat(database.ctx()
                        .fetch(
                                "select id, price_per_input_token::text, pricing_type from models_with_pricing order by id")
                        .map(row -> row.get(0) + " " + row.get(1) + " " + row.get(2)))
                .containsExactly(priced + " 0.0000025 paid", unpriced + " null missing");
    }

    @Test
    void testPricingClassification() {
        ModelId paid = database.model("openai", "paid");
        ModelId free = database.model("openai", "free");
        ModelId missing = database.model("openai", "missing");
        upsert(paid, EXPENSIVE, T1);
        upsert(free, Pricing.free(), T1);

        assertThat(repository.find(paid).orElseThrow().pricing().type()).isEqualTo(PricingType.PAID);
        assertThat(repository.find(free).orElseThrow().pricing().type()).isEqualTo(PricingType.FREE);
        assertThat(repository.find(missing).orElseThrow().pricing().type()).isEqualTo(PricingType.MISSING);
        assertThat(database.ctx()
                        .fetch("select pricing_classification from models_pricing_classified order by id")
                        .getValues(0, String.class))
                .containsExactly("Paid Model", "Free Model", "Missing Pricing Data");
    }

    @Test
    void testFailoverUsesPricingTable() {
        upsert(database.model("openai", "gpt-4o"), EXPENSIVE, T1);
        upsert(database.model("azure", "gpt-4o"), CHEAP, T1);
        database.model("unpriced", "gpt-4o");
        // The legacy columns are not read.
        database.sql("update models set model_id = 'gpt-4o', is_active = true, pricing_prompt = 0.00000001");
        database.sql("update providers set health_status = 'healthy', average_response_time_ms = 100");

        assertThat(new JooqOffers(database.ctx())
                        .offersFor(new CanonicalModelId("gpt-4o"), OfferFilter.active())
                        .rank(Ranking.healthiest(), Usage.of(1_000, 100), Instant.EPOCH)
                        .ranked())
                .extracting(ranked -> ranked.offer().provider())
                .isEqualTo(List.of("azure", "openai", "unpriced"));
    }

    @Test
    void testChatRequestCosting() {
        ModelId model = database.model("openai", "gpt-4o");
        upsert(model, EXPENSIVE, T1);
        database.sql("""
                insert into chat_completion_requests (request_id, model_id, input_tokens, output_tokens, processing_time_ms)
                values ('r1', %s, 1000, 500, 5)
                """.formatted(model));

        new RequestCosts(database.ctx())
                .record(
                        new RequestId("r1"),
                        repository.find(model).orElseThrow().quote().cost(Usage.of(1_000, 500)));

        assertThat(database.ctx()
                        .fetchSingle("select cost_usd::text, input_cost_usd::text, output_cost_usd::text"
                                + " from chat_completion_requests")
                        .intoList())
                .containsExactly("0.007500", "0.002500", "0.005000");
    }
}
