package io.modelpricing.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailureTest {

    private static final String CANARY = "C4nary-secret";

    private static TestDatabase database;
    private static TestDatabase empty;
    private static int closedPort;

    @BeforeAll
    static void start() throws IOException {
        database = TestDatabase.expanded();
        empty = TestDatabase.empty();
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closedPort = socket.getLocalPort();
        }
    }

    @AfterAll
    static void stop() {
        database.close();
        empty.close();
    }

    @ParameterizedTest
    @CsvSource({
        "53100, disk_full",
        "53200, server_out_of_memory",
        "53300, too_many_connections",
        "53400, limit_exceeded",
        "08006, unreachable",
        "57P01, unreachable"
    })
    void lackOfAResourceIsNotAnUnreachableServer(String state, String kind) {
        Failure failure = Failure.of(new SQLException("the message", state));

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.exitCode()).isEqualTo(ExitCode.DATABASE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "status --json", "grants --help", "expand --sql"})
    void outputOnAFullDiskIsAFailure(String command) {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        StringWriter err = new StringWriter();
        int exitCode = CommandLineRun.run(
                command.split(" "),
                new Terminal(
                        new PrintWriter(full, false, UTF_8),
                        new PrintWriter(err),
                        database.environment(),
                        InputStream.nullInputStream()));

        assertThat(exitCode).isEqualTo(3);
        assertThat(err.toString()).contains("the output could not be written completely");
    }

    static Stream<Arguments> failingCommands() {
        return Stream.of(
                failure(1, "unknown_model", "acme/unknown", "known providers: azure, openai", "show acme/unknown"),
                failure(
                        1,
                        "unknown_model",
                        "looked for provider \"OpenAI\" and its model \"gpt-4o\"",
                        "did you mean openai/gpt-4o?",
                        "show OpenAI/gpt-4o"),
                failure(
                        1,
                        "unknown_model",
                        "looked for provider \"openai\" and its model \"GPT-4o\"",
                        "did you mean openai/gpt-4o?",
                        "cost --provider openai --model GPT-4o --usage input=1"),
                failure(
                        1,
                        "unknown_model",
                        "looked for provider \"OpenAI\"",
                        "did you mean \"openai\"?",
                        "cost OpenAI/nope --usage input=1"),
                failure(1, "unknown_model", "gpt-4o", "azure/eu/gpt-4o, openai/gpt-4o", "show gpt-4o"),
                failure(1, "unknown_model", "999999", "PROVIDER/PROVIDER-MODEL-ID", "show 999999"),
                failure(1, "unknown_model", "openai/nope", "id", "cost --provider openai --model nope --usage input=1"),
                failure(1, "unknown_model", "a/b/nope", "id", "cost --provider a/b --model nope --usage input=1"),
                failure(
                        3,
                        "no_such_schema",
                        "failingConnections",
                        "create schema",
                        "status --schema failingConnections"),
                failure(
                        3,
                        "no_such_schema",
                        "failingConnections",
                        "create schema",
                        "expand --schema failingConnections"),
                failure(2, "malformed_usage", "inptu", "input=1000", "cost 1 --usage inptu=1"),
                failure(2, "malformed_usage", "\"-1\"", "input=1000", "cost 1 --usage input=-1"),
                failure(2, "malformed_usage", "\"1.5\"", "input=1000", "cost 1 --usage input=1.5"),
                failure(
                        2,
                        "malformed_usage",
                        "99999999999999999999",
                        "input=1000",
                        "cost 1 --usage input=99999999999999999999"),
                failure(2, "malformed_usage", "twice", "input=1000", "cost 1 --usage input=1,input=2"),
                failure(2, "malformed_usage", "\"\"", "input=1000", "cost 1 --usage input=1,"),
                failure(2, "malformed_usage", "parts of input", "input=1000", "cost 1 --usage input=1,cache_read=2"),
                failure(2, "malformed_usage", "\"slow\"", "input=1000", "cost 1 --usage input=1,service_tier=slow"),
                failure(2, "malformed_usage", "\"web_search/\"", "web_search/high=2", "cost 1 --usage web_search/=1"),
                failure(2, "malformed_usage", "input has none", "input=1000", "cost 1 --usage input/high=1"),
                failure(2, "malformed_usage", "\"EU\"", "region=eu", "cost 1 --usage input=1 --region EU"),
                failure(2, "unknown_service_tier", "\"slow\"", "flex", "cost 1 --usage input=1 --service-tier slow"),
                failure(2, "unreadable_file", "nope.yaml", "standard input", "set 1 --card nope.yaml --reason r"),
                failure(2, "malformed_card", "line 1", "nothing was written", "set 1 --card - --reason r"),
                failure(
                        2,
                        "malformed_instant",
                        "\"2026-01-31\"",
                        "T12:00:00Z",
                        "cost 1 --usage input=1 --at 2026-01-31"),
                failure(
                        2,
                        "malformed_instant",
                        "+1000000000",
                        "T12:00:00Z",
                        "cost 1 --usage input=1 --at +1000000000-01-01T00:00:00Z"),
                failure(2, "malformed_price", "\"0,5\"", "decimal", "set 1 --input 0,5 --unit per-1m --reason r"),
                failure(2, "malformed_price", "\"NaN\"", "decimal", "set 1 --input NaN --unit per-1m --reason r"),
                failure(2, "malformed_price", "zero", "--free", "set 1 --input 0 --output 0 --unit per-1m --reason r"),
                failure(
                        2,
                        "missing_unit",
                        "the unit of the prices is missing",
                        "per-token|per-1k|per-1m|per-unit",
                        "set 1 --input 2.5 --reason r"),
                failure(2, "unknown_unit", "per-10", "per-1m", "set 1 --input 2.5 --unit per-10 --reason r"),
                failure(2, "unknown_unit", "cach", "--rate", "set 1 --rate cach=1 --unit per-1m --reason r"),
                failure(2, "usage", "--free", "either", "set 1 --free --input 1 --unit per-1m --reason r"),
                failure(2, "usage", "no price", "--free", "set 1 --reason r"),
                failure(2, "usage", "--reason", "pricing set --help", "set 1 --free"),
                failure(2, "usage", "two models", "MODEL", "cost 1 --model 2 --usage input=1"),
                failure(2, "usage", "no model", "MODEL", "cost --usage input=1"),
                failure(2, "usage", "no usage", "--usage", "cost 1"),
                failure(2, "usage", "--nonsense", "pricing status --help", "status --nonsense"),
                failure(2, "usage", "\"more\"", "pricing show --help", "show 1 more"),
                failure(
                        2,
                        "usage",
                        "\"nope\" is not a command; expected one of demo, status",
                        "pricing --help",
                        "nope"),
                failure(2, "usage", "missing required parameter: 'MODEL'", "pricing show --help", "show"),
                failure(2, "usage", "--batch must be a whole number", "pricing backfill --help", "backfill --batch x"),
                failure(
                        2,
                        "usage",
                        "--rate must be NAME=PRICE, but was \"x\"",
                        "set --help",
                        "set 1 --reason r --rate x"),
                failure(
                        2,
                        "usage",
                        "--stale-hours must be from 1 to 876000 (100 years), but was 2147483647",
                        "omit it",
                        "audit --stale-hours 2147483647"),
                failure(
                        2,
                        "usage",
                        "--traffic-days must be from 1 to 36500 (100 years), but was 2147483647",
                        "omit it",
                        "audit --traffic-days 2147483647"),
                failure(2, "usage", "but was 0", "omit it", "audit --traffic-days 0"),
                failure(
                        2,
                        "usage",
                        "--stale-hours must be from 1 to 876000",
                        "omit it",
                        "offers gpt-4o --usage input=1 --stale-hours 2147483647"),
                failure(2, "usage", "command", "pricing --help", ""),
                failure(1, "unknown_role", "no_such_role", "create role", "grants --reader no_such_role"),
                failure(2, "usage", "no role", "--reader", "grants"),
                failure(1, "unknown_entry", "4711", "pricing quarantine", "quarantine accept 4711 --reason r"),
                failure(1, "not_manual", "openai/gpt-4o", "nothing", "release 1 --reason r"));
    }

    private static Arguments failure(int exitCode, String kind, String message, String remedy, String command) {
        return Arguments.argumentSet("pricing " + command, exitCode, kind, message, remedy, command);
    }

    @ParameterizedTest
    @MethodSource("failingCommands")
    void failureHasAKindAValueAndARemedy(int exitCode, String kind, String message, String remedy, String command) {
        List<String> args = new ArrayList<>(List.of(command.isEmpty() ? new String[0] : command.split(" ")));
        CommandLineRun plain = database.pricing(args.toArray(String[]::new));
        args.add("--json");
        CommandLineRun json = database.pricing(args.toArray(String[]::new));

        assertThat(json.exitCode()).as(json.all()).isEqualTo(exitCode);
        assertThat(json.errorKind()).isEqualTo(kind);
        assertThat(json.json().path("error").path("message").asText()).contains(message);
        assertThat(json.json().path("error").path("remedy").asText()).contains(remedy);
        assertThat(plain.exitCode()).isEqualTo(exitCode);
        assertThat(plain.out()).isEmpty();
        assertThat(plain.err()).startsWith("pricing: ").doesNotContain("\tat ");
        assertThat(plain.err().lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void missingTablesNameTheCommandThatCreatesThem() {
        for (String command :
                List.of("show 1", "cost 1 --usage input=1", "audit", "quarantine", "release 1 --reason r")) {
            CommandLineRun run = empty.pricing((command + " --json").split(" "));

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.errorKind()).isEqualTo("tables_missing");
            assertThat(run.json().path("error").path("message").asText()).contains("schema \"public\"");
            assertThat(run.json().path("error").path("remedy").asText()).contains("pricing expand");
        }
    }

    @Test
    void stackTraceIsShownOnlyWithVerbose() {
        assertThat(database.pricing("show", "nope").err()).doesNotContain("\tat io.modelpricing");
        assertThat(database.pricing("show", "nope", "--verbose").err()).contains("\tat io.modelpricing");
    }

    static Stream<Arguments> failingConnections() {
        return Stream.of(
                connection(3, "unreachable", "jdbc:postgresql://localhost:PORT/db?user=ada&password=" + CANARY),
                connection(3, "unreachable", "jdbc:postgresql://no-such-host.invalid/db?password=" + CANARY),
                connection(3, "wrong_password", "URL?user=USER&password=" + CANARY),
                connection(3, "wrong_password", "URL?password=" + CANARY + "&user=no_such_role"),
                connection(3, "no_such_database", "SERVER/no_such_database?user=USER"),
                connection(2, "malformed_url", "jdbc:postgresql://localhost:port/db?password=" + CANARY),
                connection(2, "malformed_url", "jdbc:postgresql://ada:" + CANARY + "@localhost/db"),
                connection(2, "malformed_url", "jdbc:postgresql://ada:" + CANARY + "@localhost:5432/db"),
                connection(2, "malformed_url", "postgres://ada:" + CANARY + "@localhost/db"),
                connection(2, "malformed_url", "jdbc:postgresql://ada:" + CANARY + "/" + CANARY + "@localhost/db"),
                connection(2, "malformed_url", "jdbc:mysql://localhost/db?password=" + CANARY),
                connection(2, "malformed_url", "password=" + CANARY),
                connection(2, "malformed_url", "ada:" + CANARY + "@localhost/db"),
                connection(2, "malformed_url", "jdbc:postgresql:ada:" + CANARY + "@localhost/db"),
                connection(2, "malformed_url", "jdbc:postgresql://localhost:" + CANARY + "/db"),
                connection(2, "malformed_url", "jdbc:postgresql//localhost/db," + CANARY),
                connection(2, "malformed_url", CANARY),
                connection(3, "unreachable", "jdbc:postgresql://localhost:PORT/db?user=ada:" + CANARY));
    }

    private static Arguments connection(int exitCode, String kind, String url) {
        return Arguments.argumentSet(url, exitCode, kind, url);
    }

    @ParameterizedTest
    @MethodSource("failingConnections")
    void connectionFailureNeverShowsAPassword(int exitCode, String kind, String template) {
        String url = template.replace("PORT", Integer.toString(closedPort))
                .replace("URL", database.url())
                .replace("SERVER", database.url().replaceFirst("/[^/]*$", ""))
                .replace("USER", database.user());
        Map<String, String> environment = new HashMap<>();
        if (!template.contains(CANARY)) {
            environment.put("PRICING_PASSWORD", database.environment().get("PRICING_PASSWORD"));
        }
        for (String[] args : new String[][] {
            {"status"},
            {"status", "--json"},
            {"status", "--verbose"},
            {"cost", "1", "--usage", "input=1", "--json", "--verbose"}
        }) {
            CommandLineRun given = CommandLineRun.of(environment, "", with(args, "--url", url));
            assertThat(given.exitCode()).as(given.all()).isEqualTo(exitCode);
            assertThat(given.all()).doesNotContain(CANARY);
            if (Arrays.asList(args).contains("--json")) {
                assertThat(given.errorKind()).isEqualTo(kind);
            }

            environment.put("PRICING_URL", url);
            CommandLineRun fromEnvironment = CommandLineRun.of(environment, "", args);
            assertThat(fromEnvironment.exitCode()).isEqualTo(exitCode);
            assertThat(fromEnvironment.all()).doesNotContain(CANARY);
        }
    }

    @Test
    void wrongPasswordFromTheEnvironmentIsNotShown() {
        CommandLineRun run = database.pricingAs(database.user(), CANARY, "status", "--json", "--verbose");

        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.errorKind()).isEqualTo("wrong_password");
        assertThat(run.json().path("error").path("message").asText()).contains(database.user());
        assertThat(run.json().path("error").path("remedy").asText()).contains("PRICING_PASSWORD");
        assertThat(run.all()).doesNotContain(CANARY);
    }

    @Test
    void missingPasswordIsReported() {
        CommandLineRun run =
                CommandLineRun.of(Map.of(), "", "status", "--json", "--url", database.url(), "--user", "not_in_pgpass");

        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.errorKind()).isEqualTo("wrong_password");
    }

    @Test
    void passwordArgumentIsNotRepeated() {
        for (String[] args : new String[][] {
            {"status", "--password", CANARY},
            {"status", "--password=" + CANARY},
            {"--password", CANARY, "status"},
            {"status", "-p" + CANARY},
            {"status", "-p" + CANARY, "--json"},
            {"status", "-p=" + CANARY},
            {"-p" + CANARY, "status"}
        }) {
            CommandLineRun run = database.pricing(args);

            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.all()).contains("PRICING_PASSWORD").doesNotContain(CANARY);
        }
    }

    @Test
    void passwordThatIsGivenWithTheUserIsNotRepeated() {
        for (String more : List.of("--schema=public", "--json", "--verbose")) {
            CommandLineRun run = database.pricingAs("ada:" + CANARY, "wrong", "status", more);

            assertThat(run.exitCode()).as(run.all()).isEqualTo(3);
            assertThat(run.all()).contains("ada:***").doesNotContain(CANARY);
        }
    }

    @Test
    void longestPeriodsAreAccepted() {
        assertThat(database.pricing("audit", "--stale-hours", "876000", "--traffic-days", "36500")
                        .exitCode())
                .isLessThan(2);
        assertThat(database.pricing("offers", "gpt-4o", "--usage", "input=1", "--stale-hours", "876000")
                        .exitCode())
                .isLessThan(2);
    }

    @Test
    void cardWithTooManyRatesIsRefusedInTime() {
        StringBuilder card = new StringBuilder("rates:\n");
        for (int i = 0; i < 10_000; i++) {
            card.append("  - {unit: input, price: 1 per 1m, from: ").append(i).append("}\n");
        }
        CommandLineRun run = Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> database.pricingWithInput(card.toString(), "set", "1", "--card", "-", "--reason", "r", "--json"));

        assertThat(run.exitCode()).as(run.all()).isEqualTo(2);
        assertThat(run.json().path("error").path("message").asText())
                .contains("line 1002", "at most 1000 rates, but has 10000");
    }

    @Test
    void longArgumentsAreAnsweredInTime() {
        String text = "passpass=//a:@".repeat(70_000);
        for (String[] args : new String[][] {
            {"show", text},
            {"cost", "1", "--usage", text},
            {"status", "--" + text},
            {text},
            {"status", "--url", text},
            {"set", "1", "--reason", "r", "--rate", text},
            {"set", "1", "--reason", text, "--free"}
        }) {
            CommandLineRun run = Assertions.assertTimeoutPreemptively(
                    Duration.ofSeconds(10), () -> database.pricing(with(args, "--json")));
            assertThat(run.exitCode()).as(run.all()).isIn(1, 2);
            assertThat(run.all()).hasSizeLessThan(100_000);
        }
    }

    @Test
    void valueOfAnUnknownOptionIsNotRepeated() {
        assertThat(database.pricing("status", "--secret=" + CANARY).all())
                .contains("--secret")
                .doesNotContain(CANARY);
    }

    @Test
    void missingUrlIsInvalidUsage() {
        CommandLineRun run = CommandLineRun.of(Map.of(), "", "status", "--json");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.json().path("error").path("remedy").asText()).contains("--url", "PRICING_URL");
    }

    @Test
    void everyCommandHasHelp() {
        assertThat(CommandLineRun.of(Map.of(), "", "--help").exitCode()).isZero();
        for (String command : List.of(
                "demo",
                "status",
                "expand",
                "populate",
                "verify",
                "fence",
                "unfence",
                "contract",
                "rollback",
                "compat",
                "compat install",
                "compat drop",
                "show",
                "set",
                "release",
                "cost",
                "backfill",
                "offers",
                "quarantine",
                "quarantine list",
                "quarantine accept",
                "quarantine retry",
                "audit",
                "grants")) {
            CommandLineRun run = CommandLineRun.of(Map.of(), "", with(command.split(" "), "--help"));

            assertThat(run.exitCode()).isZero();
            assertThat(run.out()).contains("Usage: pricing " + command + " [");
            assertThat(run.out().lines()).allMatch(line -> line.length() <= 100);
        }
    }

    private static String[] with(String[] args, String... more) {
        return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
    }
}
