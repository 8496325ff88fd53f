package io.modelpricing.compat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** A legacy database for one test, with two providers and no models. */
final class LegacyDatabase implements AutoCloseable {

    /** Most tests begin with this database. Copying it takes a tenth of the time of creating it. */
    private static final class Expanded {
        static final LegacyDatabase TEMPLATE =
                new LegacyDatabase(ThrowawayPostgres.shared().createDatabase(), "legacy.sql").expand();
    }

    private final ThrowawayDatabase database;

    private final LazyPool pool;

    private LegacyDatabase(ThrowawayDatabase database, String... scripts) {
        this.database = database;
        pool = new LazyPool(database.dataSource());
        for (String script : scripts) {
            sql(read(script));
        }
        if (scripts.length > 0) {
            sql("insert into providers (id, slug, name) values (1, 'acme', 'Acme'), (2, 'bolt', 'Bolt')");
        }
    }

    /** The legacy database without pricing tables. */
    static LegacyDatabase legacy() {
        return new LegacyDatabase(ThrowawayPostgres.shared().createDatabase(), "legacy.sql");
    }

    /** The legacy database after the first phase of the original plan. */
    static LegacyDatabase phase1() {
        return new LegacyDatabase(ThrowawayPostgres.shared().createDatabase(), "legacy.sql", "phase1.sql");
    }

    /** The legacy database with the pricing tables. */
    static LegacyDatabase expanded() {
        return Expanded.TEMPLATE.copy();
    }

    /** A copy of this database. There must be no connection to the original but those of the pool. */
    LegacyDatabase copy() {
        pool.close();
        return new LegacyDatabase(ThrowawayPostgres.shared().createDatabase(database));
    }

    LegacyDatabase expand() {
        Flyway.configure()
                .dataSource(database.dataSource())
                .locations("classpath:pricing-migrations")
                .sqlMigrationPrefix("pricing_V")
                .table("pricing_schema_history")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();
        return this;
    }

    DataSource dataSource() {
        return database.dataSource();
    }

    DSLContext ctx() {
        return DSL.using(pool.open(), SQLDialect.POSTGRES);
    }

    /** Adds a model; prices are SQL: prompt, completion, image and request in this order. */
    LegacyDatabase model(int id, String provider, String prices) {
        sql("""
                insert into models (
                    id, provider_id, model_id, model_name, provider_model_id,
                    pricing_prompt, pricing_completion, pricing_image, pricing_request)
                values (%1$s, (select id from providers where slug = '%2$s'), 'm', 'M', 'm%1$s', %3$s)
                """.formatted(String.valueOf(id), provider, prices));
        return this;
    }

    /** Runs statements. Settings that they make end with them. */
    void sql(String sql) {
        try (Connection connection = pool.open().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
            statement.execute("reset all");
        } catch (SQLException e) {
            throw new IllegalStateException(sql + ": " + e.getMessage(), e);
        }
    }

    private static String read(String script) {
        try (InputStream in = ThrowawayPostgres.class.getResourceAsStream(script)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        pool.close();
        database.close();
    }
}
