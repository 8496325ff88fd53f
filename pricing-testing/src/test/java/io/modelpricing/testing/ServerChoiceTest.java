package io.modelpricing.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerChoiceTest {

    private static final String DATABASE = "pricing.test.database";
    private static final String URL = "pricing.test.jdbcUrl";
    private static final String BINARIES = "pricing.test.postgres.binaries";
    private static final String HOST = "jdbc:postgresql://db.example/pricing";
    private static final Map<String, String> NOTHING = Map.of();

    @Test
    void jdbcUrlComesFirst() {
        assertThat(choose(Map.of(URL, HOST), NOTHING, true)).isEqualTo(external(HOST, null, null));
    }

    @Test
    void environmentVariableIsUsedIfThePropertyIsNotSet() {
        Map<String, String> environment = Map.of(
                "PRICING_TEST_JDBC_URL", HOST, "PRICING_TEST_JDBC_USER", "ann", "PRICING_TEST_JDBC_PASSWORD", "secret");

        assertThat(choose(NOTHING, environment, true)).isEqualTo(external(HOST, "ann", "secret"));
        assertThat(choose(Map.of("pricing.test.jdbcUser", "bob", "pricing.test.jdbcPassword", "x"), environment, true))
                .isEqualTo(external(HOST, "bob", "x"));
    }

    @Test
    void containerComesBeforeEmbeddedServer() {
        assertThat(choose(NOTHING, NOTHING, true)).isEqualTo(new ServerChoice.Container());
        assertThat(choose(NOTHING, NOTHING, false)).isEqualTo(new ServerChoice.Embedded(null));
        assertThat(choose(Map.of(DATABASE, "auto"), NOTHING, false)).isEqualTo(new ServerChoice.Embedded(null));
    }

    @Test
    void blankSettingCountsAsNotSet() {
        assertThat(choose(Map.of(URL, " ", DATABASE, ""), Map.of("PRICING_TEST_JDBC_URL", ""), true))
                .isEqualTo(new ServerChoice.Container());
    }

    @Test
    void otherBinariesImplyAnEmbeddedServer() {
        assertThat(choose(Map.of(BINARIES, "pg.jar", URL, HOST), NOTHING, true))
                .isEqualTo(new ServerChoice.Embedded(Path.of("pg.jar")));
    }

    @Test
    void eachKindCanBeRequired() {
        assertThat(choose(Map.of(DATABASE, "embedded", URL, HOST), NOTHING, true))
                .isEqualTo(new ServerChoice.Embedded(null));
        assertThat(choose(Map.of(DATABASE, "docker", URL, HOST), NOTHING, true))
                .isEqualTo(new ServerChoice.Container());
        assertThat(choose(Map.of(DATABASE, "url", URL, HOST), NOTHING, true)).isEqualTo(external(HOST, null, null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            docker   | ''     | Docker does not answer
            url      | ''     | pricing.test.jdbcUrl is not set
            docker   | pg.jar | pricing.test.postgres.binaries requires an embedded server
            url      | pg.jar | pricing.test.postgres.binaries requires an embedded server
            Embedded | ''     | pricing.test.database is 'Embedded'; expected auto, url, docker or embedded
            """)
    void requiredKindThatIsUnavailableIsRejected(String database, String binaries, String message) {
        assertThatIllegalStateException()
                .isThrownBy(() -> choose(Map.of(DATABASE, database, BINARIES, binaries), NOTHING, false))
                .withMessageContaining(message);
    }

    @Test
    void dockerIsNotProbedUnlessNeeded() {
        Environment environment = new Environment(Map.of(URL, HOST)::get, NOTHING::get, () -> {
            throw new AssertionError("asked");
        });

        assertThat(ServerChoice.of(environment)).isEqualTo(external(HOST, null, null));
    }

    private static ServerChoice choose(
            Map<String, String> properties, Map<String, String> environment, boolean docker) {
        return ServerChoice.of(new Environment(properties::get, environment::get, () -> docker));
    }

    private static ServerChoice external(String url, String user, String password) {
        return new ServerChoice.External(new ExternalServer(url, user, password));
    }
}
