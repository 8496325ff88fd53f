package io.modelpricing.cli.database;

import static java.util.Objects.requireNonNullElseGet;

import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Terminal;
import java.io.IOException;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import picocli.CommandLine.Option;

/** The database that a command works on, as the options and the environment name it. */
public final class DatabaseOptions {

    private static final int OLDEST_VERSION = 15;

    /** A user and a password before the host, which the driver takes for a part of the host's name. */
    private static final Pattern HAS_USER_INFO = Pattern.compile("[^?]*@");

    private final Terminal terminal;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The database, such as jdbc:postgresql://localhost/gateway. Default: PRICING_URL.")
    private @Nullable String url;

    @Option(
            names = "--user",
            paramLabel = "ROLE",
            description = "Who connects. Default: as the URL or the system says.")
    private @Nullable String user;

    @Option(
            names = "--schema",
            paramLabel = "SCHEMA",
            defaultValue = "public",
            description = "Where the tables are. Default: ${DEFAULT-VALUE}.")
    private String schema = "public";

    public DatabaseOptions(Terminal terminal) {
        this.terminal = terminal;
    }

    public String schema() {
        return schema;
    }

    /** Returns a command for the same schema, to be shown. */
    public String command(String command) {
        String quoted = schema.matches("[A-Za-z0-9_.-]+") ? schema : "'" + schema.replace("'", "'\\''") + "'";
        return "pricing " + command + (schema.equals("public") ? "" : " --schema " + quoted);
    }

    public PGSimpleDataSource dataSource() {
        String given = requireNonNullElseGet(url, () -> terminal.env().getOrDefault("PRICING_URL", ""));
        if (given.isBlank()) {
            throw Failure.usage(
                    "usage",
                    "no database is named",
                    "give --url jdbc:postgresql://HOST/DATABASE, or set PRICING_URL to that");
        }
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
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
        dataSource.setApplicationName("pricing");
        dataSource.setTcpKeepAlive(true);
        return dataSource;
    }

    private static Failure malformed(String url) {
        return Failure.usage(
                "malformed_url",
                "\"" + shown(url) + "\" is no JDBC URL of a PostgreSQL database",
                "write jdbc:postgresql://HOST:PORT/DATABASE; the user is given by --user, the password by"
                        + " PRICING_PASSWORD or ~/.pgpass, and what is special in a name is percent-encoded");
    }

    /** Returns as much of a URL as cannot be a password. */
    private static String shown(String url) {
        return url.replaceFirst("(?s)[?;&\\s].*", "").replaceFirst("//.*@", "//***@");
    }

    /** Returns what writes statements for this schema, and never connects. */
    public DSLContext unconnected() {
        return onDataSource(new PGSimpleDataSource());
    }

    /** Returns a context that connects anew for each transaction, for the jobs that own theirs. */
    public DSLContext onDataSource() {
        return onDataSource(dataSource());
    }

    private DSLContext onDataSource(PGSimpleDataSource dataSource) {
        return DSL.using(dataSource, SQLDialect.POSTGRES, settings());
    }

    public Settings settings() {
        return new Settings()
                .withExecuteLogging(false)
                .withRenderMapping(new RenderMapping()
                        .withSchemata(new MappedSchema().withInput("").withOutput(schema)));
    }

    /**
     * Connects.
     *
     * @throws Failure if the server cannot be reached, or does not let the user in, or there is no such schema
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
                    "this is PostgreSQL " + version,
                    "the pricing tables need " + OLDEST_VERSION + " or newer",
                    null);
        }
        if (!session.hasSchema()) {
            throw Failure.database(
                    "no_such_schema",
                    "there is no schema \"" + schema + "\" in database " + connection.getCatalog(),
                    "name one that there is with --schema, or make it: create schema " + session.quoted(schema),
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
                    server + " does not let \"" + role + "\" in: " + message,
                    "set PRICING_PASSWORD, or write the password into ~/.pgpass; --user names another role",
                    e);
        }
        if (message.toLowerCase(Locale.ROOT).contains("no password was provided")) {
            return Failure.database(
                    "wrong_password",
                    server + " asks for the password of \"" + role + "\", and none was given",
                    "set PRICING_PASSWORD, or write the password into ~/.pgpass",
                    e);
        }
        if (state.equals("3D000")) {
            return Failure.database("no_such_database", message, "name one that there is, in --url or PRICING_URL", e);
        }
        if (Failure.isConnectionLoss(state)) {
            return Failure.database(
                    "unreachable",
                    "no PostgreSQL can be reached at " + server + ": " + rootMessage(e),
                    "see that the server runs and listens there, and that the URL names it",
                    e);
        }
        return Failure.of(e);
    }

    /** Returns what the network said, where it was the network. */
    private static String rootMessage(SQLException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException && cause.getMessage() != null) {
                return cause instanceof UnknownHostException
                        ? "unknown host " + cause.getMessage()
                        : cause.getMessage();
            }
        }
        return Failure.serverMessage(e);
    }
}
