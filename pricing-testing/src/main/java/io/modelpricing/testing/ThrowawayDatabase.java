package io.modelpricing.testing;

import static java.util.Objects.requireNonNullElse;

import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A database on a {@link ThrowawayPostgres}, dropped when it is closed.
 *
 * <p>This class is thread-safe.
 */
public final class ThrowawayDatabase implements AutoCloseable {

    private final ThrowawayPostgres postgres;
    private final String name;
    private final PGSimpleDataSource dataSource;

    ThrowawayDatabase(ThrowawayPostgres postgres, String name, PGSimpleDataSource dataSource) {
        this.postgres = postgres;
        this.name = name;
        this.dataSource = dataSource;
    }

    /**
     * Returns a data source for this database.
     *
     * @return a data source without a pool: each call opens a new connection
     */
    public DataSource dataSource() {
        return dataSource;
    }

    /**
     * Returns the JDBC URL.
     *
     * @return the URL, without user and password
     */
    public String url() {
        return dataSource.getURL();
    }

    /**
     * Returns the user.
     *
     * @return a user with all privileges on this database
     */
    public String user() {
        return requireNonNullElse(dataSource.getUser(), System.getProperty("user.name"));
    }

    /**
     * Returns the user's password.
     *
     * @return the password; empty if the server is an external one whose URL and settings have none
     */
    public String password() {
        return requireNonNullElse(dataSource.getPassword(), "");
    }

    /**
     * Returns the name.
     *
     * @return the name, unique on the server
     */
    public String name() {
        return name;
    }

    /** Drops this database and terminates its connections. Closing again does nothing. */
    @Override
    public void close() {
        postgres.drop(this);
    }

    @Override
    public String toString() {
        return url();
    }
}
