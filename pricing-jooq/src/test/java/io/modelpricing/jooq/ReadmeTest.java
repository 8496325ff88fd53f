package io.modelpricing.jooq;

import static io.modelpricing.offers.Ranking.Criterion.COST;
import static io.modelpricing.offers.Ranking.Criterion.KNOWN_COST;
import static io.modelpricing.offers.Ranking.Criterion.PREFERENCE;
import static io.modelpricing.offers.Ranking.Criterion.SUCCESS_RATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.Cost;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Quote;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import io.modelpricing.offers.Capability;
import io.modelpricing.offers.Offer;
import io.modelpricing.offers.OfferFilter;
import io.modelpricing.offers.OfferRepository;
import io.modelpricing.offers.RankedOffers;
import io.modelpricing.offers.Ranking;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;

/** The Java examples of the documentation, compiled and run. {@code DocumentationTest} compares them with the pages. */
class ReadmeTest {

    @Test
    void readmeExampleWritesAPriceAndCostsARequest() {
        try (PricingDatabase database = PricingDatabase.expanded().provider("openai")) {
            database.model("openai", "gpt-4o");
            Instant seenAt = Instant.parse("2026-11-22T00:00:00Z");

            assertThat(readme(database.ctx(), seenAt)).isEqualTo("no price at all: never_known INSERTED");
            assertThat(readme(database.ctx(), seenAt))
                    .startsWith("cost $0.00525000 = [LineItem[unit=input, quantity=200");
        }
    }

    private static String readme(DSLContext ctx, Instant seenAt) {
        // example README.md
        PricingRepository prices = new JooqPricingRepository(ctx);

        ModelPricing price =
                prices.find(new ProviderModelId("openai", "gpt-4o")).orElseThrow();
        Quote quote = price.quote(); // fixed for this request, with its version

        Usage usage =
                Usage.inclusive().input(1_200).cacheRead(1_000).output(350).build();
        String answer = quote.cost(usage)
                .fold(
                        cost -> "cost $" + cost.total().toPlainString() + " = " + cost.lines(),
                        partial -> "no price for " + partial.unpriced(), // never 0, never a default
                        missing -> "no price at all: " + missing.reason());

        RateCard card = RateCard.of(Price.perMillion("2.50"), Price.perMillion("10"))
                .plus(Rate.of(BillingUnit.CACHE_READ, Price.perMillion("1.25")));
        UpsertOutcome outcome = prices.upsert(
                new PriceUpdate(price.model(), new Pricing.Paid(card), PricingSource.PROVIDER, seenAt),
                Attribution.by("api_sync:openai"));
        // end
        return answer + " " + outcome.result();
    }

    @Test
    void inclusiveAndExclusiveReportsOfOneRequestAreEqual() {
        // example docs/price-model.md
        // The same request, as OpenAI and as Anthropic report it.
        Usage openai =
                Usage.inclusive().input(10_000).cacheRead(8_000).output(500).build();
        Usage anthropic =
                Usage.exclusive().input(2_000).cacheRead(8_000).output(500).build();
        // end
        assertThat(openai).isEqualTo(anthropic);
    }

    @Test
    void failoverExampleCostsTheOfferThatServedTheRequest() {
        try (PricingDatabase database =
                PricingDatabase.expanded().provider("openai").provider("azure")) {
            Pricing pricing = new Pricing.Paid(RateCard.of(Price.perMillion("2.50"), Price.perMillion("10"))
                    .plus(Rate.of(BillingUnit.CACHE_READ, Price.perMillion("1.25"))));
            for (String provider : List.of("openai", "azure")) {
                new ModelCatalog(database.ctx())
                        .create(
                                Model.named(provider, provider + "-4o", new CanonicalModelId("gpt-4o")),
                                pricing,
                                PricingSource.PROVIDER,
                                Instant.EPOCH,
                                Attribution.by("api_sync"));
            }
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

    private static Cost failover(
            DSLContext ctx, CanonicalModelId model, Function<ProviderModelId, Optional<Usage>> send) {
        // example docs/failover.md
        OfferRepository offers = new JooqOffers(ctx);

        Usage expected =
                Usage.inclusive().input(8_000).cacheRead(6_000).output(700).build();
        RankedOffers ranked = offers.offersFor(model, OfferFilter.active().requiring(Capability.VISION))
                .rank(Ranking.healthiest().maxCost(Usd.of("0.05")), expected);

        for (Offer offer : ranked) { // the best first
            Optional<Usage> reported = send.apply(offer.id()); // yours: provider, and its id of the model
            if (reported.isPresent()) {
                return offer.quote().cost(reported.get()); // by the price that it was ranked by
            }
        }
        // end
        throw new AssertionError(ranked.excluded());
    }

    private static Ranking composed() {
        return
        // example docs/failover.md
        Ranking.by(SUCCESS_RATE, COST).preferring("azure").maxCost(Usd.of("0.05"));
        // end
    }
}
