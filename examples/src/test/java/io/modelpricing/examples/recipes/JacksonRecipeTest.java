package io.modelpricing.examples.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.DisplayedPrice;
import io.modelpricing.ModelId;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.jooq.CatalogEntry;
import io.modelpricing.jooq.CatalogQuery;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.ModelCatalog;
import io.modelpricing.jooq.PriceMeasure;
import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The catalog recipe of {@code docs/recipes.md}: a page of models and their prices as JSON. */
class JacksonRecipeTest {

    private static final Attribution ADA = Attribution.by("manual:ada").because("price list of January");

    private final ThrowawayDatabase database = ThrowawayPostgres.shared().createDatabase();
    private final DSLContext ctx = DSL.using(database.dataSource(), SQLDialect.POSTGRES);
    private final CatalogEndpoint endpoint = new CatalogEndpoint(new ModelCatalog(ctx), new ObjectMapper());

    /** The body of {@code GET /models?sort=input&after=…}. */
    static final class CatalogEndpoint {

        private final ModelCatalog catalog;
        private final ObjectMapper json;

        CatalogEndpoint(ModelCatalog catalog, ObjectMapper json) {
            this.catalog = catalog;
            this.json = json;
        }

        record Body(List<Item> models, @Nullable String next) {}

        // example docs/recipes.md
        record Item(long id, @Nullable String provider, String model, String type, Map<String, DisplayedPrice> prices) {

            static Item of(CatalogEntry entry) {
                Pricing pricing = entry.pricing();
                Map<String, DisplayedPrice> prices = new LinkedHashMap<>();
                prices.put(BillingUnit.INPUT.id(), null); // An unknown price is null, never 0.
                prices.put(BillingUnit.OUTPUT.id(), null);
                DisplayedPrice.of(pricing).forEach((unit, price) -> prices.put(unit.id(), price));
                return new Item(
                        entry.id().value(),
                        entry.model().provider(),
                        entry.model().providerModelId(),
                        pricing.type().id(),
                        prices);
            }
        }
        // end

        // example docs/recipes.md
        String models(String sort, @Nullable String after) throws JsonProcessingException {
            Page<CatalogEntry> page = catalog.page(
                    CatalogQuery.all().onlyActive().cheapestFirst(PriceMeasure.parse(sort)), new PageRequest(2, after));
            return json.writeValueAsString(new Body(
                    page.items().stream().map(Item::of).toList(),
                    page.next().map(PageRequest::cursor).orElse(null)));
        }
        // end
    }

    @BeforeEach
    void prices() {
        Prices.migrate(database.dataSource());
        JooqPricingRepository prices = new JooqPricingRepository(ctx);
        ModelId exact = Prices.model(ctx, "exact");
        ModelId free = Prices.model(ctx, "free");
        ModelId partly = Prices.model(ctx, "partly-known");
        Prices.model(ctx, "unknown");
        prices.setManual(exact, Pricing.paid(Price.perMillion("2.50"), Price.perToken("0.000000000000000000001")), ADA);
        prices.setManual(free, Pricing.free(), ADA);
        prices.setManual(
                partly, new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.REQUEST, Price.perToken("0.01")))), ADA);
    }

    @AfterEach
    void drop() {
        database.close();
    }

    @Test
    void pricesAreExactText() throws JsonProcessingException {
        JsonNode model = model("exact");

        assertThat(model.at("/prices/input/perUnit").textValue()).isEqualTo("0.0000025");
        assertThat(model.at("/prices/input/perMillion").textValue()).isEqualTo("2.5");
        assertThat(model.at("/prices/output/perUnit").textValue()).isEqualTo("0.000000000000000000001");
        assertThat(model.at("/prices/output/perMillion").textValue()).isEqualTo("0.000000000000001");
    }

    @Test
    void freeIsZero() throws JsonProcessingException {
        assertThat(model("free").at("/type").textValue()).isEqualTo("free");
        assertThat(model("free").at("/prices/input/perUnit").textValue()).isEqualTo("0");
    }

    @Test
    void unknownPricesAreNull() throws JsonProcessingException {
        JsonNode unknown = model("unknown");
        assertThat(unknown.at("/type").textValue()).isEqualTo("missing");
        assertThat(unknown.at("/prices").toString()).isEqualTo("{\"input\":null,\"output\":null}");

        JsonNode partly = model("partly-known");
        assertThat(partly.at("/prices").toString())
                .isEqualTo("{\"input\":null,\"output\":null,\"request\":{\"perUnit\":\"0.01\",\"perMillion\":null}}");
    }

    @Test
    void pagesFollowTheCursor() throws JsonProcessingException {
        JsonNode first = parse(endpoint.models("input", null));
        JsonNode second = parse(endpoint.models("input", first.get("next").textValue()));

        assertThat(first.at("/models").findValuesAsText("model")).containsExactly("free", "exact");
        assertThat(second.at("/models").findValuesAsText("model")).containsExactly("partly-known", "unknown");
        assertThat(second.get("next").isNull()).isTrue();
    }

    @Test
    void invalidParametersAreRejected() {
        assertThatIllegalArgumentException().isThrownBy(() -> endpoint.models("price", null));
        assertThatIllegalArgumentException().isThrownBy(() -> endpoint.models("input", "1'; drop table models"));
    }

    private JsonNode model(String name) throws JsonProcessingException {
        for (String after = null; ; ) {
            JsonNode page = parse(endpoint.models("input", after));
            for (JsonNode model : page.get("models")) {
                if (model.get("model").textValue().equals(name)) {
                    return model;
                }
            }
            after = page.get("next").textValue();
        }
    }

    private static JsonNode parse(String body) throws JsonProcessingException {
        return new ObjectMapper().readTree(body);
    }
}
