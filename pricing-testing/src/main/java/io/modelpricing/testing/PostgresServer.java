package io.modelpricing.testing;

import org.postgresql.ds.PGSimpleDataSource;

/** A running server on which databases can be created. */
sealed interface PostgresServer extends AutoCloseable permits ExternalServer, ContainerServer, EmbeddedServer {

    /** Returns the database to connect to for creating and dropping others. */
    String maintenanceDatabase();

    /** Returns a data source for a database of this server, with user and password. */
    PGSimpleDataSource dataSource(String database);

    /** Stops the server if this JVM started it. Closing again does nothing. */
    @Override
    void close();
}
