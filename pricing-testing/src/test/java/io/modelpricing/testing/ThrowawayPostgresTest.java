package io.modelpricing.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ThrowawayPostgresTest {

    private final ThrowawayPostgres postgres = ThrowawayPostgres.shared();

    @Test
    void sharedServerIsTheSameInstance() {
        assertThat(ThrowawayPostgres.shared()).isSameAs(postgres);
        assertThat(postgres.version()).matches("1[5-9]\\.[0-9]+.*");
    }

    @Test
    void newDatabaseIsEmptyAndItsUserHasAllPrivileges() throws SQLException {
        try (ThrowawayDatabase database = postgres.createDatabase()) {
            assertThat(answer(database, "select count(*) from pg_tables where schemaname = 'public'"))
                    .isEqualTo("0");
            assertThat(answer(database, "select current_database()")).isEqualTo(database.name());
            assertThat(answer(database, "select current_user")).isEqualTo(database.user());
            assertThat(answer(database, "show server_encoding")).isEqualTo("UTF8");
            assertThat(answer(database, "select datcollate from pg_database where datname = current_database()"))
                    .isEqualTo("C");
            run(database, "create table t (n int)");
        }
    }

    @Test
    void urlUserAndPasswordConnect() throws SQLException {
        try (ThrowawayDatabase database = postgres.createDatabase();
                Connection connection =
                        DriverManager.getConnection(database.url(), database.user(), database.password())) {
            assertThat(connection.getCatalog()).isEqualTo(database.name());
            assertThat(database.url()).startsWith("jdbc:postgresql://").doesNotContain("password");
        }
    }

    @Test
    void copyHasTheDataOfItsTemplateAndIsIndependent() throws SQLException {
        try (ThrowawayDatabase template = postgres.createDatabase()) {
            run(template, "create table t as select 7 as n");
            try (ThrowawayDatabase copy = postgres.createDatabase(template)) {
                run(copy, "update t set n = 8");

                assertThat(answer(copy, "select n from t")).isEqualTo("8");
                assertThat(answer(template, "select n from t")).isEqualTo("7");
            }
        }
    }

    @Test
    void templateIsCopiedConcurrently() throws SQLException {
        try (ThrowawayDatabase template = postgres.createDatabase()) {
            run(template, "create table t as select 7 as n");
            List<CompletableFuture<String>> answers = IntStream.range(0, 8)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> {
                        try (ThrowawayDatabase copy = postgres.createDatabase(template)) {
                            return answer(copy, "select n from t");
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    }))
                    .toList();

            assertThat(answers).allSatisfy(answer -> assertThat(answer.join()).isEqualTo("7"));
        }
    }

    @Test
    void closeDropsTheDatabaseAndItsConnections() throws SQLException {
        ThrowawayDatabase database = postgres.createDatabase();
        try (Connection connection = database.dataSource().getConnection()) {
            database.close();
            database.close();

            assertThat(connection.isValid(5)).isFalse();
        }
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> database.dataSource().getConnection())
                .withMessageContaining("does not exist");
    }

    @Test
    void templateMustBeAnOpenDatabaseOfTheSameServer() {
        ThrowawayDatabase dropped = postgres.createDatabase();
        dropped.close();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> postgres.createDatabase(dropped))
                .withMessageContaining(dropped.name());
    }

    @Test
    void externalServerLosesOnlyTheDatabasesCreatedOnIt() throws SQLException {
        try (ThrowawayDatabase existing = postgres.createDatabase()) {
            Map<String, String> settings = Map.of(
                    "pricing.test.jdbcUrl",
                    existing.url() + "?user=" + existing.user(),
                    "pricing.test.jdbcPassword",
                    existing.password());
            Map<String, String> noVariables = Map.of();
            ThrowawayPostgres external = ThrowawayPostgres.on(
                    ServerChoice.of(new Environment(settings::get, noVariables::get, () -> false)));
            ThrowawayDatabase created = external.createDatabase();
            String count = "select count(*) from pg_database where datname = '" + created.name() + "'";
            assertThat(answer(created, "select current_database()")).isEqualTo(created.name());
            assertThat(answer(existing, count)).isEqualTo("1");

            external.close();

            assertThat(answer(existing, count)).isEqualTo("0");
        }
    }

    @Test
    void embeddedServerChecksPasswordsAndStopsWhenClosed() throws SQLException {
        ThrowawayPostgres own = ThrowawayPostgres.embedded();
        ThrowawayDatabase database = own.createDatabase();
        assertThat(answer(database, "show fsync")).isEqualTo("off");
        assertThat(answer(database, "show listen_addresses")).isEqualTo("127.0.0.1");
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> DriverManager.getConnection(database.url(), database.user(), "guess"))
                .satisfies(refusal -> assertThat(refusal.getSQLState()).isEqualTo("28P01"));

        own.close();
        own.close();
        database.close();

        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> database.dataSource().getConnection())
                .satisfies(refusal -> assertThat(refusal.getSQLState()).isEqualTo("08001"));
    }

    private static void run(ThrowawayDatabase database, String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String answer(ThrowawayDatabase database, String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(sql)) {
            answer.next();
            return answer.getString(1);
        }
    }
}
