package io.modelpricing.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.jooq.ProviderSync.Counts;
import io.modelpricing.jooq.ProviderSync.Rejection;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CatalogSyncTest {

    private static final Attribution SYNC = Attribution.by("catalog_sync");
    private static final Instant T1 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant T2 = T1.plusSeconds(3600);
    private static final Pricing EXPENSIVE = Pricing.paid(Price.perMillion("2.50"), Price.perMillion("10"));
    private static final Pricing CHEAP = Pricing.paid(Price.perMillion("0.15"), Price.perMillion("0.60"));

    private final PricingDatabase database =
            PricingDatabase.expanded().provider("openai").provider("azure");
    private final ModelCatalog catalog = new ModelCatalog(database.ctx());
    private final JooqPricingRepository repository = new JooqPricingRepository(database.ctx());
    private final CatalogSync sync = sync(database.ctx());

    @AfterEach
    void drop() {
        database.close();
    }

    private static CatalogSync sync(DSLContext ctx) {
        return new CatalogSync(ctx, PricingSource.PROVIDER, SYNC);
    }

    private static Model model(String provider, String id) {
        return Model.of(provider, id, new CanonicalModelId(id));
    }

    private static <T> ProviderFeed<T> feed(String provider, List<T> listed) {
        return new ProviderFeed<>(provider, () -> listed);
    }

    private static <T> ProviderFeed<T> feed(String provider, T listed) {
        return feed(provider, List.of(listed));
    }

    private static ListedPrice price(String provider, String id, Pricing pricing) {
        return new ListedPrice(new ProviderModelId(provider, id), pricing);
    }

    private Pricing priceOf(String provider, String id) {
        return repository.find(new ProviderModelId(provider, id)).orElseThrow().pricing();
    }

    @Test
    void catalogSyncWritesModelsAndTheirPrices() {
        AtomicInteger statements = new AtomicInteger();
        ListedModel big = new ListedModel(model("openai", "gpt-4o"), EXPENSIVE);
        ListedModel silent = new ListedModel(model("openai", "whisper"), null);

        SyncReport first =
                sync(database.counting(statements)).syncCatalog(List.of(feed("openai", List.of(big, silent))), T1);

        assertThat(statements).as("one for the models, one for the prices").hasValue(2);
        assertThat(first.providers())
                .containsExactly(new ProviderSync.Done("openai", new Counts(2, 0, 0), new Counts(1, 0, 0), List.of()));
        assertThat(catalog.stream().map(CatalogEntry::model)).containsExactly(big.model(), silent.model());
        assertThat(priceOf("openai", "gpt-4o")).isEqualTo(EXPENSIVE);
        assertThat(priceOf("openai", "whisper")).isInstanceOf(Pricing.Missing.class);
        assertThat(repository.versions(new ModelId(1)).get(0).attribution()).isEqualTo(SYNC);

        Model described = new Model(
                "openai", "gpt-4o", new CanonicalModelId("gpt-4o"), "GPT", "Good", 128_000, "text->image", true);
        assertThat(sync.syncCatalog(List.of(feed("openai", List.of(new ListedModel(described, CHEAP), silent))), T2)
                        .providers())
                .containsExactly(new ProviderSync.Done("openai", new Counts(0, 1, 1), new Counts(0, 1, 0), List.of()));
        assertThat(sync.syncCatalog(List.of(feed("openai", new ListedModel(described, CHEAP))), T2)
                        .orElseThrow()
                        .providers())
                .containsExactly(new ProviderSync.Done("openai", new Counts(0, 0, 1), new Counts(0, 0, 1), List.of()));
        assertThat(repository.versions(new ModelId(1))).hasSize(2);
    }

    @Test
    void valuesThatAListOmitsAreKept() {
        Model known = new Model(
                "openai", "gpt-4o", new CanonicalModelId("gpt-4o"), "GPT", "Good", 128_000, "text->image", true);
        ModelId id = catalog.create(known, EXPENSIVE, PricingSource.PROVIDER, T1, SYNC);
        catalog.retire(id);
        Object row = database.ctx().fetchValue("select (m.*, m.xmin)::text from models m");

        Model terse = new Model("openai", "gpt-4o", new CanonicalModelId("gpt-4o"), "GPT", null, null, null, true);
        SyncReport report = sync.syncCatalog(List.of(feed("openai", new ListedModel(terse, null))), T2);

        assertThat(report.providers())
                .containsExactly(new ProviderSync.Done("openai", new Counts(0, 0, 1), Counts.NONE, List.of()));
        assertThat(database.ctx().fetchValue("select (m.*, m.xmin)::text from models m"))
                .isEqualTo(row);
        assertThat(repository.find(id).orElseThrow().pricing()).isEqualTo(EXPENSIVE);

        Model bare = new Model("openai", "new", new CanonicalModelId("new"), "New", null, null, null, false);
        sync.syncCatalog(List.of(feed("openai", new ListedModel(bare, null))), T2)
                .orElseThrow();
        assertThat(catalog.stream().skip(1).findFirst().orElseThrow().model())
                .isEqualTo(new Model(
                        "openai", "new", new CanonicalModelId("new"), "New", null, null, "text->text", false));
    }

    @Test
    void priceSyncDoesNotWriteModels() {
        database.model("openai", "gpt-4o");
        Object row = database.ctx().fetchValue("select (m.*, m.xmin)::text from models m");

        SyncReport report = sync.syncPrices(
                List.of(feed(
                        "openai", List.of(price("openai", "gpt-4o", EXPENSIVE), price("openai", "gpt-5", EXPENSIVE)))),
                T1);

        assertThat(report.providers())
                .containsExactly(new ProviderSync.Done(
                        "openai",
                        Counts.NONE,
                        new Counts(1, 0, 0),
                        List.of(new Rejection("gpt-5", "openai has no such model; sync the catalog first"))));
        assertThat(database.ctx().fetchValue("select (m.*, m.xmin)::text from models m"))
                .isEqualTo(row);
        assertThat(priceOf("openai", "gpt-4o")).isEqualTo(EXPENSIVE);
    }

    @Test
    void declaredSyncChargesUnlistedPartsAsWhole() {
        CatalogSync declared = sync.chargingUnlistedPartsAsWhole();

        declared.syncCatalog(List.of(feed("openai", new ListedModel(model("openai", "gpt-4o"), CHEAP))), T1)
                .orElseThrow();

        RateCard card = priceOf("openai", "gpt-4o").orElseThrow();
        assertThat(card).isEqualTo(CHEAP.orElseThrow().chargingUnlistedPartsAsWhole());
        assertThat(card.rates()).contains(Rate.chargedAs(BillingUnit.CACHE_READ, BillingUnit.INPUT));
        declared.syncPrices(
                        List.of(feed(
                                "openai",
                                new ListedPrice(
                                        new ProviderModelId("openai", "gpt-4o"),
                                        Pricing.missing(MissingReason.DYNAMIC)))),
                        T2)
                .orElseThrow();
        assertThat(priceOf("openai", "gpt-4o")).isEqualTo(Pricing.missing(MissingReason.DYNAMIC));
    }

    @Test
    void priceIsWrittenToTheModelOfItsProviderOnly() {
        ModelId here = database.model("openai", "gpt-4o");
        ModelId there = database.model("azure", "gpt-4o");

        sync.syncPrices(List.of(feed("azure", price("azure", "gpt-4o", CHEAP))), T1)
                .orElseThrow();

        assertThat(repository.find(here).orElseThrow().version()).isZero();
        assertThat(repository.find(there).orElseThrow().pricing()).isEqualTo(CHEAP);
    }

    @Test
    void failedProviderIsReportedAndTheOthersAreWritten() {
        IOException timeout = new IOException("timeout");
        database.sql("alter table model_pricing add constraint no_thirteen check (price_per_input_token <> 13)");
        database.provider("groq");
        List<ProviderFeed<ListedModel>> feeds = List.of(
                new ProviderFeed<>("openai", () -> {
                    throw timeout;
                }),
                feed("groq", new ListedModel(model("groq", "x"), Pricing.paid(Price.perToken("13"), Price.ZERO))),
                feed("unlisted", new ListedModel(model("unlisted", "x"), EXPENSIVE)),
                feed("azure", new ListedModel(model("azure", "gpt-4o"), EXPENSIVE)));

        SyncReport report = sync.syncCatalog(feeds, T1);

        assertThat(report.isSuccess()).isFalse();
        assertThat(report.failures())
                .extracting(ProviderSync.Failed::provider)
                .containsExactly("openai", "groq", "unlisted");
        assertThat(report.failures().get(0).cause()).isSameAs(timeout);
        assertThat(report.failures().get(1).reason()).contains("no_thirteen");
        assertThat(report.failures().get(1).models()).isEqualTo(new Counts(1, 0, 0));
        assertThat(report.failures().get(2).reason()).contains("there is no provider \"unlisted\"");
        assertThat(priceOf("azure", "gpt-4o")).isEqualTo(EXPENSIVE);
        assertThatThrownBy(report::orElseThrow)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("3 of 4 providers failed: openai: ")
                .hasCause(timeout);
    }

    @Test
    void syncThatWritesNothingFails() {
        ModelId id = catalog.create(model("openai", "gpt-4o"));
        repository.setManual(id, EXPENSIVE, SYNC.because("contract"));

        assertThat(sync.syncCatalog(List.of(), T1).isSuccess()).isFalse();
        assertThat(sync.syncCatalog(List.of(feed("openai", List.<ListedModel>of())), T1)
                        .failures())
                .extracting(ProviderSync.Failed::reason)
                .containsExactly("its list is empty; expected at least one entry");
        assertThat(sync.syncPrices(List.of(feed("openai", price("openai", "gpt-5", EXPENSIVE))), T1)
                        .failures()
                        .get(0)
                        .reason())
                .contains("1 rejected and nothing written; the first is gpt-5");
        SyncReport report =
                sync.syncCatalog(List.of(feed("openai", new ListedModel(model("openai", "gpt-4o"), CHEAP))), T2);
        assertThat(report.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.models()).isEqualTo(new Counts(0, 0, 1));
            assertThat(failure.rejections())
                    .singleElement()
                    .satisfies(rejection -> assertThat(rejection.reason()).contains("manual override"));
        });
        assertThat(priceOf("openai", "gpt-4o")).isEqualTo(EXPENSIVE);
    }

    @Test
    void invalidEntriesAreRejectedByName() {
        SyncReport report = sync.syncCatalog(
                List.of(feed(
                        "openai",
                        List.of(
                                new ListedModel(model("openai", "a"), EXPENSIVE),
                                new ListedModel(model("azure", "b"), EXPENSIVE),
                                new ListedModel(model("openai", "a"), CHEAP),
                                new ListedModel(Model.of("openai", " ", new CanonicalModelId("c")), EXPENSIVE)))),
                T1);

        assertThat(report.isSuccess()).isTrue();
        assertThat(report.providers().get(0).rejections())
                .containsExactly(
                        new Rejection("b", "listed by openai as a model of azure; list it there"),
                        new Rejection("a", "listed twice; the first entry is used"),
                        new Rejection(" ", "its id must not be blank"));
        assertThat(priceOf("openai", "a")).isEqualTo(EXPENSIVE);
        assertThat(catalog.stream()).hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ListedModel(
                        new Model(null, "x", new CanonicalModelId("x"), "X", null, null, null, true), null))
                .withMessage("a listed model must have a provider, but x has none; list it for a provider");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CatalogSync(database.ctx(), PricingSource.MANUAL, SYNC));
    }

    @Test
    void syncJoinsTheTransactionOfItsCaller() {
        assertThatThrownBy(() -> database.ctx().transaction(trx -> {
                    sync(trx.dsl())
                            .syncCatalog(List.of(feed("openai", new ListedModel(model("openai", "a"), EXPENSIVE))), T1)
                            .orElseThrow();
                    throw new IllegalStateException("roll back");
                }))
                .hasMessageContaining("roll back");

        assertThat(catalog.stream()).isEmpty();
    }

    @Test
    void listOfThousandsTakesTwoStatements() {
        List<ListedModel> listed = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            listed.add(new ListedModel(model("openai", "m" + i), EXPENSIVE));
        }
        database.sql("analyze models", "analyze model_pricing");
        AtomicInteger statements = new AtomicInteger();

        for (int n = 0; n < 3; n++) {
            SyncReport report = sync(database.counting(statements))
                    .syncCatalog(List.of(new ProviderFeed<>("openai", () -> listed)), T1.plusSeconds(n));
            assertThat(report.orElseThrow().providers().get(0).prices().total()).isEqualTo(2_000);
        }
        assertThat(statements).hasValue(6);
        assertThat(database.number("select last_value from models_id_seq"))
                .as("sequence numbers used for known models")
                .isEqualTo(2_000);
    }

    @Test
    void concurrentSyncsOfTheSameModelsSucceed() {
        repository.upsert(new PriceUpdate(database.model("openai", "a"), EXPENSIVE, PricingSource.PROVIDER, T1), SYNC);
        assertThat(sync.syncPrices(
                                List.of(
                                        feed("openai", price("openai", "a", CHEAP)),
                                        feed("openai", price("openai", "a", CHEAP))),
                                T2)
                        .providers())
                .extracting(ProviderSync::prices)
                .containsExactly(new Counts(0, 1, 0), new Counts(0, 0, 1));
    }
}
