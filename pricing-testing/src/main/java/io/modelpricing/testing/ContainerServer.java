package io.modelpricing.testing;

import org.postgresql.ds.PGSimpleDataSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** A server in a container. No other class refers to Testcontainers, which is an optional dependency. */
final class ContainerServer implements PostgresServer {

    private static final String IMAGE = "postgres:17";

    private final PostgreSQLContainer container;

    private ContainerServer(PostgreSQLContainer container) {
        this.container = container;
    }

    static boolean dockerAnswers() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    static ContainerServer start() {
        PostgreSQLContainer container = new PostgreSQLContainer(IMAGE)
                .withCommand("postgres", "-c", "fsync=off", "-c", "max_connections=" + EmbeddedServer.MAX_CONNECTIONS);
        container.start();
        return new ContainerServer(container);
    }

    @Override
    public String maintenanceDatabase() {
        return container.getDatabaseName();
    }

    @Override
    public PGSimpleDataSource dataSource(String database) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(container.getJdbcUrl());
        source.setDatabaseName(database);
        source.setUser(container.getUsername());
        source.setPassword(container.getPassword());
        return source;
    }

    @Override
    public void close() {
        container.stop();
    }
}
