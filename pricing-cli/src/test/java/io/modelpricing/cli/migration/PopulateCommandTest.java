package io.modelpricing.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import io.modelpricing.compat.MigrationStatus.Subject;
import io.modelpricing.compat.MigrationStatus.Undeclared;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PopulateCommandTest {

    private static String price(TestDatabase database, int model) {
        return database.answer("select pricing_type || coalesce(' ' || trim_scale(price_per_input_token), '')"
                + " || coalesce(' ' || trim_scale(price_per_output_token), '')"
                + " || coalesce(' ' || trim_scale(price_per_request), '') from model_pricing where model_id = "
                + model);
    }

    @Test
    void everyPriceIsReadInItsDeclaredUnit() {
        try (TestDatabase database = TestDatabase.populated()) {
            assertThat(price(database, 1)).isEqualTo("paid 0.0000025 0.00001");
            assertThat(price(database, 2)).isEqualTo("paid 0.0000025 0.00001 0.001");
            assertThat(price(database, 4)).isEqualTo("missing");
            assertThat(price(database, 5)).isEqualTo("free 0 0");
            assertThat(price(database, 7)).isEqualTo("paid 0 0.00001");
            assertThat(price(database, 8)).isEqualTo("paid 0.0000001 0.0000002");
        }
    }

    @Test
    void undeclaredCellsAreRefusedByNameAndOthersAreWritten() {
        try (TestDatabase database = TestDatabase.priced()) {
            CommandLineRun run = database.pricing("populate", "--unit", "openai=per-1m", "--zero", "unknown", "--json");

            assertThat(run.exitCode()).as(run.all()).isEqualTo(1);
            JsonNode result = run.json();
            assertThat(result.path("models").asInt()).isEqualTo(8);
            assertThat(result.path("quarantined").asInt()).isEqualTo(1);
            assertThat(result.path("refused"))
                    .extracting(cell -> cell.path("modelId").asInt() + " "
                            + cell.path("column").asText())
                    .containsExactly(
                            "2 pricing_prompt",
                            "2 pricing_completion",
                            "2 pricing_request",
                            "3 pricing_prompt",
                            "8 pricing_prompt",
                            "8 pricing_completion");
            assertThat(result.path("refused").path(0).path("reason").asText()).contains("0.0025", "provider azure");
            assertThat(price(database, 1)).isEqualTo("paid 0.0000025 0.00001");
            assertThat(price(database, 2)).isEqualTo("nothing");

            CommandLineRun told = database.pricing("populate");
            assertThat(told.exitCode()).isEqualTo(1);
            assertThat(told.out())
                    .contains(
                            "Refused:", "--unit azure=UNIT --unit none=UNIT --unit request=per-request", "quarantine");
            assertThat(told.out().lines()).allMatch(line -> line.length() <= 100);
        }
    }

    @Test
    void repeatedPopulateChangesNothing() {
        try (TestDatabase database = TestDatabase.populated()) {
            CommandLineRun run = database.pricing("populate", "--json");

            assertThat(run.exitCode()).as(run.all()).isZero();
            assertThat(run.json().path("unchanged").asInt()).isEqualTo(8);
            assertThat(run.json().path("inserted").asInt()).isZero();
            assertThat(run.json().path("refused")).isEmpty();
        }
    }

    @Test
    void reportsReplacedPricesAndKeepsNewerOnes() {
        try (TestDatabase database = TestDatabase.phase1()) {
            database.run("update models set pricing_prompt = 7, pricing_completion = 8 where id in (1, 2)");
            database.succeeds("expand");
            database.succeeds("set", "2", "--input", "5", "--output", "6", "--unit", "per-1m", "--reason", "r");
            database.pricing("quarantine", "accept", "1", "--reason", "r");

            JsonNode result = database.populate("--json").json();

            assertThat(result.path("kept")).hasSize(1);
            assertThat(result.path("kept").path(0).asInt()).isEqualTo(2);
            assertThat(result.path("replaced"))
                    .extracting(replaced -> replaced.path("modelId").asInt())
                    .contains(1)
                    .doesNotContain(2);
            JsonNode replaced = result.path("replaced").path(0);
            assertThat(replaced.path("modelId").asInt()).isEqualTo(1);
            assertThat(replaced.path("before").path("input").asText()).startsWith("0.0000025");
            assertThat(replaced.path("after").path("input").asText()).isEqualTo("0.000007");
        }
    }

    @Test
    void unknownProviderWritesNothing() {
        try (TestDatabase database = TestDatabase.priced()) {
            CommandLineRun run = database.pricing("populate", "--unit", "opanai=per-1m", "--json");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.errorKind()).isEqualTo("unknown_provider");
            assertThat(run.all()).contains("opanai");
            assertThat(database.answer("select to_regclass('legacy_price_step') is null"))
                    .isEqualTo("t");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "per-banana",
                "openai=",
                "=per-1m",
                "image=per-request",
                "openai.request=per-1m",
                "a=b=c",
                "per-1k",
                ""
            })
    void malformedDeclarationIsInvalidUsage(String unit) {
        CommandLineRun run = CommandLineRun.of(Map.of(), "", "populate", "--unit", "per-1m", "--unit", unit, "--json");

        assertThat(run.exitCode()).as(run.all()).isEqualTo(2);
        assertThat(run.errorKind()).isEqualTo("malformed_declaration");
    }

    @Test
    void zeroMustBeFreeOrUnknown() {
        CommandLineRun run = CommandLineRun.of(Map.of(), "", "populate", "--zero", "openai=nothing", "--json");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.all()).contains("free", "unknown");
    }

    @Test
    void cachedMustBeAsInputOrUnknown() {
        CommandLineRun run = CommandLineRun.of(Map.of(), "", "populate", "--cached", "openai=free", "--json");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errorKind()).isEqualTo("malformed_declaration");
        assertThat(run.all()).contains("as-input", "unknown");
    }

    @Test
    void everyScopeAndSubjectCanBeDeclared() {
        try (TestDatabase database = TestDatabase.priced()) {
            database.run("insert into providers (name, slug) values ('Z', 'z.ai'), ('Odd', 'odd.image')");
            database.pricing(
                    "populate",
                    "--unit",
                    "per-1m",
                    "--unit",
                    "none=per-1k",
                    "--unit",
                    "z.ai=per-token",
                    "--unit",
                    "odd.image.tokens=per-1k",
                    "--unit",
                    "image=per-image",
                    "--unit",
                    "z.ai.image=per-1m",
                    "--unit",
                    "none.request=per-request",
                    "--zero",
                    "unknown",
                    "--zero",
                    "z.ai=free",
                    "--zero",
                    "none=free",
                    "--cached",
                    "as-input",
                    "--cached",
                    "z.ai=unknown");

            assertThat(database.pricing("status", "--json").json().path("declared"))
                    .extracting(JsonNode::asText)
                    .containsExactly(
                            "cached=as-input",
                            "pricing_completion=per-1m",
                            "pricing_image=per-image",
                            "pricing_prompt=per-1m",
                            "zero=unknown",
                            "none.pricing_completion=per-1k",
                            "none.pricing_prompt=per-1k",
                            "none.pricing_request=per-request",
                            "none.zero=free",
                            "odd.image.pricing_completion=per-1k",
                            "odd.image.pricing_prompt=per-1k",
                            "z.ai.cached=unknown",
                            "z.ai.pricing_completion=per-token",
                            "z.ai.pricing_image=per-1m",
                            "z.ai.pricing_prompt=per-token",
                            "z.ai.zero=free");
        }
    }

    @Test
    void slugIsQuotedForTheShell() {
        assertThat(DeclarationOptions.command(
                        List.of(new Undeclared("a b", Subject.TOKENS, 1), new Undeclared("it's", Subject.IMAGE, 1))))
                .isEqualTo("populate --unit 'a b'=UNIT --unit 'it'\\''s'.image=UNIT");
    }

    @Test
    void printedSqlDoesTheSame() throws SQLException {
        CommandLineRun printed = CommandLineRun.of(
                Map.of(),
                "",
                Stream.concat(Stream.of("populate", "--sql"), TestDatabase.DECLARED.stream())
                        .toArray(String[]::new));
        assertThat(printed.exitCode()).as(printed.all()).isZero();
        assertThat(printed.err()).contains("outside of a transaction");

        try (TestDatabase bySql = TestDatabase.priced();
                TestDatabase byCommand = TestDatabase.priced();
                Connection connection = bySql.connect();
                Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            // As psql does: each statement on its own, and those between begin and commit together.
            int batch = printed.out().indexOf("do $do$");
            statement.execute(printed.out().substring(0, batch));
            int rest = printed.out().indexOf("$do$;", batch + 7) + 5;
            statement.execute(printed.out().substring(batch, rest));
            statement.execute(printed.out().substring(rest));
            byCommand.populate();

            assertThat(bySql.pricing("status", "--json").json())
                    .isEqualTo(byCommand.pricing("status", "--json").json());
            assertThat(bySql.pricing("verify", "--json").json())
                    .isEqualTo(byCommand.pricing("verify", "--json").json());
        }
    }

    @Test
    void missingTablesNameTheCommandThatCreatesThem() {
        try (TestDatabase database = TestDatabase.legacy()) {
            for (String command : List.of("populate", "verify", "fence", "unfence", "contract", "rollback")) {
                CommandLineRun run = database.pricing(command, "--json");

                assertThat(run.exitCode()).as(run.all()).isEqualTo(1);
                assertThat(run.errorKind()).isEqualTo("tables_missing");
                assertThat(run.all()).contains("pricing expand");
            }
        }
    }

    @Test
    void lockHolderIsNamedAfterTheTimeout() throws SQLException {
        try (TestDatabase database = TestDatabase.priced();
                Connection other = database.connect();
                Statement statement = other.createStatement()) {
            statement.execute("set application_name = 'nightly report'");
            other.setAutoCommit(false);
            statement.execute("lock table models in share mode");

            CommandLineRun run = database.pricing("populate", "--json", "--lock-timeout", "50", "--attempts", "2");

            assertThat(run.exitCode()).as(run.all()).isEqualTo(1);
            assertThat(run.errorKind()).isEqualTo("not_applied");
            assertThat(run.json().path("error").path("message").asText())
                    .contains("nightly report", "idle in transaction", "2 attempts");
            assertThat(run.err()).contains("populate: attempt 1 of 2 was blocked and is repeated", "nightly report");
        }
    }

    @Test
    void lockTimeoutAndAttemptsAreLimited() {
        for (String[] option :
                new String[][] {{"--lock-timeout", "0"}, {"--lock-timeout", "60000"}, {"--attempts", "0"}}) {
            try (TestDatabase database = TestDatabase.priced()) {
                CommandLineRun run = database.pricing("populate", "--json", option[0], option[1]);

                assertThat(run.exitCode()).isEqualTo(2);
                assertThat(run.all()).contains("but was " + option[1]);
            }
        }
        assertThat(CommandLineRun.of(Map.of(), "", "populate", "--actor", " ").exitCode())
                .isEqualTo(2);
    }
}
