package io.modelpricing.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.ModelId;
import io.modelpricing.Outcome;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.RequestId;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.Usage;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.costs.RequestCosts;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GrantsCommandTest {

    private static final String PASSWORD = "pass-" + UUID.randomUUID();

    /** Roles belong to the server, which all tests share. */
    private final String reader = "Reader " + UUID.randomUUID();

    private final String writer = "writer_" + UUID.randomUUID().toString().replace('-', '_');

    private TestDatabase database;

    @BeforeEach
    void start() {
        database = TestDatabase.expanded();
        for (String role : List.of(reader, writer)) {
            database.run("create role \"" + role + "\" login password '" + PASSWORD + "'");
        }
    }

    @AfterEach
    void stop() {
        for (String role : List.of(reader, writer)) {
            database.run("drop owned by \"" + role + "\"", "drop role \"" + role + "\"");
        }
        database.close();
    }

    @Test
    void readerCanReadAndDoNothingElse() throws SQLException {
        assertThat(database.pricing("grants", "--reader", reader).exitCode()).isZero();

        assertThat(database.pricingAs(reader, PASSWORD, "show", "1").exitCode()).isZero();
        assertThat(database.pricingAs(reader, PASSWORD, "cost", "1", "--usage", "input=1")
                        .exitCode())
                .isZero();
        try (Connection connection = connect(reader);
                Statement statement = connection.createStatement()) {
            for (String view : List.of(
                    "models_with_pricing",
                    "models_pricing_classified",
                    "models_pricing_status",
                    "model_usage_analytics",
                    "model_pricing_timeline",
                    "model_pricing_revision",
                    "request_cost")) {
                statement.execute("select * from " + view);
            }
            for (String forbidden : List.of(
                    "insert into model_pricing_revision (revision) values (1)",
                    "update model_pricing set last_updated = now()",
                    "delete from model_pricing",
                    "truncate model_pricing",
                    "select cost_usd from chat_completion_requests",
                    "select model_pricing_delete_model(1)",
                    "select * from model_pricing_quarantine")) {
                assertThat(sqlState(statement, forbidden)).as(forbidden).isEqualTo("42501");
            }
        }
        CommandLineRun set = database.pricingAs(reader, PASSWORD, "set", "1", "--free", "--reason", "r", "--json");
        assertThat(set.exitCode()).isEqualTo(3);
        assertThat(set.errorKind()).isEqualTo("not_allowed");
    }

    @Test
    void writerCanWritePricesAndDoNothingElse() throws SQLException {
        assertThat(database.pricing("grants", "--writer", writer).exitCode()).isZero();
        database.run(
                "insert into chat_completion_requests (request_id, model_id, processing_time_ms) values ('r1', 1, 1)");

        CommandLineRun set = database.pricingAs(
                writer,
                PASSWORD,
                "set",
                "2",
                "--input",
                "1",
                "--rate",
                "cache_read=1",
                "--unit",
                "per-1m",
                "--reason",
                "r");
        assertThat(set.exitCode()).as(set.all()).isZero();
        assertThat(database.pricingAs(writer, PASSWORD, "release", "2", "--reason", "r")
                        .exitCode())
                .isZero();
        try (Connection connection = connect(writer);
                Statement statement = connection.createStatement()) {
            JooqPricingRepository prices = new JooqPricingRepository(DSL.using(connection, SQLDialect.POSTGRES));
            Pricing pricing = new Pricing.Paid(RateCard.of(
                    Rate.of(BillingUnit.INPUT, Price.perMillion("3")),
                    Rate.of(BillingUnit.REASONING, Price.perMillion("4"))));
            assertThat(prices.upsert(
                                    new PriceUpdate(new ModelId(1), pricing, PricingSource.PROVIDER, Instant.now()),
                                    Attribution.by("sync"))
                            .result())
                    .isEqualTo(UpsertOutcome.Result.UPDATED);
            new RequestCosts(DSL.using(connection, SQLDialect.POSTGRES))
                    .record(
                            new RequestId("r1"),
                            prices.find(new ModelId(1)).orElseThrow().quote().cost(Usage.of(1_000, 0)));
            assertThat(database.answer("select cost_usd from chat_completion_requests"))
                    .isEqualTo("0.003000");
            assertThat(prices.delete(new ModelId(1), Attribution.by("ada").because("r")))
                    .isEqualTo(Outcome.DONE);
            for (String forbidden : List.of(
                    "truncate model_pricing",
                    "delete from models",
                    "update models set model_name = 'x'",
                    "insert into model_pricing_version select * from model_pricing_version",
                    "delete from model_pricing_version",
                    "update request_cost set total_usd = 0",
                    "delete from request_cost",
                    "delete from chat_completion_requests",
                    "update chat_completion_requests set input_tokens = 0",
                    "update model_pricing_revision set revision = 0",
                    "update model_pricing_card_rate set price = 0",
                    "delete from model_pricing_rate_set",
                    "select model_pricing_delete_model(1)",
                    "create table mine (n int)")) {
                assertThat(sqlState(statement, forbidden)).as(forbidden).isEqualTo("42501");
            }
        }
        database.run(
                "insert into chat_completion_requests (request_id, model_id, processing_time_ms) values ('r2', 2, 1)");
        CommandLineRun backfill = database.pricingAs(writer, PASSWORD, "backfill");
        assertThat(backfill.exitCode()).as(backfill.all()).isZero();
        assertThat(database.answer("select actor from model_pricing_version where number = 1 and model_id = 2"))
                .isEqualTo(System.getProperty("user.name"));
    }

    @Test
    void writerCanDeleteModelsOnlyWithTheOption() throws SQLException {
        database.pricing("grants", "--writer", writer, "--delete-models");

        try (Connection connection = connect(writer);
                Statement statement = connection.createStatement()) {
            statement.execute("select model_pricing_delete_model(8)");
        }
        assertThat(database.answer("select count(*) from models where id = 8")).isEqualTo("0");
    }

    /** Between populate and contract, the sync triggers run with the privileges of their owner. */
    @Test
    void syncTriggersNeedNoFurtherPrivilegesOfTheWriter() throws SQLException {
        try (TestDatabase populated = TestDatabase.populated()) {
            assertThat(populated.pricing("grants", "--writer", writer).exitCode())
                    .isZero();
            populated.run("grant select, update on models to \"" + reader + "\"");
            try (Connection connection = DriverManager.getConnection(populated.url(), writer, PASSWORD)) {
                UpsertOutcome outcome = new JooqPricingRepository(DSL.using(connection, SQLDialect.POSTGRES))
                        .upsert(
                                new PriceUpdate(
                                        new ModelId(1),
                                        Pricing.paid(Price.perMillion("3"), Price.perMillion("4")),
                                        PricingSource.PROVIDER,
                                        Instant.now()),
                                Attribution.by("test"));
                assertThat(outcome.result()).isEqualTo(UpsertOutcome.Result.UPDATED);
            }
            assertThat(populated.answer("select pricing_prompt || ' ' || pricing_completion from models where id = 1"))
                    .isEqualTo("3.0000000000 4.0000000000");

            try (Connection connection = DriverManager.getConnection(populated.url(), reader, PASSWORD);
                    Statement statement = connection.createStatement()) {
                statement.execute("update models set pricing_prompt = 5 where id = 1");
                assertThat(sqlState(statement, "select * from model_pricing")).isEqualTo("42501");
                assertThat(sqlState(statement, "select legacy_price_export(array[1]::bigint[])"))
                        .isEqualTo("42501");
            }
            assertThat(populated.answer(
                            "select trim_scale(price_per_input_token) from model_pricing where model_id = 1"))
                    .isEqualTo("0.000005");
            assertThat(populated.pricing("verify").exitCode()).isZero();
            for (String role : List.of(reader, writer)) {
                populated.run("drop owned by \"" + role + "\"");
            }
        }
    }

    @Test
    void sqlOptionPrintsTheStatementsWithoutExecutingThem() {
        CommandLineRun run = database.pricing("grants", "--reader", reader, "--sql");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines())
                .allMatch(line -> line.startsWith("grant ") && line.endsWith("to \"" + reader + "\";"));
        assertThat(database.pricingAs(reader, PASSWORD, "show", "1").exitCode()).isEqualTo(3);

        database.run(run.out());
        assertThat(database.pricingAs(reader, PASSWORD, "show", "1").exitCode()).isZero();
    }

    @Test
    void unknownRoleGrantsNothing() {
        CommandLineRun run = database.pricing("grants", "--reader", reader, "--writer", "no_such_role", "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errorKind()).isEqualTo("unknown_role");
        assertThat(database.pricingAs(reader, PASSWORD, "show", "1").exitCode()).isEqualTo(3);
    }

    @Test
    void grantsCanBeRepeated() {
        JsonNode first = database.pricing("grants", "--reader", reader, "--writer", writer, "--json")
                .json();

        assertThat(database.pricing("grants", "--reader", reader, "--writer", writer, "--json")
                        .json())
                .isEqualTo(first);
        assertThat(first.path("executed").asBoolean()).isTrue();
    }

    private Connection connect(String role) throws SQLException {
        return DriverManager.getConnection(database.url(), role, PASSWORD);
    }

    private static String sqlState(Statement statement, String sql) {
        try {
            statement.execute(sql);
            return "allowed";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }
}
