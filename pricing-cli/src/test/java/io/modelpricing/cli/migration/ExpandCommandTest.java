package io.modelpricing.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExpandCommandTest {

    @Test
    void schemaWithASpaceAtTheEndIsRefusedAndNoOtherIsBuilt() {
        try (TestDatabase database = TestDatabase.empty()) {
            database.run("create schema \"app \"", "create schema app");

            CommandLineRun run = database.pricing("expand", "--schema", "app ");

            assertThat(run.exitCode()).as(run.all()).isEqualTo(2);
            assertThat(run.err()).contains("the schema \"app \" begins or ends with a space");
            assertThat(database.answer("select count(*) from pg_class where relname = 'model_pricing'"))
                    .isEqualTo("0");
        }
    }

    @Test
    void printsTheExpandedState() {
        try (TestDatabase database = TestDatabase.phase1()) {
            CommandLineRun run = database.pricing("expand", "--json");

            assertThat(run.exitCode()).as(run.all()).isZero();
            assertThat(run.json().path("applied")).extracting(JsonNode::asText).startsWith("1", "2", "3");
            assertThat(run.json().path("models").asInt()).isEqualTo(8);
            assertThat(run.json().path("byType").toString())
                    .isEqualTo("{\"paid\":2,\"free\":1,\"deprecated\":0,\"missing\":5}");
            assertThat(run.json().path("originals").asInt()).isEqualTo(2);
            assertThat(run.json().path("quarantined").asInt()).isEqualTo(1);
            assertThat(database.answer("select count(*) from pricing_schema_history where type = 'BASELINE'"))
                    .isEqualTo("1");
        }
    }

    @Test
    void repeatedExpandChangesNothing() {
        try (TestDatabase database = TestDatabase.expanded()) {
            String before = database.answer("select count(*) || ' ' || max(xmin::text::bigint) from model_pricing");

            CommandLineRun run = database.pricing("expand");

            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).startsWith("Nothing to do");
            assertThat(database.answer("select count(*) || ' ' || max(xmin::text::bigint) from model_pricing"))
                    .isEqualTo(before);
        }
    }

    @Test
    void expandsEveryStartingState() {
        try (TestDatabase empty = TestDatabase.empty();
                TestDatabase legacy = TestDatabase.legacy();
                TestDatabase history = TestDatabase.phase1()) {
            history.run(TestDatabase.resource("phase1-history.sql"));
            for (TestDatabase database : List.of(empty, legacy, history)) {
                assertThat(database.pricing("expand").exitCode()).isZero();
                assertThat(database.pricing("expand").exitCode()).isZero();
            }
        }
    }

    @Test
    void expandsTheSchemaOfTheOption() {
        try (TestDatabase database = TestDatabase.empty()) {
            database.run("create schema \"Prices & more\"");

            assertThat(database.pricing("expand", "--schema", "Prices & more").exitCode())
                    .isZero();

            assertThat(database.answer("select count(*) from pg_class where relnamespace = 'public'::regnamespace"))
                    .isEqualTo("0");
            database.run(
                    "insert into \"Prices & more\".models (model_id, model_name, provider_model_id) values ('a', 'a', 'a')");
            assertThat(database.pricing(
                                    "set",
                                    "1",
                                    "--input",
                                    "1",
                                    "--unit",
                                    "per-1m",
                                    "--reason",
                                    "r",
                                    "--schema",
                                    "Prices & more")
                            .exitCode())
                    .isZero();
            assertThat(database.pricing("cost", "1", "--usage", "input=5", "--json", "--schema", "Prices & more")
                            .json()
                            .path("total")
                            .asText())
                    .isEqualTo("0.000005");
            for (List<String> command : List.of(
                    List.of("quarantine"),
                    List.of("status"),
                    List.of("show", "1"),
                    List.of("release", "1", "--reason", "r"))) {
                List<String> args = new ArrayList<>(command);
                args.addAll(List.of("--schema", "Prices & more"));
                CommandLineRun run = database.pricing(args.toArray(String[]::new));
                assertThat(run.exitCode()).as(run.all()).isZero();
            }
        }
    }

    @Test
    void applicationMigrationHistoryIsUnchanged() {
        try (TestDatabase database = TestDatabase.legacy()) {
            database.run("create table flyway_schema_history (installed_rank int)");

            assertThat(database.pricing("expand").exitCode()).isZero();

            assertThat(database.answer("select count(*) from flyway_schema_history"))
                    .isEqualTo("0");
        }
    }

    @Test
    void dependentApplicationViewIsNamedAndNothingIsChanged() {
        try (TestDatabase database = TestDatabase.phase1()) {
            database.run("create view application_report as select price_per_input_token from models_with_pricing");

            CommandLineRun run = database.pricing("expand", "--json");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.errorKind()).isEqualTo("refused");
            assertThat(run.json().path("error").path("message").asText()).contains("application_report");
            assertThat(run.json().path("error").path("remedy").asText()).contains("run the expansion again");
            assertThat(database.pricing("status", "--json").json().path("phase").asText())
                    .isEqualTo("legacy");
            assertThat(database.answer("select count(*) from pricing_schema_history where type = 'SQL'"))
                    .isEqualTo("0");
            assertThat(database.answer("select to_regclass('model_pricing_card_rate') is null"))
                    .isEqualTo("t");
        }
    }

    @Test
    void lockHolderIsNamedAfterTheTimeout() throws SQLException {
        try (TestDatabase database = TestDatabase.phase1();
                Connection other = database.connect();
                Statement statement = other.createStatement()) {
            statement.execute("set application_name = 'nightly report'");
            other.setAutoCommit(false);
            statement.execute("select count(*) from model_pricing");
            String pid = "";
            try (ResultSet answer = statement.executeQuery("select pg_backend_pid()")) {
                answer.next();
                pid = answer.getString(1);
            }

            CommandLineRun run = database.pricing("expand", "--json", "--lock-timeout", "300", "--attempts", "2");

            assertThat(run.exitCode()).as(run.all()).isEqualTo(1);
            assertThat(run.errorKind()).isEqualTo("not_applied");
            assertThat(run.json().path("error").path("message").asText())
                    .contains("pid " + pid)
                    .contains("nightly report", "idle in transaction", "2 attempts");
            assertThat(run.err()).contains("attempt 1 of 2");
            assertThat(database.answer("select to_regclass('model_pricing_card_rate') is null"))
                    .isEqualTo("t");
        }
    }

    @Test
    void lockTimeoutAndAttemptsAreLimited() {
        for (String[] option :
                new String[][] {{"--lock-timeout", "0"}, {"--lock-timeout", "60000"}, {"--attempts", "0"}}) {
            CommandLineRun run = CommandLineRun.of(Map.of(), "", "expand", "--json", option[0], option[1]);

            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.json().path("error").path("message").asText()).contains("but was " + option[1]);
            assertThat(run.json().path("error").path("remedy").asText()).contains("--lock-timeout from 1 to 10000");
        }
    }

    @Test
    void releasedLockOnlyDelaysExpand() throws Exception {
        try (TestDatabase database = TestDatabase.phase1();
                Connection other = database.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select count(*) from model_pricing");
            CompletableFuture<CommandLineRun> run = CompletableFuture.supplyAsync(
                    () -> database.pricing("expand", "--lock-timeout", "100", "--attempts", "100"));
            while (!run.isDone()
                    && database.answer("select count(*) from pg_stat_activity where datname = current_database()"
                                    + " and application_name = 'pricing' and wait_event_type = 'Lock'")
                            .equals("0")) {
                Thread.sleep(10);
            }
            other.commit();

            assertThat(run.get(60, TimeUnit.SECONDS).exitCode()).isZero();
        }
    }

    @Test
    void concurrentRunsSucceedAndOneApplies() {
        try (TestDatabase database = TestDatabase.phase1()) {
            List<CompletableFuture<CommandLineRun>> runs = IntStream.range(0, 4)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> database.pricing("expand", "--json")))
                    .toList();

            assertThat(runs)
                    .allSatisfy(run -> assertThat(run.join().exitCode())
                            .as(run.join().all())
                            .isZero());
            assertThat(runs.stream()
                            .filter(run -> !run.join().json().path("applied").isEmpty()))
                    .hasSize(1);
        }
    }

    @Test
    void printedSqlIsTheMigrationFiles() {
        CommandLineRun run = CommandLineRun.of(Map.of(), "", "expand", "--sql");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .isEqualTo(MigrationFiles.all().stream()
                        .map(MigrationFiles.Migration::sql)
                        .reduce("", String::concat));
        assertThat(MigrationFiles.all())
                .extracting(MigrationFiles.Migration::version)
                .isSorted()
                .contains(1, 2, 3);
        try (TestDatabase bySql = TestDatabase.phase1();
                TestDatabase byCommand = TestDatabase.expanded()) {
            bySql.run("begin;" + run.out() + ";commit");

            assertThat(bySql.pricing("status", "--json").json())
                    .isEqualTo(byCommand.pricing("status", "--json").json());
        }
    }
}
