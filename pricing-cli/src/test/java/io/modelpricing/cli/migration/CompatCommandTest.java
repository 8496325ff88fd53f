package io.modelpricing.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CompatCommandTest {

    private static final String LEGACY = "select string_agg(pricing_prompt::text, ' ' order by id) from ";

    private TestDatabase database;

    @BeforeEach
    void start() {
        database = TestDatabase.populated();
    }

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void legacySqlWorksBeforeAndAfterContract() {
        String before = database.answer(LEGACY + "models");

        CommandLineRun run = database.pricing("compat", "install", "--json");

        assertThat(run.exitCode()).as(run.all()).isZero();
        assertThat(run.json().path("applied").asBoolean()).isTrue();
        assertThat(run.json().path("statements")).isNotEmpty();
        assertThat(database.answer(LEGACY + "pricing_legacy.models")).isEqualTo(before);
        assertThat(database.pricing("status", "--json")
                        .json()
                        .path("compatViews")
                        .asBoolean())
                .isTrue();
        database.succeeds("contract");
        assertThat(database.answer(LEGACY + "pricing_legacy.models")).isEqualTo(before);
        assertThat(database.answer(LEGACY + "models_legacy_pricing")).isEqualTo(before);
        assertThat(database.pricing("compat", "install").out()).contains("search_path = pricing_legacy, public");
    }

    @Test
    void installedViewsCanBeDropped() {
        database.succeeds("compat", "install");

        assertThat(database.pricing("compat", "drop", "--json")
                        .json()
                        .path("applied")
                        .asBoolean())
                .isTrue();
        assertThat(database.answer("select to_regnamespace('pricing_legacy') is null"))
                .isEqualTo("t");
        CommandLineRun again = database.pricing("compat", "drop", "--json");
        assertThat(again.exitCode()).isZero();
        assertThat(again.json().path("applied").asBoolean()).isFalse();
    }

    @Test
    void printedSqlDoesTheSame() {
        String install = database.succeeds("compat", "install", "--sql").out();
        assertThat(database.answer("select to_regnamespace('pricing_legacy') is null"))
                .isEqualTo("t");

        database.run(install);
        assertThat(database.answer(LEGACY + "pricing_legacy.models")).isEqualTo(database.answer(LEGACY + "models"));
        database.run(database.succeeds("compat", "drop", "--sql").out());
        assertThat(database.answer("select to_regnamespace('pricing_legacy') is null"))
                .isEqualTo("t");
        assertThat(database.succeeds("compat", "drop", "--sql", "--json")
                        .json()
                        .path("sql")
                        .isTextual())
                .isTrue();
    }

    @Test
    void dropNamesDependentViewsAndRefuses() {
        database.succeeds("compat", "install");
        database.run("create view on_top as select id from pricing_legacy.models");

        CommandLineRun run = database.pricing("compat", "drop", "--json");

        assertThat(run.exitCode()).as(run.all()).isEqualTo(1);
        assertThat(run.errorKind()).isEqualTo("refused");
        assertThat(run.json().path("error").path("message").asText()).contains("on_top");
    }

    @Test
    void installFailsBeforePopulate() {
        try (TestDatabase early = TestDatabase.priced()) {
            assertThat(early.pricing("compat", "install", "--json").errorKind()).isEqualTo("wrong_phase");
            assertThat(early.pricing("compat", "install", "--sql", "--json").errorKind())
                    .isEqualTo("wrong_phase");
            assertThat(early.pricing("compat", "drop").exitCode()).isZero();
        }
    }

    @Test
    void subcommandIsRequired() {
        assertThat(CommandLineRun.of(Map.of(), "", "compat").exitCode()).isEqualTo(2);
        assertThat(CommandLineRun.of(Map.of(), "", "compat", "--help").exitCode())
                .isZero();
    }
}
