package io.modelpricing.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.DisplayedPrice;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.jooq.CatalogEntry;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.Model;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Java examples of the documentation that use this module. {@code DocumentationTest} compares them with the pages.
 */
class DocumentationExamplesTest {

    private static final Logger log = LoggerFactory.getLogger(DocumentationExamplesTest.class);

    @Test
    void catalogExampleShowsAPriceUnderBothNames() {
        ModelId id = new ModelId(1);
        Pricing pricing = Pricing.paid(Price.perMillion("2.50"), Price.perMillion("10"));
        CatalogEntry entry = new CatalogEntry(
                id,
                Model.of("openai", "gpt-4o", new CanonicalModelId("gpt-4o")),
                new ModelPricing(id, pricing, 1, PricingSource.PROVIDER, null));

        assertThat(body(entry))
                .containsEntry("pricing_prompt", new BigDecimal("0.0000025"))
                .containsEntry("pricing_image", null)
                .containsEntry("pricing", DisplayedPrice.of(pricing));
    }

    private static Map<String, @Nullable Object> body(CatalogEntry entry) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        // shown in docs/catalog-and-sync.md
        body.put("pricing", DisplayedPrice.of(entry.pricing()));
        body.putAll(LegacyPrices.of(entry.pricing(), LegacyUnit.PER_TOKEN)
                .toMap()); // pricing_prompt, …; null where unknown
        return body;
    }

    @Test
    void migrationExamplesContractAndReadLegacyNames() {
        try (LegacyDatabase legacy = LegacyDatabase.expanded()) {
            legacy.model(1, "acme", "2.5, 10, null, null");

            migrate(legacy.ctx());

            assertThat(Phase.read(legacy.ctx())).isEqualTo(Phase.CONTRACTED);
            assertThat(prompt(legacy.ctx(), new ModelId(1))).isEqualByComparingTo("0.0000025");
        }
    }

    private static void migrate(DSLContext database) {
        // shown in docs/migrating.md
        Attribution by = Attribution.by("deploy");
        new Populate(database)
                .run(
                        Declarations.none()
                                .tokens(new Declarations.Scope.All(), LegacyUnit.PER_MILLION)
                                .zero(new Declarations.Scope.All(), Zero.UNKNOWN)
                                .cached(new Declarations.Scope.All(), Cached.AS_INPUT),
                        by);
        if (new Verify(database).run().passed()) {
            StepResult result = new Contract(database).run(by);
            result.refused().forEach(refusal -> log.warn("{}", refusal));
        }
    }

    private static @Nullable BigDecimal prompt(DSLContext ctx, ModelId model) {
        PricingRepository prices = new JooqPricingRepository(ctx);
        // shown in docs/migrating.md
        LegacyPricingRepository legacy = new LegacyPricingRepository(prices, ModelDeclarations.stored(ctx));

        LegacyPrices found = legacy.find(model).orElseThrow();
        BigDecimal prompt = found.pricingPrompt(); // US dollars for one token; null if unknown
        return prompt;
    }
}
