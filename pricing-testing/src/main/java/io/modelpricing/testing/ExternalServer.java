package io.modelpricing.testing;

import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** A server that already runs, known by its JDBC URL. It is never stopped. */
record ExternalServer(
        String url, @Nullable String user, @Nullable String password) implements PostgresServer {

    @Override
    public String maintenanceDatabase() {
        String database = dataSource().getDatabaseName();
        return database == null ? "postgres" : database;
    }

    @Override
    public PGSimpleDataSource dataSource(String database) {
        PGSimpleDataSource source = dataSource();
        source.setDatabaseName(database);
        return source;
    }

    private PGSimpleDataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        if (user != null) {
            source.setUser(user);
        }
        if (password != null) {
            source.setPassword(password);
        }
        return source;
    }

    @Override
    public void close() {
        // This class did not start the server.
    }

    @Override
    public String toString() {
        return "the server of the JDBC URL";
    }
}
