package io.modelpricing.benchmarks;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;

/** Prices of 10,000 models: 1,000 canonical models at ten providers each, three in ten with further rates. */
final class SamplePrices {

    static final int MODELS = 10_000;
    static final int CANONICAL = 1_000;

    private SamplePrices() {}

    static BenchmarkDatabase createDatabase() throws SQLException, IOException {
        BenchmarkDatabase database = new BenchmarkDatabase(MODELS);
        try (Statement statement = database.connection().createStatement()) {
            statement.execute("insert into providers (name, slug, health_status, average_response_time_ms)"
                    + " select 'Provider ' || n, 'p' || n, (array['healthy', 'degraded', 'down'])[1 + n % 3], n * 100"
                    + " from generate_series(2, 10) n");
            statement.execute("update models set model_id = 'c' || id % " + CANONICAL + ", provider_id = 1 + id % 10,"
                    + " supports_vision = true, success_rate = 99.5, context_length = 128000");
        }
        Instant now = Instant.now();
        List<PriceUpdate> updates = database.models().stream()
                .map(model -> new PriceUpdate(model, pricing(model), PricingSource.PROVIDER, now))
                .toList();
        database.repository().upsertAll(updates, Attribution.by("benchmark"));
        try (Statement statement = database.connection().createStatement()) {
            statement.execute("vacuum analyze");
        }
        return database;
    }

    private static Pricing pricing(ModelId model) {
        RateCard card = RateCard.of(Price.perMillion(Long.toString(1 + model.value() % 17)), Price.perMillion("10"));
        return switch ((int) (model.value() / CANONICAL)) {
            case 0 -> Pricing.missing(MissingReason.DYNAMIC);
            case 1 -> Pricing.free();
            case 2, 3, 4 ->
                new Pricing.Paid(card.plus(
                        Rate.of(BillingUnit.CACHE_READ, Price.perMillion("0.25")),
                        Rate.of(BillingUnit.INPUT, Price.perMillion("20")).above(200_000)));
            default -> new Pricing.Paid(card);
        };
    }
}
