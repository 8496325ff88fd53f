package io.modelpricing.examples.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.Model;
import io.modelpricing.jooq.ModelCatalog;
import java.time.Instant;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jooq.DSLContext;

/** Prices for the recipes' tests. */
final class Prices {

    static final Attribution SYNC = Attribution.by("api_sync:acme");
    static final Instant SEEN_AT = Instant.parse("2026-01-01T00:00:00Z");
    static final Pricing PAID = Pricing.paid(Price.perMillion("2.5"), Price.perMillion("10"));

    private Prices() {}

    /** Runs the library's migrations with Flyway, as {@link FlywayRecipeTest} shows. */
    static void migrate(DataSource dataSource) {
        Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:pricing-migrations")
                .sqlMigrationPrefix("pricing_V")
                .table("pricing_schema_history")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();
    }

    /** Creates a provider and a model of it, without a price. */
    static ModelId model(DSLContext ctx, String name) {
        ctx.execute("insert into providers (slug, name) values ('acme', 'Acme') on conflict do nothing");
        return new ModelCatalog(ctx).create(Model.of("acme", name, new CanonicalModelId(name)));
    }

    static void assertReadableAndWritable(DSLContext ctx) {
        ModelId model = model(ctx, "a");
        JooqPricingRepository prices = new JooqPricingRepository(ctx);

        assertThat(prices.upsert(new PriceUpdate(model, PAID, PricingSource.PROVIDER, SEEN_AT), SYNC)
                        .result())
                .isEqualTo(UpsertOutcome.Result.INSERTED);
        assertThat(prices.find(model).orElseThrow().pricing()).isEqualTo(PAID);
    }
}
