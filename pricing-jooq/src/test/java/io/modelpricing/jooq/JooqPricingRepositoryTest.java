package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static java.time.temporal.ChronoUnit.MICROS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.AsOf;
import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Outcome;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.PriceVersion;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.UpsertOutcome.Result;
import io.modelpricing.UpsertReport;
import io.modelpricing.ValidFrom;
import io.modelpricing.jooq.sql.SqlResource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.Settings;
import org.jooq.conf.StatementType;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JooqPricingRepositoryTest {

    private static final Attribution SYNC = Attribution.by("api_sync:openai");
    private static final Attribution ADA = Attribution.by("manual:ada").because("price of the invoice");
    private static final Instant T1 = Instant.parse("2026-01-01T00:00:00.123456Z");
    private static final Instant T2 = T1.plusSeconds(60);
    private static final Pricing CHEAP = paid("0.15", "0.60");
    private static final Pricing EXPENSIVE = paid("2.50", "10");

    private final PricingDatabase database =
            PricingDatabase.expanded().provider("openai").provider("azure");
    private final JooqPricingRepository repository = new JooqPricingRepository(database.ctx());

    @AfterEach
    void drop() {
        database.close();
    }

    private static Pricing paid(String input, String output) {
        return Pricing.paid(Price.perMillion(input), Price.perMillion(output));
    }

    private static PriceUpdate update(ModelId model, Pricing pricing, Instant at) {
        return new PriceUpdate(model, pricing, PricingSource.PROVIDER, at);
    }

    private ModelId priced(String id, Pricing pricing) {
        ModelId model = database.model("openai", id);
        assertThat(repository.upsert(update(model, pricing, T1), SYNC).result()).isEqualTo(Result.INSERTED);
        return model;
    }

    private ModelPricing current(ModelId model) {
        return repository.find(model).orElseThrow();
    }

    private static Consumer<PriceVersion> by(Attribution attribution, PriceVersion.Kind kind) {
        return version -> {
            assertThat(version.attribution()).isEqualTo(attribution);
            assertThat(version.kind()).isEqualTo(kind);
        };
    }

    // Reading

    @Test
    void unknownModelIsNotFound() {
        database.model("openai", "gpt-4o");

        for (long id : new long[] {2, (1L << 31) + 1, Long.MAX_VALUE}) {
            ModelId unknown = new ModelId(id);
            assertThat(repository.find(unknown)).isEmpty();
            assertThat(repository.findAll(List.of(unknown))).isEmpty();
            assertThat(repository.findAt(unknown, T1)).isEmpty();
            assertThat(repository.findAt(unknown, AsOf.validAt(T1).knownAt(T1))).isEmpty();
            assertThat(repository.versions(unknown)).isEmpty();
            assertThat(repository.release(unknown, ADA)).isEqualTo(Outcome.NOTHING_TO_DO);
            assertThat(repository.delete(unknown, ADA)).isEqualTo(Outcome.NOTHING_TO_DO);
            assertThat(repository.setManual(unknown, CHEAP, ADA).result()).isEqualTo(Result.UNKNOWN_MODEL);
            assertThat(repository
                            .correct(update(unknown, CHEAP, T1), ValidFrom.noStartDate(), ADA)
                            .result())
                    .isEqualTo(Result.UNKNOWN_MODEL);
        }
        assertThat(repository.find(new ProviderModelId("azure", "gpt-4o"))).isEmpty();
        assertThat(repository.find(new ProviderModelId("unlisted", "gpt-4o"))).isEmpty();
        assertThat(repository.findAll(new CanonicalModelId("gpt-5"))).isEmpty();
        assertThat(database.revision()).isZero();
    }

    @Test
    void modelWithoutAPriceRowReadsAsMissing() {
        ModelId model = database.model("openai", "gpt-4o");

        ModelPricing missing = ModelPricing.neverKnown(model);
        assertThat(repository.find(model)).contains(missing);
        assertThat(repository.find(new ProviderModelId("openai", "gpt-4o"))).contains(missing);
        assertThat(repository.findAll(List.of(model))).containsExactlyEntriesOf(Map.of(model, missing));
        assertThat(repository.findAll(new CanonicalModelId("gpt-4o"))).containsExactly(missing);
        assertThat(repository.list(PricingType.MISSING, PageRequest.first(5)).items())
                .containsExactly(missing);
        assertThat(repository.findAt(model, T1)).contains(missing);
        assertThat(repository.versions(model)).isEmpty();
    }

    @Test
    void modelIdsAboveTheRangeOfIntegerWork() {
        database.sql("select setval('models_id_seq', 3000000000)");
        ModelId model = priced("gpt-4o", EXPENSIVE);

        assertThat(model.value()).isGreaterThan(3_000_000_000L);
        assertThat(current(model).pricing()).isEqualTo(EXPENSIVE);
        assertThat(repository.findAll(List.of(model))).containsOnlyKeys(model);
        assertThat(repository.versions(model)).hasSize(1);
    }

    @Test
    void canonicalIdFindsTheModelsOfAllProviders() {
        ModelId openai = priced("gpt-4o", EXPENSIVE);
        ModelId azure = new ModelCatalog(database.ctx())
                .create(Model.of("azure", "deployment/4o", new CanonicalModelId("gpt-4o")));

        assertThat(repository.findAll(new CanonicalModelId("gpt-4o")))
                .extracting(ModelPricing::model)
                .containsExactly(openai, azure);
        assertThat(repository.find(new ProviderModelId("azure", "deployment/4o")))
                .contains(ModelPricing.neverKnown(azure));
    }

    @Test
    void manyModelsAreFoundInOneQuery() {
        List<ModelId> models = new ArrayList<>(database.ctx()
                .fetch("insert into models (model_id, model_name, provider_model_id) "
                        + "select 'm' || i, 'm', 'm' || i from generate_series(1, 3000) i returning id")
                .map(row -> new ModelId(row.get(0, Long.class))));
        RandomCards cards = new RandomCards(3);
        repository.upsertAll(
                models.subList(0, 2000).stream()
                        .map(model -> update(model, cards.pricing(), T1))
                        .toList(),
                SYNC);
        List<ModelId> asked = new ArrayList<>(models);
        asked.add(new ModelId(999_999));
        asked.add(models.get(0));
        AtomicInteger statements = new AtomicInteger();

        var found = new JooqPricingRepository(database.counting(statements)).findAll(asked);

        assertThat(statements).hasValue(1);
        assertThat(found.keySet()).containsExactlyElementsOf(models);
        assertThat(repository.findAll(List.of())).isEmpty();
    }

    @Test
    void modelsOfATypeAreListedInPages() {
        List<ModelId> paid = new ArrayList<>();
        List<ModelId> missing = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            paid.add(priced("paid" + i, EXPENSIVE));
            missing.add(database.model("openai", "unpriced" + i));
            missing.add(priced("dynamic" + i, Pricing.missing(MissingReason.DYNAMIC)));
        }
        ModelId free = priced("free", Pricing.free());
        ModelId deprecated = priced("old", new Pricing.Deprecated(EXPENSIVE.orElseThrow()));

        assertThat(pages(PricingType.PAID, 2)).containsExactlyElementsOf(paid);
        assertThat(pages(PricingType.MISSING, 3)).containsExactlyElementsOf(missing);
        assertThat(pages(PricingType.FREE, 1)).containsExactly(free);
        assertThat(pages(PricingType.DEPRECATED, 100)).containsExactly(deprecated);
    }

    private List<ModelId> pages(PricingType type, int limit) {
        List<ModelId> all = new ArrayList<>();
        Optional<PageRequest> request = Optional.of(PageRequest.first(limit));
        while (request.isPresent()) {
            Page<ModelPricing> page = repository.list(type, request.get());
            assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
            assertThat(page.next().isPresent()).isEqualTo(hasModelAfter(type, page.items()));
            page.forEach(price -> all.add(price.model()));
            request = page.next();
        }
        return all;
    }

    private boolean hasModelAfter(PricingType type, List<ModelPricing> page) {
        List<ModelPricing> all = repository.list(type, PageRequest.first(1_000)).items();
        return !page.isEmpty() && !page.get(page.size() - 1).equals(all.get(all.size() - 1));
    }

    @Test
    void theCursorOfAnotherListingIsRefused() {
        PageRequest foreign = PageRequest.first(5).afterKey("catalog", List.of("1"));
        for (PageRequest page : List.of(
                foreign, PageRequest.first(5).after("17"), PageRequest.first(5).afterKey("prices", List.of("x")))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> repository.list(PricingType.PAID, page))
                    .withMessageStartingWith("\"" + page.cursor() + "\" is not a cursor of the listing prices")
                    .withMessageContaining("expected the cursor of an earlier page")
                    .withMessageEndingWith("to start again, request the first page");
        }
    }

    @Test
    void failedQueryThrows() {
        database.sql(
                "drop view models_with_pricing, models_pricing_classified, models_pricing_status",
                "alter view model_pricing_current rename to elsewhere");

        assertThatThrownBy(() -> repository.find(new ModelId(1))).isInstanceOf(DataAccessException.class);
        assertThatThrownBy(() -> repository.findAll(List.of(new ModelId(1)))).isInstanceOf(DataAccessException.class);
    }

    // History

    @Test
    void findAtReturnsThePriceThatAppliedAtTheInstant() {
        ModelId model = priced("gpt-4o", CHEAP);
        Instant first = repository.versions(model).get(0).validFrom();
        repository.upsert(update(model, EXPENSIVE, T2), SYNC);
        Instant second = repository.versions(model).get(1).validFrom();

        assertThat(second).isAfter(first);
        assertThat(repository.findAt(model, first.minus(1, MICROS))).contains(ModelPricing.neverKnown(model));
        assertThat(repository.findAt(model, first.minusNanos(1))).contains(ModelPricing.neverKnown(model));
        assertThat(at(model, first)).isEqualTo(CHEAP);
        assertThat(at(model, second.minusNanos(1))).isEqualTo(CHEAP);
        assertThat(at(model, second)).isEqualTo(EXPENSIVE);
        assertThat(repository.findAt(model, second).orElseThrow()).isEqualTo(current(model));
    }

    private Pricing at(ModelId model, Instant validAt) {
        return repository.findAt(model, validAt).orElseThrow().pricing();
    }

    @Test
    void carriedOverPricesHaveNoStartDateAndAreKnownFromNow() {
        ModelId model = database.model("openai", "gpt-4o");
        ModelId other = priced("gpt-4", CHEAP);

        UpsertReport result = repository.upsertAllWithoutStartDate(
                List.of(update(model, CHEAP, T1), update(other, EXPENSIVE, T2)), SYNC);

        assertThat(result.outcomes())
                .extracting(UpsertOutcome::result)
                .containsExactly(Result.INSERTED, Result.UPDATED);
        Instant known = repository.versions(model).get(0).recordedAt();
        assertThat(repository.versions(model).get(0).validFrom()).isNull();
        assertThat(at(model, Instant.parse("1970-01-01T00:00:00Z"))).isEqualTo(CHEAP);
        assertThat(repository.findAt(model, AsOf.validAt(T1).knownAt(known.minus(1, MICROS))))
                .contains(ModelPricing.neverKnown(model));
        assertThat(repository.findAt(model, AsOf.validAt(T1).knownAt(known))).isPresent();
        assertThat(repository.versions(other).get(1).validFrom()).isNotNull();

        repository.upsert(update(model, EXPENSIVE, T2), SYNC);
        assertThat(at(model, T1)).isEqualTo(CHEAP);
        assertThat(current(model).pricing()).isEqualTo(EXPENSIVE);
    }

    @Test
    void correctionReplacesEarlierRecordsOfItsTime() {
        ModelId model = database.model("openai", "gpt-4o");
        repository.upsertAllWithoutStartDate(List.of(update(model, CHEAP, T1)), SYNC);
        repository.upsert(update(model, EXPENSIVE, T2), SYNC);
        Instant change = repository.versions(model).get(1).validFrom();
        Pricing right = paid("3", "12");
        Instant since = T1.minusSeconds(3600);

        UpsertOutcome outcome = repository.correct(update(model, right, T1), ValidFrom.at(since), ADA);

        assertThat(outcome.result()).isEqualTo(Result.UPDATED);
        PriceVersion correction = repository.versions(model).get(2);
        assertThat(correction).satisfies(by(ADA, PriceVersion.Kind.CORRECTION));
        assertThat(correction.validFrom()).isEqualTo(since);
        assertThat(at(model, since.minus(1, MICROS))).isEqualTo(CHEAP);
        assertThat(at(model, since)).isEqualTo(right);
        assertThat(at(model, change)).isEqualTo(right);
        Instant before = correction.recordedAt().minus(1, MICROS);
        assertThat(repository
                        .findAt(model, AsOf.validAt(since).knownAt(before))
                        .orElseThrow()
                        .pricing())
                .isEqualTo(CHEAP);
        assertThat(repository
                        .findAt(model, AsOf.validAt(change).knownAt(before))
                        .orElseThrow()
                        .pricing())
                .isEqualTo(EXPENSIVE);
        assertThat(current(model).lastUpdated()).isEqualTo(T2);

        repository.correct(update(model, EXPENSIVE, T1), ValidFrom.noStartDate(), ADA);
        assertThat(at(model, since.minus(1, MICROS))).isEqualTo(EXPENSIVE);
        assertThat(database.ctx().fetch("select number, valid_to from model_pricing_timeline"))
                .as("entirely replaced versions are not in the timeline")
                .hasSize(1);
    }

    @Test
    void correctionToTheStoredPriceIsRecorded() {
        ModelId model = priced("gpt-4o", CHEAP);
        Instant since = T1.minusSeconds(5);

        assertThat(repository
                        .correct(update(model, CHEAP, T1), ValidFrom.at(since), ADA)
                        .result())
                .isEqualTo(Result.UPDATED);

        assertThat(repository.versions(model)).hasSize(2);
        assertThat(at(model, since)).isEqualTo(CHEAP);
        assertThat(database.revision()).isEqualTo(2);
    }

    @Test
    void correctionCanBeTheFirstVersion() {
        ModelId model = database.model("openai", "gpt-4o");

        assertThat(repository
                        .correct(update(model, CHEAP, T1), ValidFrom.noStartDate(), ADA)
                        .result())
                .isEqualTo(Result.INSERTED);

        assertThat(repository.versions(model)).singleElement().satisfies(by(ADA, PriceVersion.Kind.CORRECTION));
        assertThat(at(model, Instant.EPOCH)).isEqualTo(CHEAP);
    }

    @Test
    void wordCorrectionInAReasonDoesNotMakeACorrection() {
        ModelId model = priced("gpt-4o", CHEAP);

        Result result = repository
                .upsert(update(model, CHEAP, T2), SYNC.because("correction"))
                .result();

        assertThat(result).isEqualTo(Result.UNCHANGED);
        assertThat(repository.versions(model)).hasSize(1);
        assertThat(current(model).lastUpdated()).isEqualTo(T2);
    }

    @Test
    void versionsOfADeletedModelAreKept() {
        ModelId model = priced("gpt-4o", CHEAP);
        Instant first = repository.versions(model).get(0).validFrom();

        new ModelCatalog(database.ctx()).delete(model, ADA);

        assertThat(repository.find(model)).isEmpty();
        assertThat(at(model, first)).isEqualTo(CHEAP);
        assertThat(at(model, Instant.now().plusSeconds(60))).isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));
        assertThat(repository.versions(model)).hasSize(2).last().satisfies(deletion -> {
            assertThat(deletion).satisfies(by(ADA, PriceVersion.Kind.DELETION));
            assertThat(deletion.provider()).isEqualTo("openai");
            assertThat(deletion.providerModelId()).isEqualTo("gpt-4o");
            assertThat(deletion.canonicalId()).isEqualTo(new CanonicalModelId("gpt-4o"));
            assertThat(deletion.modelName()).isEqualTo("gpt-4o");
            assertThat(deletion.price().lastUpdated()).isNull();
        });
    }

    @Test
    void versionsCarryTheNamesThatTheModelHad() {
        ModelId model = priced("gpt-4o", CHEAP);
        new ModelCatalog(database.ctx()).update(model, Model.of("azure", "4o", new CanonicalModelId("openai/gpt-4o")));
        repository.upsert(update(model, EXPENSIVE, T2), SYNC);

        assertThat(repository.versions(model))
                .extracting(PriceVersion::provider)
                .containsExactly("openai", "azure");
        assertThat(repository.versions(model))
                .extracting(PriceVersion::providerModelId)
                .containsExactly("gpt-4o", "4o");
    }

    // Writing

    @Test
    void outcomesAreInTheOrderOfTheUpdates() {
        ModelId fresh = database.model("openai", "fresh");
        ModelId changed = priced("changed", CHEAP);
        ModelId same = priced("same", CHEAP);
        ModelId newer = priced("newer", CHEAP);
        ModelId sameMoment = priced("same moment", CHEAP);
        ModelId manual = database.model("openai", "manual");
        repository.setManual(manual, EXPENSIVE, ADA);
        ModelId twice = database.model("openai", "twice");
        ModelId unknown = new ModelId(3_000_000_000L);
        long revision = database.revision();

        UpsertReport result = repository.upsertAll(
                List.of(
                        update(unknown, CHEAP, T2),
                        update(manual, CHEAP, Instant.now().plusSeconds(60)),
                        update(twice, CHEAP, T1),
                        update(newer, EXPENSIVE, T1.minus(1, MICROS)),
                        update(same, CHEAP, T2),
                        update(twice, EXPENSIVE, T2),
                        update(fresh, EXPENSIVE, T2),
                        update(changed, EXPENSIVE, T2),
                        update(sameMoment, EXPENSIVE, T1),
                        update(twice, paid("7", "7"), T2)),
                SYNC);

        assertThat(result.outcomes())
                .extracting(UpsertOutcome::result)
                .containsExactly(
                        Result.UNKNOWN_MODEL,
                        Result.MANUAL_OVERRIDE,
                        Result.DUPLICATE,
                        Result.STALE,
                        Result.UNCHANGED,
                        Result.INSERTED,
                        Result.INSERTED,
                        Result.UPDATED,
                        Result.STALE,
                        Result.DUPLICATE);
        assertThat(result.rejected())
                .hasSize(6)
                .allSatisfy(rejected -> assertThat(rejected.message()).isNotBlank());
        assertThat(result.outcomes().get(0).message()).contains("3000000000");
        assertThat(result.outcomes().get(3).message()).contains(T1.toString());
        assertThat(List.of(current(fresh), current(changed), current(twice)))
                .allSatisfy(pricing -> assertThat(pricing.pricing()).isEqualTo(EXPENSIVE));
        assertThat(List.of(current(newer), current(sameMoment)))
                .allSatisfy(pricing -> assertThat(pricing.pricing()).isEqualTo(CHEAP));
        assertThat(current(manual).source()).isEqualTo(PricingSource.MANUAL);
        assertThat(current(same).lastUpdated()).isEqualTo(T2);
        assertThat(database.revision()).isEqualTo(revision + 1);
    }

    @Test
    void unchangedPriceMovesOnlyLastUpdated() {
        ModelId model = priced("gpt-4o", CHEAP);
        long revision = database.revision();

        assertThat(repository.upsert(update(model, CHEAP, T2), SYNC).result()).isEqualTo(Result.UNCHANGED);
        assertThat(current(model).lastUpdated()).isEqualTo(T2);
        assertThat(repository.upsert(update(model, CHEAP, T1), SYNC).result()).isEqualTo(Result.UNCHANGED);
        assertThat(current(model).lastUpdated()).isEqualTo(T2);

        assertThat(current(model).version()).isEqualTo(1);
        assertThat(repository.versions(model)).hasSize(1);
        assertThat(database.revision()).isEqualTo(revision);
    }

    @Test
    void samePriceFromAnotherSourceIsANewVersion() {
        ModelId model = priced("gpt-4o", CHEAP);
        PricingSource source = new PricingSource("provider_api:openrouter");

        assertThat(repository
                        .upsert(new PriceUpdate(model, CHEAP, source, T2), SYNC)
                        .result())
                .isEqualTo(Result.UPDATED);
        assertThat(current(model).source()).isEqualTo(source);
        assertThat(repository.versions(model)).hasSize(2);
    }

    @Test
    void databaseErrorWritesNothing() {
        ModelId first = priced("first", CHEAP);
        ModelId second = database.model("openai", "second");
        database.sql("alter table model_pricing add constraint not_thirteen check (price_per_request <> 13)");
        Pricing thirteen = new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.REQUEST, Price.perUnit("13"))));

        assertThatThrownBy(() ->
                        repository.upsertAll(List.of(update(first, EXPENSIVE, T2), update(second, thirteen, T2)), SYNC))
                .isInstanceOf(DataAccessException.class)
                .hasMessageContaining("not_thirteen");

        assertThat(current(first).pricing()).isEqualTo(CHEAP);
        assertThat(current(second)).isEqualTo(ModelPricing.neverKnown(second));
        assertThat(database.number("select count(*) from model_pricing_version"))
                .isEqualTo(1);
        assertThat(database.revision()).isEqualTo(1);
    }

    @Test
    void emptyBatchExecutesNoStatement() {
        AtomicInteger statements = new AtomicInteger();

        assertThat(new JooqPricingRepository(database.counting(statements))
                        .upsertAll(List.of(), SYNC)
                        .outcomes())
                .isEmpty();
        assertThat(statements).hasValue(0);
    }

    @Test
    void manualOverrideStaysUntilItIsReleased() {
        ModelId model = priced("gpt-4o", CHEAP);

        assertThat(repository.setManual(model, EXPENSIVE, ADA).result()).isEqualTo(Result.UPDATED);
        assertThat(repository.setManual(model, EXPENSIVE, ADA).result()).isEqualTo(Result.UNCHANGED);
        Instant later = Instant.now().plusSeconds(60);
        UpsertOutcome rejected = repository.upsert(update(model, CHEAP, later), SYNC);
        assertThat(rejected.result()).isEqualTo(Result.MANUAL_OVERRIDE);
        assertThat(rejected.message()).contains("release");
        assertThat(repository
                        .correct(update(model, CHEAP, later), ValidFrom.noStartDate(), ADA)
                        .result())
                .isEqualTo(Result.MANUAL_OVERRIDE);
        assertThat(repository
                        .upsertAllWithoutStartDate(List.of(update(model, CHEAP, later)), SYNC)
                        .count(Result.MANUAL_OVERRIDE))
                .isEqualTo(1);
        assertThat(repository.setManual(model, Pricing.free(), ADA).result()).isEqualTo(Result.UPDATED);
        assertThat(current(model).pricing()).isEqualTo(Pricing.free());

        assertThat(repository.release(model, ADA)).isEqualTo(Outcome.DONE);
        assertThat(repository.release(model, ADA)).isEqualTo(Outcome.NOTHING_TO_DO);
        assertThat(current(model).pricing()).isEqualTo(Pricing.free());
        assertThat(current(model).source().isManual()).isFalse();
        assertThat(repository.upsert(update(model, CHEAP, later), SYNC).result())
                .isEqualTo(Result.UPDATED);
        assertThat(repository.versions(model)).hasSize(5).element(3).satisfies(by(ADA, PriceVersion.Kind.CHANGE));
    }

    @Test
    void manualOverrideCanBeTheFirstPrice() {
        ModelId model = database.model("openai", "gpt-4o");

        assertThat(repository.setManual(model, EXPENSIVE, ADA).result()).isEqualTo(Result.INSERTED);
        assertThat(current(model).source()).isEqualTo(PricingSource.MANUAL);
    }

    @Test
    void manualChangesRequireAReason() {
        ModelId model = priced("gpt-4o", CHEAP);
        assertThatIllegalArgumentException().isThrownBy(() -> repository.setManual(model, EXPENSIVE, SYNC));
        assertThatIllegalArgumentException().isThrownBy(() -> repository.release(model, SYNC));
        assertThatIllegalArgumentException().isThrownBy(() -> repository.delete(model, SYNC));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> repository.correct(update(model, EXPENSIVE, T2), ValidFrom.noStartDate(), SYNC));
        assertThatIllegalArgumentException().isThrownBy(() -> SYNC.because(" "));
        PriceUpdate manualUpdate = new PriceUpdate(model, EXPENSIVE, PricingSource.MANUAL, T2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> repository.upsertAll(List.of(manualUpdate), SYNC))
                .withMessageContaining("setManual");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> repository.correct(manualUpdate, ValidFrom.noStartDate(), ADA));
        assertThat(repository.versions(model)).hasSize(1);
    }

    @Test
    void deletedPriceIsMissingAndVersionNumbersContinue() {
        ModelId model = priced("gpt-4o", CHEAP);

        assertThat(repository.delete(model, ADA)).isEqualTo(Outcome.DONE);
        assertThat(repository.delete(model, ADA)).isEqualTo(Outcome.NOTHING_TO_DO);
        assertThat(current(model)).isEqualTo(ModelPricing.neverKnown(model));
        assertThat(repository.upsert(update(model, CHEAP, T1), SYNC).result()).isEqualTo(Result.INSERTED);

        assertThat(current(model).version()).isEqualTo(3);
        assertThat(repository.versions(model)).extracting(PriceVersion::number).containsExactly(1, 2, 3);
        assertThat(repository.versions(model).get(1)).satisfies(by(ADA, PriceVersion.Kind.DELETION));
    }

    @Test
    void tenThousandModelsAreWrittenInOneBatch() {
        int many = 10_856;
        database.sql("insert into models (model_id, model_name, provider_model_id) select 'm' || i, 'm', 'm' || i "
                + "from generate_series(1, " + many + ") i");
        List<PriceUpdate> updates = IntStream.rangeClosed(1, many)
                .mapToObj(i -> update(new ModelId(i), paid("1." + i, "2." + i), T1))
                .toList();
        AtomicInteger statements = new AtomicInteger();

        UpsertReport result = new JooqPricingRepository(database.counting(statements)).upsertAll(updates, SYNC);

        assertThat(result.count(Result.INSERTED)).isEqualTo(many);
        assertThat(statements).hasValue(1);
        assertThat(database.number("select count(*) from model_pricing_version"))
                .isEqualTo(many);
        assertThat(database.revision()).isEqualTo(1);
        assertThat(current(new ModelId(many)).pricing()).isEqualTo(paid("1.10856", "2.10856"));
    }

    @Test
    void renderMappingNamesTheSchema() throws Exception {
        try (PricingDatabase elsewhere = PricingDatabase.empty()) {
            elsewhere.sql(
                    "create schema \"Prices & more\"",
                    "set search_path = \"Prices & more\"",
                    PricingDatabase.text(PricingDatabase.MIGRATIONS.get(0)),
                    PricingDatabase.text(PricingDatabase.MIGRATIONS.get(1)),
                    PricingDatabase.text(PricingDatabase.MIGRATIONS.get(2)));
            var ctx = DSL.using(elsewhere
                    .ctx()
                    .configuration()
                    .derive(new Settings()
                            .withRenderMapping(new RenderMapping()
                                    .withSchemata(
                                            new MappedSchema().withInput("").withOutput("Prices & more")))));
            ctx.execute("insert into \"Prices & more\".providers (name, slug) values ('openai', 'openai')");
            ModelCatalog catalog = new ModelCatalog(ctx);
            JooqPricingRepository mapped = new JooqPricingRepository(ctx);
            ModelId model = catalog.create(Model.of("openai", "gpt-4o", new CanonicalModelId("gpt-4o")));
            Pricing pricing = new RandomCards(7).paidWithFurtherRates();

            assertThat(mapped.upsert(update(model, pricing, T1), SYNC).result()).isEqualTo(Result.INSERTED);
            assertThat(mapped.setManual(model, CHEAP, ADA).result()).isEqualTo(Result.UPDATED);
            assertThat(mapped.release(model, ADA)).isEqualTo(Outcome.DONE);
            assertThat(mapped.correct(update(model, pricing, T2), ValidFrom.noStartDate(), ADA)
                            .result())
                    .isEqualTo(Result.UPDATED);
            assertThat(mapped.find(model)).isPresent();
            assertThat(mapped.list(PricingType.PAID, PageRequest.first(1))).hasSize(1);
            assertThat(mapped.findAt(model, T1)).isPresent();
            assertThat(mapped.delete(model, ADA)).isEqualTo(Outcome.DONE);
            assertThat(catalog.page(CatalogQuery.all(), PageRequest.first(10))).hasSize(1);
            assertThat(catalog.delete(model, ADA)).isInstanceOf(ModelDeletion.Deleted.class);
            assertThat(mapped.versions(model)).hasSize(5);
        }
    }

    @Test
    void legacyModelsTableWithIntegerKeyWorks() {
        try (PricingDatabase legacy = PricingDatabase.phase1().expand().provider("openai")) {
            assertThat(legacy.ctx().fetchValue("select pg_typeof(id)::text from providers"))
                    .isEqualTo("integer");
            JooqPricingRepository old = new JooqPricingRepository(legacy.ctx());
            ModelId model = legacy.model("openai", "gpt-4o");
            Pricing pricing = new RandomCards(8).paidWithFurtherRates();

            assertThat(old.upsert(update(model, pricing, T1), SYNC).result()).isEqualTo(Result.INSERTED);
            assertThat(old.upsert(update(new ModelId(1L << 40), CHEAP, T1), SYNC)
                            .result())
                    .isEqualTo(Result.UNKNOWN_MODEL);
            assertThat(old.find(new ModelId(1L << 40))).isEmpty();
            assertThat(old.find(model).orElseThrow().pricing()).isEqualTo(pricing);
            assertThat(old.findAll(List.of(model, new ModelId(1L << 40)))).containsOnlyKeys(model);
            assertThat(old.setManual(model, CHEAP, ADA).result()).isEqualTo(Result.UPDATED);
            assertThat(old.list(PricingType.PAID, PageRequest.first(5).afterKey("prices", List.of(model.toString()))))
                    .isEmpty();
            assertThat(old.delete(model, ADA)).isEqualTo(Outcome.DONE);
            assertThat(legacy.ctx().fetchCount(MODELS)).isEqualTo(1);
        }
    }

    @Test
    void staticStatementsFindTheRequestedModel() {
        ModelId first = database.model("openai", "first");
        ModelId second = database.model("openai", "second");
        JooqPricingRepository found = new JooqPricingRepository(DSL.using(
                database.database().dataSource(),
                SQLDialect.POSTGRES,
                new Settings().withStatementType(StatementType.STATIC_STATEMENT)));
        assertThat(found.find(first).orElseThrow().model()).isEqualTo(first);
        assertThat(found.find(second).orElseThrow().model()).isEqualTo(second);
    }

    @Test
    void correctionFromFutureInstantIsRefusedByDatabaseClock() {
        ModelId model = priced("gpt-4o", CHEAP);
        Instant tomorrow = Instant.now().plusSeconds(86_400);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> repository.correct(update(model, EXPENSIVE, T2), ValidFrom.at(tomorrow), ADA))
                .withMessageStartingWith(
                        "the correction of model 1 is valid from " + tomorrow + ", but the database's clock is at 20")
                .withMessageEndingWith(
                        "; a correction must be valid from an instant of the past: announce a future price");
        assertThat(current(model).pricing()).isEqualTo(CHEAP);
    }

    @Test
    void observationFarAheadOfDatabaseClockIsRefusedAndTheOthersAreWritten() {
        ModelId ahead = priced("ahead", CHEAP);
        ModelId slightlyAhead = priced("slightly-ahead", CHEAP);
        ModelId punctual = priced("punctual", CHEAP);
        Instant tomorrow = Instant.now().plusSeconds(86_400).truncatedTo(MICROS);

        UpsertReport result = repository.upsertAll(
                List.of(
                        update(ahead, EXPENSIVE, tomorrow),
                        update(slightlyAhead, EXPENSIVE, Instant.now().plusSeconds(240)),
                        update(punctual, EXPENSIVE, T2)),
                SYNC);

        assertThat(result.outcomes())
                .extracting(UpsertOutcome::result)
                .containsExactly(Result.OBSERVED_IN_FUTURE, Result.UPDATED, Result.UPDATED);
        assertThat(result.rejected())
                .singleElement()
                .satisfies(rejected -> assertThat(rejected.message())
                        .startsWith("observed at " + tomorrow + ", but the database's clock is at 20")
                        .endsWith(
                                "; an observation may be ahead by at most 5 minutes: check the clock of the observer"));
        assertThat(current(ahead).pricing()).isEqualTo(CHEAP);
        assertThat(repository.upsert(update(ahead, EXPENSIVE, T2), SYNC).result())
                .isEqualTo(Result.UPDATED);
    }

    @Test
    void observationFromFutureIsRefusedByEveryWrite() {
        ModelId model = database.model("openai", "gpt-4o");
        Instant tomorrow = Instant.now().plusSeconds(86_400);

        assertThat(repository.upsert(update(model, CHEAP, tomorrow), SYNC).result())
                .isEqualTo(Result.OBSERVED_IN_FUTURE);
        assertThat(repository
                        .correct(update(model, CHEAP, tomorrow), ValidFrom.noStartDate(), ADA)
                        .result())
                .isEqualTo(Result.OBSERVED_IN_FUTURE);
        assertThat(repository
                        .upsertAllWithoutStartDate(List.of(update(model, CHEAP, tomorrow)), SYNC)
                        .count(Result.OBSERVED_IN_FUTURE))
                .isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ModelCatalog(database.ctx())
                        .create(
                                Model.of("openai", "new", new CanonicalModelId("new")),
                                CHEAP,
                                PricingSource.PROVIDER,
                                tomorrow,
                                SYNC))
                .withMessageStartingWith("the price of the new model new was observed at ");
        assertThat(database.number("select count(*) from models")).isEqualTo(1);
        assertThat(database.number("select count(*) from model_pricing")).isZero();
    }

    @Test
    void observationFromFutureDoesNotReplaceTheOthersOfItsBatch() {
        ModelId model = database.model("openai", "gpt-4o");
        Instant tomorrow = Instant.now().plusSeconds(86_400);

        assertThat(repository
                        .upsertAll(
                                List.of(
                                        update(model, CHEAP, T1),
                                        update(model, paid("9", "9"), tomorrow),
                                        update(model, EXPENSIVE, T2)),
                                SYNC)
                        .outcomes())
                .extracting(UpsertOutcome::result)
                .containsExactly(Result.DUPLICATE, Result.OBSERVED_IN_FUTURE, Result.INSERTED);
        assertThat(current(model).pricing()).isEqualTo(EXPENSIVE);
    }

    @Test
    void databaseClockDecidesRatherThanTheJvms() throws SQLException {
        ModelId manual = database.model("openai", "manual");
        ModelId observed = database.model("openai", "observed");
        Instant tomorrow = Instant.now().plusSeconds(86_400).truncatedTo(MICROS);
        database.sql(
                "create schema ahead",
                "create function ahead.clock_timestamp() returns timestamptz language sql "
                        + "return pg_catalog.clock_timestamp() + interval '1 day'");
        try (Connection connection = database.database().dataSource().getConnection()) {
            DSLContext aDayAhead = DSL.using(connection, SQLDialect.POSTGRES);
            aDayAhead.execute("set search_path = ahead, pg_catalog, public");
            JooqPricingRepository prices = new JooqPricingRepository(aDayAhead);

            UpsertOutcome override = prices.setManual(manual, EXPENSIVE, ADA);

            assertThat(override.update().observedAt()).isBetween(tomorrow, tomorrow.plusSeconds(600));
            assertThat(current(manual).lastUpdated())
                    .isEqualTo(override.update().observedAt());
            assertThat(prices.upsert(update(observed, CHEAP, tomorrow), SYNC).result())
                    .isEqualTo(Result.INSERTED);
        }
    }

    @Test
    void statementsRunAsPsqlRunsThem() {
        assertThat(runWithDefaults("create-model.sql")).contains("1,f");
        assertThat(runWithDefaults("write-models.sql")).contains("m,2,t").doesNotContain("m,1");
        assertThat(runWithDefaults("write-models.sql")).contains("m,2,");
        assertThat(runWithDefaults("upsert-prices.sql")).contains("1,unknown_model");
        assertThat(database.number("select count(*) from model_pricing where pricing_type = 'free'"))
                .isEqualTo(1);
    }

    private String runWithDefaults(String file) {
        return database.ctx()
                .fetch(SqlResource.of(PriceWrite.class, file).withDefaults())
                .formatCSV();
    }

    @Test
    void findAtAcceptsEveryInstant() {
        ModelId model = database.model("openai", "gpt-4o");
        for (Instant at : List.of(Instant.MIN, Instant.MAX)) {
            assertThat(new JooqPricingRepository(database.ctx())
                            .findAt(model, AsOf.validAt(at).knownAt(at)))
                    .isPresent();
        }
    }
}
