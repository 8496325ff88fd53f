package io.modelpricing.testing;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The kind of server to use. */
sealed interface ServerChoice {

    String DATABASE = "pricing.test.database";
    String BINARIES = "pricing.test.postgres.binaries";
    String URL = "pricing.test.jdbcUrl";

    /** Returns the server, and starts it unless it is external. */
    PostgresServer start();

    /** The server of a JDBC URL. */
    record External(ExternalServer server) implements ServerChoice {

        @Override
        public PostgresServer start() {
            return server;
        }
    }

    /** A server in a container. */
    record Container() implements ServerChoice {

        @Override
        public PostgresServer start() {
            return ContainerServer.start();
        }
    }

    /**
     * An embedded server.
     *
     * @param binaries the jar with its programs; null for the one on the class path
     */
    record Embedded(@Nullable Path binaries) implements ServerChoice {

        @Override
        public PostgresServer start() {
            return EmbeddedServer.start(binaries, Path.of(System.getProperty("java.io.tmpdir")));
        }
    }

    /** Returns the kind that the settings require, else the first available of external, container and embedded. */
    static ServerChoice of(Environment environment) {
        String wanted = environment.property(DATABASE);
        ExternalServer external = external(environment);
        Embedded embedded = embedded(environment);
        switch (wanted == null ? "auto" : wanted) {
            case "auto" -> {
                if (embedded.binaries() != null) {
                    return embedded;
                }
                if (external != null) {
                    return new External(external);
                }
                return environment.dockerAnswers().getAsBoolean() ? new Container() : embedded;
            }
            case "embedded" -> {
                return embedded;
            }
            case "url" -> {
                rejectBinaries(embedded, "url");
                if (external == null) {
                    throw new IllegalStateException(
                            DATABASE + " is url, but " + URL + " is not set: set it to a JDBC URL of PostgreSQL");
                }
                return new External(external);
            }
            case "docker" -> {
                rejectBinaries(embedded, "docker");
                if (!environment.dockerAnswers().getAsBoolean()) {
                    throw new IllegalStateException(DATABASE + " is docker, but Docker does not answer"
                            + " or org.testcontainers:testcontainers-postgresql is not on the class path:"
                            + " start Docker and add that dependency, or choose another kind");
                }
                return new Container();
            }
            default ->
                throw new IllegalStateException(
                        DATABASE + " is '" + wanted + "'; expected auto, url, docker or embedded");
        }
    }

    /** Returns an embedded server with the binaries of the settings. */
    static Embedded embedded(Environment environment) {
        String binaries = environment.property(BINARIES);
        return new Embedded(binaries == null ? null : Path.of(binaries));
    }

    private static @Nullable ExternalServer external(Environment environment) {
        String url = environment.setting(URL, "PRICING_TEST_JDBC_URL");
        return url == null
                ? null
                : new ExternalServer(
                        url,
                        environment.setting("pricing.test.jdbcUser", "PRICING_TEST_JDBC_USER"),
                        environment.setting("pricing.test.jdbcPassword", "PRICING_TEST_JDBC_PASSWORD"));
    }

    private static void rejectBinaries(Embedded embedded, String wanted) {
        if (embedded.binaries() != null) {
            throw new IllegalStateException(DATABASE + " is " + wanted + ", but " + BINARIES
                    + " requires an embedded server: set one of the two");
        }
    }
}
