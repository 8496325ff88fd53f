package io.modelpricing.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.Attribution;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.UpsertOutcome.Result;
import java.time.Instant;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

/** The library joins the transaction of its caller and never ends it. */
class SpringTransactionTest {

    private static final Attribution SYNC = Attribution.by("api_sync:openai");
    private static final Attribution ADA = Attribution.by("manual:ada").because("price of the invoice");
    private static final Instant T1 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Pricing EXPENSIVE = Pricing.paid(Price.perMillion("2.50"), Price.perMillion("10"));

    private final PricingDatabase database = PricingDatabase.expanded().provider("openai");
    private final DataSource dataSource = database.database().dataSource();
    private final TransactionTemplate spring = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    private final JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    private final DSLContext managed = DSL.using(new TransactionAwareDataSourceProxy(dataSource), SQLDialect.POSTGRES);
    private final ModelCatalog catalog = new ModelCatalog(managed);
    private final JooqPricingRepository repository = new JooqPricingRepository(managed);
    private final JooqPricingRepository outside = new JooqPricingRepository(database.ctx());
    private final ModelId model = database.model("openai", "gpt-4o");

    @AfterEach
    void drop() {
        database.close();
    }

    private static PriceUpdate update(ModelId model, Pricing pricing) {
        return new PriceUpdate(model, pricing, PricingSource.PROVIDER, T1);
    }

    @Test
    void writesCommitWithSpringsTransaction() {
        ModelId second = spring.execute(status -> {
            jdbc.update("update providers set name = 'OpenAI'");
            assertThat(repository.upsert(update(model, EXPENSIVE), SYNC).result())
                    .isEqualTo(Result.INSERTED);
            ModelId created = catalog.create(
                    Model.of("openai", "x", new CanonicalModelId("x")), EXPENSIVE, PricingSource.PROVIDER, T1, SYNC);
            assertThat(jdbc.queryForObject("select count(*) from model_pricing", Long.class))
                    .isEqualTo(2);
            assertThat(outside.find(model).orElseThrow().version())
                    .as("seen by another transaction")
                    .isZero();
            assertThat(outside.find(created)).isEmpty();
            return created;
        });

        assertThat(outside.find(model).orElseThrow().pricing()).isEqualTo(EXPENSIVE);
        assertThat(outside.find(second)).isPresent();
        assertThat(database.revision()).isEqualTo(1);
    }

    @Test
    void writesRollBackWithSpringsTransaction() {
        repository.upsert(update(model, EXPENSIVE), SYNC);

        assertThatThrownBy(() -> spring.executeWithoutResult(status -> {
                    repository.setManual(model, Pricing.free(), ADA);
                    repository.release(model, ADA);
                    catalog.create(Model.of("openai", "x", new CanonicalModelId("x")));
                    catalog.delete(model, ADA);
                    throw new IllegalStateException("the application changed its mind");
                }))
                .hasMessageContaining("changed its mind");

        assertThat(outside.find(model).orElseThrow().pricing()).isEqualTo(EXPENSIVE);
        assertThat(outside.versions(model)).hasSize(1);
        assertThat(new ModelCatalog(database.ctx()).stream()).hasSize(1);
        assertThat(database.revision()).isEqualTo(1);
    }

    @Test
    void failedStatementRollsBackEarlierStatementsOfTheApplication() {
        database.sql("alter table model_pricing add constraint no_thirteen check (price_per_input_token <> 13)");

        assertThatThrownBy(() -> spring.executeWithoutResult(status -> {
                    jdbc.update("update providers set name = 'Changed'");
                    repository.upsert(update(model, Pricing.paid(Price.perToken("13"), Price.ZERO)), SYNC);
                }))
                .isInstanceOf(DataAccessException.class);

        assertThat(database.ctx().fetchValue("select name from providers")).isEqualTo("openai");
        assertThat(outside.versions(model)).isEmpty();
    }

    @Test
    void writesJoinJooqsTransaction() {
        DSLContext plain = database.ctx();
        plain.transaction(trx -> {
            new JooqPricingRepository(trx.dsl()).upsert(update(model, EXPENSIVE), SYNC);
            assertThat(outside.find(model).orElseThrow().version()).isZero();
        });
        assertThat(outside.find(model).orElseThrow().version()).isEqualTo(1);

        assertThatThrownBy(() -> plain.transaction(trx -> {
                    new JooqPricingRepository(trx.dsl()).delete(model, ADA);
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(outside.find(model).orElseThrow().version()).isEqualTo(1);
    }

    @Test
    void callWithoutATransactionCommitsItself() {
        repository.upsert(update(model, EXPENSIVE), SYNC);
        assertThat(outside.find(model).orElseThrow().version()).isEqualTo(1);
        repository.setManual(model, Pricing.free(), ADA);
        assertThat(outside.find(model).orElseThrow().version()).isEqualTo(2);
        assertThat(database.revision()).isEqualTo(2);
    }
}
