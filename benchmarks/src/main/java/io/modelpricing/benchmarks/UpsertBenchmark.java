package io.modelpricing.benchmarks;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.UpsertOutcome;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * Writing a batch of 10,000 prices, compared with one hand-written statement on the same tables and triggers. That
 * statement neither reports an outcome for each row nor locks rows beforehand.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 5)
@Measurement(iterations = 15)
public class UpsertBenchmark {

    /** How the batch relates to the stored prices. */
    public enum Batch {
        /** No model has a price yet. */
        INSERTED,
        /** Every price changes. */
        CHANGED,
        /** No price changes, but each is observed later. */
        SEEN_AGAIN,
        /** No row changes. */
        NOTHING_NEW
    }

    private static final int MODELS = 10_000;
    private static final String UPSERT = "insert into model_pricing (model_id, price_per_input_token,"
            + " price_per_output_token, pricing_type, pricing_source, last_updated)"
            + " select u.model_id, u.input, u.output, 'paid', 'provider', u.seen"
            + " from unnest(?::bigint[], ?::numeric[], ?::numeric[], ?::timestamptz[]) as u (model_id, input, output, seen)"
            + " order by u.model_id"
            + " on conflict (model_id) do update set price_per_input_token = excluded.price_per_input_token,"
            + " price_per_output_token = excluded.price_per_output_token, price_per_image_token = null,"
            + " price_per_request = null, rate_set_id = null, missing_reason = null,"
            + " pricing_type = excluded.pricing_type, pricing_source = excluded.pricing_source,"
            + " last_updated = excluded.last_updated"
            + " where model_pricing.pricing_source <> 'manual' and excluded.last_updated > model_pricing.last_updated";

    /** The batch to write. */
    @Param
    public Batch batch;

    private BenchmarkDatabase database;
    private PricingRepository repository;
    private List<PriceUpdate> updates;

    /** Creates the models. */
    @Setup
    public void create() throws Exception {
        database = new BenchmarkDatabase(MODELS);
        repository = database.repository();
    }

    /** Drops the database. */
    @TearDown
    public void drop() throws SQLException {
        database.close();
    }

    /** Restores the stored prices that the batch is written over. */
    @Setup(Level.Invocation)
    public void reset() throws SQLException {
        Instant first = Instant.parse("2026-01-01T00:00:00Z");
        List<PriceUpdate> before = updates("2.50", first);
        try (Statement statement = database.connection().createStatement()) {
            statement.execute("delete from model_pricing");
            statement.execute("vacuum analyze model_pricing");
            if (batch != Batch.INSERTED) {
                repository.upsertAll(before, Attribution.by("benchmark"));
            }
            statement.execute("checkpoint");
        }
        updates = switch (batch) {
            case INSERTED, NOTHING_NEW -> before;
            case CHANGED -> updates("3.75", first.plusSeconds(1));
            case SEEN_AGAIN -> updates("2.50", first.plusSeconds(1));
        };
    }

    private List<PriceUpdate> updates(String input, Instant seen) {
        Pricing pricing = Pricing.paid(Price.perMillion(input), Price.perMillion("10"));
        return database.models().stream()
                .map(model -> new PriceUpdate(model, pricing, PricingSource.PROVIDER, seen))
                .toList();
    }

    /** The library, which returns an outcome for each row. */
    @Benchmark
    public int library() {
        return repository.upsertAll(updates, Attribution.by("benchmark")).count(UpsertOutcome.Result.UPDATED);
    }

    /** The hand-written equivalent. */
    @Benchmark
    public int handWritten() throws SQLException {
        int size = updates.size();
        Long[] models = new Long[size];
        BigDecimal[] input = new BigDecimal[size];
        BigDecimal[] output = new BigDecimal[size];
        String[] seen = new String[size];
        for (int i = 0; i < size; i++) {
            PriceUpdate update = updates.get(i);
            ModelId model = update.model();
            models[i] = model.value();
            input[i] = update.pricing().orElseThrow().rates().get(0).price().usd();
            output[i] = update.pricing().orElseThrow().rates().get(1).price().usd();
            seen[i] = update.observedAt().toString();
        }
        Connection connection = database.connection();
        try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
            statement.setArray(1, connection.createArrayOf("bigint", models));
            statement.setArray(2, connection.createArrayOf("numeric", input));
            statement.setArray(3, connection.createArrayOf("numeric", output));
            statement.setArray(4, connection.createArrayOf("timestamptz", seen));
            return statement.executeUpdate();
        }
    }
}
