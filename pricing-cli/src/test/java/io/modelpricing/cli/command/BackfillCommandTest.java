package io.modelpricing.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BackfillCommandTest {

    private TestDatabase database;

    @BeforeEach
    void create() {
        database = TestDatabase.expanded();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void requests(int count, int model) {
        database.run("insert into chat_completion_requests (request_id, model_id, input_tokens, output_tokens,"
                + " processing_time_ms, created_at) select 'm" + model + " ' || n, " + model
                + ", 1000, 100, 1, timestamptz '2026-01-01T00:00Z' + n * interval '1 hour' from generate_series(1, "
                + count
                + ") n");
    }

    @Test
    void printsTheSummaryAsOneJsonDocument() {
        requests(3, 1);
        requests(2, 4);
        requests(1, 8);

        CommandLineRun run = database.pricing("backfill", "--json");

        assertThat(run.exitCode()).as(run.all()).isZero();
        assertThat(run.out().strip())
                .isEqualTo("{\"requests\":6,\"costed\":3,\"filled\":0,\"unpriced\":{"
                        + "\"never_known\":{\"requests\":1,\"inputTokens\":1000,\"outputTokens\":100},"
                        + "\"dynamic\":{\"requests\":2,\"inputTokens\":2000,\"outputTokens\":200}},"
                        + "\"assumed\":{\"requests\":3,\"cost\":\"0.0105\"},\"totalCost\":\"0.0105\","
                        + "\"missingIndexes\":[]}");
        assertThat(database.pricing("backfill", "--json").json().path("costed").asInt())
                .isZero();
    }

    @Test
    void printsTheSummaryAsText() {
        requests(3, 1);
        requests(2, 4);

        CommandLineRun run = database.pricing("backfill", "--batch", "1");

        assertThat(run.out())
                .contains(
                        "5 completed requests had no cost.", "costed", "USD 0.0105", "no price: dynamic", "2000 input");
    }

    @Test
    void costsOnlyRequestsOfThePeriod() {
        requests(5, 1);

        JsonNode answer = database.pricing(
                        "backfill", "--since", "2026-01-01T02:00:00Z", "--until", "2026-01-01T04:00:00Z", "--json")
                .json();

        assertThat(answer.path("requests").asInt()).isEqualTo(2);
        assertThat(database.pricing("backfill", "--since", "yesterday", "--json")
                        .errorKind())
                .isEqualTo("malformed_instant");
        assertThat(database.pricing("backfill", "--batch", "0").exitCode()).isEqualTo(2);
    }

    @Test
    void comparisonWithDifferencesExitsWithOne() {
        requests(2, 1);
        database.pricing("backfill");
        assertThat(database.pricing("backfill", "--compare", "--json").exitCode())
                .isZero();
        database.run(
                "update chat_completion_requests set cost_usd = 1 where request_id = 'm1 1'",
                "insert into chat_completion_requests (request_id, model_id, processing_time_ms, cost_usd)"
                        + " values ('legacy', 1, 1, 0.5)");

        CommandLineRun run = database.pricing("backfill", "--compare", "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.json().path("passed").asBoolean()).isFalse();
        assertThat(run.json().path("byBasis").path("unstated").toString())
                .isEqualTo("{\"same\":0,\"different\":1,\"stored\":\"0.5\",\"calculated\":\"0\"}");
        assertThat(run.json().path("differences").get(0).path("requestId").asText())
                .isEqualTo("legacy");
        assertThat(database.pricing("backfill", "--compare").out()).contains("1 of 1 differ", "legacy");
        assertThat(database.answer("select cost_usd from chat_completion_requests where request_id = 'legacy'"))
                .isEqualTo("0.500000");
    }

    @Test
    void missingIndexIsReportedButNotCreated() {
        database.run(
                "alter table chat_completion_requests drop constraint chat_completion_requests_request_id_key",
                "drop index idx_chat_completion_requests_request_id");

        CommandLineRun run = database.pricing("backfill", "--json");

        String index = "create index concurrently on \"public\".\"chat_completion_requests\" (request_id)";
        assertThat(run.err()).contains(index);
        assertThat(run.json().path("missingIndexes").get(0).asText()).isEqualTo(index);
    }

    @Test
    void failsIfTheRequestTableDoesNotExist() {
        try (TestDatabase empty = TestDatabase.empty()) {
            empty.pricing("expand");

            CommandLineRun run = empty.pricing("backfill", "--json");

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.errorKind()).isEqualTo("no_requests");
        }
    }
}
