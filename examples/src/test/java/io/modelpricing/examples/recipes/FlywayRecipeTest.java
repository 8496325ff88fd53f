package io.modelpricing.examples.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The Flyway recipe of {@code docs/recipes.md}: an application that migrates its own tables with Flyway. */
class FlywayRecipeTest {

    private final ThrowawayDatabase database = ThrowawayPostgres.shared().createDatabase();
    private final DataSource dataSource = database.dataSource();
    private final DSLContext ctx = DSL.using(dataSource, SQLDialect.POSTGRES);

    @AfterEach
    void drop() {
        database.close();
    }

    /** The application's own migrations. */
    Flyway application() {
        return Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/migration")
                .load();
    }

    /** The library's migrations, with a history table of their own. */
    // example docs/recipes.md
    Flyway pricing() {
        return Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:pricing-migrations")
                .sqlMigrationPrefix("pricing_V")
                .table("pricing_schema_history")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .placeholderReplacement(false)
                .validateMigrationNaming(true)
                .group(true)
                .load();
    }
    // end

    @Test
    void bothHistoriesHaveAVersion1() {
        // example docs/recipes.md
        application().migrate();
        pricing().migrate();
        // end

        assertThat(scripts("flyway_schema_history")).containsExactly("V1__customers.sql");
        assertThat(scripts("pricing_schema_history"))
                .startsWith("pricing_V1__models_and_providers.sql")
                .hasSizeGreaterThanOrEqualTo(5)
                .allMatch(script -> script.startsWith("pricing_V"));
        Prices.assertReadableAndWritable(ctx);
    }

    @Test
    void secondRunAppliesNothing() {
        application().migrate();
        pricing().migrate();

        assertThat(application().migrate().migrationsExecuted).isZero();
        assertThat(pricing().migrate().migrationsExecuted).isZero();
        assertThat(application().validateWithResult().validationSuccessful).isTrue();
        assertThat(pricing().validateWithResult().validationSuccessful).isTrue();
    }

    @Test
    void lockTimeoutOfTheUrlLeavesNothingHalfDone() throws SQLException {
        PGSimpleDataSource withTimeout = new PGSimpleDataSource();
        withTimeout.setUrl(database.url() + "?options=-c%20lock_timeout=500");
        withTimeout.setUser(database.user());
        withTimeout.setPassword(database.password());
        Flyway pricing = Flyway.configure()
                .configuration(pricing().getConfiguration())
                .dataSource(withTimeout)
                .load();
        Flyway.configure()
                .configuration(pricing().getConfiguration())
                .target("1")
                .load()
                .migrate();

        try (Connection other = dataSource.getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("lock table models");

            assertThatThrownBy(pricing::migrate).hasMessageContaining("lock timeout");
        }

        assertThat(ctx.fetchValue("select to_regclass('model_pricing')")).isNull();
        assertThat(pricing.migrate().migrationsExecuted).isGreaterThanOrEqualTo(4);
    }

    @Test
    void applicationNeverRunsThePricingMigrationsByAccident() {
        Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/migration", "classpath:pricing-migrations")
                .load()
                .migrate();

        assertThat(scripts("flyway_schema_history")).containsExactly("V1__customers.sql");
        assertThat(ctx.fetchValue("select to_regclass('model_pricing')")).isNull();
    }

    @Test
    void applicationThatValidatesNamesIsToldAboutTheMisplacedFolder() {
        Flyway both = Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/migration", "classpath:pricing-migrations")
                .validateMigrationNaming(true)
                .load();

        assertThatThrownBy(both::migrate)
                .isInstanceOf(FlywayException.class)
                .hasMessageContaining("pricing_V1__models_and_providers.sql");
    }

    @Test
    void pricingMigrationsWithoutTheirPrefixFail() {
        Flyway unprefixed = Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:pricing-migrations")
                .table("pricing_schema_history")
                .validateMigrationNaming(true)
                .load();

        assertThatThrownBy(unprefixed::migrate)
                .isInstanceOf(FlywayException.class)
                .hasMessageContaining("pricing_V1__models_and_providers.sql");
    }

    private List<String> scripts(String history) {
        return ctx.resultQuery("select script from {0} where type = 'SQL' order by installed_rank", DSL.table(history))
                .fetch(0, String.class);
    }
}
