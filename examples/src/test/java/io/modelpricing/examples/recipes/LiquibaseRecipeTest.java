package io.modelpricing.examples.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.UpdateSummaryEnum;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.ClassLoaderResourceAccessor;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The Liquibase recipe of {@code docs/recipes.md}: an application that migrates its own tables with Liquibase. */
class LiquibaseRecipeTest {

    /** A strong reference: the log manager has only weak ones, and would lose the level. */
    private static final Logger LOG = Logger.getLogger("liquibase");

    private final ThrowawayDatabase database = ThrowawayPostgres.shared().createDatabase();
    private final DSLContext ctx = DSL.using(database.dataSource(), SQLDialect.POSTGRES);

    @BeforeAll
    static void beQuiet() {
        System.setProperty("liquibase.analytics.enabled", "false");
        LOG.setLevel(Level.WARNING);
    }

    @AfterEach
    void drop() {
        database.close();
    }

    private void update() throws Exception {
        try (Connection connection = database.dataSource().getConnection();
                Liquibase liquibase = new Liquibase(
                        "db/changelog/changelog.yaml",
                        new ClassLoaderResourceAccessor(),
                        new JdbcConnection(connection))) {
            liquibase.setShowSummary(UpdateSummaryEnum.OFF);
            liquibase.update(new Contexts(), new LabelExpression());
        }
    }

    private List<String> changeSets() {
        return ctx.fetch("select author || ' ' || id from databasechangelog order by orderexecuted")
                .into(String.class);
    }

    @Test
    void applicationAndPricingChangeSetsRunTogether() throws Exception {
        update();

        assertThat(changeSets())
                .startsWith("application 1", "model-pricing pricing_V1")
                .hasSize(1 + migrations().size());
        assertThat(ctx.fetchValue("select count(*) from customers")).isEqualTo(0L);
        Prices.assertReadableAndWritable(ctx);
    }

    @Test
    void secondUpdateAppliesNothing() throws Exception {
        update();
        List<String> applied = changeSets();

        update();

        assertThat(changeSets()).isEqualTo(applied);
    }

    @Test
    void changelogNamesEveryMigration() throws IOException {
        assertThat(changelog("pricing.yaml")).contains(migrations());
    }

    @Test
    void pageShowsTheChangelogs() throws IOException {
        assertThat(Files.readString(Path.of("../docs/recipes.md"), UTF_8))
                .contains(changelog("changelog.yaml"), changelog("pricing.yaml"));
    }

    private static String changelog(String file) throws IOException {
        return Files.readString(Path.of("src/test/resources/db/changelog", file), UTF_8);
    }

    private static List<String> migrations() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../pricing-jooq/src/main/resources/pricing-migrations"))) {
            return files.map(file -> "pricing-migrations/" + file.getFileName())
                    .sorted()
                    .toList();
        }
    }
}
