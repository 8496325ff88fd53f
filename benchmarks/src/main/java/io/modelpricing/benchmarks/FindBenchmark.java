package io.modelpricing.benchmarks;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
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
 * Reading one of 10,000 prices, compared with hand-written JDBC that runs the same statement and builds the same
 * objects.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class FindBenchmark {

    private static final int MODELS = 10_000;
    private static final String FIND = JdbcPrices.COLUMNS + " from models"
            + " left join model_pricing on model_pricing.model_id = models.id"
            + " left join model_pricing_card_rate on model_pricing_card_rate.rate_set_id = model_pricing.rate_set_id"
            + " where models.id = ? order by models.id";

    private BenchmarkDatabase database;
    private PricingRepository repository;

    /** Creates the prices, and checks that the library and JDBC return the same. */
    @Setup
    public void price() throws Exception {
        database = new BenchmarkDatabase(MODELS);
        repository = database.repository();
        Pricing pricing = Pricing.paid(Price.perMillion("2.50"), Price.perMillion("10"));
        Instant now = Instant.now();
        repository.upsertAll(
                database.models().stream()
                        .map(model -> new PriceUpdate(model, pricing, PricingSource.PROVIDER, now))
                        .toList(),
                Attribution.by("benchmark"));
        ModelId model = anyModel();
        if (!find(model).equals(repository.find(model))) {
            throw new IllegalStateException("library and JDBC returned different results");
        }
    }

    /** Drops the database. */
    @TearDown
    public void drop() throws SQLException {
        database.close();
    }

    private static ModelId anyModel() {
        return new ModelId(1 + ThreadLocalRandom.current().nextInt(MODELS));
    }

    /** The library. */
    @Benchmark
    public Optional<ModelPricing> library() {
        return repository.find(anyModel());
    }

    /** The hand-written equivalent. */
    @Benchmark
    public Optional<ModelPricing> handWritten() throws SQLException {
        return find(anyModel());
    }

    private Optional<ModelPricing> find(ModelId model) throws SQLException {
        try (PreparedStatement statement = database.connection().prepareStatement(FIND)) {
            statement.setLong(1, model.value());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                JdbcPrices.Reading price = JdbcPrices.begin(row);
                JdbcPrices.finish(price, row);
                return Optional.of(price.pricing());
            }
        }
    }
}
