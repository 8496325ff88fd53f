package io.modelpricing.benchmarks;

import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.PricingRepository;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading many of 10,000 prices, compared with hand-written JDBC that runs the same statement and builds the same
 * objects.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 5, time = 1)
public class FindAllBenchmark {

    private static final String FIND_ALL = JdbcPrices.COLUMNS + " from models"
            + " left join model_pricing on model_pricing.model_id = models.id"
            + " left join model_pricing_card_rate on model_pricing_card_rate.rate_set_id = model_pricing.rate_set_id"
            + " where models.id in (select unnest(?)) order by models.id";

    /** The number of models. */
    @Param({"10", "100", "1000"})
    public int models;

    private BenchmarkDatabase database;
    private PricingRepository repository;

    /** Creates the prices, and checks that the library and JDBC return the same. */
    @Setup
    public void price() throws Exception {
        database = SamplePrices.createDatabase();
        repository = database.repository();
        List<ModelId> some = some();
        if (!findAll(some).equals(repository.findAll(some))) {
            throw new IllegalStateException("library and JDBC returned different results");
        }
    }

    /** Drops the database. */
    @TearDown
    public void drop() throws SQLException {
        database.close();
    }

    private List<ModelId> some() {
        return ThreadLocalRandom.current()
                .ints(models, 1, SamplePrices.MODELS + 1)
                .mapToObj(ModelId::new)
                .toList();
    }

    /** The library. */
    @Benchmark
    public Map<ModelId, ModelPricing> library() {
        return repository.findAll(some());
    }

    /** The hand-written equivalent. */
    @Benchmark
    public Map<ModelId, ModelPricing> handWritten() throws SQLException {
        return findAll(some());
    }

    private Map<ModelId, ModelPricing> findAll(List<ModelId> ids) throws SQLException {
        try (PreparedStatement statement = database.connection().prepareStatement(FIND_ALL)) {
            statement.setArray(
                    1,
                    database.connection()
                            .createArrayOf(
                                    "bigint", ids.stream().map(ModelId::value).toArray(Long[]::new)));
            try (ResultSet row = statement.executeQuery()) {
                Map<ModelId, ModelPricing> found = new LinkedHashMap<>();
                boolean hasRow = row.next();
                while (hasRow) {
                    JdbcPrices.Reading price = JdbcPrices.begin(row);
                    hasRow = JdbcPrices.finish(price, row);
                    ModelPricing pricing = price.pricing();
                    found.put(pricing.model(), pricing);
                }
                return found;
            }
        }
    }
}
