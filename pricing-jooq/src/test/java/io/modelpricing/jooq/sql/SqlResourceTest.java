package io.modelpricing.jooq.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.sql;
import static org.jooq.impl.DSL.val;

import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;

class SqlResourceTest {

    private static final DSLContext CTX = DSL.using(SQLDialect.POSTGRES);
    private static final SqlResource FILE = SqlResource.of(SqlResourceTest.class, "example.sql");

    @Test
    void valuesReplaceVariablesButNotCastsOrLiterals() {
        assertThat(CTX.render(
                        FILE.bind(Map.of("since", inline("2026-01-01"), "cost", sql("r.cost_usd"), "size", val(7)))))
                .isEqualToNormalizingWhitespace("""
                        select r.cost_usd::text, 'HH24:MI', '{}'::jsonb, 2 as "a:size"
                        from "request_cost" r
                        where r.cost_usd > 1 and r.created_at >= timestamptz '2026-01-01' and r.size < ?""");
    }

    @Test
    void defaultsAreThoseOfTheSetLines() {
        assertThat(CTX.render(FILE.withDefaults()))
                .contains("timestamptz '2026-02-01 00:00'", "r.total_usd::text", "< 10");
    }

    @Test
    void textOfAVariableCanComeFromAnotherFile() {
        SqlResource other =
                SqlResource.of(SqlResourceTest.class, "example.sql", Map.of("condition", "other-condition.sql"));

        assertThat(CTX.render(other.bind(Map.of("cost", sql("r.cost_usd"))))).isEqualToNormalizingWhitespace("""
                        select r.cost_usd::text, 'HH24:MI', '{}'::jsonb, 2 as "a:size"
                        from "request_cost" r
                        where r.cost_usd > 2""");
    }

    @Test
    void relationsFollowTheRenderMapping() {
        DSLContext mapped = DSL.using(
                SQLDialect.POSTGRES,
                new Settings()
                        .withRenderMapping(new RenderMapping()
                                .withSchemata(new MappedSchema().withInput("").withOutput("billing"))));

        assertThat(mapped.render(FILE.withDefaults())).contains("from \"billing\".\"request_cost\" r");
    }

    @Test
    void everyVariableNeedsAValueAndEveryValueAVariable() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FILE.bind(Map.of("cost", sql("1"), "until", sql("2"))))
                .withMessage("the values given to example.sql are [cost, until];"
                        + " expected one for each of its variables, [cost, since, size]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SqlResource.of(SqlResourceTest.class, "other.sql"))
                .withMessageContaining("\"other.sql\" is not on the class path");
    }
}
