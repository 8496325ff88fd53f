package io.modelpricing.benchmarks;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.jooq.CatalogEntry;
import io.modelpricing.jooq.CatalogQuery;
import io.modelpricing.jooq.Model;
import io.modelpricing.jooq.ModelCatalog;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
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
    private static final String CATALOG = "select models.id, model_pricing.version, model_pricing.pricing_type,"
            + " model_pricing.missing_reason, model_pricing.price_per_input_token, model_pricing.price_per_output_token,"
            + " model_pricing.price_per_image_token, model_pricing.price_per_request, model_pricing.pricing_source,"
            + " model_pricing.last_updated, model_pricing_rate.service_tier, model_pricing_rate.unit,"
            + " model_pricing_rate.from_input_tokens, model_pricing_rate.price, providers.slug,"
            + " models.provider_model_id, models.model_id, models.model_name, models.description, models.context_length,"
            + " models.modality, models.is_active from models"
            + " left join providers on providers.id = models.provider_id"
            + " left join model_pricing on model_pricing.model_id = models.id"
            + " left join model_pricing_rate on model_pricing_rate.rate_set_id = model_pricing.rate_set_id"
            + " where models.id in (select models.id from models order by models.id limit ?) order by models.id";

    private PricingDatabase database;
    private ModelCatalog catalog;

    /** Creates the prices, and checks that the library and JDBC return the same. */
    @Setup
    public void price() throws Exception {
        database = new PricingDatabase(MODELS);
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
        if (!jdbc().equals(library())) {
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
    public List<CatalogEntry> jdbc() throws SQLException {
        List<CatalogEntry> entries = new ArrayList<>();
        try (PreparedStatement statement = database.connection().prepareStatement(CATALOG)) {
            statement.setLong(1, MODELS);
            try (ResultSet row = statement.executeQuery()) {
                boolean hasRow = row.next();
                while (hasRow) {
                    ModelId id = new ModelId(row.getLong(1));
                    Model model = model(row);
                    String type = row.getString(3);
                    int version = row.getInt(2);
                    String reason = row.getString(4);
                    String source = row.getString(9);
                    OffsetDateTime lastUpdated = row.getObject(10, OffsetDateTime.class);
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
                        hasRow = row.next();
                    } while (hasRow && row.getLong(1) == id.value());
                    entries.add(new CatalogEntry(
                            id,
                            model,
                            type == null
                                    ? ModelPricing.neverKnown(id)
                                    : new ModelPricing(
                                            id,
                                            pricing(type, reason, rates),
                                            version,
                                            new PricingSource(source),
                                            lastUpdated.toInstant())));
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
