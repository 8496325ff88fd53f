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
    void aGivenUrlComesFirst() {
        assertThat(choose(Map.of(URL, HOST), NOTHING, true)).isEqualTo(given(HOST, null, null));
    }

    @Test
    void theEnvironmentGivesAUrlWhereNoPropertyDoes() {
        Map<String, String> environment = Map.of(
                "PRICING_TEST_JDBC_URL", HOST, "PRICING_TEST_JDBC_USER", "ann", "PRICING_TEST_JDBC_PASSWORD", "secret");

        assertThat(choose(NOTHING, environment, true)).isEqualTo(given(HOST, "ann", "secret"));
        assertThat(choose(Map.of("pricing.test.jdbcUser", "bob", "pricing.test.jdbcPassword", "x"), environment, true))
                .isEqualTo(given(HOST, "bob", "x"));
    }

    @Test
    void aContainerComesNextAndAnEmbeddedServerLast() {
        assertThat(choose(NOTHING, NOTHING, true)).isEqualTo(new ServerChoice.Container());
        assertThat(choose(NOTHING, NOTHING, false)).isEqualTo(new ServerChoice.Embedded(null));
        assertThat(choose(Map.of(DATABASE, "auto"), NOTHING, false)).isEqualTo(new ServerChoice.Embedded(null));
    }

    @Test
    void blankIsAsGoodAsNotSet() {
        assertThat(choose(Map.of(URL, " ", DATABASE, ""), Map.of("PRICING_TEST_JDBC_URL", ""), true))
                .isEqualTo(new ServerChoice.Container());
    }

    @Test
    void otherBinariesMeanAnEmbeddedServer() {
        assertThat(choose(Map.of(BINARIES, "pg.jar", URL, HOST), NOTHING, true))
                .isEqualTo(new ServerChoice.Embedded(Path.of("pg.jar")));
    }

    @Test
    void eachKindCanBeInsistedOn() {
        assertThat(choose(Map.of(DATABASE, "embedded", URL, HOST), NOTHING, true))
                .isEqualTo(new ServerChoice.Embedded(null));
        assertThat(choose(Map.of(DATABASE, "docker", URL, HOST), NOTHING, true))
                .isEqualTo(new ServerChoice.Container());
        assertThat(choose(Map.of(DATABASE, "url", URL, HOST), NOTHING, true)).isEqualTo(given(HOST, null, null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            docker   | ''     | Docker does not answer
            url      | ''     | pricing.test.jdbcUrl is not set
            docker   | pg.jar | pricing.test.postgres.binaries asks for an embedded server
            url      | pg.jar | pricing.test.postgres.binaries asks for an embedded server
            Embedded | ''     | pricing.test.database is 'Embedded', expected auto, url, docker or embedded
            """)
    void whatIsInsistedOnAndNotToBeHadIsRefused(String database, String binaries, String message) {
        assertThatIllegalStateException()
                .isThrownBy(() -> choose(Map.of(DATABASE, database, BINARIES, binaries), NOTHING, false))
                .withMessageContaining(message);
    }

    @Test
    void dockerIsNotAskedWhenTheAnswerDoesNotMatter() {
        Environment surroundings = new Environment(Map.of(URL, HOST)::get, NOTHING::get, () -> {
            throw new AssertionError("asked");
        });

        assertThat(ServerChoice.of(surroundings)).isEqualTo(given(HOST, null, null));
    }

    private static ServerChoice choose(
            Map<String, String> properties, Map<String, String> environment, boolean docker) {
        return ServerChoice.of(new Environment(properties::get, environment::get, () -> docker));
    }

    private static ServerChoice given(String url, String user, String password) {
        return new ServerChoice.Given(new GivenServer(url, user, password));
    }
}
