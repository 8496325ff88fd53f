package io.modelpricing.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import io.modelpricing.cli.card.CardFile;
import io.modelpricing.cli.card.RandomCards;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cards that {@code pricing set --card} reads and {@code pricing show --card} prints. */
class CardCommandTest {

    private static final String OFF_PEAK = """
            # US dollars. Hours are in UTC.
            type: deprecated
            hours:
              off_peak: daily 16:30-00:30
              standard: daily 00:30-16:30
            rates:
              - {unit: input, hours: off_peak, price: 0.135 per 1m}
              - {unit: input, hours: standard, price: 0.27 per 1m}
              - {unit: output, price: 1.1 per 1m}
              - {unit: cache_read, charged_as: input}
              - {unit: web_search, variant: high, price: 0.05 per query}
              - {unit: input, tier: batch, region: eu, price: 0.1 per 1m}
            """;

    private TestDatabase database;

    @BeforeEach
    void start() {
        database = TestDatabase.expanded();
    }

    @AfterEach
    void stop() {
        database.close();
    }

    private CommandLineRun set(String card) {
        return database.pricingWithInput(card, "set", "2", "--card", "-", "--reason", "r", "--json");
    }

    private String shown() {
        return database.succeeds("show", "2", "--card").out();
    }

    @Test
    void cardIsReadFromAFileAndPrintedAgain(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("card.yaml"), OFF_PEAK);

        CommandLineRun run = database.pricing("set", "2", "--card", file.toString(), "--reason", "list of May");

        assertThat(run.exitCode()).as(run.all()).isZero();
        assertThat(run.out()).contains("azure/eu/gpt-4o (2): inserted, deprecated, version 1, source manual");
        assertThat(shown()).isEqualTo(OFF_PEAK);
        assertThat(database.succeeds("show", "2", "--card", "--json")
                        .json()
                        .path("card")
                        .asText())
                .isEqualTo(OFF_PEAK);
    }

    @Test
    void everyRandomCardComesBackFromTheDatabase() {
        RandomCards random = new RandomCards(94);
        for (int i = 0; i < 40; i++) {
            String card = CardFile.print(random.priced());

            CommandLineRun run = set(card);

            assertThat(run.exitCode()).as(card + run.all()).isZero();
            String shown = shown();
            assertThat(shown).isEqualTo(card);
            assertThat(set(shown).json().path("result").asText()).isEqualTo("unchanged");
        }
    }

    @Test
    void orderOfTheRatesDoesNotMatter() {
        set("rates:\n- {unit: output, price: 2 per 1m}\n- {unit: input, price: 1 per 1m}");

        assertThat(set("rates: [{unit: input, price: 0.001 per 1k}, {unit: output, price: 2e-6 per unit}]")
                        .json()
                        .path("result")
                        .asText())
                .isEqualTo("unchanged");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rates: [",
                "rates:\n- {unit: inputs, price: 1 per 1m}",
                "rates:\n- {unit: input, price: 1}",
                "rates:\n- {unit: input, price: 1 per 1m}\n- {unit: input, price: 2 per 1m}",
                "hours:\n  a: daily 00:00-12:00\nrates:\n- {unit: input, hours: a, price: 1 per 1m}"
            })
    void nothingIsWrittenIfTheCardIsBad(String card) {
        CommandLineRun run = set(card);

        assertThat(run.exitCode()).as(run.all()).isEqualTo(2);
        assertThat(run.errorKind()).isEqualTo("malformed_card");
        assertThat(run.json().path("error").path("message").asText()).startsWith("standard input, line");
        assertThat(database.answer("select count(*) from model_pricing where model_id = 2"))
                .isEqualTo("0");
        assertThat(database.answer("select count(*) from model_pricing_version where model_id = 2"))
                .isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--input 1 --unit per-1m",
                "--rate page=1 --unit per-1m",
                "--free",
                "--unit per-1m",
                "--cached unknown"
            })
    void cardExcludesOtherPrices(String options) {
        CommandLineRun run = database.pricing(("set 2 --card - --reason r --json " + options).split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.json().path("error").path("message").asText()).contains("--card cannot be combined");
    }

    @Test
    void modelWithoutAPriceHasNoCard() {
        CommandLineRun run = database.pricing("show", "2", "--card", "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.errorKind()).isEqualTo("missing_price");
        assertThat(run.json().path("error").path("message").asText()).contains("azure/eu/gpt-4o", "never known");
        assertThat(run.json().path("error").path("remedy").asText()).contains("pricing set 2 --card FILE");
        assertThat(database.pricing("show", "2", "--card").out()).isEmpty();
    }

    @Test
    void showNamesVariantsRegionsAndHours() {
        set(OFF_PEAK);

        JsonNode shown = database.succeeds("show", "2", "--json").json();

        assertThat(shown.path("hours").toString())
                .isEqualTo("{\"off_peak\":\"daily 16:30-00:30\",\"standard\":\"daily 00:30-16:30\"}");
        assertThat(shown.path("rates").toString())
                .isEqualTo(
                        "[{\"unit\":\"input\",\"serviceTier\":\"standard\",\"hours\":\"off_peak\",\"fromInputTokens\":0,"
                                + "\"price\":\"0.000000135\"},"
                                + "{\"unit\":\"input\",\"serviceTier\":\"standard\",\"hours\":\"standard\",\"fromInputTokens\":0,"
                                + "\"price\":\"0.00000027\"},"
                                + "{\"unit\":\"output\",\"serviceTier\":\"standard\",\"fromInputTokens\":0,\"price\":\"0.0000011\"},"
                                + "{\"unit\":\"cache_read\",\"serviceTier\":\"standard\",\"fromInputTokens\":0,\"price\":null,"
                                + "\"chargedAs\":\"input\"},"
                                + "{\"unit\":\"web_search\",\"variant\":\"high\",\"serviceTier\":\"standard\","
                                + "\"fromInputTokens\":0,\"price\":\"0.05\"},"
                                + "{\"unit\":\"input\",\"serviceTier\":\"batch\",\"region\":\"eu\",\"fromInputTokens\":0,"
                                + "\"price\":\"0.0000001\"}]");
        String text = database.succeeds("show", "2").out();
        assertThat(text)
                .contains(
                        "standard off_peak",
                        "batch eu",
                        "web_search/high",
                        "as input",
                        "  off_peak: daily 16:30-00:30 UTC");
        assertThat(text.lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void cardOfTodaysConceptsKeepsItsJson() {
        database.succeeds("set 2 --input 2.5 --output 10 --unit per-1m --reason r".split(" "));

        JsonNode shown = database.succeeds("show", "2", "--json").json();

        assertThat(shown.has("hours")).isFalse();
        assertThat(shown.path("rates").toString())
                .isEqualTo("[{\"unit\":\"input\",\"serviceTier\":\"standard\",\"fromInputTokens\":0,"
                        + "\"price\":\"0.0000025\"},{\"unit\":\"output\",\"serviceTier\":\"standard\","
                        + "\"fromInputTokens\":0,\"price\":\"0.00001\"}]");
    }
}
