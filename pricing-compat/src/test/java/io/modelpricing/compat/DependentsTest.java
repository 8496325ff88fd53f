package io.modelpricing.compat;

import static io.modelpricing.compat.LegacyUnit.PER_MILLION;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.compat.Declarations.Scope;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Contract lists every object that depends on the legacy columns or on {@code pricing_tiers}, and drops nothing. */
class DependentsTest {

    private static LegacyDatabase database;

    @BeforeAll
    static void populate() {
        database = populated();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static LegacyDatabase populated() {
        LegacyDatabase database = LegacyDatabase.expanded().model(1, "acme", "0.5, 1.5, null, null");
        new Populate(database.ctx())
                .run(
                        Declarations.none().tokens(new Scope.All(), PER_MILLION).zero(new Scope.All(), Zero.FREE),
                        Attribution.by("test"));
        return database;
    }

    /** A dependent object, the refusal that reports it, and the SQL that drops it. */
    private record Planted(String sql, String kind, String name, String undo) {

        @Override
        public String toString() {
            return kind + " " + name;
        }
    }

    static List<Planted> planted() {
        return List.of(
                new Planted(
                        "create view cheap as select id from models where pricing_prompt < 1",
                        "view",
                        "public.cheap",
                        "drop view cheap"),
                new Planted(
                        "create schema reports; create view reports.all_prices as select m.* from models m",
                        "view",
                        "reports.all_prices",
                        "drop schema reports cascade"),
                new Planted(
                        "create materialized view price_list as select pricing_completion from models",
                        "materialized view",
                        "public.price_list",
                        "drop materialized view price_list"),
                new Planted(
                        "create function estimate(model integer) returns numeric language plpgsql as"
                                + " 'begin return (select pricing_prompt from models where id = model); end'",
                        "function",
                        "public.estimate(integer)",
                        "drop function estimate"),
                new Planted(
                        "create function total() returns numeric language sql as 'select sum(pricing_request) from models'",
                        "function",
                        "public.total()",
                        "drop function total"),
                new Planted(
                        "create function standard() returns numeric language sql"
                                + " begin atomic select sum(pricing_image) from models; end",
                        "function",
                        "public.standard()",
                        "drop function standard"),
                new Planted(
                        "create procedure discount() language plpgsql as"
                                + " 'begin update models set pricing_prompt = pricing_prompt / 2; end'",
                        "procedure",
                        "public.discount()",
                        "drop procedure discount"),
                new Planted(
                        "create policy priced on models for select using (pricing_prompt is not null)",
                        "policy",
                        "priced on public.models",
                        "drop policy priced on models"),
                new Planted(
                        "create policy priced on providers using (exists (select from models m where m.pricing_prompt > 0))",
                        "policy",
                        "priced on public.providers",
                        "drop policy priced on providers"),
                new Planted(
                        "create trigger notice before update of pricing_prompt on models for each row"
                                + " execute function update_updated_at_column()",
                        "trigger",
                        "notice on public.models",
                        "drop trigger notice on models"),
                new Planted(
                        "create trigger price_rise before update on models for each row"
                                + " when (new.pricing_completion > old.pricing_completion)"
                                + " execute function update_updated_at_column()",
                        "trigger",
                        "price_rise on public.models",
                        "drop trigger price_rise on models"),
                new Planted(
                        "create rule noted as on update to models where new.pricing_prompt > 5"
                                + " do also delete from pricing_tiers where false",
                        "rule",
                        "noted on public.models",
                        "drop rule noted on models"),
                new Planted(
                        "alter table models add column both_prices numeric generated always as"
                                + " (pricing_prompt + pricing_completion) stored",
                        "default value",
                        "for public.models.both_prices",
                        "alter table models drop column both_prices"),
                new Planted(
                        "alter table models add constraint sane check (pricing_prompt <= pricing_completion)",
                        "table constraint",
                        "sane on public.models",
                        "alter table models drop constraint sane"),
                new Planted(
                        "alter table models add constraint one_price unique (id, pricing_request)",
                        "table constraint",
                        "one_price on public.models",
                        "alter table models drop constraint one_price"),
                new Planted(
                        "create index by_price on models (pricing_prompt)",
                        "index",
                        "public.by_price",
                        "drop index by_price"),
                new Planted(
                        "create index priced_only on models (id) where pricing_prompt is not null",
                        "index",
                        "public.priced_only",
                        "drop index priced_only"),
                new Planted(
                        "create index by_double on models ((pricing_prompt * 2))",
                        "index",
                        "public.by_double",
                        "drop index by_double"),
                new Planted(
                        "create statistics correlated on pricing_prompt, pricing_completion from models",
                        "statistics object",
                        "public.correlated",
                        "drop statistics correlated"),
                new Planted(
                        "create publication some_columns for table models (id, pricing_prompt)",
                        "publication relation",
                        "public.models in publication some_columns",
                        "drop publication some_columns"),
                new Planted(
                        "create publication some_rows for table models where (pricing_prompt > 0)",
                        "publication relation",
                        "public.models in publication some_rows",
                        "drop publication some_rows"),
                new Planted(
                        "create table models_archive () inherits (models)",
                        "table",
                        "models_archive",
                        "drop table models_archive"),
                new Planted(
                        "create view tiers as select tier_name from pricing_tiers",
                        "view",
                        "public.tiers",
                        "drop view tiers"),
                new Planted(
                        "create table plans (tier integer references pricing_tiers (id))",
                        "table constraint",
                        "plans_tier_fkey on public.plans",
                        "drop table plans"),
                new Planted(
                        "insert into pricing_tiers (tier_name) values ('gold')",
                        "table",
                        "pricing_tiers",
                        "delete from pricing_tiers"),
                new Planted(
                        "create function tier_count() returns bigint language sql as 'select count(*) from pricing_tiers'",
                        "function",
                        "public.tier_count()",
                        "drop function tier_count"),
                new Planted(
                        "create policy no_reader on pricing_tiers using (false)",
                        "policy",
                        "no_reader on public.pricing_tiers",
                        "drop policy no_reader on pricing_tiers"),
                new Planted(
                        "create publication tiers_too for table pricing_tiers",
                        "publication relation",
                        "public.pricing_tiers in publication tiers_too",
                        "drop publication tiers_too"));
    }

    @ParameterizedTest
    @MethodSource("planted")
    void dependentIsListedAndNothingIsDropped(Planted planted) {
        database.sql(planted.sql());
        try {
            String before = Catalog.of(database);

            StepResult contracted = new Contract(database.ctx()).run(Attribution.by("test"));

            assertThat(contracted.applied()).isFalse();
            assertThat(contracted.refused())
                    .extracting(refusal -> refusal.kind() + " " + refusal.name())
                    .containsExactly(planted.toString());
            assertThat(contracted.refused().get(0).reason()).isNotBlank();
            assertThat(Catalog.of(database)).isEqualTo(before);
        } finally {
            database.sql(planted.undo());
        }
    }

    @Test
    void allDependentsAreListedTogether() {
        try (LegacyDatabase everything = populated()) {
            planted().forEach(planted -> {
                if (!planted.sql().contains("policy priced on providers")) {
                    everything.sql(planted.sql());
                }
            });

            assertThat(new Contract(everything.ctx()).refusals())
                    .extracting(refusal -> refusal.kind() + " " + refusal.name())
                    .containsAll(planted().stream()
                            .map(Planted::toString)
                            .filter(name -> !name.contains("on public.providers"))
                            .toList());
        }
    }

    @Test
    void ownObjectsOfTheLegacyColumnsAreRestored() {
        try (LegacyDatabase own = populated()) {
            own.sql("""
                    do $$ begin
                        if not exists (select from pg_roles where rolname = 'compat_reader') then
                            create role compat_reader; create role compat_owner;
                        end if;
                    end $$;
                    comment on index idx_models_pricing is 'cheapest first';
                    comment on column models.pricing_prompt is 'US dollars for a million tokens';
                    grant select (id, pricing_prompt), update (pricing_prompt) on models to compat_reader;
                    alter table models alter column pricing_request set default 0.01, alter column pricing_image set statistics 500;
                    comment on table pricing_tiers is 'unused';
                    comment on column pricing_tiers.tier_name is 'gold';
                    create index by_name on pricing_tiers (lower(tier_name));
                    grant insert on pricing_tiers to compat_reader with grant option;
                    alter table pricing_tiers owner to compat_owner;
                    """);
            String before = Catalog.of(own);

            assertThat(new Contract(own.ctx()).run(Attribution.by("test")).refused())
                    .isEmpty();
            assertThat(Catalog.of(own))
                    .doesNotContain("idx_models_pricing")
                    .doesNotContain("pricing_tiers")
                    .doesNotContain("models.pricing_prompt");

            assertThat(new Rollback(own.ctx(), ColumnTypes.ORIGINAL)
                            .run(Attribution.by("test"))
                            .refused())
                    .isEmpty();
            assertThat(Catalog.of(own)).isEqualTo(before);
        }
    }

    @Test
    void grantsOnTheViewsAreKept() {
        try (LegacyDatabase own = populated()) {
            own.sql("""
                    do $$ begin
                        if not exists (select from pg_roles where rolname = 'compat_auditor') then
                            create role compat_auditor;
                        end if;
                    end $$;
                    grant select on legacy_price_cells, legacy_price_finding, legacy_price_comparison
                        to compat_auditor;
                    comment on view legacy_price_cells is 'what the auditors read';
                    alter view legacy_price_cells owner to compat_auditor;
                    """);
            List<String> before = ours(own);

            assertThat(new Contract(own.ctx()).run(Attribution.by("test")).refused())
                    .isEmpty();
            assertThat(ours(own)).isEqualTo(before);
            assertThat(new Rollback(own.ctx(), ColumnTypes.ORIGINAL)
                            .run(Attribution.by("test"))
                            .refused())
                    .isEmpty();
            assertThat(ours(own)).isEqualTo(before);
        }
    }

    private static List<String> ours(LegacyDatabase database) {
        return database.ctx()
                .fetch(
                        "select concat_ws(' ', relname, relowner::regrole, relacl, reloptions, obj_description(oid, 'pg_class'))"
                                + " from pg_class where relname ~ '^(model_pricing|legacy_price|models_)' and relkind in ('r', 'v') order by 1")
                .getValues(0, String.class);
    }

    @Test
    void functionThatOnlyMentionsAColumnCanBeAccepted() {
        try (LegacyDatabase own = populated()) {
            own.sql(
                    "create function message() returns text language sql as 'select ''no pricing_prompt any more''::text'");

            assertThat(new Contract(own.ctx()).run(Attribution.by("test")).applied())
                    .isFalse();
            assertThat(new Contract(own.ctx(), LockRetry.DEFAULT, List.of("public.message()"))
                            .run(Attribution.by("test"))
                            .refused())
                    .isEmpty();
        }
    }

    @Test
    void onlyFunctionsCanBeAccepted() {
        try (LegacyDatabase own = populated()) {
            own.sql("create view cheap as select id from models where pricing_prompt < 1");

            assertThat(new Contract(own.ctx(), LockRetry.DEFAULT, List.of("public.cheap", "public.missing()"))
                            .run(Attribution.by("test"))
                            .refused())
                    .extracting(refusal -> refusal.kind() + " " + refusal.name())
                    .containsExactlyInAnyOrder(
                            "view public.cheap", "unknown_function public.cheap", "unknown_function public.missing()");
        }
    }

    /** The objects of a database as text, independent of the order of the columns. */
    private static final class Catalog {

        static String of(LegacyDatabase database) {
            return String.join(
                    "\n",
                    Stream.of("""
                            select concat_ws(' ', 'column', c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod),
                                a.attnotnull, pg_get_expr(d.adbin, d.adrelid), nullif(a.attstattarget, -1), a.attacl,
                                col_description(c.oid, a.attnum))
                            from pg_attribute a
                            join pg_class c on c.oid = a.attrelid
                            left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
                            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm')
                              and a.attnum > 0 and not a.attisdropped
                              and c.relname !~ '^legacy_price_(comparison|proof|finding)'
                            """, """
                            select concat_ws(' ', 'relation', c.relkind, c.relname, c.relowner::regrole, c.relacl, c.reloptions,
                                obj_description(c.oid, 'pg_class'), pg_get_indexdef(i.indexrelid))
                            from pg_class c
                            left join pg_index i on i.indexrelid = c.oid
                            where c.relnamespace = 'public'::regnamespace
                            """, """
                            select concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
                            from pg_constraint where connamespace = 'public'::regnamespace
                            """, """
                            select concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(oid))
                            from pg_trigger where not tgisinternal
                            """, """
                            select concat_ws(' ', 'routine', oid::regprocedure, proowner::regrole, proacl, proconfig)
                            from pg_proc where pronamespace = 'public'::regnamespace
                            """)
                            .flatMap(query ->
                                    database.ctx().fetch(query + " order by 1").getValues(0, String.class).stream())
                            .toList());
        }
    }
}
