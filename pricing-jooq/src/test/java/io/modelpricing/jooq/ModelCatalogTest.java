package io.modelpricing.jooq;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.Attribution;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Outcome;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.PriceVersion;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.exception.IntegrityConstraintViolationException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ModelCatalogTest {

    private static final Attribution SYNC = Attribution.by("api_sync:openai");
    private static final Attribution ADA = Attribution.by("manual:ada").because("gone");
    private static final Instant T1 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Pricing EXPENSIVE = Pricing.paid(Price.perMillion("2.50"), Price.perMillion("10"));
    private static final Model GPT = Model.of("openai", "gpt-4o", new CanonicalModelId("gpt-4o"));

    private final PricingDatabase database =
            PricingDatabase.phase1().expand().provider("openai").provider("azure");
    private final ModelCatalog catalog = new ModelCatalog(database.ctx());
    private final JooqPricingRepository repository = new JooqPricingRepository(database.ctx());

    @AfterEach
    void drop() {
        database.close();
    }

    private ModelId create(Pricing pricing) {
        return catalog.create(GPT, pricing, PricingSource.PROVIDER, T1, SYNC);
    }

    private void request(ModelId model) {
        database.sql(requestOf(model));
    }

    private static String requestOf(ModelId model) {
        return "insert into chat_completion_requests (request_id, model_id, processing_time_ms) values "
                + "(gen_random_uuid(), " + model + ", 5)";
    }

    @Test
    void modelIsCreatedWithItsPrice() {
        Pricing pricing = new RandomCards(4).paidWithFurtherRates();
        ModelId id = create(pricing);

        CatalogEntry entry = catalog.find(id).orElseThrow();
        assertThat(entry.model()).isEqualTo(GPT);
        assertThat(entry.price())
                .isEqualTo(new ModelPricing(id, pricing, 1, PricingSource.PROVIDER, T1))
                .isEqualTo(repository.find(id).orElseThrow());
        assertThat(repository.versions(id)).singleElement().satisfies(version -> {
            assertThat(version.attribution()).isEqualTo(SYNC);
            assertThat(version.provider()).isEqualTo("openai");
        });
    }

    @Test
    void modelIsCreatedWithoutAPrice() {
        Model bare = new Model(null, "x", new CanonicalModelId("x"), "X", null, null, null, false);
        ModelId id = catalog.create(bare);

        assertThat(catalog.find(id)).contains(new CatalogEntry(id, bare, ModelPricing.neverKnown(id)));
        assertThat(repository.versions(id)).isEmpty();
        assertThat(catalog.find(new ModelId(999))).isEmpty();
        assertThat(catalog.find(new ModelId(1L << 40))).isEmpty();
    }

    @Test
    void modelAndPriceAreCreatedTogetherOrNotAtAll() {
        database.sql("alter table model_pricing add constraint no_thirteen check (price_per_input_token <> 13)");

        assertThatThrownBy(() -> create(Pricing.paid(Price.perToken("13"), Price.ZERO)))
                .isInstanceOf(DataAccessException.class)
                .hasMessageContaining("no_thirteen");
        assertThat(catalog.stream()).isEmpty();

        ModelId id = create(EXPENSIVE);
        assertThatThrownBy(() -> create(EXPENSIVE)).isInstanceOf(IntegrityConstraintViolationException.class);
        assertThatThrownBy(() -> catalog.create(GPT)).isInstanceOf(IntegrityConstraintViolationException.class);
        assertThat(repository.versions(id)).hasSize(1);
    }

    @Test
    void unknownProviderIsNamed() {
        Model nowhere = Model.of("unlisted", "x", new CanonicalModelId("x"));
        ModelId id = create(EXPENSIVE);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> catalog.create(nowhere))
                .withMessageContaining("unlisted");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> catalog.create(nowhere, EXPENSIVE, PricingSource.PROVIDER, T1, SYNC))
                .withMessageContaining("unlisted");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> catalog.update(id, nowhere))
                .withMessageContaining("unlisted");
        assertThat(catalog.find(id).orElseThrow().model()).isEqualTo(GPT);
    }

    @Test
    void updateOfAModelDoesNotWriteItsPrice() {
        ModelId id = create(EXPENSIVE);
        Object row = database.ctx().fetchValue("select (mp.*, mp.xmin)::text from model_pricing mp");
        Model other =
                new Model("azure", "4o", new CanonicalModelId("4o"), "GPT", "Good", 128_000, "text->image", false);

        assertThat(catalog.update(id, other)).isEqualTo(Outcome.DONE);
        assertThat(catalog.retire(id)).as("it is inactive already").isEqualTo(Outcome.NOTHING_TO_DO);

        assertThat(catalog.find(id).orElseThrow().model()).isEqualTo(other);
        assertThat(database.ctx().fetchValue("select (mp.*, mp.xmin)::text from model_pricing mp"))
                .isEqualTo(row);
        assertThat(repository.versions(id)).hasSize(1);
        assertThat(catalog.update(new ModelId(999), other)).isEqualTo(Outcome.NOTHING_TO_DO);
    }

    @Test
    void upsertOfAPriceDoesNotWriteItsModel() {
        ModelId id = create(EXPENSIVE);
        Object row = database.ctx().fetchValue("select (m.*, m.xmin)::text from models m");

        repository.upsert(new PriceUpdate(id, Pricing.free(), PricingSource.PROVIDER, T1.plusSeconds(1)), SYNC);
        repository.setManual(id, EXPENSIVE, ADA);
        repository.release(id, ADA);
        repository.delete(id, ADA);

        assertThat(database.ctx().fetchValue("select (m.*, m.xmin)::text from models m"))
                .isEqualTo(row);
    }

    @Test
    void retiredModelKeepsPriceAndRequests() {
        ModelId id = create(EXPENSIVE);
        request(id);

        assertThat(catalog.retire(id)).isEqualTo(Outcome.DONE);

        assertThat(catalog.find(id).orElseThrow().model().isActive()).isFalse();
        assertThat(repository.find(id).orElseThrow().pricing()).isEqualTo(EXPENSIVE);
        assertThat(database.number("select count(*) from chat_completion_requests"))
                .isEqualTo(1);
    }

    @Test
    void deletedModelLosesPriceAndKeepsVersions() {
        ModelId id = create(EXPENSIVE);

        assertThat(catalog.delete(id, ADA)).isEqualTo(new ModelDeletion.Deleted());
        assertThat(catalog.delete(id, ADA)).isEqualTo(new ModelDeletion.Unknown());

        assertThat(catalog.find(id)).isEmpty();
        assertThat(database.number("select count(*) from model_pricing")).isZero();
        assertThat(repository.versions(id)).hasSize(2).last().satisfies(version -> {
            assertThat(version.kind()).isEqualTo(PriceVersion.Kind.DELETION);
            assertThat(version.attribution()).isEqualTo(ADA);
            assertThat(version.provider()).isEqualTo("openai");
            assertThat(version.canonicalId()).isEqualTo(new CanonicalModelId("gpt-4o"));
        });
        assertThatIllegalArgumentException().isThrownBy(() -> catalog.delete(id, SYNC));
    }

    @Test
    void modelWithRequestsIsNotDeleted() {
        ModelId id = create(EXPENSIVE);
        request(id);

        assertThat(catalog.delete(id, ADA)).isEqualTo(new ModelDeletion.Refused("chat_completion_requests"));

        assertThat(repository.find(id).orElseThrow().pricing()).isEqualTo(EXPENSIVE);
        assertThat(database.number("select count(*) from chat_completion_requests"))
                .isEqualTo(1);
        assertThat(repository.versions(id)).hasSize(1);
    }

    @Test
    void uncommittedRequestPreventsDeletion() throws Exception {
        ModelId id = create(EXPENSIVE);
        try (Connection writer = database.database().dataSource().getConnection()) {
            writer.setAutoCommit(false);
            writer.createStatement().execute(requestOf(id));
            CompletableFuture<ModelDeletion> deletion = CompletableFuture.supplyAsync(() -> catalog.delete(id, ADA));
            assertThatThrownBy(() -> deletion.get(300, MILLISECONDS)).isInstanceOf(TimeoutException.class);
            writer.commit();

            assertThat(deletion.get(10, SECONDS)).isEqualTo(new ModelDeletion.Refused("chat_completion_requests"));
        }
        assertThat(database.number("select count(*) from chat_completion_requests"))
                .isEqualTo(1);
    }

    @Test
    void repeatableReadDeletionFailsIfARequestWasAdded() throws Exception {
        ModelId id = create(EXPENSIVE);
        try (Connection deleter = database.database().dataSource().getConnection()) {
            deleter.setAutoCommit(false);
            deleter.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            deleter.createStatement().execute("select from models");
            request(id);

            assertThatThrownBy(() -> new ModelCatalog(DSL.using(deleter, SQLDialect.POSTGRES)).delete(id, ADA))
                    .isInstanceOfSatisfying(
                            DataAccessException.class,
                            e -> assertThat(e.sqlState()).isEqualTo("40001"));
        }
        assertThat(database.number("select count(*) from chat_completion_requests"))
                .isEqualTo(1);
    }

    @Test
    void pagesAndStreamsTakeOneQueryPerPage() {
        database.sql("insert into models (provider_id, model_id, model_name, provider_model_id) "
                + "select 1, 'm' || i, 'm', 'm' || i from generate_series(1, 2500) i");
        RandomCards cards = new RandomCards(11);
        List<PriceUpdate> updates = new ArrayList<>();
        for (int i = 1; i <= 2500; i += 2) {
            updates.add(new PriceUpdate(new ModelId(i), cards.pricing(), PricingSource.PROVIDER, T1));
        }
        repository.upsertAll(updates, SYNC);
        AtomicInteger statements = new AtomicInteger();
        ModelCatalog counted = new ModelCatalog(database.counting(statements));

        List<CatalogEntry> all = counted.stream().toList();

        assertThat(statements).hasValue(3);
        assertThat(all)
                .extracting(entry -> entry.id().value())
                .isSorted()
                .hasSize(2500)
                .doesNotHaveDuplicates();
        assertThat(updates)
                .allSatisfy(update -> assertThat(
                                all.get((int) update.model().value() - 1).pricing())
                        .isEqualTo(update.pricing()));
        assertThat(all.get(1).pricing()).isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));

        statements.set(0);
        Page<CatalogEntry> first = counted.page(CatalogQuery.all(), PageRequest.first(1300));
        Page<CatalogEntry> last = counted.page(CatalogQuery.all(), first.next().orElseThrow());
        assertThat(first).hasSize(1300);
        assertThat(last).hasSize(1200);
        assertThat(last.next()).isEmpty();
        assertThat(statements).hasValue(2);
        assertThat(counted.stream().limit(3)).hasSize(3);
        assertThat(statements).as("a stream reads pages on demand").hasValue(3);
    }
}
