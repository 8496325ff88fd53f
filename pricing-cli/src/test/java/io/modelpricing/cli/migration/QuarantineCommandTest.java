package io.modelpricing.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import io.modelpricing.cli.output.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QuarantineCommandTest {

    private TestDatabase database;

    @BeforeEach
    void start() {
        database = TestDatabase.expanded();
    }

    @AfterEach
    void stop() {
        database.close();
    }

    @Test
    void listsEntriesWithTheirOriginal() {
        CommandLineRun run = database.pricing("quarantine", "--json");

        assertThat(run.exitCode()).isZero();
        JsonNode entry = run.json().path("quarantined").path(0);
        assertThat(entry.path("providerModelId").asText()).isEqualTo("odd");
        assertThat(entry.path("reason").asText()).isEqualTo("negative");
        assertThat(entry.path("original").path("price_per_input_token"))
                .isEqualTo(Json.object().textNode("-5"));
        assertThat(database.pricing("quarantine", "list").out()).contains("openai/odd (3)", "input -5");
    }

    @Test
    void entryIsAcceptedOnlyOnce() {
        CommandLineRun run =
                database.pricing("quarantine", "accept", "1", "--reason", "gone", "--actor", "ada", "--json");

        assertThat(run.exitCode()).as(run.all()).isZero();
        assertThat(run.json().path("result").asText()).isEqualTo("accepted");
        assertThat(database.answer(
                        "select resolution || resolved_by || resolution_reason from model_pricing_quarantine"))
                .isEqualTo("acceptedadagone");
        assertThat(database.pricing("quarantine").out()).contains("The quarantine is empty");
        CommandLineRun again = database.pricing("quarantine", "accept", "1", "--reason", "r", "--json");
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.errorKind()).isEqualTo("already_decided");
        assertThat(again.json().path("error").path("message").asText()).contains("ada", "gone");
    }

    @Test
    void unreadableEntryStaysInQuarantine() {
        CommandLineRun run = database.pricing("quarantine", "retry", "1", "--reason", "r", "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errorKind()).isEqualTo("still_unreadable");
        assertThat(run.json().path("error").path("message").asText()).contains("negative");
        assertThat(run.json().path("error").path("remedy").asText()).contains("pricing set 3");
        assertThat(database.pricing("quarantine", "--json").json().path("quarantined"))
                .hasSize(1);
    }

    @Test
    void readableEntryBecomesThePriceWithoutAStartDate() {
        database.run("update model_pricing_quarantine set original = original || '{\"price_per_input_token\": 5e-7}'");

        CommandLineRun run = database.pricing("quarantine", "retry", "1", "--reason", "was a typo", "--json");

        assertThat(run.exitCode()).as(run.all()).isZero();
        assertThat(run.json().path("type").asText()).isEqualTo("paid");
        assertThat(run.json().path("source").asText()).isEqualTo("provider");
        JsonNode versions = database.pricing("show", "3", "--json").json().path("versions");
        assertThat(versions.path(1).path("kind").asText()).isEqualTo("correction");
        assertThat(versions.path(1).path("validFrom").isNull()).isTrue();
        assertThat(versions.path(1).path("reason").asText()).isEqualTo("was a typo");
        assertThat(database.pricing("quarantine", "--json").json().path("quarantined"))
                .isEmpty();
    }

    @Test
    void retryDoesNotReplaceANewerPrice() {
        database.run("update model_pricing_quarantine set original = original || '{\"price_per_input_token\": 5e-7}'");
        database.pricing("set", "3", "--input", "7", "--unit", "per-1m", "--reason", "r");

        CommandLineRun run = database.pricing("quarantine", "retry", "1", "--reason", "r", "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.json().path("error").path("message").asText()).contains("since");
        assertThat(database.pricing("show", "3", "--json")
                        .json()
                        .path("rates")
                        .path(0)
                        .path("price")
                        .asText())
                .isEqualTo("0.000007");
    }

    @Test
    void unreadableLegacyCellsAreKeptWhenAccepted() {
        try (TestDatabase priced = TestDatabase.priced()) {
            assertThat(priced.populate().exitCode()).isEqualTo(1);
            assertThat(priced.pricing("quarantine").out()).contains("openai/odd (3)", "prompt NaN");

            CommandLineRun retried = priced.pricing("quarantine", "retry", "1", "--reason", "r", "--json");
            assertThat(retried.exitCode()).isEqualTo(1);
            assertThat(retried.errorKind()).isEqualTo("still_unreadable");
            assertThat(retried.json().path("error").path("message").asText()).contains("pricing_prompt is NaN");
            assertThat(priced.pricing("contract", "--dry-run", "--json")
                            .json()
                            .path("refused")
                            .path(0)
                            .path("kind")
                            .asText())
                    .isEqualTo("quarantine");

            priced.succeeds("quarantine", "accept", "1", "--reason", "not known");

            assertThat(priced.answer("select pricing_prompt from models where id = 3"))
                    .isEqualTo("NaN");
            assertThat(priced.pricing("contract").exitCode()).isZero();
            assertThat(priced.pricing("rollback").exitCode()).isZero();
            assertThat(priced.answer("select pricing_prompt from models where id = 3"))
                    .isEqualTo("NaN");
        }
    }

    @Test
    void readableLegacyCellsBecomeThePrice() {
        try (TestDatabase populated = TestDatabase.populated()) {
            populated.run("update models set pricing_image = 3 where id = 1");
            assertThat(populated
                            .pricing("quarantine", "retry", "1", "--reason", "r", "--json")
                            .errorKind())
                    .isEqualTo("still_unreadable");
            populated.run("insert into legacy_price_declaration (scope, subject, meaning, declared_by)"
                    + " values ('all', 'pricing_image', 'per-1m', 'ada')");

            CommandLineRun run =
                    populated.pricing("quarantine", "retry", "1", "--reason", "declared", "--actor", "ada", "--json");

            assertThat(run.exitCode()).as(run.all()).isZero();
            assertThat(run.json().path("result").asText()).isEqualTo("retried");
            assertThat(populated.answer(
                            "select trim_scale(price_per_image_token) from model_pricing where model_id = 1"))
                    .isEqualTo("0.000003");
            assertThat(populated.answer(
                            "select resolution || resolved_by || resolution_reason from model_pricing_quarantine"))
                    .isEqualTo("retriedadadeclared");
            assertThat(populated.pricing("verify").exitCode()).isZero();
        }
    }

    @Test
    void legacyCellsDoNotReplaceANewerPrice() {
        try (TestDatabase populated = TestDatabase.populated()) {
            populated.run("update models set pricing_image = 3 where id = 1");
            populated.succeeds("set", "1", "--input", "7", "--image", "9", "--unit", "per-1m", "--reason", "r");

            CommandLineRun run = populated.pricing("quarantine", "retry", "1", "--reason", "r", "--json");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.json().path("error").path("message").asText()).contains("since");
        }
    }
}
