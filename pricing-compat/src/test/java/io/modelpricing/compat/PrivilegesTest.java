package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.jooq.JooqPricingRepository;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.DataSourceConnectionProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The privileges on all objects of the migration, read from the catalog. */
class PrivilegesTest {

    private static LegacyDatabase database;

    /**
     * Roles of legacy services with their old privileges, of new services with the least privileges, and one without
     * any.
     */
    @BeforeAll
    static void populate() {
        database = LegacyDatabase.expanded()
                .model(1, "acme", "0.5, 1.5, null, null")
                .model(2, "acme", "0.6, 1.6, null, null");
        database.sql("""
                do $$
                declare
                    name text;
                begin
                    foreach name in array array['rights_guest', 'rights_reader', 'rights_writer', 'rights_old_reader',
                        'rights_old_writer']
                    loop
                        if not exists (select from pg_roles r where r.rolname = name) then
                            execute format('create role %I', name);
                        end if;
                    end loop;
                end
                $$;
                grant select on providers, models, model_pricing, model_pricing_rate_set, model_pricing_card_rate,
                    model_pricing_version, model_pricing_timeline, model_pricing_revision,
                    billing_unit, model_pricing_announcement, model_pricing_current, model_pricing_upcoming_version,
                    model_pricing_every_version, models_with_pricing,
                    models_pricing_classified, models_pricing_status to rights_reader, rights_writer;
                grant insert, update, delete on model_pricing to rights_writer;
                grant insert, update on model_pricing_announcement to rights_writer;
                grant execute on function model_pricing_apply_due to rights_writer;
                grant usage on sequence model_pricing_id_seq to rights_writer;
                grant insert on model_pricing_rate_set, model_pricing_card_rate to rights_writer;
                grant update (updated_at) on models to rights_writer;
                grant select on models to rights_old_reader;
                grant select, insert, update, delete on models to rights_old_writer;
                grant usage on sequence models_id_seq to rights_old_writer;
                select setval('models_id_seq', 100);
                """);
        new Populate(database.ctx())
                .run(
                        Declarations.none().tokens(new Scope.All(), PER_MILLION).zero(new Scope.All(), Zero.FREE),
                        Attribution.by("test"));
        new CompatViews(database.ctx(), LockRetry.DEFAULT).install(Attribution.by("test"));
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static DSLContext as(LegacyDatabase database, String role) {
        return DSL.using(
                new DataSourceConnectionProvider(database.dataSource()) {
                    @Override
                    public Connection acquire() {
                        Connection connection = super.acquire();
                        DSL.using(connection).execute("set role " + role);
                        return connection;
                    }
                },
                SQLDialect.POSTGRES);
    }

    @Test
    void rolesHaveOnlyThePrivilegesThatTheyNeed() {
        String matrix = database
                .ctx()
                .fetch("""
                        select rpad(c.oid::regclass::text, 44) || string_agg(rpad(replace(r.rolname, 'rights_', '') || ' '
                            || coalesce(p.letters, '-'), 16), '' order by r.rolname desc)
                        from pg_class c
                        cross join pg_roles r
                        cross join lateral (
                            select string_agg(case
                                    when has_table_privilege(r.oid, c.oid, w.privilege) then w.letter
                                    when w.privilege in ('select', 'insert', 'update', 'references')
                                        and has_any_column_privilege(r.oid, c.oid, w.privilege) then '(' || w.letter || ')'
                                end, '' order by w.i) as letters
                            from (values
                                (1, 'select', 'r'), (2, 'insert', 'a'), (3, 'update', 'w'), (4, 'delete', 'd'),
                                (5, 'truncate', 'D'), (6, 'references', 'x'), (7, 'trigger', 't')
                            ) w (i, privilege, letter)
                        ) p
                        where c.relnamespace in ('public'::regnamespace, 'pricing_legacy'::regnamespace)
                          and c.relkind in ('r', 'v', 'm')
                          and c.relname ~ '^(model|provider|pricing_tiers|legacy_price)' and r.rolname ~ '^rights_'
                        group by c.oid
                        order by c.oid::regclass::text
                        """)
                .map(row -> row.get(0, String.class).stripTrailing())
                .stream()
                .collect(Collectors.joining("\n"));
        assertThat(matrix).isEqualToNormalizingNewlines("""
                legacy_price_archive                        writer r        reader r        old_writer r    old_reader r    guest -
                legacy_price_archived                       writer r        reader r        old_writer r    old_reader r    guest -
                legacy_price_cells                          writer r        reader r        old_writer r    old_reader r    guest -
                legacy_price_comparison                     writer -        reader -        old_writer -    old_reader -    guest -
                legacy_price_declaration                    writer r        reader r        old_writer r    old_reader r    guest -
                legacy_price_finding                        writer -        reader -        old_writer -    old_reader -    guest -
                legacy_price_inexact                        writer -        reader -        old_writer -    old_reader -    guest -
                legacy_price_progress                       writer -        reader -        old_writer -    old_reader -    guest -
                legacy_price_proof                          writer -        reader -        old_writer -    old_reader -    guest -
                legacy_price_step                           writer -        reader -        old_writer -    old_reader -    guest -
                legacy_price_unit                           writer r        reader r        old_writer r    old_reader r    guest -
                legacy_price_view                           writer -        reader -        old_writer -    old_reader -    guest -
                model_pricing                               writer rawd     reader r        old_writer (r)  old_reader (r)  guest -
                model_pricing_announcement                  writer raw      reader r        old_writer r    old_reader r    guest -
                model_pricing_card_rate                     writer ra       reader r        old_writer r    old_reader r    guest -
                model_pricing_current                       writer r        reader r        old_writer r    old_reader r    guest -
                model_pricing_every_version                 writer r        reader r        old_writer -    old_reader -    guest -
                model_pricing_original                      writer -        reader -        old_writer -    old_reader -    guest -
                model_pricing_quarantine                    writer -        reader -        old_writer -    old_reader -    guest -
                model_pricing_rate                          writer -        reader -        old_writer -    old_reader -    guest -
                model_pricing_rate_set                      writer ra       reader r        old_writer -    old_reader -    guest -
                model_pricing_revision                      writer r        reader r        old_writer -    old_reader -    guest -
                model_pricing_timeline                      writer r        reader r        old_writer -    old_reader -    guest -
                model_pricing_upcoming_version              writer r        reader r        old_writer -    old_reader -    guest -
                model_pricing_version                       writer r        reader r        old_writer -    old_reader -    guest -
                model_usage_analytics                       writer -        reader -        old_writer -    old_reader -    guest -
                models                                      writer r(w)     reader r        old_writer rawd old_reader r    guest -
                models_legacy_pricing                       writer r        reader r        old_writer rawd old_reader r    guest -
                models_pricing_classified                   writer r        reader r        old_writer -    old_reader -    guest -
                models_pricing_status                       writer r        reader r        old_writer -    old_reader -    guest -
                models_with_pricing                         writer r        reader r        old_writer -    old_reader -    guest -
                pricing_legacy.models                       writer r        reader r        old_writer rawd old_reader r    guest -
                pricing_legacy.models_pricing_classified    writer r        reader r        old_writer r    old_reader r    guest -
                pricing_legacy.models_with_pricing          writer r        reader r        old_writer r    old_reader r    guest -
                pricing_tiers                               writer -        reader -        old_writer -    old_reader -    guest -
                providers                                   writer r        reader r        old_writer (r)  old_reader (r)  guest -
                """.stripTrailing());
    }

    @Test
    void publicMayExecuteOnlyTheColumnFunctions() {
        assertThat(database.ctx().fetch("""
                                select p.oid::regprocedure || ' ' || string_agg(r.rolname, ' ' order by r.rolname)
                                from pg_proc p
                                join pg_roles r on r.rolname ~ '^rights_' and has_function_privilege(r.oid, p.oid, 'execute')
                                where p.pronamespace = 'public'::regnamespace and p.proname ~ '^((model_)?pricing|legacy_price)_'
                                group by p.oid
                                order by 1
                                """).getValues(0, String.class))
                .containsExactly(
                        "model_pricing_apply_due(bigint[]) rights_writer",
                        "pricing_completion(models) rights_old_reader rights_old_writer rights_reader rights_writer",
                        "pricing_image(models) rights_old_reader rights_old_writer rights_reader rights_writer",
                        "pricing_prompt(models) rights_old_reader rights_old_writer rights_reader rights_writer",
                        "pricing_request(models) rights_old_reader rights_old_writer rights_reader rights_writer");
    }

    @Test
    void securityDefinerFunctionsHaveAFixedSearchPath() {
        assertThat(database.ctx().fetch("""
                                select p.proname || ' ' || coalesce((
                                    select c from unnest(p.proconfig) c where c like 'search_path=%'), 'any search path')
                                from pg_proc p
                                where p.pronamespace = 'public'::regnamespace and p.prosecdef
                                order by 1
                                """).getValues(0, String.class))
                .containsExactly(
                        "legacy_price_export search_path=public, pg_temp",
                        "legacy_price_export_rows search_path=public, pg_temp",
                        "legacy_price_import search_path=public, pg_temp",
                        "legacy_price_import_row search_path=public, pg_temp",
                        "legacy_price_view_price search_path=public, pg_temp",
                        "model_pricing_apply_announcements search_path=pg_catalog, public, pg_temp",
                        "model_pricing_check_announcement search_path=pg_catalog, public, pg_temp",
                        "model_pricing_check_rates search_path=pg_catalog, public, pg_temp",
                        "model_pricing_end_announcements search_path=pg_catalog, public, pg_temp",
                        "model_pricing_increment_revision search_path=pg_catalog, public, pg_temp",
                        "model_pricing_number_version search_path=pg_catalog, public, pg_temp",
                        "model_pricing_record_version search_path=pg_catalog, public, pg_temp",
                        "model_pricing_require_type search_path=pg_catalog, public, pg_temp");
    }

    @Test
    void publicHasNoPrivileges() {
        assertThat(database.ctx().fetch("""
                                select c.oid::regclass::text
                                from pg_class c, aclexplode(c.relacl) g
                                where g.grantee = 0 and c.relnamespace::regnamespace::text in ('public', 'pricing_legacy')
                                union all
                                select p.oid::regprocedure::text
                                from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
                                where g.grantee = 0 and p.pronamespace = 'public'::regnamespace
                                  and p.proname ~ '^((model_)?pricing|legacy_price)_'
                                union all
                                select n.nspname::text
                                from pg_namespace n, aclexplode(n.nspacl) g
                                where g.grantee = 0 and n.nspname = 'pricing_legacy'
                                """).getValues(0, String.class)).isEmpty();
    }

    @Test
    void legacyPrivilegesSufficeBeforeAndAfterContract() {
        try (LegacyDatabase own = database.copy()) {
            for (String price : List.of("0.7", "0.8")) {
                assertThat(as(own, "rights_old_reader")
                                .fetch("select pricing_prompt from pricing_legacy.models order by id")
                                .getValues(0, String.class))
                        .hasSize(2);
                assertThat(as(own, "rights_old_reader")
                                .fetch("select m.pricing_completion from models m where m.id = 2"))
                        .hasSize(1);
                as(own, "rights_old_writer")
                        .execute("update pricing_legacy.models set pricing_prompt = " + price + " where id = 1");
                assertThat(new JooqPricingRepository(own.ctx())
                                .find(new ModelId(1))
                                .orElseThrow()
                                .pricing())
                        .isEqualTo(Pricing.paid(Price.perMillion(price), Price.perMillion("1.5")));
                assertThatThrownBy(() -> as(own, "rights_old_reader")
                                .execute("update pricing_legacy.models set pricing_prompt = 1"))
                        .hasMessageContaining("permission denied");
                assertThatThrownBy(
                                () -> as(own, "rights_guest").fetch("select pricing_prompt from pricing_legacy.models"))
                        .hasMessageContaining("permission denied");
                if (price.equals("0.7")) {
                    as(own, "rights_old_writer").execute("update models set pricing_prompt = 0.75 where id = 2");
                    assertThat(new Contract(own.ctx())
                                    .run(Attribution.by("test"))
                                    .applied())
                            .isTrue();
                }
            }
            assertThat(as(own, "rights_old_writer")
                            .fetch(
                                    "insert into pricing_legacy.models (provider_id, model_id, model_name, provider_model_id,"
                                            + " pricing_prompt) values (1, 'n', 'N', 'n', 3) returning pricing_prompt")
                            .getValues(0, String.class))
                    .containsExactly("3.0000000000");
            assertThat(new Verify(own.ctx()).run().findings()).isEmpty();
        }
    }

    @Test
    void writerOfPricesNeedsNoPrivilegeOnTheLegacyColumns() {
        try (LegacyDatabase own = database.copy()) {
            new JooqPricingRepository(as(own, "rights_writer"))
                    .upsert(
                            new PriceUpdate(
                                    new ModelId(1),
                                    Pricing.paid(Price.perMillion("3"), Price.perMillion("4")),
                                    PricingSource.PROVIDER,
                                    Instant.now()),
                            Attribution.by("test"));
            assertThat(own.ctx()
                            .fetchSingle("select pricing_prompt from models where id = 1")
                            .get(0, String.class))
                    .isEqualTo("3.0000000000");
            assertThatThrownBy(() -> as(own, "rights_writer").execute("update models set pricing_prompt = 1"))
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void tablesInAnAttackersSchemaAreIgnored() throws SQLException {
        try (LegacyDatabase own = database.copy();
                Connection attacker = own.dataSource().getConnection();
                Statement statement = attacker.createStatement()) {
            own.sql("grant select on model_pricing, providers, legacy_price_archive to rights_old_writer");
            statement.execute("set role rights_old_writer");
            statement.execute("""
                    create temporary table model_pricing as select * from public.model_pricing;
                    create temporary table models as select * from public.models;
                    create temporary table providers as select * from public.providers;
                    create temporary table legacy_price_archive as select * from public.legacy_price_archive;
                    create temporary table legacy_price_comparison (model_id bigint, kind text);
                    create temporary table legacy_price_unit (provider_key bigint, prompt_unit text);
                    create function pg_temp.now() returns timestamptz language sql as 'select ''2000-01-01''::timestamptz';
                    set search_path = pg_temp, public, pg_catalog;
                    """);
            statement.execute("update public.models set pricing_prompt = 7 where id = 1");
            statement.execute("update pricing_legacy.models set pricing_completion = 8 where id = 1");

            assertThat(new JooqPricingRepository(own.ctx())
                            .find(new ModelId(1))
                            .orElseThrow()
                            .pricing())
                    .isEqualTo(Pricing.paid(Price.perMillion("7"), Price.perMillion("8")));
            assertThat(new Verify(own.ctx()).run().findings()).isEmpty();
        }
    }

    @Test
    void verifyFailsIfRowsAreNotVisible() {
        try (LegacyDatabase own = database.copy()) {
            own.sql("do $$ declare r record; begin for r in select oid::regclass as name from pg_class"
                    + " where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')"
                    + " loop execute format('grant select on %s to rights_guest', r.name); end loop; end $$");
            assertThat(new Verify(as(own, "rights_guest")).run().passed()).isTrue();

            own.sql("alter table models enable row level security;"
                    + " create policy one on models for select using (id = 1)");
            assertThat(new Verify(as(own, "rights_guest")).run())
                    .returns(false, Verify.Report::passed)
                    .satisfies(report -> assertThat(report.findings())
                            .singleElement()
                            .returns(Verify.Kind.NOT_VISIBLE, Verify.Finding::kind)
                            .satisfies(finding -> assertThat(finding.actual()).contains("row-level security policy")));

            assertThat(new Verify(as(own, "rights_old_writer")).run())
                    .returns(false, Verify.Report::passed)
                    .satisfies(report -> assertThat(report.findings())
                            .singleElement()
                            .returns(Verify.Kind.NOT_VISIBLE, Verify.Finding::kind));
        }
    }
}
