package io.modelpricing.testing;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Which server is to be had. */
sealed interface ServerChoice {

    String DATABASE = "pricing.test.database";
    String BINARIES = "pricing.test.postgres.binaries";
    String URL = "pricing.test.jdbcUrl";

    /** Starts it, or takes it if it runs. */
    PostgresServer start();

    /** The server of a JDBC URL. */
    record Given(GivenServer server) implements ServerChoice {

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
     * A server of our own.
     *
     * @param binaries the jar that holds its programs; null for the one on the class path
     */
    record Embedded(@Nullable Path binaries) implements ServerChoice {

        @Override
        public PostgresServer start() {
            return EmbeddedServer.start(binaries, Path.of(System.getProperty("java.io.tmpdir")));
        }
    }

    /** What the settings insist on, or else the first of given, container and embedded that there is. */
    static ServerChoice of(Environment surroundings) {
        String wanted = surroundings.property(DATABASE);
        GivenServer given = given(surroundings);
        Embedded embedded = embedded(surroundings);
        switch (wanted == null ? "auto" : wanted) {
            case "auto" -> {
                if (embedded.binaries() != null) {
                    return embedded;
                }
                if (given != null) {
                    return new Given(given);
                }
                return surroundings.dockerAnswers().getAsBoolean() ? new Container() : embedded;
            }
            case "embedded" -> {
                return embedded;
            }
            case "url" -> {
                refuseBinaries(embedded, "url");
                if (given == null) {
                    throw new IllegalStateException(DATABASE + " is url, but " + URL + " is not set");
                }
                return new Given(given);
            }
            case "docker" -> {
                refuseBinaries(embedded, "docker");
                if (!surroundings.dockerAnswers().getAsBoolean()) {
                    throw new IllegalStateException(DATABASE + " is docker, but Docker does not answer"
                            + " or org.testcontainers:testcontainers-postgresql is not on the class path");
                }
                return new Container();
            }
            default ->
                throw new IllegalStateException(
                        DATABASE + " is '" + wanted + "', expected auto, url, docker or embedded");
        }
    }

    /** An embedded server, with the settings' binaries. */
    static Embedded embedded(Environment surroundings) {
        String binaries = surroundings.property(BINARIES);
        return new Embedded(binaries == null ? null : Path.of(binaries));
    }

    private static @Nullable GivenServer given(Environment surroundings) {
        String url = surroundings.setting(URL, "PRICING_TEST_JDBC_URL");
        return url == null
                ? null
                : new GivenServer(
                        url,
                        surroundings.setting("pricing.test.jdbcUser", "PRICING_TEST_JDBC_USER"),
                        surroundings.setting("pricing.test.jdbcPassword", "PRICING_TEST_JDBC_PASSWORD"));
    }

    private static void refuseBinaries(Embedded embedded, String wanted) {
        if (embedded.binaries() != null) {
            throw new IllegalStateException(
                    DATABASE + " is " + wanted + ", but " + BINARIES + " asks for an embedded server");
        }
    }
}
