package io.modelpricing.jooq;

import static io.modelpricing.offers.Ranking.Criterion.COST;
import static io.modelpricing.offers.Ranking.Criterion.KNOWN_COST;
import static io.modelpricing.offers.Ranking.Criterion.PREFERENCE;
import static io.modelpricing.offers.Ranking.Criterion.SUCCESS_RATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.AsOf;
import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.Cost;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Quote;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import io.modelpricing.ValidFrom;
import io.modelpricing.offers.Capability;
import io.modelpricing.offers.Health;
import io.modelpricing.offers.Offer;
import io.modelpricing.offers.OfferFilter;
import io.modelpricing.offers.OfferRepository;
import io.modelpricing.offers.Percent;
import io.modelpricing.offers.RankedOffers;
import io.modelpricing.offers.Ranking;
import io.modelpricing.offers.ServingStatus;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The Java examples of the documentation, compiled and run. {@code DocumentationTest} compares them with the pages. */
class ReadmeTest {

    private static final Instant SEEN_AT = Instant.parse("2026-11-22T00:00:00Z");

    private static final Pricing GPT_4O = new Pricing.Paid(RateCard.of(Price.perMillion("2.50"), Price.perMillion("10"))
            .plus(Rate.of(BillingUnit.CACHE_READ, Price.perMillion("1.25"))));

    @Test
    void readmeExampleWritesAPriceAndCostsARequest() {
        try (PricingDatabase database = PricingDatabase.expanded().provider("openai")) {
            ModelId model = database.model("openai", "gpt-4o");

            assertThat(readme(database.ctx(), model, SEEN_AT))
                    .startsWith("cost $0.00525000 = [input: 200 x 0.0000025 = 0.00050000, ");
        }
    }

    private static String readme(DSLContext ctx, ModelId model, Instant seenAt) {
        // shown in README.md
        PricingRepository prices = new JooqPricingRepository(ctx);

        RateCard card = RateCard.of(Price.perMillion("2.50"), Price.perMillion("10"))
                .plus(Rate.of(BillingUnit.CACHE_READ, Price.perMillion("1.25")));
        prices.upsert(
                new PriceUpdate(model, new Pricing.Paid(card), PricingSource.PROVIDER, seenAt),
                Attribution.by("api_sync:openai"));

        Quote quote = prices.find(new ProviderModelId("openai", "gpt-4o"))
                .orElseThrow()
                .quote(); // fixed for one request, with its version
        Usage usage =
                Usage.inclusive().input(1_200).cacheRead(1_000).output(350).build();
        String answer = quote.cost(usage)
                .fold(
                        cost -> "cost $" + cost.total().toPlainString() + " = " + cost.lines(),
                        incomplete -> "no price for " + incomplete.unpriced(), // never 0, never a default
                        missing -> "no price at all: " + missing.reason());
        return answer;
    }

    @Test
    void rateCardExampleHasRatesByThresholdTierRegionAndVariant() {
        // shown in docs/price-model.md
        RateCard card = RateCard.of(Price.perMillion("3"), Price.perMillion("15"))
                .plus(
                        Rate.of(BillingUnit.CACHE_READ, Price.perMillion("0.30")),
                        Rate.of(BillingUnit.INPUT, Price.perMillion("6")).above(200_000),
                        Rate.of(BillingUnit.INPUT, Price.perMillion("1.50")).in(ServiceTier.BATCH),
                        Rate.of(BillingUnit.INPUT, Price.perMillion("3.30")).inRegion("eu"),
                        Rate.of(BillingUnit.WEB_SEARCH, Price.perThousand("10")),
                        Rate.of(BillingUnit.WEB_SEARCH, Price.perThousand("25")).ofVariant("high"),
                        Rate.chargedAs(BillingUnit.AUDIO_INPUT, BillingUnit.INPUT)); // at the input price
        Quote quote = new Quote(new ModelId(1), 1, new Pricing.Paid(card), PricingSource.PROVIDER);
        assertThat(total(quote, Usage.of(200_000, 0))).isEqualByComparingTo("0.60");
        assertThat(total(quote, Usage.of(200_001, 0))).isEqualByComparingTo("1.200006");
        Usage.Builder usage = Usage.inclusive().input(1_000_000);
        assertThat(total(quote, usage.region("eu").build())).isEqualByComparingTo("3.30");
    }

    private static BigDecimal total(Quote quote, Usage usage) {
        return quote.cost(usage).orElseThrow().total();
    }

    @Test
    void inclusiveAndExclusiveReportsOfOneRequestAreEqual() {
        // shown in docs/price-model.md
        // The same request, as OpenAI and as Anthropic report it.
        Usage openai =
                Usage.inclusive().input(10_000).cacheRead(8_000).output(500).build();
        Usage anthropic =
                Usage.exclusive().input(2_000).cacheRead(8_000).output(500).build();
        assertThat(openai).isEqualTo(anthropic);
    }

    @Test
    void cacheCreationExampleCountsTheOneHourPartOnce() {
        // shown in docs/price-model.md
        Usage claude = Usage.exclusive()
                .input(100)
                .cacheCreation(2_000) // the sum of all cache writes
                .cacheWrite1h(500) // a part of it; the rest was written for 5 minutes
                .output(500)
                .serviceTier(ServiceTier.parseReported("standard"))
                .build();
        assertThat(claude.count(BillingUnit.CACHE_WRITE)).isEqualTo(1_500);
        assertThat(claude.count(BillingUnit.INPUT)).isEqualTo(2_100);
    }

    @Test
    void correctionExampleChangesThePriceThenButNotWhatWasKnownBefore() {
        try (PricingDatabase database = PricingDatabase.expanded().provider("openai")) {
            ModelId model = database.model("openai", "gpt-4o");
            PricingRepository prices = new JooqPricingRepository(database.ctx());
            prices.correct(
                    new PriceUpdate(model, GPT_4O, PricingSource.PROVIDER, SEEN_AT),
                    ValidFrom.noStartDate(),
                    Attribution.by("ops").because("first price"));
            Instant billedAt = prices.versions(model).get(0).recordedAt();
            PriceUpdate update = new PriceUpdate(
                    model,
                    Pricing.paid(Price.perMillion("5"), Price.perMillion("20")),
                    PricingSource.PROVIDER,
                    SEEN_AT.plusSeconds(1));
            history(prices, update, billedAt.minus(Duration.ofDays(1)), billedAt);
        }
    }

    private static void history(PricingRepository prices, PriceUpdate update, Instant requestedAt, Instant billedAt) {
        ModelId model = update.model();
        // shown in docs/price-model.md
        Optional<ModelPricing> applied = prices.findAt(model, AsOf.validAt(requestedAt));
        Optional<ModelPricing> billed =
                prices.findAt(model, AsOf.validAt(requestedAt).knownAt(billedAt));
        prices.correct(update, ValidFrom.at(requestedAt), Attribution.by("ops").because("the price list was misread"));
        assertThat(applied).isEqualTo(billed);
        assertThat(prices.findAt(model, AsOf.validAt(requestedAt)).orElseThrow().pricing())
                .isEqualTo(update.pricing());
        assertThat(prices.findAt(model, AsOf.validAt(requestedAt).knownAt(billedAt)))
                .isEqualTo(billed);
    }

    @Test
    void failoverExampleCostsTheOfferThatServedTheRequest() {
        try (PricingDatabase database = offered("openai", "azure")) {
            database.sql("update models set supports_vision = true");

            Cost cost = failover(
                    database.ctx(),
                    new CanonicalModelId("gpt-4o"),
                    id -> id.equals(new ProviderModelId("openai", "openai-4o"))
                            ? Optional.of(Usage.of(1000, 100))
                            : Optional.empty());

            assertThat(cost.orElseThrow().total()).isEqualByComparingTo("0.0035");
            assertThat(composed().order()).startsWith(KNOWN_COST, PREFERENCE, SUCCESS_RATE, COST);
        }
    }

    private static PricingDatabase offered(String... providers) {
        PricingDatabase database = PricingDatabase.expanded();
        for (String provider : providers) {
            database.provider(provider);
            new ModelCatalog(database.ctx())
                    .create(
                            Model.of(provider, provider + "-4o", new CanonicalModelId("gpt-4o")),
                            GPT_4O,
                            PricingSource.PROVIDER,
                            Instant.EPOCH,
                            Attribution.by("api_sync"));
        }
        return database;
    }

    private static Cost failover(
            DSLContext ctx, CanonicalModelId model, Function<ProviderModelId, Optional<Usage>> send) {
        // shown in docs/failover.md
        OfferRepository offers = new JooqOffers(ctx);

        Usage expected =
                Usage.inclusive().input(8_000).cacheRead(6_000).output(700).build();
        Instant now = Instant.now(); // some prices depend on the hour
        RankedOffers ranked = offers.offersFor(model, OfferFilter.active().requiring(Capability.VISION))
                .rank(Ranking.healthiest().maxCost(Usd.parse("0.05")), expected, now);

        for (Offer offer : ranked) { // the best first
            Optional<Usage> reported = send.apply(offer.id()); // your client; the id is provider and provider model id
            if (reported.isPresent()) {
                return offer.quote().cost(reported.get(), now); // at the price it was ranked by
            }
        }
        throw new AssertionError(ranked.excluded());
    }

    private static Ranking composed() {
        return
        // shown in docs/failover.md
        Ranking.by(SUCCESS_RATE, COST).preferring("azure").maxCost(Usd.parse("0.05"));
    }

    /** The parameters of a web request for a page of the catalog. */
    private record CatalogRequest(String sort, @Nullable String cursor) {}

    @Test
    void catalogExampleReadsPageByPage() {
        try (PricingDatabase database = offered("openai", "azure")) {
            Page<CatalogEntry> page = catalog(database.ctx(), new CatalogRequest("input", null));

            assertThat(page.items()).hasSize(2);
            assertThat(page.next()).isEmpty();
        }
    }

    private static Page<CatalogEntry> catalog(DSLContext ctx, CatalogRequest request) {
        // shown in docs/catalog-and-sync.md
        ModelCatalog catalog = new ModelCatalog(ctx);
        CatalogQuery query = CatalogQuery.all()
                .onlyActive()
                .atMost(PriceMeasure.INPUT, Price.perMillion("3"))
                .cheapestFirst(PriceMeasure.parse(request.sort())); // refuses an unknown measure
        Page<CatalogEntry> page = catalog.page(query, new PageRequest(50, request.cursor()));
        Optional<PageRequest> next = page.next(); // empty on the last page; its cursor is opaque text
        assertThat(next.isPresent()).isEqualTo(page.items().size() == 50);
        return page;
    }

    @Test
    void catalogWriteExampleRecordsWhatFailoverReads() {
        try (PricingDatabase database = PricingDatabase.expanded()) {
            ModelId model = write(database.ctx(), new ModelCatalog(database.ctx()), GPT_4O, SEEN_AT);

            Offer offer = new JooqOffers(database.ctx())
                    .offersFor(new CanonicalModelId("gpt-4o"), OfferFilter.any())
                    .offers()
                    .get(0);
            assertThat(offer.model()).isEqualTo(model);
            assertThat(offer.health()).isEqualTo(Health.DEGRADED);
            assertThat(offer.capabilities()).containsExactly(Capability.STREAMING, Capability.VISION);
        }
    }

    private static ModelId write(DSLContext ctx, ModelCatalog catalog, Pricing pricing, Instant seenAt) {
        // shown in docs/catalog-and-sync.md
        ProviderCatalog providers = new ProviderCatalog(ctx);
        providers.create(Provider.of("openai", "OpenAI"));

        ModelId model = catalog.create(
                Model.of("openai", "gpt-4o", new CanonicalModelId("gpt-4o")),
                pricing,
                PricingSource.PROVIDER,
                seenAt,
                Attribution.by("api_sync:openai"));

        providers.updateStatus("openai", new ServingStatus(true, Health.HEALTHY, Duration.ofMillis(120)));
        catalog.updateStatus(model, new ServingStatus(true, Health.DEGRADED, Duration.ofMillis(480)));
        catalog.updateSuccessRate(model, Percent.parse("99.5"));
        catalog.updateCapabilities(model, Set.of(Capability.STREAMING, Capability.VISION));
        return model;
    }

    /** A client of a provider's API. */
    private interface ProviderClient {
        List<ListedModel> listModels() throws IOException;
    }

    @Test
    void syncExampleNamesTheFailedProviderAndWritesTheOther() {
        try (PricingDatabase database =
                PricingDatabase.expanded().provider("openai").provider("azure")) {
            ProviderClient openai = () ->
                    List.of(new ListedModel(Model.of("openai", "gpt-4o", new CanonicalModelId("gpt-4o")), GPT_4O));
            ProviderClient azure = () -> {
                throw new IOException("no route to host");
            };

            assertThatThrownBy(() -> sync(database.ctx(), openai, azure))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("1 of 2")
                    .hasMessageContaining("no route to host");
            assertThat(database.number("select count(*) from model_pricing")).isEqualTo(1);
        }
    }

    private static void sync(DSLContext ctx, ProviderClient openai, ProviderClient azure) {
        // shown in docs/catalog-and-sync.md
        CatalogSync sync = new CatalogSync(ctx, new PricingSource("provider_api"), Attribution.by("catalog_sync"));
        SyncReport report = sync.syncCatalog(
                List.of(
                        new ProviderFeed<>("openai", openai::listModels),
                        new ProviderFeed<>("azure", azure::listModels)),
                Instant.now());
        report.orElseThrow(); // names each failed provider and the reason
    }
}
