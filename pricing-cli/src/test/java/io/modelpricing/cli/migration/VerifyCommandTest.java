package io.modelpricing.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import org.junit.jupiter.api.Test;

class VerifyCommandTest {

    @Test
    void populatedDatabasePasses() {
        try (TestDatabase database = TestDatabase.populated()) {
            CommandLineRun run = database.pricing("verify", "--json");

            assertThat(run.exitCode()).as(run.all()).isZero();
            assertThat(run.json().path("passed").asBoolean()).isTrue();
            assertThat(run.json().path("modelsChecked").asInt()).isEqualTo(8);
            assertThat(run.json().path("findings")).isEmpty();
            assertThat(run.json().path("byType").path("free").asInt()).isEqualTo(2);
            assertThat(run.json().path("pricingTiersRows").asInt()).isZero();
            assertThat(run.json().path("paidAtZero").asInt()).isZero();
            assertThat(database.pricing("verify").out()).contains("Passed: 8 models", "row counts alone");
        }
    }

    @Test
    void findsAChangeBehindTheTriggersThatRowCountsMiss() {
        try (TestDatabase database = TestDatabase.populated()) {
            database.run("set session_replication_role = replica; update models set pricing_prompt = 2.6 where id = 1");

            CommandLineRun run = database.pricing("verify", "--json");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.json().path("passed").asBoolean()).isFalse();
            JsonNode finding = run.json().path("findings").path(0);
            assertThat(finding.path("kind").asText()).isEqualTo("value");
            assertThat(finding.path("modelId").asInt()).isEqualTo(1);
            assertThat(finding.path("column").asText()).isEqualTo("pricing_prompt");
            assertThat(finding.path("expected").asText()).isEqualTo("0.0000026");
            assertThat(finding.path("actual").asText()).isEqualTo("0.0000025");
            assertThat(run.json().path("countCheck").path("passed").asBoolean()).isTrue();
            assertThat(database.pricing("verify").out()).contains("Not passed: 1 findings", "pricing_prompt");
            assertThat(database.pricing("verify").out().lines()).allMatch(line -> line.length() <= 100);
        }
    }

    @Test
    void costsRequestsByBothPrices() {
        try (TestDatabase database = TestDatabase.populated()) {
            database.run("insert into chat_completion_requests (request_id, model_id, input_tokens, output_tokens,"
                    + " processing_time_ms, status) values ('a', 1, 1000, 100, 1, 'completed')");

            JsonNode requests = database.pricing("verify", "--json").json().path("requests");

            assertThat(requests.path("checked").asInt()).isEqualTo(1);
            assertThat(requests.path("different").asInt()).isZero();
            assertThat(requests.path("cost").asText()).isEqualTo("0.0035");
            assertThat(requests.path("legacyCost").asText()).isEqualTo("0.0035");
        }
    }

    @Test
    void implausiblePriceIsReportedButNotAFinding() {
        try (TestDatabase database = TestDatabase.populated()) {
            database.run("update models set pricing_prompt = 2.5 where id = 2");

            CommandLineRun run = database.pricing("verify", "--json");

            assertThat(run.exitCode()).as(run.all()).isZero();
            assertThat(run.json().path("implausible"))
                    .extracting(price -> price.path("modelId").asInt() + " "
                            + price.path("unit").asText() + " "
                            + price.path("price").asText() + " "
                            + price.path("median").asText())
                    .contains("2 per-1k 0.0025 0.0000025");
            assertThat(database.pricing("verify").out()).contains("check their declared unit");
        }
    }

    @Test
    void verifyFailsBeforePopulate() {
        try (TestDatabase database = TestDatabase.priced()) {
            CommandLineRun run = database.pricing("verify", "--json");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.errorKind()).isEqualTo("wrong_phase");
            assertThat(run.json().path("error").path("remedy").asText()).contains("pricing status");
        }
    }

    @Test
    void emptyDatabaseDoesNotPass() {
        try (TestDatabase database = TestDatabase.priced()) {
            database.run("delete from models");
            database.succeeds("populate");

            CommandLineRun run = database.pricing("verify", "--json");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.json().path("findings").path(0).path("kind").asText())
                    .isEqualTo("vacuous");
            assertThat(run.json().path("findings").path(0).path("modelId").isNull())
                    .isTrue();
            assertThat(database.pricing("verify").out()).contains("vacuous");
        }
    }
}
