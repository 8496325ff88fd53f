package io.modelpricing.benchmarks;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.jooq.CatalogEntry;
import io.modelpricing.jooq.CatalogQuery;
import io.modelpricing.jooq.Model;
import io.modelpricing.jooq.ModelCatalog;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading a catalog of 10,856 models with their prices, one in ten with further rates, compared with hand-written JDBC
 * that runs the same statement and builds the same objects.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 6, time = 2)
public class CatalogBenchmark {

    private static final int MODELS = 10_856;
    private static final String CATALOG = JdbcPrices.COLUMNS
            + ", providers.slug, models.provider_model_id, models.model_id, models.model_name, models.description,"
            + " models.context_length, models.modality, models.is_active from models"
            + " left join providers on providers.id = models.provider_id"
            + " left join model_pricing on model_pricing.model_id = models.id"
            + " left join model_pricing_card_rate on model_pricing_card_rate.rate_set_id = model_pricing.rate_set_id"
            + " where models.id in (select models.id from models order by models.id limit ?) order by models.id";

    private BenchmarkDatabase database;
    private ModelCatalog catalog;

    /** Creates the prices, and checks that the library and JDBC return the same. */
    @Setup
    public void price() throws Exception {
        database = new BenchmarkDatabase(MODELS);
        catalog = new ModelCatalog(DSL.using(database.connection(), SQLDialect.POSTGRES));
        Instant now = Instant.now();
        database.repository()
                .upsertAll(
                        database.models().stream()
                                .map(model -> new PriceUpdate(model, pricing(model), PricingSource.PROVIDER, now))
                                .toList(),
                        Attribution.by("benchmark"));
        try (var statement = database.connection().createStatement()) {
            statement.execute("vacuum analyze");
        }
        if (!handWritten().equals(library())) {
            throw new IllegalStateException("library and JDBC returned different results");
        }
    }

    private static Pricing pricing(ModelId model) {
        RateCard card = RateCard.of(Price.perMillion("0." + model.value()), Price.perMillion("10"));
        return new Pricing.Paid(
                model.value() % 10 == 0
                        ? card.plus(
                                Rate.of(BillingUnit.CACHE_READ, Price.perMillion("0.0" + model.value())),
                                Rate.of(BillingUnit.CACHE_WRITE, Price.perMillion("3")))
                        : card);
    }

    /** Drops the database. */
    @TearDown
    public void drop() throws SQLException {
        database.close();
    }

    /** The library. */
    @Benchmark
    public List<CatalogEntry> library() {
        return catalog.page(CatalogQuery.all(), PageRequest.first(MODELS)).items();
    }

    /** The hand-written equivalent. */
    @Benchmark
    public List<CatalogEntry> handWritten() throws SQLException {
        List<CatalogEntry> entries = new ArrayList<>();
        try (PreparedStatement statement = database.connection().prepareStatement(CATALOG)) {
            statement.setLong(1, MODELS);
            try (ResultSet row = statement.executeQuery()) {
                boolean hasRow = row.next();
                while (hasRow) {
                    JdbcPrices.Reading price = JdbcPrices.begin(row);
                    Model model = model(row);
                    hasRow = JdbcPrices.finish(price, row);
                    ModelPricing pricing = price.pricing();
                    entries.add(new CatalogEntry(pricing.model(), model, pricing));
                }
            }
        }
        return entries;
    }

    private static Model model(ResultSet row) throws SQLException {
        int contextLength = row.getInt(20);
        return new Model(
                row.getString(15),
                row.getString(16),
                new CanonicalModelId(row.getString(17)),
                row.getString(18),
                row.getString(19),
                contextLength == 0 ? null : contextLength,
                row.getString(21),
                row.getBoolean(22));
    }
}
