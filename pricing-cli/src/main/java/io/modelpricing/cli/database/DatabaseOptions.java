package io.modelpricing.cli.database;

import static java.util.Objects.requireNonNullElseGet;

import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Terminal;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbcurlresolver.PgPassParser;
import picocli.CommandLine.Option;

/** The database of a command, from its options and the environment. */
public final class DatabaseOptions {

    private static final int OLDEST_VERSION = 15;

    /** A user and a password before the host, which the driver would read as part of the host name. */
    private static final Pattern HAS_USER_INFO = Pattern.compile("[^?]*@");

    private static final Pattern PROTOCOL = Pattern.compile("(jdbc:)?(postgres|postgresql|mysql|mariadb|oracle|h2):");

    private final Terminal terminal;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "JDBC URL, such as jdbc:postgresql://localhost/gateway. Default: the variable PRICING_URL."
                    + " A server must accept a connection within 10 seconds and answer each message of its start within"
                    + " 10; connectTimeout=S and socketTimeout=S in the URL change that, and socketTimeout also limits"
                    + " each later answer, which has no limit otherwise.")
    private @Nullable String url;

    @Option(
            names = "--user",
            paramLabel = "ROLE",
            description = "Database user. Default: from the URL, else the operating system user.")
    private @Nullable String user;

    @Option(
            names = "--schema",
            paramLabel = "SCHEMA",
            defaultValue = "public",
            description = "Schema of the tables. Default: ${DEFAULT-VALUE}.")
    private String schema = "public";

    DatabaseOptions(Terminal terminal) {
        this.terminal = terminal;
    }

    public String schema() {
        return schema;
    }

    /** Returns the text of a command on the same schema. */
    public String command(String command) {
        String quoted = schema.matches("[A-Za-z0-9_.-]+") ? schema : "'" + schema.replace("'", "'\\''") + "'";
        return "pricing " + command + (schema.equals("public") ? "" : " --schema " + quoted);
    }

    public PGSimpleDataSource dataSource() {
        String given = requireNonNullElseGet(url, () -> terminal.env().getOrDefault("PRICING_URL", ""));
        if (given.isBlank()) {
            throw Failure.usage(
                    "usage",
                    "no database URL is given",
                    "give --url jdbc:postgresql://HOST/DATABASE, or set PRICING_URL");
        }
        TimedDataSource dataSource = new TimedDataSource();
        if (user != null) {
            dataSource.setUser(user);
        }
        String password = terminal.env().getOrDefault("PRICING_PASSWORD", "");
        if (!password.isEmpty()) {
            dataSource.setPassword(password);
        }
        if (HAS_USER_INFO.matcher(given).lookingAt()) {
            throw malformed(given);
        }
        try {
            dataSource.setUrl(given);
        } catch (IllegalArgumentException e) {
            throw malformed(given);
        }
        addSecrets(dataSource);
        dataSource.setApplicationName("pricing");
        dataSource.setTcpKeepAlive(true);
        dataSource.limitTimes();
        return dataSource;
    }

    /** Hides the password that the driver will send, and one that is given as a part of the user. */
    private void addSecrets(PGSimpleDataSource dataSource) {
        String role = requireNonNullElseGet(dataSource.getUser(), () -> System.getProperty("user.name"));
        String password = dataSource.getPassword();
        for (int i = 0; password == null && i < dataSource.getServerNames().length; i++) {
            password = PgPassParser.getPassword(
                    role,
                    dataSource.getServerNames()[i],
                    String.valueOf(dataSource.getPortNumbers()[i]),
                    dataSource.getDatabaseName());
        }
        // The names of the user and of the database are shown, so a password that is one of them cannot be hidden.
        if (!role.equals(password)
                && !String.valueOf(dataSource.getDatabaseName()).equals(password)) {
            terminal.secrets().add(password);
        }
        int colon = role.indexOf(':');
        terminal.secrets().add(colon < 0 ? null : role.substring(colon + 1));
    }

    private static Failure malformed(String url) {
        return Failure.usage(
                "malformed_url",
                "the database URL" + beginning(url) + " is not a JDBC URL of a PostgreSQL database",
                "write jdbc:postgresql://HOST:PORT/DATABASE; give the user as --user and the password as"
                        + " PRICING_PASSWORD or in ~/.pgpass, and percent-encode special characters in names");
    }

    /** Returns the protocol, because any later part of a malformed URL can contain a password. */
    private static String beginning(String url) {
        Matcher protocol = PROTOCOL.matcher(url);
        return protocol.lookingAt() ? ", which begins with \"" + protocol.group() + "\"," : "";
    }

    /** Returns a context that renders statements for this schema and cannot connect. */
    public DSLContext unconnected() {
        return onDataSource(new PGSimpleDataSource());
    }

    /** Returns a context that opens a connection for each transaction, for jobs that manage their own transactions. */
    DSLContext onDataSource() {
        return onDataSource(dataSource());
    }

    private DSLContext onDataSource(PGSimpleDataSource dataSource) {
        return DSL.using(dataSource, SQLDialect.POSTGRES, settings());
    }

    Settings settings() {
        return new Settings()
                .withExecuteLogging(false)
                .withRenderMapping(new RenderMapping()
                        .withSchemata(new MappedSchema().withInput("").withOutput(schema)));
    }

    /**
     * Opens a session.
     *
     * @throws Failure if the server cannot be reached, rejects the user, is too old, or the schema does not exist
     */
    public Session open() {
        PGSimpleDataSource dataSource = dataSource();
        try {
            Session session = new Session(dataSource.getConnection(), this);
            try {
                check(session);
                return session;
            } catch (RuntimeException | SQLException e) {
                session.close();
                throw e;
            }
        } catch (SQLException e) {
            throw failure(dataSource, e);
        }
    }

    private void check(Session session) throws SQLException {
        Connection connection = session.connection();
        int version = connection.getMetaData().getDatabaseMajorVersion();
        if (version < OLDEST_VERSION) {
            throw Failure.database(
                    "too_old",
                    "the server runs PostgreSQL " + version,
                    "the pricing tables need PostgreSQL " + OLDEST_VERSION + " or newer",
                    null);
        }
        if (!session.hasSchema()) {
            throw Failure.database(
                    "no_such_schema",
                    "schema \"" + schema + "\" does not exist in database " + connection.getCatalog(),
                    "name an existing schema with --schema, or create it: create schema " + session.quoted(schema),
                    null);
        }
    }

    private static Failure failure(PGSimpleDataSource dataSource, SQLException e) {
        String state = String.valueOf(e.getSQLState());
        String server = dataSource.getServerNames()[0] + ":" + dataSource.getPortNumbers()[0];
        String role = requireNonNullElseGet(dataSource.getUser(), () -> System.getProperty("user.name"));
        String message = Failure.serverMessage(e);
        if (state.equals("28P01") || state.equals("28000")) {
            return Failure.database(
                    "wrong_password",
                    server + " rejected user \"" + role + "\": " + message,
                    "set PRICING_PASSWORD, or add the password to ~/.pgpass; --user connects as another user",
                    e);
        }
        if (message.toLowerCase(Locale.ROOT).contains("no password was provided")) {
            return Failure.database(
                    "wrong_password",
                    server + " requires a password for user \"" + role + "\", and none was given",
                    "set PRICING_PASSWORD, or add the password to ~/.pgpass",
                    e);
        }
        if (state.equals("3D000")) {
            return Failure.database(
                    "no_such_database", message, "name an existing database in --url or PRICING_URL", e);
        }
        if (Failure.isConnectionLoss(state)) {
            return Failure.database(
                    "unreachable",
                    "cannot reach a PostgreSQL server at " + server + ": " + rootMessage(e),
                    "check that the server is running, and that --url or PRICING_URL names its host and port",
                    e);
        }
        return Failure.of(e);
    }

    /** Returns the message of the network error that caused the exception, if any. */
    private static String rootMessage(SQLException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException && cause.getMessage() != null) {
                if (cause instanceof SocketTimeoutException) {
                    return "it did not answer in time";
                }
                return cause instanceof UnknownHostException
                        ? "unknown host " + cause.getMessage()
                        : cause.getMessage();
            }
        }
        return Failure.serverMessage(e);
    }
}
