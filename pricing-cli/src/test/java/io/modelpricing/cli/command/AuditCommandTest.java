package io.modelpricing.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import org.junit.jupiter.api.Test;

class AuditCommandTest {

    @Test
    void reportsEveryKindOfFinding() {
        try (TestDatabase database = TestDatabase.expanded()) {
            database.run(
                    "update model_pricing set last_updated = now() - interval '73 hours' where model_id = 1",
                    "update models set is_active = false where id = 8");

            CommandLineRun run = database.pricing("audit", "--json");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.json().path("passed").asBoolean()).isFalse();
            assertThat(run.json().path("modelsChecked").asInt()).isEqualTo(7);
            assertThat(run.json().path("findings"))
                    .extracting(f ->
                            f.path("kind").asText() + " " + f.path("modelId").asInt())
                    .containsExactly(
                            "unpriced 2",
                            "unpriced 3",
                            "unpriced 4",
                            "unpriced 5",
                            "stale 1",
                            "paid_at_zero 7",
                            "free_by_inference 6",
                            "quarantined 3");
            assertThat(run.json().path("counts").toString())
                    .isEqualTo(
                            "{\"unpriced\":4,\"stale\":1,\"paid_at_zero\":1,\"free_by_inference\":1,\"quarantined\":1}");
            CommandLineRun text = database.pricing("audit");
            assertThat(text.exitCode()).isEqualTo(1);
            assertThat(text.out()).contains("7 active models checked", "openai/half (7)  input 0, output 0.00001");
        }
    }

    @Test
    void unpricedModelsAreSortedByTraffic() {
        try (TestDatabase database = TestDatabase.expanded()) {
            database.run("insert into chat_completion_requests (request_id, model_id, input_tokens, output_tokens,"
                    + " processing_time_ms, created_at) values"
                    + " ('a', 3, 100, 20, 1, now()), ('b', 5, 1000, 200, 1, now()), ('c', 5, 1000, 0, 1, now()),"
                    + " ('d', 4, 9999, 9999, 1, now() - interval '31 days')");

            JsonNode audit = database.pricing("audit", "--json").json();

            assertThat(audit.path("findings"))
                    .filteredOn(f -> f.path("kind").asText().equals("unpriced"))
                    .extracting(f -> f.path("modelId").asInt() + " " + f.path("requests") + " " + f.path("tokens"))
                    .containsExactly("5 2 2200", "3 1 120", "2 0 0", "4 0 0", "8 0 0");
            assertThat(audit.path("byType").toString())
                    .isEqualTo("{\"paid\":2,\"free\":1,\"deprecated\":0,\"missing\":5}");
            assertThat(database.pricing("audit").out()).contains(": 2200 tokens in 2 requests");
            assertThat(database.pricing("audit", "--json", "--traffic-days", "40")
                            .json()
                            .path("findings"))
                    .element(0)
                    .extracting(f -> f.path("modelId").asInt())
                    .isEqualTo(4);
            assertThat(database.pricing("audit", "--traffic-days", "0").exitCode())
                    .isEqualTo(2);
        }
    }

    @Test
    void staleHoursSetTheThreshold() {
        try (TestDatabase database = TestDatabase.expanded()) {
            database.run("update model_pricing set last_updated = now() - interval '5 hours' where model_id = 1");

            assertThat(stale(database.pricing("audit", "--json").json())).isZero();
            assertThat(stale(database.pricing("audit", "--json", "--stale-hours", "4")
                            .json()))
                    .isEqualTo(1);
            assertThat(database.pricing("audit", "--stale-hours", "0").exitCode())
                    .isEqualTo(2);
        }
    }

    @Test
    void manualOverrideIsNeverStale() {
        try (TestDatabase database = TestDatabase.expanded()) {
            database.pricing("set", "1", "--input", "1", "--unit", "per-1m", "--reason", "r");
            database.run("update model_pricing set last_updated = now() - interval '1 year' where model_id = 1");

            assertThat(stale(database.pricing("audit", "--json").json())).isZero();
        }
    }

    @Test
    void auditWithoutFindingsExitsWithZero() {
        try (TestDatabase database = TestDatabase.empty()) {
            database.pricing("expand");

            CommandLineRun run = database.pricing("audit", "--json");

            assertThat(run.exitCode()).isZero();
            assertThat(run.json().path("passed").asBoolean()).isTrue();
        }
    }

    private static int stale(JsonNode audit) {
        return audit.path("counts").path("stale").asInt();
    }
}
