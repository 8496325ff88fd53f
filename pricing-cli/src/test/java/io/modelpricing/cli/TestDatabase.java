package io.modelpricing.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A database for one test, with the command line connected to it. */
public final class TestDatabase implements AutoCloseable {

    /** The models of the starting states. Their names describe their prices. */
    private static final String MODELS = """
            insert into providers (name, slug) values ('OpenAI', 'openai'), ('Azure', 'azure');
            insert into models (provider_id, model_id, model_name, provider_model_id) values
                (1, 'gpt-4o', 'GPT-4o', 'gpt-4o'),
                (2, 'gpt-4o', 'GPT-4o at Azure', 'eu/gpt-4o'),
                (1, 'odd', 'Odd', 'odd'),
                (1, 'router', 'Router', 'router'),
                (1, 'zero', 'Zero', 'zero'),
                (1, 'gift', 'Gift', 'gift'),
                (1, 'half', 'Half', 'half'),
                (null, 'orphan', 'Orphan', 'orphan');
            """;

    private static final String PRICES = """
            insert into model_pricing
                (model_id, price_per_input_token, price_per_output_token, pricing_type, pricing_source) values
                (1, 0.0000025, 0.00001, 'paid', 'provider'),
                (3, -5, 0, 'paid', 'provider'),
                (4, -1, -1, 'paid', 'provider'),
                (5, 0, 0, 'paid', 'provider'),
                (6, 0, 0, 'free', 'inferred'),
                (7, 0, 0.00001, 'paid', 'provider');
            """;

    /** Legacy cells of every class: three units, dynamic, zero, empty. */
    private static final String LEGACY_PRICES = """
            update models m
            set pricing_prompt = c.prompt, pricing_completion = c.completion, pricing_request = c.request
            from (values
                (1, 2.5, 10, null), (2, 0.0025, 0.01, 0.001), (4, -1, -1, null), (5, 0, 0, null), (6, 0, 0, null),
                (7, 0, 10, null), (8, 0.0000001, 0.0000002, null)) c (id, prompt, completion, request)
            where c.id = m.id;
            """;

    private static final String UNREADABLE =
            "update models set pricing_prompt = 'NaN', pricing_completion = 1 where id = 3;";

    /** The declarations for {@link #LEGACY_PRICES}. */
    public static final List<String> DECLARED = List.of(
            "--unit",
            "per-1m",
            "--unit",
            "azure=per-1k",
            "--unit",
            "none=per-token",
            "--unit",
            "request=per-request",
            "--zero",
            "free",
            "--cached",
            "unknown");

    private static ThrowawayDatabase expanded;
    private static ThrowawayDatabase priced;
    private static ThrowawayDatabase populated;

    private final ThrowawayDatabase database;

    private TestDatabase(ThrowawayDatabase database) {
        this.database = database;
    }

    public static TestDatabase empty() {
        return new TestDatabase(ThrowawayPostgres.shared().createDatabase());
    }

    public static TestDatabase legacy() {
        TestDatabase legacy = empty();
        legacy.run(resource("legacy.sql"), MODELS);
        return legacy;
    }

    public static TestDatabase phase1() {
        TestDatabase phase1 = legacy();
        phase1.run(resource("phase1.sql"), PRICES);
        return phase1;
    }

    /** Phase 1 after expand. */
    public static synchronized TestDatabase expanded() {
        if (expanded == null) {
            TestDatabase template = phase1();
            CommandLineRun run = template.pricing("expand");
            if (run.exitCode() != 0) {
                throw new IllegalStateException(run.all());
            }
            expanded = template.database;
        }
        return new TestDatabase(ThrowawayPostgres.shared().createDatabase(expanded));
    }

    /** Legacy prices of every class, and one that cannot be interpreted, after expand. */
    public static synchronized TestDatabase priced() {
        if (priced == null) {
            TestDatabase template = legacy();
            template.run(LEGACY_PRICES, UNREADABLE);
            template.succeeds("expand");
            priced = template.database;
        }
        return new TestDatabase(ThrowawayPostgres.shared().createDatabase(priced));
    }

    /** Legacy prices of every class, after expand and populate. */
    public static synchronized TestDatabase populated() {
        if (populated == null) {
            TestDatabase template = legacy();
            template.run(LEGACY_PRICES);
            template.succeeds("expand");
            template.populate();
            populated = template.database;
        }
        return new TestDatabase(ThrowawayPostgres.shared().createDatabase(populated));
    }

    public CommandLineRun populate(String... more) {
        return pricing(Stream.of(Stream.of("populate"), DECLARED.stream(), Stream.of(more))
                .flatMap(args -> args)
                .toArray(String[]::new));
    }

    /** Runs a command that must succeed. */
    public CommandLineRun succeeds(String... args) {
        CommandLineRun run = pricing(args);
        if (run.exitCode() != 0) {
            throw new IllegalStateException(run.all());
        }
        return run;
    }

    public static String resource(String name) {
        try (InputStream in = ThrowawayPostgres.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public CommandLineRun pricing(String... args) {
        return pricingWithInput("", args);
    }

    public CommandLineRun pricingWithInput(String input, String... args) {
        return CommandLineRun.of(environment(), input, args);
    }

    public CommandLineRun pricingAs(String role, String password, String... args) {
        return CommandLineRun.of(
                Map.of("PRICING_URL", url(), "PRICING_PASSWORD", password),
                "",
                Stream.concat(Stream.of(args), Stream.of("--user", role)).toArray(String[]::new));
    }

    public Map<String, String> environment() {
        return Map.of("PRICING_URL", url() + "?user=" + database.user(), "PRICING_PASSWORD", database.password());
    }

    public String url() {
        return database.url();
    }

    public String user() {
        return database.user();
    }

    public String name() {
        return database.name();
    }

    public Connection connect() throws SQLException {
        return database.dataSource().getConnection();
    }

    public void run(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public String answer(String query) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(query)) {
            return answer.next() ? answer.getString(1) : "nothing";
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
