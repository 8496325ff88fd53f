package io.modelpricing.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.modelpricing.Attribution;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.PricingSource;
import io.modelpricing.TextRule;
import io.modelpricing.offers.ServingStatus;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rules of names and reasons are the same in Java and in the constraints of the tables. */
class TextRulesTest {

    private static final Map<String, Integer> LENGTHS = Map.of(
            "pricing_source", TextRule.MAX_NAME_LENGTH,
            "actor", TextRule.MAX_NAME_LENGTH,
            "resolved_by", TextRule.MAX_NAME_LENGTH,
            "reason", TextRule.MAX_REASON_LENGTH,
            "resolution_reason", TextRule.MAX_REASON_LENGTH);

    @Test
    void everyNameAndReasonHasTheConstraint() {
        try (PricingDatabase database = PricingDatabase.expanded()) {
            Object missing = database.ctx().fetchValue("""
                    select string_agg(c.relname || '.' || a.attname, ', ' order by 1)
                    from pg_class c
                    join pg_attribute a on a.attrelid = c.oid
                    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.atttypid = 'text'::regtype
                      and a.attname in ('pricing_source', 'actor', 'reason', 'resolved_by', 'resolution_reason')
                      and not exists (
                        select
                        from pg_constraint k
                        where k.conrelid = c.oid and k.conname = c.relname || '_' || a.attname || '_check')
                    """);
            // What the migration writes itself.
            assertThat(missing).isEqualTo("model_pricing_quarantine.reason");
        }
    }

    @Test
    @Tag("once")
    void constraintsAcceptTheCharactersThatJavaAccepts() {
        try (PricingDatabase database = PricingDatabase.expanded()) {
            List<String[]> constraints = database.ctx().fetch("""
                            select distinct a.attname, pg_get_expr(k.conbin, k.conrelid)
                            from pg_constraint k
                            join pg_attribute a on a.attrelid = k.conrelid and k.conkey = array[a.attnum]
                            where k.contype = 'c' and k.conname = k.conrelid::regclass || '_' || a.attname || '_check'
                              and a.attname in ('pricing_source', 'actor', 'reason', 'resolved_by', 'resolution_reason')
                            """).map(row ->
                    new String[] {row.get(0, String.class), row.get(1, String.class)});
            assertThat(constraints).hasSize(LENGTHS.size());
            Set<String> characterRules = new HashSet<>();
            for (String[] constraint : constraints) {
                assertThat(numbers(
                                database,
                                "select length(" + constraint[0] + ") from (select repeat('é', n) as " + constraint[0]
                                        + " from generate_series(0, 2100) n) x where " + constraint[1]))
                        .isEqualTo(IntStream.rangeClosed(1, LENGTHS.get(constraint[0]))
                                .boxed()
                                .toList());
                characterRules.add(constraint[1]
                        .replaceAll("\\b" + constraint[0] + "\\b", "t")
                        .replace("<= " + LENGTHS.get(constraint[0]), "<= 200"));
            }
            assertThat(characterRules).hasSize(1);
            for (String before : List.of("", "a")) {
                assertThat(numbers(
                                database,
                                "select i from generate_series(1, 1114111) i cross join lateral (select '" + before
                                        + "' || chr(i) as t) x where i not between 55296 and 57343 and not "
                                        + characterRules.iterator().next()))
                        .isEqualTo(IntStream.rangeClosed(1, Character.MAX_CODE_POINT)
                                .filter(i -> i < 55296 || i > 57343)
                                .filter(i -> !TextRule.isName(before + Character.toString(i)))
                                .boxed()
                                .toList());
            }
        }
    }

    private static List<Integer> numbers(PricingDatabase database, String query) {
        return database.ctx().fetch(query).map(row -> row.get(0, Integer.class));
    }

    @Test
    void sourceOfPhase1ThatIsNoNameBecomesUnknownAndItsOriginalStays() {
        try (PricingDatabase database = PricingDatabase.phase1()) {
            database.sql("""
                    insert into models (id, model_id, model_name, provider_model_id)
                    values (9001, 'a', 'a', 'a'), (9002, 'b', 'b', 'b'), (9003, 'c', 'c', 'c');
                    insert into model_pricing (model_id, price_per_input_token, price_per_output_token, pricing_source)
                    values (9001, 1, 1, U&'list\\202Ecba'), (9002, 1, 1, U&'\\200B'), (9003, 1, 1, 'list');
                    """);
            database.expand();

            assertThat(database.ctx()
                            .fetchValue("select string_agg(pricing_source, ',' order by model_id) from model_pricing"
                                    + " where model_id > 9000"))
                    .isEqualTo("unknown,unknown,list");
            assertThat(
                            database.ctx()
                                    .fetchValue(
                                            "select original ->> 'pricing_source' from model_pricing_original where model_id = 9001"))
                    .isEqualTo("list\u202Ecba");
        }
    }

    @Test
    void textThatPostgresCannotStoreIsRefusedBeforeItReachesTheServer() {
        for (String text : List.of("a\0b", "a\uD800b")) {
            assertThatIllegalArgumentException().isThrownBy(() -> Provider.of(text, "name"));
            assertThatIllegalArgumentException().isThrownBy(() -> new Provider("slug", text, ServingStatus.UNCHECKED));
            assertThatIllegalArgumentException().isThrownBy(() -> Model.of(text, "a", new CanonicalModelId("a")));
            assertThatIllegalArgumentException().isThrownBy(() -> Model.of("a", text, new CanonicalModelId("a")));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Model("a", "a", new CanonicalModelId("a"), "a", text, null, null, true));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> CatalogQuery.all().ofProvider(text));
            assertThatIllegalArgumentException().isThrownBy(() -> new PricingSource(text));
            assertThatIllegalArgumentException().isThrownBy(() -> Attribution.by(text));
        }
    }
}
