package io.modelpricing.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import org.junit.jupiter.api.Test;

class StatusCommandTest {

    @Test
    void emptyDatabaseNeedsExpand() {
        try (TestDatabase database = TestDatabase.empty()) {
            CommandLineRun run = database.pricing("status", "--json");

            assertThat(run.exitCode()).isZero();
            JsonNode status = run.json();
            assertThat(status.path("phase").asText()).isEqualTo("legacy");
            assertThat(status.path("next").asText()).isEqualTo("pricing expand");
            assertThat(status.path("models").asInt()).isZero();
            assertThat(status.path("revision").isNull()).isTrue();
            assertThat(database.pricing("status").out()).contains("do not exist yet", "pricing expand");
        }
    }

    @Test
    void nextCommandNamesTheSchema() {
        try (TestDatabase database = TestDatabase.empty()) {
            database.run("create schema \"Odd one\"");

            JsonNode status =
                    database.pricing("status", "--json", "--schema", "Odd one").json();

            assertThat(status.path("next").asText()).isEqualTo("pricing expand --schema 'Odd one'");
        }
    }

    @Test
    void dependentsOfTheLegacyColumnsAreNamed() {
        try (TestDatabase database = TestDatabase.phase1()) {
            database.run(
                    "create materialized view kept as select pricing_image from models",
                    "create function standard() returns numeric language sql"
                            + " begin atomic select max(pricing_request) from models; end",
                    "alter table models add constraint sane check (pricing_prompt < 1e6)",
                    "create policy prices on models for select using (pricing_prompt is not null)");

            CommandLineRun run = database.pricing("status", "--json");

            assertThat(run.json().path("legacyColumns"))
                    .extracting(JsonNode::asText)
                    .containsExactly("pricing_prompt", "pricing_completion", "pricing_image", "pricing_request");
            assertThat(run.json().path("dependents"))
                    .extracting(
                            d -> d.path("kind").asText() + " " + d.path("name").asText())
                    .contains(
                            "view public.models_with_pricing",
                            "view public.models_pricing_classified",
                            "view public.model_usage_analytics",
                            "materialized view public.kept",
                            "index public.idx_models_pricing",
                            "function public.standard()",
                            "function public.populate_model_pricing_table()",
                            "table constraint sane on public.models",
                            "policy prices on public.models")
                    .doesNotContain("view public.models_pricing_status");
            assertThat(database.pricing("status").out().lines()).allMatch(line -> line.length() <= 100);
        }
    }

    @Test
    void showsTheCountsOfAnExpandedDatabase() {
        try (TestDatabase database = TestDatabase.expanded()) {
            JsonNode status = database.pricing("status", "--json").json();

            assertThat(status.path("phase").asText()).isEqualTo("expanded");
            assertThat(status.path("models").asInt()).isEqualTo(8);
            assertThat(status.path("byType").toString())
                    .isEqualTo("{\"paid\":2,\"free\":1,\"deprecated\":0,\"missing\":5}");
            assertThat(status.path("quarantined").asInt()).isEqualTo(1);
            assertThat(status.path("revision").asText())
                    .isEqualTo(database.answer("select revision from model_pricing_revision"));
            assertThat(status.path("rollback").path("possible").asBoolean()).isFalse();
            assertThat(status.path("rollback").path("refused")).isNotEmpty();
            assertThat(status.path("dependents"))
                    .extracting(d -> d.path("kind").asText())
                    .doesNotContain("view");
        }
    }

    @Test
    void databaseWithoutLegacyColumnsIsContracted() {
        try (TestDatabase database = TestDatabase.empty()) {
            database.pricing("expand");

            JsonNode status = database.pricing("status", "--json").json();

            assertThat(status.path("phase").asText()).isEqualTo("contracted");
            assertThat(status.path("legacyColumns")).isEmpty();
            assertThat(status.path("next").isNull()).isTrue();
        }
    }

    @Test
    void nextCommandLeadsThroughTheMigration() {
        try (TestDatabase database = TestDatabase.priced()) {
            assertThat(next(database))
                    .isEqualTo("pricing populate --unit azure=UNIT --unit openai=UNIT --unit none=UNIT"
                            + " --unit request=per-request --zero MEANING --cached MEANING");
            assertThat(database.pricing("status").out()).contains("undeclared", "tokens of openai (2)", "next");
            assertThat(database.pricing("status").out().lines()).allMatch(line -> line.length() <= 100);

            database.pricing("populate", "--unit", "openai=per-1m", "--unit", "azure=per-1k", "--zero", "free");
            assertThat(next(database))
                    .isEqualTo("pricing populate --unit none=UNIT --unit request=per-request --cached MEANING");
            assertThat(database.pricing("status", "--json").json().path("phase").asText())
                    .isEqualTo("populated");

            CommandLineRun populated =
                    database.pricing("populate", "--unit", "none=per-token", "--unit", "request=per-request");
            assertThat(populated.out()).contains("The price of cached and audio tokens is not declared");
            assertThat(next(database)).isEqualTo("pricing populate --cached MEANING");

            database.pricing("populate", "--cached", "unknown");
            assertThat(next(database)).isEqualTo("pricing quarantine");

            database.succeeds("quarantine", "accept", "1", "--reason", "r");
            database.run("create view report as select pricing_prompt from models");
            assertThat(next(database)).isEqualTo("pricing contract --dry-run");

            database.run("drop view report");
            assertThat(next(database)).isEqualTo("pricing contract");
            assertThat(database.pricing("status").out()).contains("pricing verify, pricing contract --rehearse");

            database.succeeds("contract");
            assertThat(next(database)).isEmpty();
            assertThat(database.pricing("status").out()).contains("would succeed now", "contracted");
        }
    }

    @Test
    void showsHowFarAnInterruptedPopulateCame() {
        try (TestDatabase database = TestDatabase.populated()) {
            assertThat(database.pricing("status", "--json")
                            .json()
                            .path("unfinishedPopulate")
                            .isNull())
                    .isTrue();
            database.run("update legacy_price_progress set last_model = 5, models = 5, ended_at = null, actor = 'ada',"
                    + " started_at = '2026-01-31T12:00:00.5Z', updated_at = '2026-01-31T12:01:00.25Z'");

            JsonNode status = database.pricing("status", "--json").json();

            assertThat(status.path("unfinishedPopulate").toString())
                    .isEqualTo("{\"models\":5,\"total\":8,\"lastModel\":5,\"targetModel\":8,\"actor\":\"ada\","
                            + "\"startedAt\":\"2026-01-31T12:00:00.500Z\",\"updatedAt\":\"2026-01-31T12:01:00.250Z\"}");
            assertThat(status.path("next").asText()).isEqualTo("pricing populate");
            String text = database.pricing("status").out();
            assertThat(text)
                    .contains(
                            "has not ended: 5 of 8 models, up to id 5 of 8",
                            "begun by ada at 2026-01-31T12:00:00Z",
                            "last batch at 2026-01-31T12:01:00Z; if it was stopped, run it again");
            assertThat(text.lines()).allMatch(line -> line.length() <= 100);

            CommandLineRun run = database.succeeds("populate", "--json");
            assertThat(run.json().path("continuedAfter").asInt()).isEqualTo(5);
            assertThat(run.json().path("models").asInt()).isEqualTo(3);
            assertThat(database.pricing("status").out()).doesNotContain("has not ended");
        }
    }

    private static String next(TestDatabase database) {
        JsonNode next = database.pricing("status", "--json").json().path("next");
        return next.isNull() ? "" : next.asText();
    }

    @Test
    void nonNumericColumnsDoNotFail() {
        try (TestDatabase database = TestDatabase.empty()) {
            database.run(
                    "create table providers (id bigint primary key, slug text)",
                    "create table models (id bigint primary key, provider_id bigint, pricing_prompt text,"
                            + " pricing_completion numeric, pricing_image numeric, pricing_request numeric)");

            CommandLineRun run = database.pricing("status", "--json");

            assertThat(run.exitCode()).as(run.all()).isZero();
            assertThat(run.json().path("legacyColumns")).hasSize(4);
        }
    }

    @Test
    void connectionHasAnApplicationName() {
        try (TestDatabase database = TestDatabase.empty()) {
            database.run(
                    "create table seen (name text)",
                    "create view models as select 1 as one where set_config('a.b', current_setting('application_name'),"
                            + " false) = 'pricing'");

            assertThat(database.pricing("status", "--json")
                            .json()
                            .path("models")
                            .asInt())
                    .isEqualTo(1);
        }
    }
}
