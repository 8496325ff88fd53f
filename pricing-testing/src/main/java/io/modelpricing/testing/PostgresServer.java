package io.modelpricing.testing;

import org.postgresql.ds.PGSimpleDataSource;

/** A running server on which databases may be made. */
sealed interface PostgresServer extends AutoCloseable permits GivenServer, ContainerServer, EmbeddedServer {

    /** The database from which others are made. */
    String maintenanceDatabase();

    /** The way into a database of this server, with user and password. */
    PGSimpleDataSource dataSource(String database);

    /** Ends the server, if it is ours to end. Closing again does nothing. */
    @Override
    void close();
}
