package io.modelpricing.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CatalogQueryTest {

    private static final Attribution SYNC = Attribution.by("catalog_sync");
    private static final Instant T1 = Instant.parse("2026-01-01T00:00:00Z");

    private final PricingDatabase database =
            PricingDatabase.expanded().provider("openai").provider("azure");
    private final AtomicInteger statements = new AtomicInteger();
    private final ModelCatalog catalog = new ModelCatalog(database.counting(statements));

    /** The smaller price has the longer text, and would sort last as text. */
    private final ModelId expensive = create("openai", "gpt", paid("0.00001", "0.00002"));

    private final ModelId cheap = create("azure", "gpt", paid("5E-7", "0.0001"));
    private final ModelId unknown = create("openai", "secret", null);
    private final ModelId dynamic = create("azure", "auto", Pricing.missing(MissingReason.DYNAMIC));
    private final ModelId free = create("azure", "toy", Pricing.free());
    private final ModelId perRequest =
            create("openai", "toy", new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.REQUEST, Price.perUnit("0.01")))));
    private final ModelId alsoCheap = create(
            "openai",
            "other",
            new Pricing.Paid(RateCard.of(Price.perToken("0.3"), Price.perToken("0.4"))
                    .plus(
                            Rate.of(BillingUnit.CACHE_READ, Price.perToken("0.1")),
                            Rate.of(BillingUnit.REQUEST, Price.perUnit("7")).from(9))));

    @BeforeEach
    void count() {
        statements.set(0);
    }

    @AfterEach
    void drop() {
        database.close();
    }

    private static Pricing paid(String input, String output) {
        return Pricing.paid(Price.perToken(input), Price.perToken(output));
    }

    private ModelId create(String provider, String canonical, @Nullable Pricing pricing) {
        Model model = Model.of(provider, provider + "-" + canonical, new CanonicalModelId(canonical));
        return pricing == null
                ? catalog.create(model)
                : catalog.create(model, pricing, PricingSource.PROVIDER, T1, SYNC);
    }

    private List<ModelId> ids(CatalogQuery query) {
        return catalog.page(query, PageRequest.first(100)).items().stream()
                .map(CatalogEntry::id)
                .toList();
    }

    @Test
    void pricesSortAsNumbersAndUnknownPricesSortLast() {
        CatalogQuery others = CatalogQuery.all().atMost(PriceMeasure.INPUT, Price.perToken("0.00001"));
        List<ModelId> cheapest = ids(CatalogQuery.all().cheapestFirst(PriceMeasure.OUTPUT));
        assertThat(cheapest)
                .startsWith(free)
                .endsWith(unknown, dynamic, perRequest)
                .hasSize(7);
        assertThat(cheapest.indexOf(expensive)).isLessThan(cheapest.indexOf(cheap));
        assertThat(ids(CatalogQuery.all().mostExpensiveFirst(PriceMeasure.OUTPUT)))
                .endsWith(free, unknown, dynamic, perRequest);
        assertThat(ids(others.cheapestFirst(PriceMeasure.INPUT)))
                .containsSubsequence(free, cheap, expensive)
                .doesNotContain(unknown, dynamic, perRequest);
        assertThat(ids(CatalogQuery.all().cheapestFirst(PriceMeasure.REQUEST)))
                .startsWith(perRequest, expensive, cheap);
        assertThat(ids(CatalogQuery.all().mostExpensiveFirst(PriceMeasure.MEAN)).indexOf(cheap))
                .isLessThan(ids(CatalogQuery.all().mostExpensiveFirst(PriceMeasure.MEAN))
                        .indexOf(expensive));
    }

    @Test
    void queryFiltersByStatusProviderModelTypeAndPrice() {
        catalog.retire(cheap);
        assertThat(ids(CatalogQuery.all()))
                .hasSize(7)
                .startsWith(expensive, cheap)
                .endsWith(alsoCheap);
        assertThat(ids(CatalogQuery.all().onlyActive())).hasSize(6).doesNotContain(cheap);
        assertThat(ids(CatalogQuery.all().ofProvider("azure"))).containsExactly(cheap, dynamic, free);
        assertThat(ids(CatalogQuery.all().ofModel(new CanonicalModelId("gpt")))).containsExactly(expensive, cheap);
        assertThat(ids(CatalogQuery.all().ofType(PricingType.MISSING))).containsExactly(unknown, dynamic);
        assertThat(ids(CatalogQuery.all().ofType(PricingType.FREE))).containsExactly(free);
        assertThat(ids(CatalogQuery.all()
                        .atLeast(PriceMeasure.INPUT, Price.perToken("5e-7"))
                        .atMost(PriceMeasure.INPUT, Price.perToken("5e-7"))))
                .containsExactly(cheap);
        assertThat(ids(CatalogQuery.all().atLeast(PriceMeasure.MEAN, Price.perToken("0.00005025"))))
                .contains(cheap)
                .doesNotContain(expensive);
        assertThat(ids(CatalogQuery.all().atLeast(PriceMeasure.INPUT, Price.ZERO)))
                .contains(free)
                .doesNotContain(unknown, dynamic, perRequest);
    }

    @ParameterizedTest
    @EnumSource(PriceMeasure.class)
    void pagesOfEveryOrderContainEachModelOnce(PriceMeasure measure) {
        RandomCards cards = new RandomCards(7);
        for (int i = 0; i < 12; i++) {
            create("openai", "m" + i, i % 7 == 0 ? null : cards.pricing());
            create("azure", "m" + i, Pricing.paid(Price.perMillion("1"), Price.perMillion("2")));
        }
        for (CatalogQuery query : List.of(
                CatalogQuery.all(),
                CatalogQuery.all().cheapestFirst(measure),
                CatalogQuery.all().mostExpensiveFirst(measure))) {
            List<CatalogEntry> whole =
                    catalog.page(query, PageRequest.first(1000)).items();
            assertThat(whole).hasSize(31).doesNotHaveDuplicates();
            for (int limit : List.of(1, 7, 30, 31)) {
                statements.set(0);
                List<CatalogEntry> paged = new ArrayList<>();
                Optional<PageRequest> request = Optional.of(PageRequest.first(limit));
                while (request.isPresent()) {
                    Page<CatalogEntry> page = catalog.page(query, request.get());
                    paged.addAll(page.items());
                    request = page.next();
                }
                assertThat(paged).isEqualTo(whole);
                assertThat(statements).as("one for each page").hasValue((31 + limit - 1) / limit);
            }
        }
    }

    @Test
    void offeringOfUnknownPriceIsNeverTheCheapest() {
        List<CanonicalModel> all = catalog.cheapest(CatalogQuery.all(), PriceMeasure.INPUT, PageRequest.first(10))
                .items();

        assertThat(statements).hasValue(1);
        assertThat(all)
                .extracting(model -> model.id().value())
                .containsExactly("auto", "gpt", "other", "secret", "toy");
        assertThat(all)
                .extracting(model ->
                        model.cheapest() == null ? null : model.cheapest().id())
                .containsExactly(null, cheap, alsoCheap, null, free);
        assertThat(all).extracting(CanonicalModel::offerings).containsExactly(1, 2, 1, 1, 2);
        assertThat(all).extracting(CanonicalModel::priced).containsExactly(0, 2, 1, 0, 1);
        assertThat(all.get(2).cheapest()).isEqualTo(catalog.find(alsoCheap).orElseThrow());

        Page<CanonicalModel> first = catalog.cheapest(CatalogQuery.all(), PriceMeasure.INPUT, PageRequest.first(2));
        assertThat(first.items()).isEqualTo(all.subList(0, 2));
        assertThat(catalog.cheapest(
                                CatalogQuery.all(),
                                PriceMeasure.INPUT,
                                first.next().orElseThrow())
                        .items())
                .isEqualTo(all.subList(2, 4));
        assertThat(catalog.cheapest(CatalogQuery.all().ofProvider("openai"), PriceMeasure.INPUT, PageRequest.first(10)))
                .extracting(CanonicalModel::offerings)
                .containsExactly(1, 1, 1, 1);
        assertThat(catalog.cheapest(
                                CatalogQuery.all().ofModel(new CanonicalModelId("gpt")),
                                PriceMeasure.OUTPUT,
                                PageRequest.first(10))
                        .items()
                        .get(0)
                        .cheapest())
                .extracting(CatalogEntry::id)
                .isEqualTo(expensive);
    }

    @Test
    void equalPricesAreOrderedById() {
        ModelId twin = create("azure", "twin", paid("1e-6", "1e-6"));
        create("openai", "twin", paid("1e-6", "1e-6"));
        assertThat(catalog.cheapest(
                                CatalogQuery.all().ofModel(new CanonicalModelId("twin")),
                                PriceMeasure.INPUT,
                                PageRequest.first(1))
                        .items()
                        .get(0)
                        .cheapest())
                .extracting(CatalogEntry::id)
                .isEqualTo(twin);
    }

    @Test
    void unknownMeasureAndForeignCursorAreRefused() {
        assertThat(PriceMeasure.parse("mean")).isEqualTo(PriceMeasure.MEAN);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PriceMeasure.parse("id; drop table models"))
                .withMessageContaining("expected one of input, output, mean, image, request");
        PageRequest byInput = catalog.page(CatalogQuery.all().cheapestFirst(PriceMeasure.INPUT), PageRequest.first(1))
                .next()
                .orElseThrow();
        for (CatalogQuery other : List.of(
                CatalogQuery.all(),
                CatalogQuery.all().mostExpensiveFirst(PriceMeasure.INPUT),
                CatalogQuery.all().cheapestFirst(PriceMeasure.OUTPUT))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> catalog.page(other, byInput))
                    .withMessageContaining("is not a cursor of the listing catalog by ");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> catalog.cheapest(CatalogQuery.all(), PriceMeasure.INPUT, byInput));
        String listing = "catalog by input price, cheapest first";
        for (List<String> key : List.of(
                List.of(""),
                List.of("17"),
                List.of("x", "17"),
                List.of("1", "x"),
                List.of("1".repeat(101), "17"),
                List.of("1e999999999", "1"))) {
            assertThatIllegalArgumentException()
                    .as(key.toString())
                    .isThrownBy(() -> catalog.page(
                            CatalogQuery.all().cheapestFirst(PriceMeasure.INPUT),
                            PageRequest.first(1).afterKey(listing, key)));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> catalog.page(
                        CatalogQuery.all(), PageRequest.first(5).afterKey("catalog by id", List.of("1", "1"))));
    }
}
