package io.modelpricing.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OffersCommandTest {

    private static final String USAGE = "--usage input=1000,output=500";

    private static TestDatabase database;

    /** Adds free, old and inactive offers of gpt-4o to the paid one at openai and the unpriced one at azure. */
    @BeforeAll
    static void start() {
        database = TestDatabase.expanded();
        database.run(
                "update providers set health_status = 'healthy', average_response_time_ms = 120 where slug = 'openai'",
                "update providers set health_status = 'healthy', average_response_time_ms = 0 where slug = 'azure'",
                "insert into providers (id, name, slug, health_status, average_response_time_ms, is_active) values"
                        + " (11, 'Gifts', 'gifts', 'degraded', 300, true), (12, 'Olds', 'olds', 'down', 1, true),"
                        + " (13, 'Closed', 'closed', 'healthy', 1, false)",
                "insert into models (id, provider_id, model_id, model_name, provider_model_id, success_rate,"
                        + " supports_vision, context_length) values"
                        + " (101, 11, 'gpt-4o', 'Gift', 'gift-4o', 99.50, true, 8000),"
                        + " (102, 12, 'gpt-4o', 'Old', 'old-4o', null, true, 128000),"
                        + " (103, 13, 'gpt-4o', 'Closed', 'closed-4o', 100, true, 128000)",
                "update model_pricing set last_updated = now() - interval '80 hours' where model_id = 1");
        database.pricing("set 101 --free --reason r".split(" "));
        database.pricing("set 102 --input 0.1 --output 0.2 --unit per-1m --reason r".split(" "));
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    private static CommandLineRun offers(String more) {
        return database.pricing(
                ("offers gpt-4o " + USAGE + " --json " + more).strip().split(" "));
    }

    private static List<String> providers(String more) {
        return offers(more).json().path("offers").findValuesAsText("provider");
    }

    @Test
    void printsOffersAsJson() {
        CommandLineRun run = offers("--prefer gifts --require vision --max-cost 0");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out().strip().replaceFirst("\"lastUpdated\":\"[^\"]*\"", "\"lastUpdated\":\"…\""))
                .isEqualTo("{\"model\":\"gpt-4o\",\"offers\":[{\"rank\":1,\"provider\":\"gifts\","
                        + "\"providerName\":\"Gifts\",\"providerModelId\":\"gift-4o\",\"modelId\":101,"
                        + "\"pricingType\":\"free\",\"expectedCost\":\"0\",\"unpriced\":[],\"missingReason\":null,"
                        + "\"health\":\"degraded\",\"providerHealth\":\"degraded\",\"modelHealth\":\"unknown\","
                        + "\"responseTimeMs\":300,\"successRatePercent\":99.5,\"capabilities\":[\"vision\"],"
                        + "\"contextLength\":8000,\"version\":1,\"source\":\"manual\",\"lastUpdated\":\"…\","
                        + "\"decidedBy\":null,\"why\":\"the only offer\"}],\"excluded\":["
                        + "{\"provider\":\"closed\",\"providerModelId\":\"closed-4o\",\"reason\":\"inactive\","
                        + "\"detail\":\"the provider is inactive\"},"
                        + "{\"provider\":\"openai\",\"providerModelId\":\"gpt-4o\",\"reason\":\"capability\","
                        + "\"detail\":\"it lacks vision\"},"
                        + "{\"provider\":\"azure\",\"providerModelId\":\"eu/gpt-4o\",\"reason\":\"capability\","
                        + "\"detail\":\"it lacks vision\"},"
                        + "{\"provider\":\"olds\",\"providerModelId\":\"old-4o\",\"reason\":\"max_cost\","
                        + "\"detail\":\"its expected cost is $0.0002, above the limit of $0\"}]}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                           | openai gifts olds azure
            --rank healthiest            | openai gifts olds azure
            --rank cheapest              | gifts olds openai azure
            --rank fastest               | olds openai gifts azure
            --rank success_rate,cost     | gifts olds openai azure
            --prefer olds                | olds openai gifts azure
            --max-cost 0.0075            | openai gifts olds
            --max-cost 7.4e-3            | gifts olds
            --require vision             | gifts olds
            --healthy                    | openai azure
            --min-success-rate 99.5      | gifts
            --min-context 8001           | olds
            --stale-hours 72             | gifts olds azure
            --stale-hours 100            | openai gifts olds azure
            """)
    void optionsComposeTheRanking(String options, String expected) {
        assertThat(providers(options)).containsExactly(expected.split(" "));
    }

    @Test
    void unknownCostIsNullAndRanksLast() {
        JsonNode last = offers("").json().path("offers").path(3);

        assertThat(last.path("provider").asText()).isEqualTo("azure");
        assertThat(last.path("expectedCost").isNull()).isTrue();
        assertThat(last.path("missingReason").asText()).isEqualTo("never_known");
        assertThat(last.path("responseTimeMs").asInt(-1)).isZero();
        assertThat(last.path("version").isNull()).isTrue();
        JsonNode partial = database.pricing(
                        "offers", "gpt-4o", "--usage", "input=5,web_search=1", "--prefer", "openai", "--json")
                .json()
                .path("offers")
                .path(0);
        assertThat(partial.path("expectedCost").isNull()).isTrue();
        assertThat(partial.path("unpriced")).extracting(JsonNode::asText).containsExactly("web_search");
    }

    @Test
    void serviceTierHasItsOwnPrices() {
        assertThat(offers("--service-tier batch --prefer openai")
                        .json()
                        .path("offers")
                        .path(0)
                        .path("unpriced"))
                .extracting(JsonNode::asText)
                .containsExactly("input", "output");
    }

    @Test
    void ranksByThePricesAndTheHoursOfAnInstant() {
        try (TestDatabase own = TestDatabase.expanded()) {
            own.pricingWithInput("""
                    hours:
                      off_peak: daily 16:30-00:30
                      standard: daily 00:30-16:30
                    rates:
                    - {unit: input, hours: standard, price: 3 per 1m}
                    - {unit: input, hours: off_peak, price: 2 per 1m}
                    - {unit: input, region: eu, price: 1 per 1m}
                    """, "set", "2", "--card", "-", "--reason", "r");

            assertThat(ranked(own, "--at 2099-02-03T16:29:59Z")).containsExactly("openai 2.5", "azure 3");
            assertThat(ranked(own, "--at 2099-02-03T16:30:00Z")).containsExactly("azure 2", "openai 2.5");
            assertThat(ranked(own, "--at 2099-02-03T16:29:59Z --region eu")).containsExactly("azure 1", "openai 2.5");
            assertThat(ranked(own, "--at 2001-01-15T16:30:00Z")).containsExactly("openai 2.5", "azure null");
        }
    }

    private static List<String> ranked(TestDatabase own, String options) {
        List<String> ranked = new ArrayList<>();
        own.succeeds(("offers gpt-4o --usage input=1000000 --rank cheapest --json " + options).split(" "))
                .json()
                .path("offers")
                .forEach(offer -> ranked.add(offer.path("provider").asText() + " "
                        + offer.path("expectedCost").asText()));
        return ranked;
    }

    @Test
    void exitsWithOneIfAllOffersAreExcluded() {
        CommandLineRun run = offers("--min-context 999999999");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.json().path("offers")).isEmpty();
        assertThat(run.json().path("excluded")).hasSize(5);
        assertThat(database.pricing("offers", "gpt-4o", "--usage", "input=1", "--min-context", "999999999")
                        .out())
                .contains("All offers are excluded:");
    }

    @Test
    void textExplainsEveryRank() {
        CommandLineRun run = database.pricing("offers", "gpt-4o", "--usage", "input=1000,output=500");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .startsWith("gpt-4o for input=1000,output=500,request=1")
                .contains(
                        "openai",
                        "0.0075",
                        "99.5%",
                        "2  after openai/gpt-4o by health: degraded against healthy",
                        "Excluded:",
                        "the provider is inactive");
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 100);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 | unknown_model        | gpt-5         | canonical     | gpt-5 --usage input=1
            1 | unknown_model        | azure/eu      | "gpt-4o"      | azure/eu/gpt-4o --usage input=1
            2 | malformed_usage      | inputs        | cache_read    | gpt-4o --usage inputs=1
            2 | unknown_service_tier | sometimes     | --service-tier | gpt-4o --usage input=1 --service-tier sometimes
            2 | malformed_usage      | twice         | input=        | gpt-4o --usage input=1,service_tier=flex --service-tier flex
            2 | unknown_ranking      | price         | cheapest      | gpt-4o --usage input=1 --rank health,price
            2 | malformed_amount     | -1            | --max-cost    | gpt-4o --usage input=1 --max-cost=-1
            2 | malformed_amount     | $1            | --max-cost    | gpt-4o --usage input=1 --max-cost $1
            2 | unknown_capability   | smell         | streaming     | gpt-4o --usage input=1 --require vision,smell
            2 | malformed_percentage | 0,99          | 99.5          | gpt-4o --usage input=1 --min-success-rate 0,99
            2 | usage                | -5            | --min-context | gpt-4o --usage input=1 --min-context=-5
            2 | usage                | 0             | omit          | gpt-4o --usage input=1 --stale-hours 0
            2 | usage                | --usage       | offers --help | gpt-4o
            """)
    void invalidOptionNamesTheValueAndTheRemedy(
            int exitCode, String kind, String message, String remedy, String command) {
        CommandLineRun run = database.pricing(("offers " + command + " --json").split(" "));

        assertThat(run.exitCode()).as(run.all()).isEqualTo(exitCode);
        assertThat(run.errorKind()).isEqualTo(kind);
        assertThat(run.json().path("error").path("message").asText()).contains(message);
        assertThat(run.json().path("error").path("remedy").asText()).contains(remedy);
    }

    @Test
    void blankModelIsInvalid() {
        CommandLineRun run = database.pricing("offers", " ", "--usage", "input=1", "--json");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errorKind()).isEqualTo("unknown_model");
    }
}
