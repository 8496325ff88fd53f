package io.modelpricing.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Announcing, listing and withdrawing prices. */
class AnnounceCommandTest {

    private final TestDatabase database = TestDatabase.populated();

    @AfterEach
    void stop() {
        database.close();
    }

    private CommandLineRun announce(String price, String from) {
        return database.pricing(("announce openai/gpt-4o --input " + price + " --output 8 --unit per-1m --from " + from
                        + " --reason blog --actor ada --json")
                .split(" "));
    }

    /** Stores an announcement whose start has passed. */
    private void due(String perMillion) {
        database.run("begin; set local session_replication_role = replica; insert into model_pricing_announcement ("
                + "model_id, valid_from, pricing_type, price_per_input_token, price_per_output_token, pricing_source, "
                + "observed_at, actor, announced_at) values (1, now() - interval '1 s', 'paid', " + perMillion
                + "e-6, 8e-6, 'provider', now(), 'ada', '2026-01-01'); commit");
    }

    @Test
    void announcedPriceIsListedShownAndWithdrawn() {
        CommandLineRun announced = announce("2", "2100-01-01T00:00:00Z");
        assertThat(announced.exitCode()).as(announced.all()).isZero();
        assertThat(announced.json().path("result").asText()).isEqualTo("inserted");
        assertThat(announced.json().path("announcement").path("validFrom").asText())
                .isEqualTo("2100-01-01T00:00:00Z");
        assertThat(announce("2", "2100-01-01T00:00:00Z").json().path("result").asText())
                .isEqualTo("unchanged");
        assertThat(announce("3", "2101-01-01T01:00:00+01:00")
                        .json()
                        .path("announcement")
                        .path("validFrom")
                        .asText())
                .isEqualTo("2101-01-01T00:00:00Z");

        for (String[] command :
                new String[][] {{"announcements", "--json"}, {"announcements", "1", "--json"}, {"show", "1", "--json"}
                }) {
            JsonNode listed = database.succeeds(command).json().path("announcements");
            assertThat(listed)
                    .as(command[0])
                    .extracting(price -> price.path("validFrom").asText() + " "
                            + price.path("rates").path(0).path("price").asText() + " "
                            + price.path("due").asBoolean())
                    .containsExactly("2100-01-01T00:00:00Z 0.000002 false", "2101-01-01T00:00:00Z 0.000003 false");
        }
        assertThat(database.succeeds("show", "1").out()).contains("2100-01-01T00:00:00Z", "blog");
        assertThat(database.succeeds("announcements").out()).contains("openai/gpt-4o (1)");

        assertThat(database.succeeds("withdraw", "1", "--from", "2100-01-01T00:00:00Z", "--reason", "r", "--json")
                        .json()
                        .path("result")
                        .asText())
                .isEqualTo("withdrawn");
        CommandLineRun again =
                database.pricing("withdraw", "1", "--from", "2100-01-01T00:00:00Z", "--reason", "r", "--json");
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.errorKind()).isEqualTo("not_announced");
        assertThat(database.succeeds("announcements", "--json").json().path("announcements"))
                .hasSize(1);
    }

    @Test
    void invalidAnnouncementIsRefused() {
        assertThat(announce("2", "2020-01-01T00:00:00Z").errorKind()).isEqualTo("invalid_announcement");
        assertThat(announce("2", "tomorrow").errorKind()).isEqualTo("malformed_instant");
        assertThat(announce("0", "2100-01-01T00:00:00Z").exitCode()).isEqualTo(0);
        assertThat(database.pricing(
                                "announce", "99", "--free", "--from", "2100-01-01T00:00:00Z", "--reason", "r", "--json")
                        .errorKind())
                .isEqualTo("unknown_model");
        assertThat(database.pricing(
                                "announce",
                                "1",
                                "--free",
                                "--from",
                                "2100-01-01T00:00:00Z",
                                "--source",
                                "manual",
                                "--reason",
                                "r",
                                "--json")
                        .errorKind())
                .isEqualTo("invalid_announcement");
        assertThat(database.succeeds("announcements").out()).contains("2100-01-01T00:00:00Z");
    }

    @Test
    void startIsAtMostAsPreciseAsTheDatabase() {
        CommandLineRun refused = announce("2", "2099-01-01T00:00:00.0000001Z");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.errorKind()).isEqualTo("malformed_instant");
        assertThat(refused.json().path("error").toString())
                .contains("2099-01-01T00:00:00.0000001Z", "microsecond", "at most 6 decimals");
        assertThat(database.pricing(
                                "withdraw", "1", "--from", "2099-01-01T00:00:00.0000001Z", "--reason", "r", "--json")
                        .errorKind())
                .isEqualTo("malformed_instant");

        assertThat(announce("2", "2099-01-01T00:00:00.000001Z")
                        .json()
                        .path("announcement")
                        .path("validFrom")
                        .asText())
                .isEqualTo("2099-01-01T00:00:00.000001Z");
    }

    @Test
    void refusalNamesTheOptionToCorrectOrTheCommandToUse() {
        JsonNode past = announce("2", "2020-01-01T00:00:00Z").json().path("error");
        assertThat(past.path("message").asText())
                .startsWith("--from must be in the future, but was 2020-01-01T00:00:00Z; the database's clock is at ");
        assertThat(past.path("remedy").asText()).contains("pricing set 1");

        JsonNode manual = database.pricing(
                        "announce 1 --free --from 2100-01-01T00:00:00Z --source manual --reason r --json".split(" "))
                .json()
                .path("error");
        assertThat(manual.path("message").asText()).startsWith("--source must not be manual");
        assertThat(manual.path("remedy").asText()).contains("--source provider", "pricing set");
        assertThat(database.pricing("announce", "1", "--free", "--from", "2100-01-01T00:00:00Z", "--source", "")
                        .out())
                .doesNotContain("instant");
    }

    @Test
    void priceThatAManualOverridePreventsIsNotDue() {
        database.succeeds("set 1 --input 5 --output 9 --unit per-1m --reason r".split(" "));
        due("2");
        // A command that may write resolves the announcement first.
        database.run("do $$ begin execute format('alter database %I set default_transaction_read_only = on', "
                + "current_database()); end $$");

        assertThat(database.succeeds("announcements", "--json")
                        .json()
                        .path("announcements")
                        .path(0)
                        .path("due"))
                .hasToString("false");
        for (String command : new String[] {"announcements", "show 1"}) {
            assertThat(database.succeeds(command.split(" ")).out())
                    .contains("(overridden)")
                    .doesNotContain("(due)");
        }
        assertThat(database.succeeds("status").out()).doesNotContain("due");
        assertThat(database.pricing("status", "--json").json().path("due")).isEmpty();
    }

    @Test
    void duePriceIsNamedUntilACommandShowsItInTheLegacyColumns() {
        due("2");
        for (String command : new String[] {"status", "verify"}) {
            assertThat(database.pricing(command, "--json").json().path("due"))
                    .as(command)
                    .extracting(price -> price.path("modelId").asLong())
                    .containsExactly(1L);
            assertThat(database.pricing(command).out()).contains("Announced prices that are due");
        }
        assertThat(database.answer("select pricing_prompt::text from models where id = 1"))
                .startsWith("2.5");

        assertThat(database.succeeds("show", "1", "--json")
                        .json()
                        .path("rates")
                        .path(0)
                        .path("price")
                        .asText())
                .isEqualTo("0.000002");
        assertThat(database.succeeds("cost", "1", "--usage", "input=1", "--json")
                        .json()
                        .path("lines")
                        .path(0)
                        .path("amount")
                        .asText())
                .isEqualTo("0.000002");
        // The commands have applied it.
        assertThat(database.answer("select trim_scale(pricing_prompt::numeric)::text from models where id = 1"))
                .isEqualTo("2");
        assertThat(database.pricing("verify", "--json").json().path("passed").asBoolean())
                .isTrue();
        assertThat(database.pricing("verify", "--json").json().path("due")).isEmpty();
        assertThat(database.pricing("status").out()).doesNotContain("due");
    }
}
