package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MigrationsTest {

    /** The states of a database before the migrations. */
    enum Start {
        EMPTY,
        LEGACY,
        PHASE_1,
        PHASE_1_WITH_HISTORY;

        PricingDatabase create() {
            return switch (this) {
                case EMPTY -> PricingDatabase.empty();
                case LEGACY -> PricingDatabase.legacy();
                case PHASE_1 -> PricingDatabase.phase1();
                case PHASE_1_WITH_HISTORY -> PricingDatabase.phase1WithHistory();
            };
        }
    }

    /** A row of Phase 1 and its conversion; prices that are null were null before. */
    private record Conversion(
            String row,
            String type,
            @Nullable String reason,
            @Nullable String kept) {}

    // The columns: input, output, image, request, type, source, last_updated, created_at, updated_at.
    private static final String TIMES = ", '2025-12-01 10:11:12.123456+00', '2025-11-01+00', '2025-11-02+00'";
    private static final List<Conversion> CONVERSIONS = List.of(
            new Conversion("0.000002500000001, 0.00001, null, null, 'paid', 'provider'" + TIMES, "paid", null, null),
            new Conversion("0, 0, 0.04, null, 'paid', 'provider'" + TIMES, "paid", null, null),
            new Conversion("0, 0, null, 0.000004, 'paid', 'provider'" + TIMES, "paid", null, null),
            new Conversion("0, 0, null, null, 'free', 'inferred'" + TIMES, "free", null, null),
            new Conversion("0.1, 0.2, null, null, 'deprecated', 'manual'" + TIMES, "deprecated", null, null),
            new Conversion("0, 0, null, null, 'missing', 'unknown'" + TIMES, "missing", "never_known", "original"),
            new Conversion("0, 0, null, null, 'paid', 'provider'" + TIMES, "missing", "never_known", "original"),
            new Conversion("0, 0, 0, 0, 'deprecated', 'provider'" + TIMES, "missing", "never_known", "original"),
            new Conversion("0, 0, null, null, null, 'provider'" + TIMES, "missing", "never_known", "original"),
            new Conversion("-1, -1, null, null, 'paid', 'provider'" + TIMES, "missing", "dynamic", "original"),
            new Conversion("-1, 0, null, -1, 'free', 'provider'" + TIMES, "missing", "dynamic", "original"),
            new Conversion("0.1, 0.2, null, null, null, 'provider'" + TIMES, "paid", null, "original"),
            new Conversion("0.1, 0.2, null, null, 'paid', null" + TIMES, "paid", null, "original"),
            new Conversion("0.1, 0.2, null, null, 'paid', ''" + TIMES, "paid", null, "original"),
            new Conversion("0.1, 0.2, null, null, 'paid', repeat('s', 201)" + TIMES, "paid", null, "original"),
            new Conversion(
                    "0.1, 0.2, null, null, 'paid', 'provider', null, '2025-11-01', null", "paid", null, "original"),
            new Conversion("-1, 0.2, null, null, 'paid', 'provider'" + TIMES, "missing", "ambiguous", "quarantine"),
            new Conversion("'NaN', 0.2, null, null, 'paid', 'provider'" + TIMES, "missing", "ambiguous", "quarantine"),
            new Conversion("0, 0, null, 'NaN', 'free', null" + TIMES, "missing", "ambiguous", "quarantine"),
            new Conversion("-0.5, 0, null, null, 'paid', 'provider'" + TIMES, "missing", "ambiguous", "quarantine"),
            new Conversion("0, 0.1, null, null, 'free', 'provider'" + TIMES, "missing", "ambiguous", "quarantine"),
            new Conversion("0.1, 0, null, null, 'missing', 'provider'" + TIMES, "missing", "ambiguous", "quarantine"));

    private static PricingDatabase phase1WithRows() {
        PricingDatabase database = PricingDatabase.phase1();
        database.sql("insert into providers (name, slug) values ('OpenAI', 'openai')");
        for (int i = 1; i <= CONVERSIONS.size(); i++) {
            database.sql(
                    "insert into models (provider_id, model_id, model_name, provider_model_id, pricing_prompt) "
                            + "values (1, 'openai/m" + i + "', 'M" + i + "', 'm" + i + "', 0.0000025)",
                    "insert into model_pricing (model_id, price_per_input_token, price_per_output_token, "
                            + "price_per_image_token, price_per_request, pricing_type, pricing_source, last_updated, "
                            + "created_at, updated_at) values (" + i + ", "
                            + CONVERSIONS.get(i - 1).row() + ")");
        }
        // No price: it must stay without one.
        return database.sql("insert into models (model_id, model_name, provider_model_id) values ('x', 'x', 'x')");
    }

    @Test
    void billingUnitTableHasTheUnitsOfTheLibrary() {
        try (PricingDatabase database = PricingDatabase.expanded()) {
            assertThat(database.ctx()
                            .fetch("select id, measure, side, array_to_string(part_of, ' '), has_variants::text,"
                                    + " description from billing_unit order by position")
                            .map(row -> Arrays.stream(row.intoArray())
                                    .map(String::valueOf)
                                    .toList()))
                    .containsExactlyElementsOf(
                            BillingUnit.all().stream().map(MigrationsTest::row).toList());
        }
    }

    private static List<String> row(BillingUnit unit) {
        String partOf = unit.wholes().stream()
                .filter(whole ->
                        unit.wholes().stream().noneMatch(other -> other.wholes().contains(whole)))
                .map(BillingUnit::id)
                .collect(joining(" "));
        return List.of(
                unit.id(),
                unit.measure().orElseThrow().id(),
                unit.side() == BillingUnit.Side.INPUT ? "input" : "output",
                partOf,
                Boolean.toString(unit.hasVariants()),
                unit.description());
    }

    @ParameterizedTest
    @EnumSource
    void everyStartingStateHasTheSameSchemaAfterwards(Start start) {
        try (PricingDatabase database = start.create().expand();
                PricingDatabase fresh = PricingDatabase.expanded()) {
            assertThat(structure(database.ctx())).isEqualTo(structure(fresh.ctx()));
            assertThat(database.ctx()
                            .fetchCount(org.jooq.impl.DSL.table("pg_class where relname = 'model_usage_analytics'")))
                    .isEqualTo(start == Start.EMPTY ? 0 : 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void secondRunChangesNothing(Start start) {
        try (PricingDatabase database = start == Start.PHASE_1 ? phase1WithRows() : start.create()) {
            database.expand();
            database.sql(
                    "insert into models (model_id, model_name, provider_model_id) values ('y', 'y', 'y')",
                    "insert into model_pricing (model_id, price_per_input_token, pricing_type, pricing_source, "
                            + "last_updated) select id, 0.3, 'paid', 'provider', now() from models where model_id = 'y'",
                    "update model_pricing set price_per_input_token = 0.4 where pricing_source = 'provider' "
                            + "and price_per_input_token = 0.3");
            List<String> structure = structure(database.ctx());
            Map<String, String> rows = rows(database.ctx());

            database.expand();

            assertThat(structure(database.ctx())).isEqualTo(structure);
            assertThat(rows(database.ctx())).isEqualTo(rows);
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachFileCanRunInItsOwnTransaction(Start start) {
        try (PricingDatabase database = start.create();
                PricingDatabase fresh = PricingDatabase.expanded()) {
            PricingDatabase.MIGRATIONS.forEach(database::run);

            assertThat(structure(database.ctx())).isEqualTo(structure(fresh.ctx()));
        }
    }

    @Test
    void everyClassOfPhase1RowsIsConvertedByItsMeaning() {
        try (PricingDatabase database = phase1WithRows()) {
            Map<Long, Map<String, Object>> before = cells(database.ctx());

            database.expand();

            Map<Long, Map<String, Object>> after = cells(database.ctx());
            assertThat(after.keySet()).isEqualTo(before.keySet());
            for (int i = 1; i <= CONVERSIONS.size(); i++) {
                Conversion expected = CONVERSIONS.get(i - 1);
                long model = i;
                assertThat(after.get(model))
                        .as(expected.row())
                        .containsEntry("pricing_type", expected.type())
                        .containsEntry("missing_reason", expected.reason());
                if (expected.type().equals("missing")) {
                    assertThat(after.get(model).entrySet())
                            .filteredOn(cell -> cell.getKey().startsWith("price_per_"))
                            .extracting(Map.Entry::getValue)
                            .containsOnlyNulls();
                }
                if (expected.kept() == null) {
                    assertThat(after.get(model)).as(expected.row()).containsAllEntriesOf(before.get(model));
                } else {
                    assertThat(database.ctx()
                                    .fetchOne("select c.* from model_pricing_" + expected.kept()
                                            + " k, jsonb_populate_record(null::phase1_cells, k.original) c "
                                            + "where k.model_id = " + model)
                                    .intoMap())
                            .as(expected.row())
                            .containsAllEntriesOf(before.get(model));
                }
            }
            for (String kept : List.of("original", "quarantine")) {
                assertThat(database.number("select count(*) from model_pricing_" + kept))
                        .isEqualTo(CONVERSIONS.stream()
                                .filter(c -> kept.equals(c.kept()))
                                .count());
            }
            assertThat(database.number("select count(*) from model_pricing_quarantine where reason <> '' "
                            + "and origin = 'model_pricing' and resolution is null"))
                    .isEqualTo(6);
            assertThat(database.number("select count(*) from model_pricing_version where valid_from is null "
                            + "and number = 1 and kind = 'change'"))
                    .isEqualTo(CONVERSIONS.size());
            assertThat(database.revision()).isEqualTo(1);
            new JooqPricingRepository(database.ctx())
                    .findAll(before.keySet().stream()
                            .map(io.modelpricing.ModelId::new)
                            .toList())
                    .values()
                    .forEach(pricing -> assertThat(pricing.version()).isEqualTo(1));
        }
    }

    /** The columns of Phase 1 by model, as text where a number would lose its trailing zeros. */
    private static Map<Long, Map<String, Object>> cells(DSLContext ctx) {
        ctx.execute("do $$ begin if to_regtype('phase1_cells') is null then create type phase1_cells as ("
                + "id text, model_id text, price_per_input_token text, price_per_output_token text, "
                + "price_per_image_token text, price_per_request text, pricing_source text, last_updated text, "
                + "created_at text, updated_at text, pricing_type text, missing_reason text); end if; end $$");
        Map<Long, Map<String, Object>> cells = new TreeMap<>();
        ctx.fetch("select mp.model_id as key, c.* from model_pricing mp, "
                        + "jsonb_populate_record(null::phase1_cells, to_jsonb(mp)) c")
                .forEach(row -> {
                    Map<String, Object> map = row.intoMap();
                    cells.put(((Number) map.remove("key")).longValue(), map);
                });
        return cells;
    }

    @Test
    void legacyPricesAndRequestsAreNotChanged() {
        try (PricingDatabase database = phase1WithRows()) {
            database.sql(
                    "insert into chat_completion_requests (request_id, model_id, input_tokens, processing_time_ms) "
                            + "values ('r', 1, 1000, 5)");
            String models = dump(database.ctx(), "models");
            String requests = dump(database.ctx(), "chat_completion_requests");

            database.expand();

            assertThat(dump(database.ctx(), "models")).isEqualTo(models);
            assertThat(dump(database.ctx(), "chat_completion_requests")).isEqualTo(requests);
            // Existing requests keep a cost of NULL.
            assertThat(database.ctx()
                            .fetchSingle("select total_cost_usd, requests_without_cost from model_usage_analytics")
                            .intoList())
                    .containsExactly(null, BigDecimal.ONE);
        }
    }

    @Test
    void historyTableOfTheApplicationIsNotChanged() {
        try (PricingDatabase database = PricingDatabase.phase1WithHistory()) {
            database.sql(
                    "insert into models (model_id, model_name, provider_model_id) values ('x', 'x', 'x')",
                    "insert into model_pricing_history (model_id, price_per_input_token, price_per_output_token, "
                            + "changed_by) values (1, 0.1, 0.2, 'manual:ada')");
            String history = dump(database.ctx(), "model_pricing_history");

            database.expand();

            assertThat(dump(database.ctx(), "model_pricing_history")).isEqualTo(history);
        }
    }

    @Test
    void indexOfTheApplicationIsKept() {
        try (PricingDatabase database = PricingDatabase.phase1()) {
            database.sql("create index idx_model_pricing_of_the_application on model_pricing (pricing_source)")
                    .expand();

            assertThat(database.ctx().fetchValue("select to_regclass('idx_model_pricing_of_the_application')::text"))
                    .isNotNull();
            assertThat(database.ctx().fetchValue("select to_regclass('idx_model_pricing_last_updated')::text"))
                    .isNull();
        }
    }

    @Test
    void viewsOfTheApplicationThatBlockTheExpansionAreNamed() {
        assertBlocks("create view margins as select model_id, price_per_request from model_pricing", "margins");
        assertBlocks("create view cheap as select id, pricing_source from models_with_pricing", "cheap");
        assertBlocks("create view busy as select model_id from model_usage_analytics", "busy");
        assertBlocks("create materialized view cached as select price_per_input_token from model_pricing", "cached");
        assertBlocks("create materialized view kept as select id from models_pricing_status", "kept");
    }

    private static void assertBlocks(String view, String name) {
        try (PricingDatabase database = phase1WithRows()) {
            database.sql(view);
            List<String> structure = structure(database.ctx());
            Map<String, String> rows = rows(database.ctx());

            assertThatThrownBy(database::expand).hasMessageContaining("block the expansion: " + name + " reads");

            assertThat(structure(database.ctx())).isEqualTo(structure);
            assertThat(rows(database.ctx())).isEqualTo(rows);
        }
    }

    @Test
    void viewOnOtherColumnsDoesNotBlock() {
        try (PricingDatabase database = phase1WithRows()) {
            database.sql(
                            "create view ages as select model_id, last_updated from model_pricing",
                            "create view names as select id, model_name from models")
                    .expand();

            assertThat(database.number("select count(*) from ages")).isEqualTo(CONVERSIONS.size());
        }
    }

    @Test
    void failedExpansionChangesNothing() {
        try (PricingDatabase database = phase1WithRows()) {
            database.sql("create policy own on model_pricing using (price_per_input_token >= 0)");
            List<String> structure = structure(database.ctx());

            assertThatThrownBy(database::expand).hasMessageContaining("policy");

            assertThat(structure(database.ctx())).isEqualTo(structure);
        }
    }

    @Test
    void writersNeedNoSearchPathAfterwards() {
        try (PricingDatabase database = PricingDatabase.empty()) {
            database.sql(Stream.concat(
                            Stream.of("create schema \"Prices & more\"", "set search_path = \"Prices & more\""),
                            PricingDatabase.MIGRATIONS.stream().map(PricingDatabase::text))
                    .toArray(String[]::new));
            database.sql(
                    "insert into \"Prices & more\".models (model_id, model_name, provider_model_id) values ('x', 'x', 'x')",
                    "create temporary table model_pricing_version (model_id bigint, number integer)",
                    "create temporary table models (id bigint)",
                    "create temporary table model_pricing_revision (revision bigint)",
                    "insert into \"Prices & more\".model_pricing (model_id, price_per_input_token, pricing_type, "
                            + "pricing_source, last_updated) values (1, 0.1, 'paid', 'provider', now())",
                    "update \"Prices & more\".model_pricing set price_per_input_token = 0.2",
                    "delete from \"Prices & more\".model_pricing");

            assertThat(database.ctx()
                            .fetchValues("select kind from \"Prices & more\".model_pricing_version order by number"))
                    .isEqualTo(List.of("change", "change", "deletion"));
            assertThat(database.number("select revision from \"Prices & more\".model_pricing_revision"))
                    .isEqualTo(1);
            assertThat(database.number("select count(*) from pg_class c where c.relnamespace = 'public'::regnamespace"))
                    .isZero();
        }
    }

    @Test
    void recreatedViewsKeepOwnerGrantsCommentsAndOptions() {
        try (Roles roles = new Roles("owner", "reader", "granter", "leak");
                PricingDatabase database = phase1WithRows()) {
            String owner = roles.name("owner");
            String reader = roles.name("reader");
            String granter = roles.name("granter");
            database.sql(
                    "grant create on schema public to " + owner,
                    "grant select on models, model_pricing to " + owner,
                    "alter view models_with_pricing owner to " + owner,
                    "grant select on models_with_pricing to " + reader + ", public",
                    "grant select, update on models_with_pricing to " + granter + " with grant option",
                    "grant select (id, pricing_source, pricing_prompt) on models_pricing_classified to " + reader,
                    "grant select (id) on models_pricing_classified to " + granter + " with grant option",
                    "alter view models_with_pricing set (security_barrier = true)",
                    "comment on view models_with_pricing is 'It''s ours'",
                    "comment on column models_with_pricing.pricing_source is 'Who said so'",
                    "comment on column models_with_pricing.pricing_prompt is 'goes with its column'",
                    "alter default privileges grant select, delete on tables to " + roles.name("leak"));
            List<String> before = privileges(database.ctx());
            assertThat(before).anyMatch(grant -> grant.contains("pricing_prompt"));

            database.expand();

            assertThat(privileges(database.ctx()))
                    .isEqualTo(before.stream()
                            .filter(grant -> !grant.contains("pricing_prompt"))
                            .toList())
                    .noneMatch(grant -> grant.contains("leak"));
            assertThat(
                            database.ctx()
                                    .fetchValue(
                                            "select relowner::regrole::text from pg_class where relname = 'models_with_pricing'"))
                    .isEqualTo(owner);
            assertThat(database.ctx()
                            .fetchValue(
                                    "select array_to_string(array(select unnest(reloptions) order by 1), ' ') from pg_class "
                                            + "where relname = 'models_with_pricing'"))
                    .isEqualTo("security_barrier=true security_invoker=true");
            assertThat(database.ctx().fetchValue("select obj_description('models_with_pricing'::regclass, 'pg_class')"))
                    .isEqualTo("It's ours");
            assertThat(
                            database.ctx()
                                    .fetchValues(
                                            "select col_description(attrelid, attnum) from pg_attribute where attrelid = "
                                                    + "'models_with_pricing'::regclass and col_description(attrelid, attnum) is not null"))
                    .isEqualTo(List.of("Who said so"));
        }
    }

    private static List<String> privileges(DSLContext ctx) {
        return ctx.fetch("select c.relname, '' as attname, g.grantee::regrole::text, g.privilege_type, g.is_grantable "
                        + "from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g "
                        + "where c.relname like 'models\\_%pricing%' and c.relkind = 'v' union all "
                        + "select c.relname, a.attname, g.grantee::regrole::text, g.privilege_type, g.is_grantable "
                        + "from pg_class c join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) g "
                        + "where c.relname like 'models\\_%pricing%' and c.relkind = 'v' order by 1, 2, 3, 4")
                .map(row -> row.intoList().toString());
    }

    // The same rules on both sides

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "0.0000025, 0.00001, paid:0.0000025:0.00001",
                "0.0000025, 0, paid:0.0000025:0",
                "0.0000025, -, paid:0.0000025:-",
                "0, 0, missing:never_known",
                "-, -, missing:never_known",
                "-1, -1, missing:dynamic"
            })
    void writerOfPhase1ThatNamesOnlyPricesKeepsWorking(
            @Nullable BigDecimal input, @Nullable BigDecimal output, String expected) {
        try (PricingDatabase database = PricingDatabase.phase1().expand().provider("openai")) {
            ModelId inserted = database.model("openai", "inserted");
            String insert = "insert into model_pricing (model_id, price_per_input_token, price_per_output_token) "
                    + "values (?, ?::numeric, ?::numeric)";
            String upsert = insert + " on conflict (model_id) do update "
                    + "set price_per_input_token = excluded.price_per_input_token, "
                    + "price_per_output_token = excluded.price_per_output_token, last_updated = now()";

            database.ctx().execute(insert, inserted.value(), input, output);

            assertThat(priceOf(database, inserted)).isEqualTo(expected);
            ModelPricing read =
                    new JooqPricingRepository(database.ctx()).find(inserted).orElseThrow();
            assertThat(read.source()).isEqualTo(PricingSource.PROVIDER);
            assertThat(read.lastUpdated()).isNotNull();

            Map<String, String> afterwards = new LinkedHashMap<>();
            for (String before :
                    List.of("'paid', null, 1, 1", "'free', null, 0, 0", "'missing', 'never_known', null, null")) {
                ModelId updated = database.model("openai", before);
                database.sql(
                        "insert into model_pricing (model_id, pricing_type, missing_reason, price_per_input_token, "
                                + "price_per_output_token) values (" + updated + ", " + before + ")");
                database.ctx().execute(upsert, updated.value(), input, output);
                afterwards.put(before.substring(1, 5), priceOf(database, updated));
            }
            // An upsert cannot tell -1 from zero: the insert trigger replaces both by NULL in the excluded row.
            String unknown = expected.replace("dynamic", "never_known");
            assertThat(afterwards)
                    .containsEntry("paid", unknown)
                    .containsEntry("miss", unknown)
                    .containsEntry("free", expected.startsWith("paid") ? expected : "paid:0:0");
        }
    }

    @Test
    void updateOfPricesAloneFollowsThePrices() {
        try (PricingDatabase database = PricingDatabase.phase1().expand().provider("openai")) {
            ModelId model = database.model("openai", "gpt-4o");
            String update = "update model_pricing set price_per_input_token = %s, price_per_output_token = %1$s";
            database.sql("insert into model_pricing (model_id, price_per_input_token, price_per_output_token) values ("
                    + model + ", 0.1, 0.2)");

            database.sql(update.formatted("-1"));
            assertThat(priceOf(database, model)).isEqualTo("missing:dynamic");
            database.sql(update.formatted("0.3"));
            assertThat(priceOf(database, model)).isEqualTo("paid:0.3:0.3");
            database.sql("update model_pricing set pricing_type = 'free', price_per_input_token = 0, "
                    + "price_per_output_token = 0");
            database.sql(update.formatted("0"));
            assertThat(priceOf(database, model)).isEqualTo("paid:0:0");
            database.sql(update.formatted("0.4"));
            assertThat(priceOf(database, model)).isEqualTo("paid:0.4:0.4");
            for (String invalid : List.of("'NaN'", "-0.5")) {
                assertThatThrownBy(() -> database.sql(update.formatted(invalid)))
                        .hasMessageContaining("violates check");
            }
            assertThat(new JooqPricingRepository(database.ctx()).versions(model))
                    .hasSize(5);
        }
    }

    private static String priceOf(PricingDatabase database, ModelId model) {
        return new JooqPricingRepository(database.ctx())
                .find(model)
                .orElseThrow()
                .pricing()
                .fold(
                        card -> "paid:" + text(card, BillingUnit.INPUT) + ":" + text(card, BillingUnit.OUTPUT),
                        reason -> "missing:" + reason);
    }

    private static String text(RateCard card, BillingUnit unit) {
        return card.rates().stream()
                .filter(rate -> rate.unit() == unit)
                .map(rate -> requireNonNull(rate.price()).usd().toPlainString())
                .findFirst()
                .orElse("-");
    }

    @Test
    void tableAcceptsExactlyThePricesThatJavaAccepts() {
        try (PricingDatabase database = PricingDatabase.expanded()) {
            database.sql(
                    "insert into models (model_id, model_name, provider_model_id) values ('x', 'x', 'x')",
                    "with s as (insert into model_pricing_rate_set (id) values "
                            + "('00000000-0000-0000-0000-000000000000'), ('00000000-0000-0000-0000-000000000001'), "
                            + "('00000000-0000-0000-0000-000000000002')) "
                            + "insert into model_pricing_card_rate (rate_set_id, service_tier, unit, from_input_tokens, price)"
                            + " values ('00000000-0000-0000-0000-000000000000', 'standard', 'cache_read', 0, 0), "
                            + "('00000000-0000-0000-0000-000000000001', 'batch', 'input', 0, 0.1), "
                            + "('00000000-0000-0000-0000-000000000002', 'standard', 'cache_read', 0, null)",
                    """
                    create function accepts(type text, reason text, input text, output text, request text, rates text)
                    returns boolean language plpgsql as $$
                    begin
                        insert into model_pricing (model_id, pricing_type, missing_reason, price_per_input_token,
                            price_per_output_token, price_per_request, rate_set_id, pricing_source, last_updated)
                        values (1, type, reason, input::numeric, output::numeric, request::numeric, rates::uuid, 'x', now());
                        delete from model_pricing;
                        return true;
                    exception when check_violation then
                        return false;
                    end
                    $$""");
            String fine = "0." + "0".repeat(29) + "1";
            List<String> prices = Arrays.asList(
                    null,
                    "0",
                    "0.000",
                    "0.0000025",
                    fine,
                    fine + "1",
                    fine + "0",
                    "999999999999.9",
                    "1000000000000",
                    "-1",
                    "-0.1",
                    "NaN",
                    "Infinity");
            List<String[]> cases = new ArrayList<>();
            for (String type : List.of("paid", "free", "deprecated", "missing")) {
                for (String input : prices) {
                    for (String request : Arrays.asList(null, "0", "0.1", "NaN")) {
                        for (String set : Arrays.asList(null, "0", "1", "2")) {
                            cases.add(new String[] {type, type.equals("missing") ? "dynamic" : null, input, request, set
                            });
                        }
                    }
                }
            }
            Object[] columns = IntStream.range(0, 5)
                    .mapToObj(i -> cases.stream().map(c -> c[i]).toArray(String[]::new))
                    .toArray();
            List<Object> accepted = new ArrayList<>(database.ctx()
                    .fetchValues(
                            "select accepts(type, reason, input, null, request, '00000000-0000-0000-0000-00000000000' || rates) "
                                    + "from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[]) with ordinality "
                                    + "as t (type, reason, input, request, rates, n) order by n",
                            columns));
            assertThat(accepted).contains(true, false);
            for (int i = 0; i < cases.size(); i++) {
                String[] c = cases.get(i);
                assertThat(accepted.get(i)).as(Arrays.toString(c)).isEqualTo(accepts(c[0], c[2], c[3], c[4]));
            }
            for (String reason : Arrays.asList(null, "never_known", "dynamic", "ambiguous", "lost")) {
                for (String type : List.of("free", "missing")) {
                    boolean isFree = type.equals("free");
                    assertThat(database.ctx()
                                    .fetchValue(
                                            "select accepts(?, ?, ?, null, null, null)",
                                            type,
                                            reason,
                                            isFree ? "0" : null))
                            .as(type + " " + reason)
                            .isEqualTo(isFree ? reason == null : reason != null && !reason.equals("lost"));
                }
            }
        }
    }

    private static boolean accepts(
            String type, @Nullable String input, @Nullable String request, @Nullable String set) {
        try {
            if (type.equals("missing")) {
                Pricing.missing(MissingReason.DYNAMIC);
                return input == null && request == null && set == null;
            }
            List<Rate> rates = new ArrayList<>();
            if (input != null) {
                rates.add(Rate.of(BillingUnit.INPUT, Price.perToken(input)));
            }
            if (request != null) {
                rates.add(Rate.of(BillingUnit.REQUEST, Price.perUnit(request)));
            }
            if (set != null) {
                rates.add(
                        switch (set) {
                            case "0" -> Rate.of(BillingUnit.CACHE_READ, Price.ZERO);
                            case "1" ->
                                Rate.of(BillingUnit.INPUT, Price.perToken("0.1"))
                                        .in(ServiceTier.BATCH);
                            default -> Rate.chargedAs(BillingUnit.CACHE_READ, BillingUnit.INPUT);
                        });
            }
            RateCard card = RateCard.of(rates);
            Pricing pricing = switch (type) {
                case "paid" -> new Pricing.Paid(card);
                case "free" -> new Pricing.Free(card);
                default -> new Pricing.Deprecated(card);
            };
            return pricing.type().id().equals(type);
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    // The system catalog

    private static List<String> structure(DSLContext ctx) {
        String ours = " c.relnamespace = 'public'::regnamespace and c.relname ~ '^(model_pricing|request_cost)' "
                + "and c.relname not like 'model\\_pricing\\_history%' and c.relname <> 'phase1_cells' ";
        return Stream.of(
                        // A view that shows models.id has its type, which differs.
                        "select 'column', c.relname, a.attnum, a.attname, case when c.relname = 'model_pricing_current' "
                                + "and a.attname = 'model_id' then null else format_type(a.atttypid, a.atttypmod) end, "
                                + "a.attnotnull, a.attidentity, pg_get_expr(d.adbin, d.adrelid) from pg_class c "
                                + "join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 left join pg_attrdef d on "
                                + "d.adrelid = c.oid and d.adnum = a.attnum where c.relkind in ('r', 'v') and" + ours
                                + "order by 2, 3",
                        "select 'constraint', c.relname, o.conname, pg_get_constraintdef(o.oid) from pg_constraint o "
                                + "join pg_class c on c.oid = o.conrelid where o.contype <> 'n' and" + ours
                                + "order by 2, 3",
                        "select 'index', c.relname, pg_get_indexdef(c.oid) from pg_class c where c.relkind = 'i' and"
                                + ours + "order by 3",
                        "select 'trigger', c.relname, pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on "
                                + "c.oid = t.tgrelid where not t.tgisinternal and" + ours + "order by 2, 3",
                        "select 'options', c.relname, c.reloptions::text from pg_class c where c.relkind in ('r', 'v') and"
                                + ours + "order by 2",
                        "select 'function', p.proname, p.prosrc, p.prosecdef, p.proconfig::text, p.proacl::text from pg_proc p "
                                + "where p.pronamespace = 'public'::regnamespace and p.proname like 'model\\_pricing%' "
                                + "order by 2",
                        // The other columns are those of models, which differ in the legacy columns.
                        "select 'view', c.relname, a.attname, case when a.attname like 'pric%' then "
                                + "format_type(a.atttypid, a.atttypmod) end, c.reloptions::text from pg_class c "
                                + "join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 where c.relname in "
                                + "('models_with_pricing', 'models_pricing_classified', 'models_pricing_status') "
                                + "and a.attname not in ('architecture', 'top_provider', 'per_request_limits', "
                                + "'pricing_format_migrated', 'pricing_original_prompt', 'pricing_original_completion', "
                                + "'pricing_original_image', 'pricing_original_request') order by 2, a.attnum")
                .flatMap(query -> ctx.fetch(query).map(row -> row.intoList().toString()).stream())
                .toList();
    }

    private static Map<String, String> rows(DSLContext ctx) {
        return ctx
                .fetchValues("select relname::text from pg_class where relnamespace = 'public'::regnamespace "
                        + "and relkind = 'r' order by 1")
                .stream()
                .map(String.class::cast)
                .collect(toMap(table -> table, table -> dump(ctx, table)));
    }

    private static String dump(DSLContext ctx, String table) {
        return ctx.fetchValues("select t::text from " + table + " t order by 1").stream()
                .map(String.class::cast)
                .collect(joining("\n"));
    }
}
