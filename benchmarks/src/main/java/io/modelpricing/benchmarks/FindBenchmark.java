package io.modelpricing.benchmarks;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
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
    private static final String FIND = "select models.id, model_pricing.version, model_pricing.pricing_type,"
            + " model_pricing.missing_reason, model_pricing.price_per_input_token, model_pricing.price_per_output_token,"
            + " model_pricing.price_per_image_token, model_pricing.price_per_request, model_pricing.pricing_source,"
            + " model_pricing.last_updated, model_pricing_rate.service_tier, model_pricing_rate.unit,"
            + " model_pricing_rate.from_input_tokens, model_pricing_rate.price from models"
            + " left join model_pricing on model_pricing.model_id = models.id"
            + " left join model_pricing_rate on model_pricing_rate.rate_set_id = model_pricing.rate_set_id"
            + " where models.id = ? order by models.id";

    private PricingDatabase database;
    private PricingRepository repository;

    /** Creates the prices, and checks that the library and JDBC return the same. */
    @Setup
    public void price() throws Exception {
        database = new PricingDatabase(MODELS);
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
    public Optional<ModelPricing> repository() {
        return repository.find(anyModel());
    }

    /** The hand-written equivalent. */
    @Benchmark
    public Optional<ModelPricing> jdbc() throws SQLException {
        return find(anyModel());
    }

    private Optional<ModelPricing> find(ModelId model) throws SQLException {
        try (PreparedStatement statement = database.connection().prepareStatement(FIND)) {
            statement.setLong(1, model.value());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                ModelId id = new ModelId(row.getLong(1));
                int version = row.getInt(2);
                String type = row.getString(3);
                if (type == null) {
                    return Optional.of(ModelPricing.neverKnown(id));
                }
                String reason = row.getString(4);
                PricingSource source = new PricingSource(row.getString(9));
                Instant lastUpdated = row.getObject(10, OffsetDateTime.class).toInstant();
                List<Rate> rates = new ArrayList<>();
                add(rates, BillingUnit.INPUT, row.getBigDecimal(5));
                add(rates, BillingUnit.OUTPUT, row.getBigDecimal(6));
                add(rates, BillingUnit.IMAGE, row.getBigDecimal(7));
                add(rates, BillingUnit.REQUEST, row.getBigDecimal(8));
                do {
                    String unit = row.getString(12);
                    if (unit != null) {
                        BigDecimal price = row.getBigDecimal(14);
                        rates.add(new Rate(
                                BillingUnit.parse(unit),
                                ServiceTier.parse(row.getString(11)),
                                row.getLong(13),
                                price == null ? null : Price.perUnit(price)));
                    }
                } while (row.next());
                return Optional.of(new ModelPricing(id, pricing(type, reason, rates), version, source, lastUpdated));
            }
        }
    }

    private static void add(List<Rate> rates, BillingUnit unit, BigDecimal price) {
        if (price != null) {
            rates.add(Rate.of(unit, Price.perUnit(price)));
        }
    }

    private static Pricing pricing(String type, String reason, List<Rate> rates) {
        return switch (type) {
            case "paid" -> new Pricing.Paid(RateCard.of(rates));
            case "free" -> new Pricing.Free(RateCard.of(rates));
            case "deprecated" -> new Pricing.Deprecated(RateCard.of(rates));
            case "missing" -> new Pricing.Missing(MissingReason.parse(reason));
            default -> throw new IllegalStateException(type);
        };
    }
}
