package io.modelpricing.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import io.modelpricing.cli.output.Json;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SetCommandTest {

    private TestDatabase database;

    @BeforeEach
    void start() {
        database = TestDatabase.expanded();
    }

    @AfterEach
    void stop() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource({"per-token, 0.0000025", "per-unit, 2.5e-6", "per-1k, 0.0025", "per-1m, 2.50"})
    void convertsThePriceFromItsUnit(String unit, String price) {
        CommandLineRun run = database.pricing(
                "set", "azure/eu/gpt-4o", "--input", price, "--unit", unit, "--reason", "list of May", "--json");

        assertThat(run.exitCode()).as(run.all()).isZero();
        assertThat(run.json().path("result").asText()).isEqualTo("inserted");
        assertThat(run.json().path("source").asText()).isEqualTo("manual");
        assertThat(run.json().path("rates").path(0).path("price"))
                .isEqualTo(Json.object().textNode("0.0000025"));
    }

    @Test
    void unitDoesNotApplyToRequestsAndSearches() {
        CommandLineRun run = database.pricing(
                ("set 2 --input 2.5 --output 10 --image 3 --request 0.01 --rate cache_read=1.25 --rate web_search=0.02"
                                + " --unit per-1m --reason r --json")
                        .split(" "));

        assertThat(run.json().path("rates"))
                .extracting(rate ->
                        rate.path("unit").asText() + " " + rate.path("price").asText())
                .containsExactlyInAnyOrder(
                        "input 0.0000025",
                        "output 0.00001",
                        "image 0.000003",
                        "request 0.01",
                        "cache_read 0.00000125",
                        "web_search 0.02");
    }

    @Test
    void cachedTokensAreChargedAsInputIfDeclared() {
        database.succeeds(
                "set 2 --input 2.5 --output 10 --rate cache_read=1.25 --cached as-input --unit per-1m --reason r"
                        .split(" "));

        JsonNode cost = database.succeeds(
                        "cost 2 --usage input=1000,cache_read=200,cache_write=300,audio_input=100 --json".split(" "))
                .json();

        assertThat(cost.path("status").asText()).isEqualTo("complete");
        assertThat(cost.path("lines"))
                .extracting(line ->
                        line.path("unit").asText() + " " + line.path("amount").asText())
                .contains("cache_read 0.00025", "cache_write 0.00075", "audio_input 0.00025");
    }

    @Test
    void costOfCachedTokensIsIncompleteIfTheirPriceIsUnknown() {
        database.succeeds("set 2 --input 2.5 --output 10 --cached unknown --unit per-1m --reason r".split(" "));

        JsonNode cost = database.pricing("cost", "2", "--usage", "input=1000,cache_read=200", "--json")
                .json();

        assertThat(cost.path("unpriced")).extracting(JsonNode::asText).containsExactly("cache_read");
        assertThat(database.pricing("set 2 --input 1 --cached free --unit per-1m --reason r --json".split(" "))
                        .errorKind())
                .isEqualTo("malformed_declaration");
    }

    @Test
    void setsAFreePrice() {
        CommandLineRun run = database.pricing("set", "openai/zero", "--free", "--reason", "free now", "--json");

        assertThat(run.exitCode()).isZero();
        assertThat(run.json().path("type").asText()).isEqualTo("free");
        assertThat(run.json().path("result").asText()).isEqualTo("updated");
    }

    @Test
    void versionKeepsActorAndReason() {
        database.pricing("set", "2", "--input", "1", "--unit", "per-1m", "--reason", "list of May", "--actor", "ada");
        database.pricing("set", "2", "--input", "2", "--unit", "per-1m", "--reason", "list of June");

        JsonNode versions =
                database.pricing("show", "azure/eu/gpt-4o", "--json").json().path("versions");

        assertThat(versions)
                .extracting(v -> v.path("version").asInt() + " "
                        + v.path("actor").asText() + ": " + v.path("reason").asText())
                .containsExactly("1 ada: list of May", "2 " + System.getProperty("user.name") + ": list of June");
        String text = database.pricing("show", "2").out();
        assertThat(text).contains("azure/eu/gpt-4o (2)", "list of May", "list of June", "GPT-4o at Azure");
        assertThat(text.lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void releasedPriceStaysUntilASourceReportsAnother() {
        database.pricing("set", "2", "--input", "1", "--unit", "per-1m", "--reason", "r");

        CommandLineRun release = database.pricing("release", "2", "--reason", "the source is back", "--json");

        assertThat(release.exitCode()).as(release.all()).isZero();
        assertThat(release.json().path("type").asText()).isEqualTo("paid");
        assertThat(release.json().path("source").asText()).isNotEqualTo("manual");
        assertThat(database.pricing("release", "2", "--reason", "again").exitCode())
                .isEqualTo(1);
    }

    @Test
    void blankReasonOrActorIsRejected() {
        assertThat(database.pricing("set", "2", "--free", "--reason", " ", "--json")
                        .exitCode())
                .isEqualTo(2);
        assertThat(database.pricing("release", "2", "--reason", " ", "--json").exitCode())
                .isEqualTo(2);
        assertThat(database.pricing("set", "2", "--free", "--reason", "r", "--actor", " ")
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void showsVersionsOfADeletedModel() {
        database.run("delete from models where id = 1");

        JsonNode shown = database.pricing("show", "openai/gpt-4o", "--json").json();

        assertThat(shown.path("model").path("deleted").asBoolean()).isTrue();
        assertThat(shown.path("versions"))
                .extracting(v -> v.path("kind").asText())
                .containsExactly("change", "deletion");
        assertThat(database.pricing("show", "1").out()).contains("deleted", "deletion");
    }

    @Test
    void controlCharactersInNamesAreEscaped() {
        database.run("update models set model_name = E'evil\\x1b[2J\\nname' where id = 1");

        assertThat(database.pricing("show", "1").out()).doesNotContain("\u001b").contains("evil\\u001B[2J\\u000Aname");
    }
}
