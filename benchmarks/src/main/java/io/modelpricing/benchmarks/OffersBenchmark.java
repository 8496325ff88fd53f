package io.modelpricing.benchmarks;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Usage;
import io.modelpricing.jooq.JooqOffers;
import io.modelpricing.offers.Capability;
import io.modelpricing.offers.Health;
import io.modelpricing.offers.Offer;
import io.modelpricing.offers.OfferFilter;
import io.modelpricing.offers.OfferRepository;
import io.modelpricing.offers.Offers;
import io.modelpricing.offers.Percent;
import io.modelpricing.offers.RankedOffers;
import io.modelpricing.offers.Ranking;
import io.modelpricing.offers.ServingStatus;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
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
 * Reading the ten offers of one of 1,000 models, compared with hand-written JDBC that runs the same statement and
 * builds the same objects; and ranking them.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Fork(2)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 5, time = 1)
public class OffersBenchmark {

    private static final String OFFERS = JdbcPrices.COLUMNS
            + ", providers.slug, models.provider_model_id, providers.name, providers.is_active,"
            + " providers.health_status, providers.average_response_time_ms, models.is_active, models.health_status,"
            + " models.average_response_time_ms, cast(models.success_rate as text), models.supports_streaming,"
            + " models.supports_function_calling, models.supports_vision, models.context_length"
            + " from models join providers on providers.id = models.provider_id"
            + " left join model_pricing on model_pricing.model_id = models.id"
            + " left join model_pricing_card_rate on model_pricing_card_rate.rate_set_id = model_pricing.rate_set_id"
            + " where models.model_id = ? order by models.id";

    private static final Usage EXPECTED =
            Usage.inclusive().input(8000).cacheRead(6000).output(700).build();

    private BenchmarkDatabase database;
    private OfferRepository repository;
    private Offers found;

    /** Creates the offers, and checks that the library and JDBC return the same. */
    @Setup
    public void price() throws Exception {
        database = SamplePrices.createDatabase();
        repository = new JooqOffers(DSL.using(database.connection(), SQLDialect.POSTGRES));
        CanonicalModelId model = anyModel();
        found = offersFor(model);
        if (!found.equals(repository.offersFor(model, OfferFilter.active()))
                || found.offers().size() != 10) {
            throw new IllegalStateException("library and JDBC returned different results: " + found);
        }
    }

    /** Drops the database. */
    @TearDown
    public void drop() throws SQLException {
        database.close();
    }

    private static CanonicalModelId anyModel() {
        return new CanonicalModelId("c" + ThreadLocalRandom.current().nextInt(SamplePrices.CANONICAL));
    }

    /** The library. */
    @Benchmark
    public Offers library() {
        return repository.offersFor(anyModel(), OfferFilter.active());
    }

    /** The hand-written equivalent. */
    @Benchmark
    public Offers handWritten() throws SQLException {
        return offersFor(anyModel());
    }

    /** Ranking of offers that have been read. */
    @Benchmark
    public RankedOffers ranking() {
        return found.rank(Ranking.healthiest(), EXPECTED, Instant.EPOCH);
    }

    private Offers offersFor(CanonicalModelId model) throws SQLException {
        try (PreparedStatement statement = database.connection().prepareStatement(OFFERS)) {
            statement.setString(1, model.value());
            try (ResultSet row = statement.executeQuery()) {
                List<Offer> offers = new ArrayList<>();
                boolean hasRow = row.next();
                while (hasRow) {
                    JdbcPrices.Reading price = JdbcPrices.begin(row);
                    ProviderModelId id = new ProviderModelId(row.getString(15), row.getString(16));
                    String name = row.getString(17);
                    ServingStatus provider = status(row, 18);
                    ServingStatus ofModel = status(row, 21);
                    String rate = row.getString(24);
                    Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
                    for (Capability capability : Capability.values()) {
                        if (row.getBoolean(25 + capability.ordinal())) {
                            capabilities.add(capability);
                        }
                    }
                    int length = row.getInt(28);
                    Integer contextLength = row.wasNull() ? null : length;
                    hasRow = JdbcPrices.finish(price, row);
                    offers.add(new Offer(
                            id,
                            name,
                            model,
                            price.pricing(),
                            provider,
                            ofModel,
                            rate == null ? null : Percent.parse(rate),
                            capabilities,
                            contextLength));
                }
                return new Offers(model, offers, List.of()).matching(OfferFilter.active());
            }
        }
    }

    private static ServingStatus status(ResultSet row, int first) throws SQLException {
        boolean isActive = row.getBoolean(first);
        String health = row.getString(first + 1);
        int ms = row.getInt(first + 2);
        return new ServingStatus(
                isActive,
                health == null ? Health.UNKNOWN : Health.parse(health),
                row.wasNull() ? null : Duration.ofMillis(ms));
    }
}
