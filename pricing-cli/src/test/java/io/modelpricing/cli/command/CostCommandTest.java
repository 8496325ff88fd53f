package io.modelpricing.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.TestDatabase;
import io.modelpricing.cli.output.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CostCommandTest {

    private static TestDatabase database;

    @BeforeAll
    static void start() {
        database = TestDatabase.expanded();
        database.pricing("set 2 --input 2.5 --output 10 --request 0.01 --rate cache_read=1.25 --unit per-1m --reason r"
                .split(" "));
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void printsACompleteCostAsJson() {
        CommandLineRun run = database.pricing(
                "cost --provider azure --model eu/gpt-4o --usage input=1000,output=500,cache_read=200 --json"
                        .split(" "));

        assertThat(run.exitCode()).isZero();
        assertThat(run.out().strip())
                .isEqualTo("{\"status\":\"complete\",\"type\":\"paid\",\"total\":\"0.01725\",\"input\":\"0.01225\","
                        + "\"output\":\"0.005\",\"lines\":["
                        + "{\"unit\":\"input\",\"quantity\":800,\"price\":\"0.0000025\",\"amount\":\"0.002\"},"
                        + "{\"unit\":\"output\",\"quantity\":500,\"price\":\"0.00001\",\"amount\":\"0.005\"},"
                        + "{\"unit\":\"request\",\"quantity\":1,\"price\":\"0.01\",\"amount\":\"0.01\"},"
                        + "{\"unit\":\"cache_read\",\"quantity\":200,\"price\":\"0.00000125\",\"amount\":\"0.00025\"}],"
                        + "\"unpriced\":[],\"version\":1,\"source\":\"manual\"}");
    }

    /** Sets a card for model 7 with variants, regions, hours and two further tiers. */
    private static void setCard() {
        CommandLineRun run = database.pricingWithInput("""
                hours:
                  off_peak: daily 16:30-00:30
                  standard: daily 00:30-16:30
                rates:
                - {unit: input, hours: standard, price: 2 per 1m}
                - {unit: input, hours: off_peak, price: 1 per 1m}
                - {unit: web_search, variant: high, price: 0.05 per query}
                - {unit: input, tier: priority, region: eu, price: 4 per 1m}
                - {unit: input, tier: priority, price: 3 per 1m}
                - {unit: web_search, tier: priority, price: 0.03 per query}
                - {unit: input, tier: fast, price: 9 per 1m}
                """, "set", "7", "--card", "-", "--reason", "r");
        assertThat(run.exitCode()).as(run.all()).isZero();
    }

    @Test
    void lineItemsNameTheVariant() {
        setCard();

        CommandLineRun run =
                database.pricing("cost 7 --usage web_search/high=2,web_search/low=3,web_search=4 --json".split(" "));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.json().path("lines").toString())
                .isEqualTo("[{\"unit\":\"web_search\",\"variant\":\"high\",\"quantity\":2,\"price\":\"0.05\","
                        + "\"amount\":\"0.1\"}]");
        assertThat(run.json().path("unpriced").toString()).isEqualTo("[\"web_search\"]");
        assertThat(database.pricing("cost 7 --usage web_search/high=2,web_search/low=3,web_search=4".split(" "))
                        .out())
                .containsPattern("web_search/high +2 +0.05 +0.1")
                .containsPattern("web_search +7 +no price");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            input=1000000,region=eu,service_tier=priority    | ''                                | 4
            input=1000000                                    | --service-tier priority --region eu | 4
            input=1000000                                    | --service-tier priority --region us | 3
            input=1000000,service_tier=fast                  | ''                                | 9
            input=1000000                                    | --service-tier fast               | 9
            input=1000000                                    | --at 2099-01-31T16:29:59.999Z     | 2
            input=1000000                                    | --at 2099-01-31T16:30:00Z         | 1
            input=1000000                                    | --at 2099-02-01T01:29:59+01:00    | 1
            input=1000000                                    | --at 2099-02-01T00:30:00Z         | 2
            """)
    void costDependsOnTheTermsOfTheRequest(String usage, String options, String total) {
        setCard();

        CommandLineRun run = database.pricing(
                ("cost 7 --json --usage " + usage + " " + options).strip().split(" "));

        assertThat(run.json().path("total").asText()).as(run.all()).isEqualTo(total);
    }

    @Test
    void inputLinesNameVariantsRegionAndTime() {
        setCard();
        CommandLineRun run = database.pricingWithInput("""
                {"model":"7","usage":{"input":1000000,"web_search":{"high":2},"service_tier":"priority","region":"eu"}}
                {"model":"7","usage":{"web_search":{"high":2}}}
                {"model":"7","usage":{"input":1000000}}""", "cost", "--stdin");

        assertThat(run.exitCode()).as(run.all()).isZero();
        List<JsonNode> answers = run.jsonLines();
        assertThat(answers.get(0).path("total").asText()).isEqualTo("4.06");
        assertThat(answers.get(0).path("lines").path(1).path("variant").asText())
                .isEqualTo("high");
        assertThat(answers.get(1).path("total").asText()).isEqualTo("0.1");
        assertThat(answers.get(2).path("total").asText()).isIn("1", "2");
    }

    @Test
    void lineWithTextThatCannotBeStoredHasItsOwnErrorAndTheOthersAreAnswered() {
        String bad = """
                {"model":"a\\u0000b","usage":{"input":1}}
                {"provider":"openai","model":"a\\u0000b","usage":{"input":1}}
                {"provider":"a\\ud800b","model":"gpt-4o","usage":{"input":1}}
                """;
        String good = "{\"model\":\"1\",\"usage\":{\"input\":1}}\n";
        CommandLineRun run = database.pricingWithInput(good.repeat(500) + bad + good.repeat(500), "cost", "--stdin");

        assertThat(run.exitCode()).isEqualTo(2);
        List<JsonNode> answers = run.jsonLines();
        assertThat(answers).hasSize(1003);
        assertThat(answers.stream()
                        .filter(answer -> answer.path("total").asText().equals("0.0000025")))
                .hasSize(1000);
        assertThat(answers.get(500).path("error").path("message").asText())
                .isEqualTo("line 501: model must not have the character NUL or an unpaired surrogate, but was"
                        + " \"a\\u0000b\"; remove it, because PostgreSQL cannot store it");
        assertThat(answers.get(501).path("error").path("message").asText()).startsWith("line 502: model must not");
        assertThat(answers.get(502).path("error").path("message").asText()).startsWith("line 503: provider must not");
    }

    @Test
    void argumentThatCannotBeStoredIsInvalidUsage() {
        for (String[] args : new String[][] {
            {"cost", "a\0b", "--usage", "input=1"},
            {"show", "openai/a\0b"},
            {"grants", "--reader", "a\0b"},
            {"status", "--schema", "a\0b"},
            {"set", "1", "--free", "--reason", "a\uD800b"}
        }) {
            CommandLineRun run = database.pricing(args);
            assertThat(run.exitCode()).as(run.all()).isEqualTo(2);
            assertThat(run.err()).contains("argument must not have the character NUL");
        }
    }

    @Test
    void actorAndReasonAreNamesThatReadersCanSee() {
        for (String text : new String[] {"", "\u200B\u200D", "a\u202Eb", "a\u001Bb", "x".repeat(2001)}) {
            CommandLineRun actor = database.pricing("set", "1", "--free", "--reason", "r", "--actor", text);
            assertThat(actor.exitCode()).as(actor.all()).isEqualTo(2);
            assertThat(actor.err()).contains("--actor must have 1 to 200 characters");
            CommandLineRun reason = database.pricing("set", "1", "--free", "--reason", text);
            assertThat(reason.exitCode()).as(reason.all()).isEqualTo(2);
            assertThat(reason.err()).contains("--reason must have 1 to 2000 characters");
        }
    }

    @Test
    void termWithoutAValueIsNotGiven() {
        CommandLineRun run = database.pricingWithInput(
                "{\"model\":\"1\",\"usage\":{\"input\":1,\"service_tier\":null,\"region\":null},\"at\":null}",
                "cost",
                "--stdin");

        assertThat(run.json().path("total").asText()).as(run.all()).isEqualTo("0.0000025");
    }

    @Test
    void termThatIsGivenTwiceNamesTheOption() {
        for (String term : List.of("service_tier=batch --service-tier flex", "region=eu --region us")) {
            CommandLineRun run = database.pricing(("cost 1 --json --usage input=1," + term).split(" "));

            assertThat(run.errorKind()).isEqualTo("malformed_usage");
            assertThat(run.json().path("error").path("message").asText())
                    .startsWith(term.substring(0, term.indexOf('=')) + " is given twice: in \"input=1,")
                    .endsWith(" and by " + term.substring(term.indexOf("--"), term.lastIndexOf(' ')));
        }
        assertThat(database.pricing("cost 1 --json --usage input=1,input=2".split(" "))
                        .json()
                        .path("error")
                        .path("message")
                        .asText())
                .isEqualTo("input is given twice in \"input=1,input=2\"");
    }

    @Test
    void termsOfInputLinesAreGivenInTheLines() {
        CommandLineRun run = database.pricing("cost", "--stdin", "--region", "eu");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.json().path("error").path("message").asText())
                .contains("--stdin cannot be combined", "--region");
    }

    @Test
    void incompleteCostHasNoTotalAndNamesUnpricedUnits() {
        CommandLineRun run = database.pricing("cost", "2", "--usage", "input=1000,web_search=3", "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        JsonNode cost = run.json();
        assertThat(cost.path("status").asText()).isEqualTo("incomplete");
        assertThat(cost.path("total").isNull()).isTrue();
        assertThat(cost.path("input").isNull()).isTrue();
        assertThat(cost.path("output").isNull()).isTrue();
        assertThat(cost.path("unpriced")).extracting(JsonNode::asText).containsExactly("web_search");
        assertThat(cost.path("lines")).hasSize(2);
        assertThat(database.pricing("cost", "2", "--usage", "input=1000,web_search=3")
                        .out())
                .contains("web_search", "no price", "incomplete")
                .doesNotContain("\n  total");
    }

    @Test
    void missingCostNamesAllUsedUnits() {
        CommandLineRun run = database.pricing("cost", "8", "--usage", "input=10,output=5,reasoning=5", "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out().strip())
                .isEqualTo(
                        "{\"status\":\"missing\",\"type\":\"missing\",\"total\":null,\"input\":null,\"output\":null,"
                                + "\"lines\":[],\"unpriced\":[\"input\",\"reasoning\"],\"version\":null,\"source\":\"unknown\"}");
    }

    @Test
    void freeModelHasACompleteCostOfZero() {
        CommandLineRun run = database.pricing("cost", "openai/gift", "--usage", "input=10", "--json");

        assertThat(run.exitCode()).isZero();
        assertThat(run.json().path("total").asText()).isEqualTo("0");
        assertThat(run.json().path("type").asText()).isEqualTo("free");
    }

    @Test
    void usesThePriceValidAtTheGivenInstant() {
        try (TestDatabase own = TestDatabase.expanded()) {
            own.pricing("set 2 --input 1 --unit per-1m --reason r".split(" "));
            own.run("select pg_sleep(0.01)");
            String between = own.answer("select to_json(clock_timestamp()) #>> '{}'");
            own.run("select pg_sleep(0.01)");
            own.pricing("set 2 --input 3 --unit per-1m --reason r".split(" "));

            assertThat(total(own, "--at", between)).isEqualTo("0.000001");
            assertThat(total(own)).isEqualTo("0.000003");
            CommandLineRun before =
                    own.pricing("cost", "2", "--usage", "input=1", "--json", "--at", "2001-01-01T01:00:00+01:00");
            assertThat(before.exitCode()).isEqualTo(1);
            assertThat(before.json().path("status").asText()).isEqualTo("missing");

            own.run("delete from models where id = 2");
            assertThat(own.pricing("cost", "2", "--usage", "input=1").exitCode())
                    .isEqualTo(1);
            assertThat(total(own, "--at", between)).isEqualTo("0.000001");
            assertThat(own.pricingWithInput(
                                    "{\"provider\":\"azure\",\"model\":\"eu/gpt-4o\",\"usage\":{\"input\":1},\"at\":\""
                                            + between + "\"}",
                                    "cost",
                                    "--stdin")
                            .json()
                            .path("total")
                            .asText())
                    .isEqualTo("0.000001");
        }
    }

    private static String total(TestDatabase own, String... more) {
        List<String> args = new ArrayList<>(List.of("cost", "2", "--usage", "input=1", "--json"));
        args.addAll(List.of(more));
        return own.pricing(args.toArray(String[]::new)).json().path("total").asText();
    }

    @Test
    void answersEachInputLineInOrder() {
        String input = IntStream.range(0, 2500)
                .mapToObj(i -> "{\"provider\":\"openai\",\"model\":\"gpt-4o\",\"usage\":{\"input\":" + i + "}}\n")
                .collect(Collectors.joining());

        CommandLineRun run = database.pricingWithInput(input, "cost", "--stdin");

        assertThat(run.exitCode()).isZero();
        List<JsonNode> answers = run.jsonLines();
        assertThat(answers).hasSize(2500);
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).path("total").asText())
                    .isEqualTo(Json.money(new BigDecimal("0.0000025").multiply(BigDecimal.valueOf(i))));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nope",
                "[]",
                "{}",
                "{\"model\":\"1\"}",
                "{\"usage\":{}}",
                "{\"model\":1,\"usage\":{}}",
                "{\"model\":\"1\",\"usage\":[]}",
                "{\"model\":\"1\",\"usage\":{\"input\":1.0}}",
                "{\"model\":\"1\",\"usage\":{\"input\":1e3}}",
                "{\"model\":\"1\",\"usage\":{\"input\":\"1\"}}",
                "{\"model\":\"1\",\"usage\":{\"input\":null}}",
                "{\"model\":\"1\",\"usage\":{\"input\":-1}}",
                "{\"model\":\"1\",\"usage\":{\"input\":9223372036854775808}}",
                "{\"model\":\"1\",\"usage\":{\"input\":1,\"input\":1}}",
                "{\"model\":\"1\",\"usage\":{\"inptu\":1}}",
                "{\"model\":\"1\",\"usage\":{\"input\":1,\"cache_read\":2}}",
                "{\"model\":\"1\",\"usage\":{\"input\":1},\"at\":\"yesterday\"}",
                "{\"model\":\"1\",\"usage\":{\"input\":{\"high\":1}}}",
                "{\"model\":\"1\",\"usage\":{\"web_search\":{\"high\":1.5}}}",
                "{\"model\":\"1\",\"usage\":{\"web_search\":{\"high\":-1}}}",
                "{\"model\":\"1\",\"usage\":{\"web_search\":{\"HIGH\":1}}}",
                "{\"model\":\"1\",\"usage\":{\"web_search\":{\"high\":1,\"high\":1}}}",
                "{\"model\":\"1\",\"usage\":{\"web_search/high\":1}}",
                "{\"model\":\"1\",\"usage\":{\"web_search\":{\"\":2}}}",
                "{\"model\":\"1\",\"usage\":{\"web_search\":{}}}",
                "{\"model\":\"1\",\"usage\":{\"input\":1,\"region\":1}}",
                "{\"model\":\"1\",\"usage\":{\"input\":1,\"region\":\"EU\"}}",
                "{\"model\":\"1\",\"usage\":{\"input\":1,\"service_tier\":2}}",
                "{\"model\":\"1\",\"usage\":{\"input\":1},\"when\":\"2026-01-01T00:00:00Z\"}",
                "{\"model\":\"1\",\"usage\":{\"input\":1}} {}"
            })
    void malformedLineGetsAnErrorAndOtherLinesAreAnswered(String bad) {
        String good = "{\"model\":\"1\",\"usage\":{\"input\":1}}\n";

        CommandLineRun run = database.pricingWithInput(good + bad + "\n" + good, "cost", "--stdin");

        assertThat(run.exitCode()).isEqualTo(2);
        List<JsonNode> answers = run.jsonLines();
        assertThat(answers).hasSize(3);
        assertThat(answers.get(0).path("total").asText()).isEqualTo("0.0000025");
        assertThat(answers.get(1).path("error").path("kind").asText()).startsWith("malformed_");
        assertThat(answers.get(1).path("error").path("message").asText()).startsWith("line 2: ");
        assertThat(answers.get(2).path("total").asText()).isEqualTo("0.0000025");
    }

    @Test
    void unknownModelOrMissingPriceDoesNotStopOtherLines() {
        String input = """
                {"provider":"openai","model":"nope","usage":{"input":1}}
                {"model":"999999","usage":{"input":1}}
                {"model":"8","usage":{"input":1}}
                {"model":"1","usage":{"input":1,"service_tier":"batch"}}""";

        CommandLineRun run = database.pricingWithInput(input, "cost", "--stdin", "--json");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.jsonLines().subList(0, 2))
                .extracting(answer -> answer.path("error").path("kind").asText())
                .containsOnly("unknown_model");
        assertThat(run.jsonLines().subList(2, 4))
                .extracting(answer -> answer.path("status").asText())
                .containsExactly("missing", "incomplete");
    }

    @Test
    void invalidPriceDoesNotStopOtherLines() {
        try (TestDatabase invalid = TestDatabase.expanded()) {
            invalid.pricing("set 2 --input 2.5 --output 10 --unit per-1m --reason r".split(" "));
            invalid.run("begin; set local session_replication_role = replica;"
                    + " insert into model_pricing_rate_set (id) values ('00000000-0000-0000-0000-000000000001');"
                    + " insert into model_pricing_card_rate (rate_set_id, service_tier, unit, from_input_tokens, charged_as)"
                    + " values ('00000000-0000-0000-0000-000000000001', 'standard', 'web_search', 0, 'input');"
                    + " update model_pricing set rate_set_id = '00000000-0000-0000-0000-000000000001' where model_id = 2;"
                    + " update model_pricing_version set rate_set_id = '00000000-0000-0000-0000-000000000001'"
                    + " where model_id = 2; commit");
            String input = """
                    {"model":"1","usage":{"input":1}}
                    {"model":"2","usage":{"input":1}}
                    {"model":"2","usage":{"input":1},"at":"2100-01-01T00:00:00Z"}
                    {"model":"8","usage":{"input":1}}
                    """;

            CommandLineRun run = invalid.pricingWithInput(input, "cost", "--stdin");

            assertThat(run.exitCode()).as(run.all()).isEqualTo(1);
            assertThat(run.jsonLines()).hasSize(4);
            assertThat(run.jsonLines().get(0).path("total").asText()).isEqualTo("0.0000025");
            assertThat(run.jsonLines().subList(1, 3)).allSatisfy(answer -> {
                assertThat(answer.path("error").path("kind").asText()).isEqualTo("invalid_price");
                assertThat(answer.path("error").path("message").asText())
                        .contains("of the price of model 2 is not a valid price: web_search must be charged as");
            });
            assertThat(run.jsonLines().get(3).path("status").asText()).isEqualTo("missing");
        }
    }

    @Test
    void emptyInputPrintsNothing() {
        CommandLineRun run = database.pricingWithInput("", "cost", "--stdin");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEmpty();
    }

    @Test
    void tooLongLineIsRejectedAndTheNextLineIsAnswered() {
        CommandLineRun run = database.pricingWithInput(
                "x".repeat(3 << 20) + "\n{\"model\":\"1\",\"usage\":{\"input\":1}}", "cost", "--stdin");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.jsonLines()).hasSize(2);
        assertThat(run.jsonLines().get(0).path("error").path("message").asText())
                .contains("longer than");
        assertThat(run.jsonLines().get(1).path("total").asText()).isEqualTo("0.0000025");
    }

    @Test
    void manyLinesNeedFewQueries() {
        String line = "{\"provider\":\"openai\",\"model\":\"gpt-4o\",\"usage\":{\"input\":1}}\n";
        long before = Long.parseLong(statements());

        database.pricingWithInput(line.repeat(10_000), "cost", "--stdin");

        assertThat(Long.parseLong(statements()) - before).isLessThan(200);
    }

    /** Returns the number of scans of table models, which every look-up reads. */
    private static String statements() {
        database.run("select pg_stat_force_next_flush()");
        return database.answer(
                "select seq_scan + coalesce(idx_scan, 0) from pg_stat_user_tables where relname = 'models'");
    }

    @Test
    void instantIsParsedWithItsZone() {
        assertThat(InstantFormat.parse("2026-01-31T13:00:00+01:00")).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
    }
}
