package io.modelpricing.jooq;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.AnnouncedPrice;
import io.modelpricing.AsOf;
import io.modelpricing.Attribution;
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
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.ProviderModelId;
import io.modelpricing.UpsertOutcome.Result;
import io.modelpricing.ValidFrom;
import io.modelpricing.offers.OfferFilter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prices that are announced for a later time. */
class AnnouncedPricesTest {

    private static final Attribution SYNC = Attribution.by("api_sync:openai");
    private static final Attribution ADA = Attribution.by("manual:ada").because("price list of 2027");
    private static final Instant T1 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant FUTURE = Instant.parse("2100-01-01T00:00:00Z");
    private static final Pricing OLD = price("1");
    private static final Pricing NEW = price("2");
    private static final Pricing NEWER = price("3");
    private static final Pricing OTHER = price("9");

    private final PricingDatabase database = PricingDatabase.expanded().provider("openai");
    private final JooqPricingRepository repository = new JooqPricingRepository(database.ctx());
    private final ModelId model = database.model("openai", "gpt-4o");

    @AfterEach
    void drop() {
        database.close();
    }

    private static Pricing price(String perMillion) {
        return Pricing.paid(Price.perMillion(perMillion), Price.perMillion("10"));
    }

    private PriceUpdate update(Pricing pricing, Instant at) {
        return new PriceUpdate(model, pricing, PricingSource.PROVIDER, at);
    }

    private Result upsert(Pricing pricing, Instant at) {
        return repository.upsert(update(pricing, at), SYNC).result();
    }

    private Result announce(Pricing pricing, Instant validFrom) {
        return repository.announce(update(pricing, T1), validFrom, ADA).result();
    }

    /** Stores an announcement whose start has passed, as time would make it of one that was recorded earlier. */
    private void due(ModelId of, String perMillion, Instant start) {
        database.sql(
                "set local session_replication_role = replica",
                "insert into model_pricing_announcement (model_id, valid_from, pricing_type, price_per_input_token, "
                        + "price_per_output_token, pricing_source, observed_at, actor, reason, announced_at) values ("
                        + of + ", '" + start + "', 'paid', " + perMillion + "e-6, 10e-6, 'provider', '" + T1
                        + "', 'manual:ada', 'price list of 2027', timestamptz '" + start + "' - interval '1 day')");
    }

    private Instant due(String perMillion) {
        Instant start = now().minusSeconds(1);
        due(model, perMillion, start);
        return start;
    }

    private Instant now() {
        return database.ctx().fetchSingle("select clock_timestamp()").get(0, Instant.class);
    }

    @Test
    void documentedExampleAnnouncesAPriceAndWithdrawsIt() {
        PricingRepository prices = repository;
        PriceUpdate update = update(price("2"), T1);
        // shown in docs/price-model.md
        Instant start = Instant.parse("2099-01-01T00:00:00Z");
        prices.announce(update, start, Attribution.by("ops"));
        List<AnnouncedPrice> announced = prices.announcements(model);
        prices.withdraw(model, start, Attribution.by("ops").because("the provider postponed it"));

        assertThat(announced).extracting(AnnouncedPrice::validFrom).containsExactly(start);
        assertThat(prices.announcements(model)).isEmpty();
    }

    private Pricing current() {
        return repository.find(model).orElseThrow().pricing();
    }

    private Pricing at(Instant instant) {
        return repository.findAt(model, instant).orElseThrow().pricing();
    }

    private String resolutions() {
        return database.ctx()
                .fetch("select coalesce(resolution, 'open') from model_pricing_announcement order by valid_from, id")
                .getValues(0)
                .toString();
    }

    private List<Pricing> versions() {
        return repository.versions(model).stream().map(PriceVersion::pricing).toList();
    }

    @Test
    void announcedPriceTakesEffectAtItsStartByItself() throws Exception {
        upsert(OLD, T1);
        Instant start = now().plusMillis(900);
        assertThat(announce(NEW, start)).isEqualTo(Result.INSERTED);
        assertThat(current()).isEqualTo(OLD);
        assertThat(at(start.minus(1, ChronoUnit.MICROS))).isEqualTo(OLD);
        assertThat(at(start)).isEqualTo(NEW);

        boolean isDue;
        do {
            // Each statement shows the price of its own time, before the start and after it.
            var row = database.ctx()
                    .fetchSingle("select statement_timestamp(), price_per_input_token * 1000000 = 2, version "
                            + "from model_pricing_current");
            isDue = !row.get(0, Instant.class).isBefore(start);
            assertThat(row.get(1, Boolean.class)).isEqualTo(isDue);
            assertThat(row.get(2, Integer.class)).isEqualTo(isDue ? 2 : 1);
        } while (!isDue);

        ModelPricing found = repository.find(model).orElseThrow();
        assertThat(found).isEqualTo(new ModelPricing(model, NEW, 2, PricingSource.PROVIDER, start));
        assertThat(repository.find(new ProviderModelId("openai", "gpt-4o"))).contains(found);
        assertThat(repository.findAll(List.of(model))).isEqualTo(Map.of(model, found));
        assertThat(repository.findAll(new CanonicalModelId("gpt-4o"))).containsExactly(found);
        assertThat(repository.list(PricingType.PAID, PageRequest.first(5))).containsExactly(found);
        assertThat(repository.findAt(model, start)).contains(found);
        assertThat(at(start.minus(1, ChronoUnit.MICROS))).isEqualTo(OLD);
        assertThat(new ModelCatalog(database.ctx()).find(model).orElseThrow().price())
                .isEqualTo(found);
        assertThat(new ModelCatalog(database.ctx())
                        .page(
                                CatalogQuery.all().atLeast(PriceMeasure.INPUT, Price.perMillion("2")),
                                PageRequest.first(5))
                        .items())
                .extracting(CatalogEntry::price)
                .containsExactly(found);
        assertThat(new JooqOffers(database.ctx())
                        .offersFor(new CanonicalModelId("gpt-4o"), OfferFilter.any())
                        .offers())
                .singleElement()
                .satisfies(offer -> assertThat(offer.price()).isEqualTo(found));
        for (String view : List.of("models_with_pricing", "models_pricing_classified", "models_pricing_status")) {
            assertThat(database.number("select price_per_input_token * 1000000 from " + view))
                    .as(view)
                    .isEqualTo(2);
        }
        assertThat(database.number("select version from model_pricing")).isEqualTo(1);
        assertThat(repository.announcements(model))
                .extracting(AnnouncedPrice::isDue)
                .containsExactly(true);

        List<PriceVersion> before = repository.versions(model);
        assertThat(before.get(1).validFrom()).isEqualTo(start);
        assertThat(before.get(1).attribution()).isEqualTo(ADA);
        long revision = database.revision();
        assertThat(repository.applyAnnouncements()).isEqualTo(1);
        assertThat(repository.applyAnnouncements()).isZero();
        assertThat(database.revision()).isEqualTo(revision + 1);
        assertThat(database.number("select version from model_pricing")).isEqualTo(2);
        assertThat(repository.find(model)).contains(found);
        assertThat(repository.versions(model)).isEqualTo(before);
        assertThat(repository.announcements(model)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2024-02-29T00:00:00Z",
                "2024-02-29T23:59:59.999999Z",
                "2024-03-01T00:00:00Z",
                "2025-03-30T01:00:00Z", // Berlin's clocks skip an hour, and on October 26th repeat one
                "2025-10-26T00:59:59.999999Z",
                "2025-10-26T01:00:00Z",
                "2025-11-02T06:00:00Z", // New York
                "1999-12-31T23:59:59.999999Z",
                "2096-02-29T12:00:00Z",
                "2100-02-28T23:59:59.999999Z",
                "2100-03-01T00:00:00Z",
                "9999-12-31T23:59:59.999999Z"
            })
    void startIsTheSameInstantInEveryTimeZone(String text) throws Exception {
        Instant start = Instant.parse(text);
        database.sql(
                "set local session_replication_role = replica",
                "insert into model_pricing_version (model_id, number, kind, recorded_at, actor, pricing_type, "
                        + "price_per_input_token, price_per_output_token, pricing_source, provider_model_id, canonical_id, "
                        + "model_name) values (1, 1, 'change', '1990-01-01', 'test', 'paid', 1e-6, 10e-6, 'provider', 'm', "
                        + "'m', 'm')",
                "insert into model_pricing (model_id, version, price_per_input_token, price_per_output_token, "
                        + "pricing_type, pricing_source, last_updated) values "
                        + "(1, 1, 1e-6, 10e-6, 'paid', 'provider', '1990-01-01')");
        boolean isPast = start.isBefore(now());
        TimeZone saved = TimeZone.getDefault();
        try {
            for (String zone :
                    List.of("UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Asia/Kolkata")) {
                TimeZone.setDefault(TimeZone.getTimeZone(zone));
                try (Connection connection = database.database().dataSource().getConnection()) {
                    connection.setAutoCommit(false);
                    DSLContext ctx = DSL.using(connection, SQLDialect.POSTGRES);
                    for (String serverZone : List.of("UTC", "America/New_York", "Australia/Lord_Howe")) {
                        ctx.execute("set local time zone '" + serverZone + "'");
                        JooqPricingRepository here = new JooqPricingRepository(ctx);
                        if (isPast) {
                            ctx.execute("set local session_replication_role = replica");
                            ctx.execute(
                                    "insert into model_pricing_announcement (model_id, valid_from, pricing_type, "
                                            + "price_per_input_token, price_per_output_token, pricing_source, observed_at, actor, "
                                            + "announced_at) values (1, ?::timestamptz, 'paid', 2e-6, 10e-6, 'provider', now(), 'ada', "
                                            + "'1991-01-01Z')",
                                    text);
                            ctx.execute("set local session_replication_role = origin");
                        } else {
                            here.announce(update(NEW, T1), start, ADA);
                        }
                        assertThat(here.announcements(model))
                                .extracting(AnnouncedPrice::validFrom)
                                .containsExactly(start);
                        // Before and after the announcement is applied.
                        for (int pass = 0; pass < 2; pass++) {
                            assertThat(here.findAt(model, start.minus(1, ChronoUnit.MICROS))
                                            .orElseThrow()
                                            .pricing())
                                    .isEqualTo(OLD);
                            assertThat(here.findAt(model, start).orElseThrow().pricing())
                                    .isEqualTo(NEW);
                            assertThat(here.find(model).orElseThrow().pricing()).isEqualTo(isPast ? NEW : OLD);
                            assertThat(ctx.fetchSingle("select valid_to from model_pricing_timeline where number = 1")
                                            .get(0, Instant.class))
                                    .isEqualTo(start);
                            here.applyAnnouncements();
                        }
                        assertThat(here.versions(model)).hasSize(isPast ? 2 : 1);
                        connection.rollback();
                    }
                }
            }
        } finally {
            TimeZone.setDefault(saved);
        }
    }

    @Test
    void announcementsOfOneModelFollowEachOther() {
        upsert(OLD, T1);
        Instant second = now().minusSeconds(10);
        Instant first = second.minusSeconds(10);
        due(model, "3", second);
        due(model, "2", first);
        announce(OTHER, FUTURE);

        List<PriceVersion> before = repository.versions(model);
        for (int i = 0; i < 2; i++) {
            assertThat(current()).isEqualTo(NEWER);
            assertThat(at(first.minus(1, ChronoUnit.MICROS)).type()).isIn(PricingType.MISSING, PricingType.PAID);
            assertThat(at(first)).isEqualTo(NEW);
            assertThat(at(second.minus(1, ChronoUnit.MICROS))).isEqualTo(NEW);
            assertThat(at(second)).isEqualTo(NEWER);
            assertThat(at(FUTURE)).isEqualTo(OTHER);
            assertThat(repository.findAt(model, FUTURE).orElseThrow().version()).isEqualTo(4);
            assertThat(repository.find(model).orElseThrow().version()).isEqualTo(3);
            assertThat(repository.versions(model)).isEqualTo(before).hasSize(3);
            repository.applyAnnouncements();
        }
        assertThat(resolutions()).isEqualTo("[applied, applied, open]");
    }

    @Test
    void writeBetweenAnnouncementAndStartDoesNotChangeTheAnnouncement() {
        upsert(OLD, T1);
        announce(NEW, FUTURE);
        assertThat(upsert(OTHER, T1.plusSeconds(1))).isEqualTo(Result.UPDATED);
        repository.correct(update(NEWER, T1), ValidFrom.noStartDate(), ADA);

        assertThat(current()).isEqualTo(NEWER);
        assertThat(at(FUTURE.minus(1, ChronoUnit.MICROS))).isEqualTo(NEWER);
        assertThat(repository.findAt(model, FUTURE).orElseThrow())
                .isEqualTo(new ModelPricing(model, NEW, 4, PricingSource.PROVIDER, FUTURE));
        assertThat(repository.versions(model)).hasSize(3);
    }

    @Test
    void upsertComparesWithTheAnnouncedPrice() {
        upsert(OLD, T1);
        Instant start = due("2");
        assertThat(upsert(NEW, now())).isEqualTo(Result.UNCHANGED);
        assertThat(versions()).containsExactly(OLD, NEW);
        assertThat(repository.versions(model).get(1).validFrom()).isEqualTo(start);
        assertThat(resolutions()).isEqualTo("[applied]");
    }

    @Test
    void observationFromBeforeTheStartDoesNotReplaceTheAnnouncedPrice() {
        upsert(OLD, T1);
        Instant start = due("2");
        assertThat(upsert(OTHER, start.minusSeconds(1))).isEqualTo(Result.STALE);
        assertThat(upsert(OTHER, now())).isEqualTo(Result.UPDATED);
        assertThat(versions()).containsExactly(OLD, NEW, OTHER);
        assertThat(at(start)).isEqualTo(NEW);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update model_pricing set last_updated = now()",
                "update model_pricing set price_per_input_token = price_per_input_token",
                "update model_pricing set price_per_input_token = 2e-6",
                "insert into model_pricing (model_id, price_per_input_token, price_per_output_token, pricing_type, "
                        + "pricing_source) values (1, 2e-6, 10e-6, 'paid', 'provider') on conflict (model_id) do update set "
                        + "price_per_input_token = excluded.price_per_input_token",
                "insert into model_pricing (model_id, pricing_type, missing_reason) values (1, 'missing', 'never_known') "
                        + "on conflict do nothing; update model_pricing set updated_at = now()"
            })
    void anyWriteAppliesAnAnnouncedPriceThatItDoesNotChange(String sql) {
        upsert(OLD, T1);
        Instant start = due("2");
        database.sql(sql);
        assertThat(versions()).containsExactly(OLD, NEW);
        assertThat(current()).isEqualTo(NEW);
        assertThat(repository.versions(model).get(1).validFrom()).isEqualTo(start);
        assertThat(repository.versions(model).get(1).attribution()).isEqualTo(ADA);
        assertThat(database.number("select price_per_input_token * 1000000 from model_pricing"))
                .isEqualTo(2);
        assertThat(resolutions()).isEqualTo("[applied]");
    }

    @Test
    void plainSqlWriteComesAfterTheAnnouncedPrice() {
        upsert(OLD, T1);
        Instant start = due("2");
        database.sql("update model_pricing set price_per_input_token = 9e-6");
        assertThat(versions()).containsExactly(OLD, NEW, OTHER);
        assertThat(repository.versions(model).get(2).attribution())
                .isEqualTo(Attribution.by(database.database().user()));
        assertThat(at(start)).isEqualTo(NEW);
        assertThat(current()).isEqualTo(OTHER);
    }

    @Test
    void firstPriceOfAModelCanBeAnnounced() {
        assertThat(announce(NEWER, FUTURE)).isEqualTo(Result.INSERTED);
        assertThat(current()).isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));
        assertThat(at(FUTURE)).isEqualTo(NEWER);
        assertThat(repository.list(PricingType.MISSING, PageRequest.first(5))).hasSize(1);
        Instant start = due("2");
        assertThat(current()).isEqualTo(NEW);
        assertThat(at(start.minus(1, ChronoUnit.MICROS))).isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));
        assertThat(repository.list(PricingType.MISSING, PageRequest.first(5))).isEmpty();

        assertThat(upsert(NEW, now())).isEqualTo(Result.UNCHANGED);
        assertThat(repository.versions(model)).singleElement().satisfies(version -> {
            assertThat(version.pricing()).isEqualTo(NEW);
            assertThat(version.validFrom()).isEqualTo(start);
            assertThat(version.provider()).isEqualTo("openai");
        });
        assertThat(repository.findAt(model, FUTURE).orElseThrow().version()).isEqualTo(2);
    }

    @Test
    void plainSqlInsertComesAfterTheAnnouncedFirstPrice() {
        due("2");
        database.sql(
                "insert into model_pricing (model_id, price_per_input_token, price_per_output_token, pricing_type, "
                        + "pricing_source) values (1, 9e-6, 10e-6, 'paid', 'provider')");
        assertThat(versions()).containsExactly(NEW, OTHER);
        assertThat(current()).isEqualTo(OTHER);
    }

    @Test
    void announcementIsWithdrawnBeforeItsStart() {
        upsert(OLD, T1);
        announce(NEW, FUTURE);
        long revision = database.revision();
        assertThat(repository.withdraw(model, FUTURE.plusSeconds(1), ADA)).isEqualTo(Outcome.NOTHING_TO_DO);
        assertThat(repository.withdraw(model, FUTURE, ADA)).isEqualTo(Outcome.DONE);
        assertThat(repository.withdraw(model, FUTURE, ADA)).isEqualTo(Outcome.NOTHING_TO_DO);
        assertThat(database.revision()).isEqualTo(revision + 1);

        assertThat(at(FUTURE)).isEqualTo(OLD);
        assertThat(repository.announcements(model)).isEmpty();
        assertThat(resolutions()).isEqualTo("[withdrawn]");
        assertThat(announce(NEW, FUTURE)).isEqualTo(Result.INSERTED);
        assertThatThrownBy(() -> repository.withdraw(model, FUTURE, SYNC)).hasMessageContaining("no reason");
    }

    @Test
    void announcementIsNotWithdrawnAfterItsStart() {
        upsert(OLD, T1);
        Instant start = due("2");
        assertThat(repository.withdraw(model, start, ADA)).isEqualTo(Outcome.NOTHING_TO_DO);
        assertThatThrownBy(() -> database.sql("update model_pricing_announcement set resolution = 'withdrawn', "
                        + "resolved_at = now(), resolved_by = 'ada'"))
                .hasMessageContaining("passed before the transaction ended");
        assertThat(current()).isEqualTo(NEW);
    }

    @Test
    void announcementIsNotMarkedAppliedWithoutItsVersionNorOverriddenBeforeItsStart() {
        upsert(OLD, T1);
        announce(NEW, FUTURE);
        String mark = "update model_pricing_announcement set resolved_at = now(), resolved_by = 'ada', ";
        for (int number : new int[] {1, 99}) {
            assertThatThrownBy(() -> database.sql(mark + "resolution = 'applied', applied_version = " + number))
                    .hasMessageContaining("cannot be applied as version " + number)
                    .hasMessageContaining("model_pricing_apply_due");
        }
        assertThatThrownBy(() -> database.sql(mark + "resolution = 'overridden'"))
                .hasMessageContaining("cannot be overridden before its start at 2");
        assertThat(resolutions()).isEqualTo("[open]");
        assertThat(at(FUTURE)).isEqualTo(NEW);
    }

    @Test
    void announcingAgainReplacesOnlyALaterObservation() {
        assertThat(announce(NEW, FUTURE)).isEqualTo(Result.INSERTED);
        assertThat(announce(NEW, FUTURE)).isEqualTo(Result.UNCHANGED);
        var stale = repository.announce(update(OTHER, T1), FUTURE, ADA);
        assertThat(stale.result()).isEqualTo(Result.STALE);
        assertThat(stale.message()).contains("announced for " + FUTURE);
        assertThat(repository
                        .announce(update(OTHER, T1.plusSeconds(1)), FUTURE, ADA)
                        .result())
                .isEqualTo(Result.UPDATED);
        assertThat(repository.announcements(model))
                .extracting(announced -> announced.update().pricing())
                .containsExactly(OTHER);
        assertThat(resolutions()).isEqualTo("[replaced, open]");
    }

    @Test
    void invalidAnnouncementIsRefused() {
        ModelId unknown = new ModelId(77);
        assertThat(repository
                        .announce(new PriceUpdate(unknown, NEW, PricingSource.PROVIDER, T1), FUTURE, ADA)
                        .result())
                .isEqualTo(Result.UNKNOWN_MODEL);
        assertThat(repository.announce(update(NEW, FUTURE), FUTURE, ADA).result())
                .isEqualTo(Result.OBSERVED_IN_FUTURE);
        Instant past = now().minusSeconds(1);
        assertThatThrownBy(() -> announce(NEW, past))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("announced for " + past)
                .hasMessageContaining("in the future".replace("in", "of"));
        assertThatThrownBy(
                        () -> repository.announce(new PriceUpdate(model, NEW, PricingSource.MANUAL, T1), FUTURE, ADA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("manual");
        String insert = "insert into model_pricing_announcement (model_id, valid_from, pricing_type, "
                + "price_per_input_token, pricing_source, observed_at, actor) values ";
        for (String row : List.of(
                "(1, '2100-01-01', 'paid', 0, 'provider', now(), 'ada')",
                "(1, '2100-01-01', 'free', 1, 'provider', now(), 'ada')",
                "(1, '2100-01-01', 'paid', 'NaN', 'provider', now(), 'ada')",
                "(1, '2100-01-01', 'paid', 1, 'manual', now(), 'ada')",
                "(1, '2100-01-01', 'paid', 1, 'provider', now(), ' ')",
                "(1, 'infinity', 'paid', 1, 'provider', now(), 'ada')",
                "(1, '2020-01-01', 'paid', 1, 'provider', now(), 'ada')",
                "(77, '2100-01-01', 'paid', 1, 'provider', now(), 'ada')")) {
            assertThatThrownBy(() -> database.sql(insert + row)).as(row).isInstanceOf(IllegalStateException.class);
        }
        assertThat(resolutions()).isEqualTo("[]");
        announce(NEW, FUTURE);
        for (String sql : List.of(
                "update model_pricing_announcement set price_per_input_token = 5",
                "update model_pricing_announcement set valid_from = '2101-01-01'",
                "delete from model_pricing_announcement",
                "truncate model_pricing_announcement")) {
            assertThatThrownBy(() -> database.sql(sql)).as(sql).isInstanceOf(IllegalStateException.class);
        }
        assertThat(at(FUTURE)).isEqualTo(NEW);
    }

    @Test
    void documentedQueryTellsACacheWhenToReadAgain() throws Exception {
        String page = Files.readString(Path.of("../docs/price-model.md"));
        String query = page.substring(page.indexOf("```sql\nselect\n    (select revision") + "```sql\n".length());
        String sql = query.substring(0, query.indexOf("```"));
        Record before = database.ctx().fetchSingle(sql);
        assertThat(before.get("next_start")).isNull();

        announce(NEW, FUTURE);
        announce(NEWER, FUTURE.plusSeconds(1));
        due("3");

        Record after = database.ctx().fetchSingle(sql);
        assertThat(after.get("revision", Long.class)).isEqualTo(before.get("revision", Long.class) + 2);
        assertThat(after.get("next_start", Instant.class)).isEqualTo(FUTURE);
    }

    @Test
    void announcementsAreListedWhateverTheirIds() {
        long next = 3_000_000_000L;
        database.sql("alter table model_pricing_announcement alter column id restart with " + next);
        announce(NEW, FUTURE);
        announce(NEWER, FUTURE.plusSeconds(1));
        // The lower half of the bits of its id is the same as that of the first.
        database.sql("alter table model_pricing_announcement alter column id restart with " + (next + (1L << 32)));
        announce(Pricing.missing(MissingReason.DYNAMIC), FUTURE.plusSeconds(2));

        assertThat(repository.announcements(model))
                .extracting(announced -> announced.update().pricing())
                .containsExactly(NEW, NEWER, Pricing.missing(MissingReason.DYNAMIC));
    }

    @Test
    void announcementOfAnUnknownModelIsRefusedInTheSameWordsEverywhere() {
        PriceUpdate update = new PriceUpdate(new ModelId(77), NEW, PricingSource.PROVIDER, T1);

        assertThat(repository.announce(update, FUTURE, ADA).message()).contains("model 77 does not exist");
        assertThatThrownBy(() -> database.sql("insert into model_pricing_announcement (model_id, valid_from, "
                        + "pricing_type, price_per_input_token, pricing_source, observed_at, actor) values "
                        + "(77, '2100-01-01', 'paid', 1, 'provider', now(), 'ada')"))
                .rootCause()
                .hasMessageContaining("model 77 does not exist");
    }

    @Test
    void announcementThatCommitsAfterItsStartIsRefused() {
        upsert(OLD, T1);
        assertThatThrownBy(() -> database.ctx().transaction(trx -> {
                    Instant start = now().plusMillis(100);
                    new JooqPricingRepository(trx.dsl()).announce(update(NEW, T1), start, ADA);
                    trx.dsl().execute("select pg_sleep(0.15)");
                }))
                .isInstanceOf(DataAccessException.class)
                .rootCause()
                .hasMessageContaining("passed before the transaction ended");
        assertThat(current()).isEqualTo(OLD);
    }

    @Test
    void startWithFractionsOfAMicrosecondIsRoundedUp() {
        upsert(OLD, T1);
        announce(NEW, FUTURE.plusNanos(1));
        assertThat(at(FUTURE)).isEqualTo(OLD);
        assertThat(at(FUTURE.plusNanos(1000))).isEqualTo(NEW);
        assertThat(repository.withdraw(model, FUTURE.plusNanos(1), ADA)).isEqualTo(Outcome.DONE);
    }

    @Test
    void manualOverrideAtTheStartStays() {
        repository.setManual(model, OLD, ADA);
        Instant start = due("2");
        announce(NEWER, FUTURE);
        assertThat(current()).isEqualTo(OLD);
        assertThat(at(now())).isEqualTo(OLD);
        assertThat(at(FUTURE)).as("if it is not released").isEqualTo(OLD);
        assertThat(repository.announcements(model))
                .as("the override is in force, and not the price whose start has passed")
                .extracting(AnnouncedPrice::isDue)
                .containsExactly(false, false);

        assertThat(repository.release(model, ADA)).isEqualTo(Outcome.DONE);
        assertThat(resolutions()).isEqualTo("[overridden, open]");
        assertThat(current()).isEqualTo(OLD);
        assertThat(at(start)).isNotEqualTo(NEW);
        assertThat(at(FUTURE)).isEqualTo(NEWER);
        assertThat(upsert(OTHER, now())).isEqualTo(Result.UPDATED);
    }

    @Test
    void manualOverrideAfterTheStartReplacesTheAnnouncedPrice() {
        upsert(OLD, T1);
        Instant start = due("2");
        assertThat(repository.setManual(model, OTHER, ADA).result()).isEqualTo(Result.UPDATED);
        assertThat(versions()).containsExactly(OLD, NEW, OTHER);
        assertThat(at(start)).isEqualTo(NEW);
        assertThat(current()).isEqualTo(OTHER);
    }

    @Test
    void deletedPriceEndsItsAnnouncements() {
        upsert(OLD, T1);
        Instant start = due("2");
        announce(NEWER, FUTURE);
        assertThat(repository.delete(model, ADA)).isEqualTo(Outcome.DONE);

        assertThat(resolutions()).isEqualTo("[applied, deleted]");
        assertThat(at(start)).isEqualTo(NEW);
        assertThat(at(FUTURE)).isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));
        assertThat(repository.versions(model)).extracting(PriceVersion::number).containsExactly(1, 2, 3);
        assertThat(repository.versions(model).get(2).kind()).isEqualTo(PriceVersion.Kind.DELETION);
        assertThat(upsert(OTHER, T1)).isEqualTo(Result.INSERTED);
        assertThat(repository.find(model).orElseThrow().version()).isEqualTo(4);
    }

    @Test
    void announcedFirstPriceCanBeDeleted() {
        due("2");
        assertThat(repository.delete(model, ADA)).isEqualTo(Outcome.DONE);
        assertThat(current()).isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));
        assertThat(repository.versions(model)).hasSize(2);
        assertThat(repository.delete(model, ADA)).isEqualTo(Outcome.NOTHING_TO_DO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete from models", "select model_pricing_delete_model(1)"})
    void deletedModelKeepsTheVersionsOfItsAnnouncedPrices(String sql) {
        upsert(OLD, T1);
        Instant start = due("2");
        announce(NEWER, FUTURE);
        database.sql(sql);
        assertThat(repository.find(model)).isEmpty();
        assertThat(versions()).hasSize(3).startsWith(OLD, NEW);
        assertThat(repository.versions(model).get(1).provider()).isEqualTo("openai");
        assertThat(at(start)).isEqualTo(NEW);
        assertThat(at(FUTURE)).isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));
        assertThat(repository.announcements(model)).isEmpty();
        assertThat(repository.announcements(PageRequest.first(5))).isEmpty();
    }

    @Test
    void correctionOfThePastAndAnnouncementStayDistinct() {
        upsert(OLD, T1);
        Instant start = due("2");
        repository.correct(update(OTHER, T1), ValidFrom.at(start.minusSeconds(60)), ADA);
        assertThat(repository.versions(model))
                .extracting(PriceVersion::kind)
                .containsExactly(PriceVersion.Kind.CHANGE, PriceVersion.Kind.CHANGE, PriceVersion.Kind.CORRECTION);
        assertThat(at(start.minusSeconds(60))).isEqualTo(OTHER);
        assertThat(current())
                .as("the correction replaces what was recorded before it")
                .isEqualTo(OTHER);
    }

    @Test
    void priceAsKnownBeforeTheAnnouncementDoesNotHaveIt() {
        upsert(OLD, T1);
        Instant start = now();
        due(model, "2", start);
        Instant announcedAt = start.minusSeconds(86_400);
        for (int i = 0; i < 2; i++) {
            assertThat(repository.findAt(model, AsOf.validAt(start).knownAt(announcedAt)))
                    .get()
                    .extracting(ModelPricing::pricing)
                    .isEqualTo(NEW);
            assertThat(repository
                            .findAt(model, AsOf.validAt(start).knownAt(announcedAt.minusNanos(1000)))
                            .orElseThrow()
                            .pricing())
                    .isEqualTo(Pricing.missing(MissingReason.NEVER_KNOWN));
            repository.applyAnnouncements();
        }
    }

    @Test
    void rolledBackWriteLeavesTheAnnouncementOpen() {
        upsert(OLD, T1);
        due("2");
        assertThatThrownBy(() -> database.ctx().transaction(trx -> {
                    new JooqPricingRepository(trx.dsl()).upsert(update(OTHER, now()), SYNC);
                    throw new IllegalStateException("rolled back");
                }))
                .hasMessage("rolled back");
        assertThat(resolutions()).isEqualTo("[open]");
        assertThat(current()).isEqualTo(NEW);
        assertThat(versions()).containsExactly(OLD, NEW);
        assertThat(database.number("select count(*) from model_pricing_version"))
                .isEqualTo(1);
    }

    @Test
    void longTransactionSeesTheStartOfAnAnnouncedPrice() {
        upsert(OLD, T1);
        Instant start = now().plusMillis(200);
        announce(NEW, start);
        database.ctx().transaction(trx -> {
            JooqPricingRepository inside = new JooqPricingRepository(trx.dsl());
            assertThat(inside.find(model).orElseThrow().pricing()).isEqualTo(OLD);
            trx.dsl().execute("select pg_sleep(0.25)");
            assertThat(inside.find(model).orElseThrow().pricing()).isEqualTo(NEW);
        });
    }

    @Test
    void everyShapeOfCardCanBeAnnounced() {
        RandomCards cards = new RandomCards(20270101);
        List<Pricing> announced = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            announced.add(cards.pricing());
            announce(announced.get(i), FUTURE.plusSeconds(i));
        }
        assertThat(repository.announcements(model))
                .extracting(price -> price.update().pricing())
                .isEqualTo(announced);
        for (int i = 0; i < announced.size(); i++) {
            assertThat(at(FUTURE.plusSeconds(i))).isEqualTo(announced.get(i));
        }
    }

    @Test
    void announcementsAreListedByStartAPageAtATime() {
        ModelId other = database.model("openai", "gpt-4");
        for (int i = 0; i < 5; i++) {
            announce(NEW, FUTURE.plusSeconds(i / 2 + i));
            repository.announce(new PriceUpdate(other, NEW, PricingSource.PROVIDER, T1), FUTURE.plusSeconds(i), ADA);
        }
        List<AnnouncedPrice> listed = new ArrayList<>();
        var request = java.util.Optional.of(PageRequest.first(3));
        while (request.isPresent()) {
            Page<AnnouncedPrice> page = repository.announcements(request.get());
            page.forEach(listed::add);
            request = page.next();
        }
        assertThat(listed).hasSize(10).doesNotHaveDuplicates();
        assertThat(listed).extracting(AnnouncedPrice::validFrom).isSorted();
        assertThat(listed).extracting(AnnouncedPrice::isDue).containsOnly(false);
    }

    @Test
    void concurrentWritersApplyAnAnnouncementOnce() throws Exception {
        upsert(OLD, T1);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        for (int round = 0; round < 20; round++) {
            Instant start = due("" + (round % 2 + 2));
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int writer = i;
                writers.add(pool.submit(() -> {
                    switch (writer % 4) {
                        case 0 -> repository.upsert(update(price("" + (20 + writer)), now()), SYNC);
                        case 1 -> repository.applyAnnouncements();
                        case 2 -> database.sql("update model_pricing set last_updated = last_updated");
                        default ->
                            repository.announce(
                                    update(NEW, T1), FUTURE.plusSeconds(System.nanoTime() % 1_000_000_000), ADA);
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get(30, SECONDS);
            }
            assertThat(at(start)).isEqualTo(price("" + (round % 2 + 2)));
        }
        pool.shutdown();
        assertThat(repository.versions(model))
                .extracting(PriceVersion::number)
                .isEqualTo(java.util.stream.IntStream.rangeClosed(
                                1, repository.versions(model).size())
                        .boxed()
                        .toList());
        assertThat(database.number("select count(*) from model_pricing_announcement where resolution = 'applied'"))
                .isEqualTo(20);
        assertThat(repository
                        .versions(model)
                        .get(repository.versions(model).size() - 1)
                        .pricing())
                .isEqualTo(current());
    }

    @Test
    void statementThatWaitsAcrossTheStartWritesAPriceFromBeforeIt() throws Exception {
        upsert(OLD, T1);
        Instant start = now().plusMillis(900);
        announce(NEW, start);
        try (Connection other = database.database().dataSource().getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("update model_pricing set updated_at = updated_at");
            CompletableFuture<Result> waiting = CompletableFuture.supplyAsync(() -> upsert(price("1.5"), now()));
            while (now().isBefore(start)) {
                MILLISECONDS.sleep(20);
            }
            assertThat(waiting).isNotDone();
            other.commit();
            assertThat(waiting.get(10, SECONDS)).isEqualTo(Result.UPDATED);
        }

        assertThat(current()).isEqualTo(NEW);
        assertThat(at(start.minus(1, ChronoUnit.MICROS))).isEqualTo(price("1.5"));
        assertThat(at(start)).isEqualTo(NEW);
        repository.applyAnnouncements();
        assertThat(repository.versions(model))
                .extracting(PriceVersion::pricing)
                .containsExactly(OLD, price("1.5"), NEW);
    }

    @Test
    void readerNeedsNoFurtherRightsThanBeforeTheExpansion() throws Exception {
        upsert(OLD, T1);
        due("2");
        try (Roles roles = new Roles("reader")) {
            String role = roles.name("reader");
            database.sql("grant select on models, providers, model_pricing, models_with_pricing to " + role);
            database.run(PricingDatabase.MIGRATIONS.toArray(String[]::new));
            database.ctx().transaction(trx -> {
                trx.dsl().execute("set local role " + role);
                assertThat(trx.dsl()
                                .fetchValue("select price_per_input_token * 1000000 from models_with_pricing")
                                .toString())
                        .startsWith("2");
            });
            database.close();
        }
    }
}
