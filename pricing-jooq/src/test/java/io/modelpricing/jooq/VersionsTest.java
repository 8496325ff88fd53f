package io.modelpricing.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.PriceVersion;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.UpsertOutcome.Result;
import io.modelpricing.ValidFrom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The versions and the revision that triggers write for every client. */
class VersionsTest {

    private static final Attribution SYNC = Attribution.by("api_sync:openai").because("nightly");
    private static final Instant T1 = Instant.parse("2026-01-01T00:00:00Z");
    private static final Pricing EXPENSIVE = Pricing.paid(Price.perMillion("2.50"), Price.perMillion("10"));

    private final PricingDatabase database = PricingDatabase.expanded().provider("openai");
    private final JooqPricingRepository repository = new JooqPricingRepository(database.ctx());
    private final ModelId model = database.model("openai", "gpt-4o");

    @AfterEach
    void drop() {
        database.close();
    }

    private static PriceUpdate update(ModelId model, Pricing pricing, Instant at) {
        return new PriceUpdate(model, pricing, PricingSource.PROVIDER, at);
    }

    @Test
    void plainSqlIsRecordedUnderItsDatabaseUser() {
        database.sql(
                "insert into model_pricing (model_id, price_per_input_token, pricing_type, pricing_source, last_updated) "
                        + "values (1, 0.1, 'paid', 'provider', '2026-01-01')",
                "update model_pricing set price_per_input_token = 0.2",
                "update model_pricing set last_updated = '2026-01-02'",
                "update model_pricing set price_per_input_token = 0.2",
                "insert into model_pricing (model_id, price_per_input_token, pricing_type, pricing_source, last_updated) "
                        + "values (1, 0.3, 'paid', 'provider', '2026-01-03') on conflict (model_id) do update "
                        + "set price_per_input_token = excluded.price_per_input_token",
                "update model_pricing set version = 77",
                "delete from model_pricing");

        List<PriceVersion> versions = repository.versions(model);
        assertThat(versions).extracting(PriceVersion::number).containsExactly(1, 2, 3, 4, 5);
        assertThat(versions)
                .extracting(PriceVersion::attribution)
                .containsOnly(Attribution.by(database.database().user()));
        assertThat(versions).extracting(PriceVersion::validFrom).isSorted().doesNotHaveDuplicates();
        assertThat(versions.get(2).pricing().orElseThrow().rates().get(0).price())
                .isEqualTo(Price.perToken("0.3"));
        assertThat(database.revision()).as("one transaction").isEqualTo(1);
    }

    @Test
    void plainSqlDoesNotInheritTheActorOfAnEarlierStatement() {
        database.ctx().transaction(trx -> {
            new JooqPricingRepository(trx.dsl()).upsert(update(model, EXPENSIVE, T1), SYNC);
            trx.dsl().execute("update model_pricing set price_per_input_token = 0.2");
            new JooqPricingRepository(trx.dsl()).correct(update(model, EXPENSIVE, T1), ValidFrom.noStartDate(), SYNC);
            trx.dsl().execute("update model_pricing set last_updated = '2026-02-01'");
            trx.dsl().execute("update model_pricing set price_per_input_token = 0.3");
            new JooqPricingRepository(trx.dsl()).delete(model, SYNC);
            trx.dsl()
                    .execute(
                            "insert into model_pricing (model_id, price_per_input_token, pricing_type, pricing_source, "
                                    + "last_updated) values (1, 0.1, 'paid', 'provider', '2026-01-01')");
        });

        Attribution foreign = Attribution.by(database.database().user());
        assertThat(repository.versions(model))
                .extracting(PriceVersion::attribution)
                .containsExactly(SYNC, foreign, SYNC, foreign, SYNC, foreign);
        assertThat(repository.versions(model))
                .extracting(PriceVersion::kind)
                .containsExactly(
                        PriceVersion.Kind.CHANGE,
                        PriceVersion.Kind.CHANGE,
                        PriceVersion.Kind.CORRECTION,
                        PriceVersion.Kind.CHANGE,
                        PriceVersion.Kind.DELETION,
                        PriceVersion.Kind.CHANGE);
        assertThat(database.revision()).isEqualTo(1);
    }

    @Test
    void writerWithRightsOnPricesOnlyMakesVersions() throws Exception {
        try (Roles roles = new Roles("sync")) {
            String role = roles.name("sync");
            database.sql(
                    "grant select, insert, update, delete on model_pricing to " + role,
                    "grant usage on sequence model_pricing_id_seq to " + role,
                    "set local role " + role,
                    "insert into model_pricing (model_id, price_per_input_token, pricing_type, pricing_source, "
                            + "last_updated) values (1, 0.1, 'paid', 'provider', '2026-01-01')",
                    "update model_pricing set price_per_input_token = 0.2",
                    "delete from model_pricing");
            assertThat(repository.versions(model)).hasSize(3);
            assertThatThrownBy(() -> database.sql("set local role " + role, "select from model_pricing_version"))
                    .hasMessageContaining("denied");
            assertThatThrownBy(() -> database.sql("set local role " + role, "select model_pricing_delete_model(1)"))
                    .hasMessageContaining("denied");
            database.close();
        }
    }

    @Test
    void triggersIgnoreTheSearchPathOfTheCaller() throws Exception {
        database.sql(
                "create schema evil",
                "create function evil.boom() returns boolean language plpgsql as 'begin raise exception ''evil''; end'",
                "create table evil.model_pricing_version (like model_pricing_version)",
                "create table evil.models (like models)",
                "create function evil.statement_timestamp() returns timestamptz language sql as "
                        + "'select evil.boom()::text::timestamptz'");
        database.sql(
                "set local search_path = pg_temp, evil, public, pg_catalog",
                "create temporary table model_pricing_revision (revision bigint)",
                "create temporary table model_pricing_card_rate (price numeric)",
                "create function pg_temp.clock_timestamp() returns timestamptz language sql as "
                        + "'select evil.boom()::text::timestamptz'",
                "insert into public.model_pricing (model_id, price_per_input_token, pricing_type, pricing_source, "
                        + "last_updated) values (1, 0.1, 'paid', 'provider', '2026-01-01')",
                "update public.model_pricing set price_per_input_token = 0.2",
                "delete from public.model_pricing");

        assertThat(repository.versions(model)).hasSize(3);
        assertThat(database.revision()).isEqualTo(1);
    }

    @Test
    void versionsAreImmutable() {
        repository.upsert(update(model, EXPENSIVE, T1), SYNC);

        for (String sql : List.of(
                "update model_pricing_version set actor = 'unlisted'",
                "delete from model_pricing_version",
                "truncate model_pricing_version",
                "truncate model_pricing",
                "truncate models cascade",
                "truncate model_pricing_rate_set cascade",
                "update model_pricing set model_id = 2")) {
            assertThatThrownBy(() -> database.sql(sql)).as(sql).isInstanceOf(IllegalStateException.class);
        }
        assertThat(repository.versions(model)).hasSize(1);
        assertThat(repository.find(model).orElseThrow().pricing()).isEqualTo(EXPENSIVE);
    }

    @Test
    void everyShapeOfCardSurvivesAWriteAndARead() {
        RandomCards cards = new RandomCards(20260101);
        List<PriceUpdate> updates = new ArrayList<>();
        database.sql("insert into models (model_id, model_name, provider_model_id) select 'm' || i, 'm', 'm' || i "
                + "from generate_series(2, 600) i");
        for (int i = 1; i <= 600; i++) {
            updates.add(update(new ModelId(i), cards.pricing(), T1));
        }

        assertThat(repository.upsertAll(updates, SYNC).count(Result.INSERTED)).isEqualTo(600);

        var found = repository.findAll(updates.stream().map(PriceUpdate::model).toList());
        assertThat(updates)
                .allSatisfy(update ->
                        assertThat(found.get(update.model()).pricing()).isEqualTo(update.pricing()));
        assertThat(updates.subList(0, 20))
                .allSatisfy(update -> assertThat(
                                repository.versions(update.model()).get(0).price())
                        .isEqualTo(found.get(update.model())));
        assertThat(repository.upsertAll(updates, SYNC).count(Result.UNCHANGED)).isEqualTo(600);
    }

    @Test
    void equalCardsShareOneRateSet() {
        Pricing pricing = new RandomCards(5).paidWithFurtherRates();
        ModelId other = database.model("openai", "gpt-4");
        repository.upsertAll(List.of(update(model, pricing, T1), update(other, pricing, T1)), SYNC);
        repository.setManual(other, EXPENSIVE, SYNC);
        repository.upsert(update(database.model("openai", "gpt-5"), pricing, T1), SYNC);

        assertThat(database.number("select count(*) from model_pricing_rate_set"))
                .isEqualTo(1);
        assertThat(repository.versions(other).get(0).pricing()).isEqualTo(pricing);
        assertThat(repository.find(other).orElseThrow().pricing()).isEqualTo(EXPENSIVE);
    }

    @Test
    void committedRateSetIsImmutable() {
        repository.upsert(update(model, new RandomCards(5).paidWithFurtherRates(), T1), SYNC);
        long rates = database.number("select count(*) from model_pricing_card_rate");

        for (String sql : List.of(
                "insert into model_pricing_card_rate select id, 'priority', 'web_search', 77, 1 from model_pricing_rate_set",
                "update model_pricing_card_rate set price = 1",
                "delete from model_pricing_card_rate",
                "truncate model_pricing_card_rate",
                "update model_pricing_rate_set set created_in = pg_current_xact_id()",
                "delete from model_pricing_rate_set")) {
            assertThatThrownBy(() -> database.sql(sql)).as(sql).hasMessageMatching("(?s).*(immutable|is complete).*");
        }
        assertThat(database.number("select count(*) from model_pricing_card_rate"))
                .isEqualTo(rates);
    }

    @Test
    void invalidRateSetIsRefused() {
        String id = "'00000000-0000-0000-0000-000000000007'";
        String set = "insert into model_pricing_rate_set (id) values (" + id + ")";
        String rate =
                "insert into model_pricing_card_rate (rate_set_id, service_tier, unit, from_input_tokens, price) values ("
                        + id + ", ";
        for (List<String> statements : List.of(
                List.of(rate + "'standard', 'cache_read', 0, null)", rate + "'standard', 'cache_read', 5, 1)"),
                List.of(rate + "'standard', 'cache_read', 5, 1)", rate + "'standard', 'cache_read', 0, null)"),
                List.of(rate + "'standard', 'input', 0, 1)"),
                List.of(rate + "'gold', 'input', 0, 1)"),
                List.of(rate + "'batch', 'tokens', 0, 1)"),
                List.of(rate + "'batch', 'input', 0, 'NaN')"),
                List.of(rate + "'batch', 'input', 0, -1)"),
                List.of(rate + "'batch', 'input', 0, null)"),
                List.of(rate + "'batch', 'cache_read', 1, null)"),
                List.of(rate + "'batch', 'input', -1, 1)"))) {
            List<String> all = new ArrayList<>(List.of(set));
            all.addAll(statements);
            assertThatThrownBy(() -> database.sql(all.toArray(String[]::new)), statements.toString())
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void revisionGrowsByOneForEachTransactionThatChangesPrices() throws Exception {
        ModelId other = database.model("openai", "gpt-4");
        long before = database.revision();
        database.ctx().transaction(trx -> {
            JooqPricingRepository inside = new JooqPricingRepository(trx.dsl());
            inside.upsert(update(model, EXPENSIVE, T1), SYNC);
            inside.upsert(update(other, EXPENSIVE, T1), SYNC);
            inside.delete(other, SYNC);
        });
        assertThat(database.revision()).isEqualTo(before + 1);

        // A rollback to a savepoint undoes the change and its deferred trigger.
        database.sql("savepoint s", "update model_pricing set price_per_input_token = 0.5", "rollback to s");
        assertThat(database.revision()).isEqualTo(before + 1);
        database.sql(
                "savepoint s",
                "update model_pricing set price_per_input_token = 0.5",
                "rollback to s",
                "update model_pricing set price_per_input_token = 0.6");
        assertThat(database.revision()).isEqualTo(before + 2);

        database.sql("update model_pricing set last_updated = now()", "update models set model_name = 'other'");
        assertThat(database.revision()).isEqualTo(before + 2);

        Instant later = Instant.now().plusSeconds(60);
        try (var connection = database.database().dataSource().getConnection()) {
            JooqPricingRepository autocommit = new JooqPricingRepository(DSL.using(connection, SQLDialect.POSTGRES));
            autocommit.upsert(update(model, Pricing.free(), later), SYNC);
            autocommit.upsert(update(model, EXPENSIVE, later.plusSeconds(1)), SYNC);
        }
        assertThat(database.revision()).isEqualTo(before + 4);
    }

    @Test
    void versionsOutliveADeletedProvider() {
        repository.upsert(update(model, EXPENSIVE, T1), SYNC);

        database.sql("delete from providers");

        assertThat(repository.versions(model))
                .extracting(PriceVersion::kind)
                .containsExactly(PriceVersion.Kind.CHANGE, PriceVersion.Kind.DELETION);
        assertThat(repository.versions(model).get(1).provider()).isEqualTo("openai");
    }
}
