package io.modelpricing.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ContractCommandTest {

    private static final String CELLS = "select string_agg(concat_ws('|', id, coalesce(pricing_prompt::text, 'null'),"
            + " coalesce(pricing_completion::text, 'null'), coalesce(pricing_image::text, 'null'),"
            + " coalesce(pricing_request::text, 'null')), e'\\n' order by id) from ";

    private TestDatabase database;

    @BeforeEach
    void start() {
        database = TestDatabase.populated();
    }

    @AfterEach
    void stop() {
        database.close();
    }

    private String phase() {
        return database.pricing("status", "--json").json().path("phase").asText();
    }

    @Test
    void rollbackRestoresEveryCellDigitForDigit() {
        String before = database.answer(CELLS + "models");

        CommandLineRun contracted = database.pricing("contract", "--json");
        assertThat(contracted.exitCode()).as(contracted.all()).isZero();
        assertThat(contracted.json().path("applied").asBoolean()).isTrue();
        assertThat(contracted.json().path("phase").asText()).isEqualTo("contracted");
        assertThat(contracted.json().path("archived").asInt()).isEqualTo(8);
        assertThat(contracted.json().path("lockMillis").isIntegralNumber()).isTrue();
        assertThat(contracted.json().path("refused")).isEmpty();
        assertThat(contracted.err()).contains("compat install", "rollback");
        assertThat(database.pricing("verify").exitCode()).isZero();
        JsonNode status = database.pricing("status", "--json").json();
        assertThat(status.path("phase").asText()).isEqualTo("contracted");
        assertThat(status.path("next").isNull()).isTrue();
        assertThat(status.path("legacyColumns")).isEmpty();
        assertThat(status.path("rollback").path("possible").asBoolean()).isTrue();

        CommandLineRun rolledBack = database.pricing("rollback", "--json");
        assertThat(rolledBack.exitCode()).as(rolledBack.all()).isZero();
        assertThat(rolledBack.json().path("applied").asBoolean()).isTrue();
        assertThat(rolledBack.json().path("phase").asText()).isEqualTo("populated");
        assertThat(database.answer(CELLS + "models")).isEqualTo(before);
    }

    @Test
    void repeatedStepsDoNothing() {
        CommandLineRun early = database.pricing("rollback", "--json");
        assertThat(early.exitCode()).isZero();
        assertThat(early.json().path("applied").asBoolean()).isFalse();
        database.succeeds("contract");

        CommandLineRun again = database.pricing("contract", "--json");

        assertThat(again.exitCode()).isZero();
        assertThat(again.json().path("applied").asBoolean()).isFalse();
        assertThat(again.json().path("phase").asText()).isEqualTo("contracted");
        assertThat(database.pricing("contract").out()).contains("Nothing to do");
        assertThat(database.pricing("contract", "--dry-run").exitCode()).isZero();
    }

    @Test
    void dryRunPrintsRefusalsAndStatementsAndChangesNothing() {
        database.run("create view report as select id, pricing_prompt from models");

        CommandLineRun run = database.pricing("contract", "--dry-run", "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.json().path("applied").asBoolean()).isFalse();
        assertThat(run.json().path("phase").asText()).isEqualTo("populated");
        JsonNode refused = run.json().path("refused").path(0);
        assertThat(refused.path("kind").asText()).isEqualTo("view");
        assertThat(refused.path("name").asText()).isEqualTo("public.report");
        assertThat(refused.path("reason").asText()).contains("pricing_prompt");
        assertThat(run.json().path("sql").asText()).contains("drop column pricing_prompt", "access exclusive");
        assertThat(database.pricing("contract", "--dry-run").out())
                .contains("drop column pricing_prompt", "public.report", "Refused");
        assertThat(phase()).isEqualTo("populated");

        database.run("drop view report");
        assertThat(database.pricing("contract", "--dry-run").exitCode()).isZero();
        assertThat(phase()).isEqualTo("populated");
    }

    @Test
    void rehearsalMeasuresTheLockAndRollsBack() {
        CommandLineRun run = database.pricing("contract", "--rehearse", "--json");

        assertThat(run.exitCode()).as(run.all()).isZero();
        assertThat(run.json().path("rehearsed").asBoolean()).isTrue();
        assertThat(run.json().path("applied").asBoolean()).isFalse();
        assertThat(run.json().path("archived").asInt()).isEqualTo(8);
        assertThat(phase()).isEqualTo("populated");
        assertThat(database.pricing("contract", "--rehearse").out()).contains("block readers for");
    }

    @Test
    void functionThatOnlyMentionsAColumnCanBeAccepted() {
        database.run("create function advice() returns text language sql as"
                + " 'select ''pricing_prompt has gone''::text'");
        CommandLineRun refused = database.pricing("contract", "--json");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.json().path("refused").path(0).path("kind").asText()).isEqualTo("function");
        assertThat(database.pricing("contract").out()).contains("Refused; nothing was changed", "public.advice()");

        assertThat(database.pricing("contract", "--accept-function", "public.advice()")
                        .exitCode())
                .isZero();
    }

    @Test
    void undecidedQuarantineEntriesAreRefused() {
        database.run("update models set pricing_prompt = -5 where id = 1");

        CommandLineRun run = database.pricing("contract", "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.json().path("refused").path(0).path("kind").asText()).isEqualTo("quarantine");
        assertThat(database.pricing("status", "--json").json().path("next").asText())
                .isEqualTo("pricing quarantine");
        database.succeeds("quarantine", "accept", "1", "--reason", "known");
        assertThat(database.pricing("contract").exitCode()).isZero();
    }

    @Test
    void printedSqlDoesTheSame() {
        String before = database.answer(CELLS + "models");
        CommandLineRun contract = database.pricing("contract", "--sql");
        assertThat(contract.exitCode()).as(contract.all()).isZero();
        assertThat(phase()).isEqualTo("populated");

        database.run(contract.out());

        assertThat(phase()).isEqualTo("contracted");
        assertThat(database.pricing("verify").exitCode()).isZero();
        CommandLineRun rollback = database.pricing("rollback", "--sql");
        assertThat(rollback.exitCode()).as(rollback.all()).isZero();
        database.run(rollback.out());
        assertThat(phase()).isEqualTo("populated");
        assertThat(database.answer(CELLS + "models")).isEqualTo(before);
    }

    @Test
    void sqlIsRefusedInTheWrongPhase() {
        assertThat(database.pricing("rollback", "--sql", "--json").errorKind()).isEqualTo("wrong_phase");
        database.succeeds("contract");
        assertThat(database.pricing("contract", "--sql", "--json").errorKind()).isEqualTo("wrong_phase");
        try (TestDatabase early = TestDatabase.priced()) {
            assertThat(early.pricing("contract", "--sql", "--json").errorKind()).isEqualTo("wrong_phase");
            CommandLineRun run = early.pricing("contract", "--json");
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.json().path("refused").path(0).path("kind").asText()).isEqualTo("phase");
        }
    }

    @Test
    void modesAreMutuallyExclusive() {
        assertThat(database.pricing("contract", "--sql", "--dry-run").exitCode())
                .isEqualTo(2);
    }

    @Test
    void lockHolderIsNamedAfterTheTimeout() throws SQLException {
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            statement.execute("set application_name = 'nightly report'");
            other.setAutoCommit(false);
            statement.execute("select count(*) from models");

            CommandLineRun run = database.pricing("contract", "--json", "--lock-timeout", "50", "--attempts", "2");

            assertThat(run.exitCode()).as(run.all()).isEqualTo(1);
            assertThat(run.errorKind()).isEqualTo("not_applied");
            assertThat(run.json().path("error").path("message").asText())
                    .contains("nightly report", "idle in transaction", "2 attempts");
        }
        assertThat(phase()).isEqualTo("populated");
    }

    @Test
    void priceThatDoesNotFitRefusesRollbackWithoutWiden() {
        database.succeeds("contract");
        database.succeeds(
                "set", "8", "--input", "0.123456789012345", "--output", "1", "--unit", "per-1m", "--reason", "r");

        JsonNode status = database.pricing("status", "--json").json().path("rollback");
        assertThat(status.path("possible").asBoolean()).isFalse();
        assertThat(status.path("refused").path(0).path("name").asText()).isEqualTo("model 8 pricing_prompt");
        assertThat(database.pricing("status").out()).contains("A rollback would be refused", "--widen");
        CommandLineRun run = database.pricing("rollback", "--json");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.json().path("refused").path(0).path("kind").asText()).isEqualTo("price");
        assertThat(run.json().path("refused").path(0).path("reason").asText()).contains("--widen");
        assertThat(phase()).isEqualTo("contracted");

        assertThat(database.pricing("rollback", "--widen").exitCode()).isZero();
        assertThat(database.answer("select pricing_prompt from models where id = 8"))
                .isEqualTo("0.000000123456789012345");
    }

    @Test
    void rollbackIsRefusedWithoutAnArchive() {
        try (TestDatabase fresh = TestDatabase.empty()) {
            fresh.succeeds("expand");

            CommandLineRun run = fresh.pricing("rollback", "--json");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.json().path("refused").path(0).path("kind").asText()).isEqualTo("phase");
            assertThat(fresh.pricing("contract").exitCode()).isZero();
        }
    }

    @Test
    void everyStepWorksInAnotherSchema() {
        String schema = "Odd \"o'clock\" one";
        try (TestDatabase elsewhere = TestDatabase.empty()) {
            String quoted = '"' + schema.replace("\"", "\"\"") + '"';
            elsewhere.run("create schema " + quoted + "; set search_path = " + quoted + ";"
                    + TestDatabase.resource("legacy.sql")
                    + "insert into providers (name, slug) values ('OpenAI', 'openai');"
                    + "insert into models (provider_id, model_id, model_name, provider_model_id, pricing_prompt)"
                    + " values (1, 'a', 'A', 'a', 5)");
            for (String command : List.of(
                    "expand",
                    "populate --unit openai=per-1m",
                    "verify",
                    "fence",
                    "unfence",
                    "compat install",
                    "contract --rehearse",
                    "contract",
                    "verify",
                    "rollback",
                    "compat drop",
                    "verify")) {
                CommandLineRun run =
                        elsewhere.pricing(Stream.concat(Stream.of(command.split(" ")), Stream.of("--schema", schema))
                                .toArray(String[]::new));
                assertThat(run.exitCode()).as(command + ": " + run.all()).isZero();
            }
            assertThat(elsewhere.answer("select pricing_prompt from " + quoted + ".models"))
                    .isEqualTo("5.0000000000");
        }
    }
}
