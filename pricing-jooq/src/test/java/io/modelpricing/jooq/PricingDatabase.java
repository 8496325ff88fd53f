package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelId;
import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.ExecuteListener;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** A database for one test, in one of the states that the migrations start from. */
public final class PricingDatabase implements AutoCloseable {

    public static final List<String> MIGRATIONS = List.of(
            "/pricing-migrations/pricing_V1__models_and_providers.sql",
            "/pricing-migrations/pricing_V2__model_pricing.sql",
            "/pricing-migrations/pricing_V3__versions.sql",
            "/pricing-migrations/pricing_V4__request_costs.sql",
            "/pricing-migrations/pricing_V5__usage_analytics.sql");

    private static final String SCRIPTS = "/io/modelpricing/testing/";

    private static final Map<String, ThrowawayDatabase> TEMPLATES = new HashMap<>();

    private final ThrowawayDatabase database;

    /** A pool, as services use; sessions keep their plans between uses. */
    private final HikariDataSource pool;

    private PricingDatabase(ThrowawayDatabase database) {
        this.database = database;
        HikariConfig config = new HikariConfig();
        config.setDataSource(database.dataSource());
        config.setMaximumPoolSize(50);
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        this.pool = new HikariDataSource(config);
    }

    public static PricingDatabase empty() {
        return new PricingDatabase(ThrowawayPostgres.shared().createDatabase());
    }

    /** The legacy database, before its prices had a table of their own. */
    public static PricingDatabase legacy() {
        return empty().run(SCRIPTS + "legacy.sql");
    }

    /** The legacy database after Phase 1. */
    static PricingDatabase phase1() {
        return legacy().run(SCRIPTS + "phase1.sql");
    }

    /** The same, with the history table that the legacy system added later. */
    static PricingDatabase phase1WithHistory() {
        return phase1().run(SCRIPTS + "phase1-history.sql");
    }

    /** An empty database with the pricing tables. */
    public static PricingDatabase expanded() {
        return copy("empty", PricingDatabase::empty);
    }

    /** The legacy database with the pricing tables. */
    public static PricingDatabase legacyExpanded() {
        return copy("legacy", PricingDatabase::legacy);
    }

    private static synchronized PricingDatabase copy(String name, Supplier<PricingDatabase> start) {
        ThrowawayDatabase template =
                TEMPLATES.computeIfAbsent(name, any -> start.get().expand().unpooled());
        return new PricingDatabase(ThrowawayPostgres.shared().createDatabase(template));
    }

    /** Runs the migrations in one transaction. */
    public PricingDatabase expand() {
        return run(MIGRATIONS.toArray(String[]::new));
    }

    /** Runs SQL files of the class path in one transaction. */
    public PricingDatabase run(String... resources) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String resource : resources) {
                statement.execute(text(resource));
            }
            connection.commit();
            return this;
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** Runs statements of the test in one transaction. Settings and temporary tables that they make end with it. */
    public PricingDatabase sql(String... statements) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            statement.execute("reset all; discard temp");
            connection.commit();
            return this;
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    public long number(String query) {
        return ((Number) ctx().fetchValue(query)).longValue();
    }

    public long revision() {
        return number("select revision from model_pricing_revision");
    }

    public static String text(String resource) {
        // Resources of a named module are visible to its own classes only.
        Class<?> owner = resource.startsWith(SCRIPTS) ? ThrowawayPostgres.class : PricingDatabase.class;
        try (InputStream in = owner.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ThrowawayDatabase unpooled() {
        pool.close();
        return database;
    }

    @SuppressWarnings("exports") // for tests only
    public ThrowawayDatabase database() {
        return database;
    }

    public DSLContext ctx() {
        return DSL.using(pool, SQLDialect.POSTGRES);
    }

    /** A context that counts the statements it executes. */
    public DSLContext counting(AtomicInteger statements) {
        return DSL.using(ctx().configuration()
                .deriveAppending(ExecuteListener.onExecuteStart(start -> statements.incrementAndGet())));
    }

    /** Adds a provider whose name is its slug. */
    public PricingDatabase provider(String slug) {
        ctx().insertInto(PROVIDERS)
                .set(PROVIDERS.NAME, slug)
                .set(PROVIDERS.SLUG, slug)
                .execute();
        return this;
    }

    public ModelId model(String provider, String id) {
        return new ModelCatalog(ctx()).create(Model.of(provider, id, new CanonicalModelId(id)));
    }

    @Override
    public void close() {
        pool.close();
        database.close();
    }
}
