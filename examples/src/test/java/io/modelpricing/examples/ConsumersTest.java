package io.modelpricing.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.Quote;
import io.modelpricing.Usage;
import io.modelpricing.compat.ColumnTypes;
import io.modelpricing.compat.CompatViews;
import io.modelpricing.compat.Contract;
import io.modelpricing.compat.Declarations;
import io.modelpricing.compat.Declarations.Scope;
import io.modelpricing.compat.LegacyUnit;
import io.modelpricing.compat.LockRetry;
import io.modelpricing.compat.Populate;
import io.modelpricing.compat.Rollback;
import io.modelpricing.compat.Zero;
import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;

/** Both services, in all three versions, on one database at each step of the migration. */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class ConsumersTest {

    private static final String MODEL = "llama-3.3-70b";
    private static final List<String> BEST_FIRST = List.of("bolt", "acme", "core");
    private static final long INPUT = 1_000;
    private static final long OUTPUT = 300;
    private static final Usage EXPECTED = Usage.of(INPUT, OUTPUT);
    private static final BigDecimal COST = new BigDecimal("0.0008");

    private ThrowawayDatabase database;
    private DSLContext ctx;

    @BeforeAll
    void createLegacyDatabase() throws IOException, SQLException {
        database = ThrowawayPostgres.shared().createDatabase();
        ctx = DSL.using(database.dataSource(), SQLDialect.POSTGRES);
        try (InputStream legacy = ThrowawayPostgres.class.getResourceAsStream("legacy.sql")) {
            sql(new String(legacy.readAllBytes(), UTF_8));
        }
        sql("""
                insert into providers (id, slug, name, health_status, average_response_time_ms)
                values (1, 'acme', 'Acme', 'healthy', 200), (2, 'bolt', 'Bolt', 'healthy', 200),
                    (3, 'core', 'Core', 'degraded', 100);
                insert into models (id, provider_id, model_id, model_name, provider_model_id, pricing_prompt,
                    pricing_completion)
                values (1, 1, 'llama-3.3-70b', 'Llama 3.3 70B', 'llama-70b', 0.0000006, 0.0000012),
                    (2, 2, 'llama-3.3-70b', 'Llama 3.3 70B', 'l70', 0.0000005, 0.0000010),
                    (3, 3, 'llama-3.3-70b', 'Llama 3.3 70B', 'meta/llama', 0.0000001, 0.0000002);
                """);
    }

    @AfterAll
    void close() {
        database.close();
    }

    @Test
    @Order(1)
    void legacyServicesWorkBeforeTheMigration() throws SQLException {
        assertLegacyServicesWork("public");
    }

    @Test
    @Order(2)
    void allVersionsAgreeAfterPopulate() throws SQLException {
        Flyway.configure()
                .dataSource(database.dataSource())
                .locations("classpath:pricing-migrations")
                .sqlMigrationPrefix("pricing_V")
                .table("pricing_schema_history")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate();
        Scope all = new Scope.All();
        assertThat(new Populate(ctx)
                        .run(
                                Declarations.none()
                                        .tokens(all, LegacyUnit.PER_TOKEN)
                                        .zero(all, Zero.UNKNOWN),
                                Attribution.by("operator"))
                        .refused())
                .isEmpty();

        assertLegacyServicesWork("public");
        assertNewServicesWork();
    }

    @Test
    @Order(3)
    void allVersionsAgreeAfterContract() throws SQLException {
        new CompatViews(ctx, LockRetry.DEFAULT).install(Attribution.by("operator"));
        assertThat(new Contract(ctx).run(Attribution.by("operator")).refused()).isEmpty();

        assertLegacyServicesWork("pricing_legacy, public");
        assertNewServicesWork();
    }

    @Test
    @Order(4)
    void allVersionsAgreeAfterRollback() throws SQLException {
        assertThat(new Rollback(ctx, ColumnTypes.ORIGINAL)
                        .run(Attribution.by("operator"))
                        .applied())
                .isTrue();

        assertLegacyServicesWork("public");
        assertNewServicesWork();
    }

    private void assertLegacyServicesWork(String searchPath) throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            DSLContext old = DSL.using(connection, SQLDialect.POSTGRES);
            old.execute("set search_path = " + searchPath);

            assertThat(new io.modelpricing.examples.failover.legacy.FailoverChooser(old).providersOf(MODEL))
                    .isEqualTo(BEST_FIRST);
            assertCosts(request ->
                    new io.modelpricing.examples.costing.legacy.RequestCoster(old).cost(request, 2, INPUT, OUTPUT));
        }
    }

    private void assertNewServicesWork() {
        assertThat(new io.modelpricing.examples.failover.compat.FailoverChooser(ctx).providersOf(MODEL))
                .isEqualTo(BEST_FIRST);
        assertThat(new io.modelpricing.examples.failover.offers.FailoverChooser(ctx).providersOf(MODEL, EXPECTED))
                .isEqualTo(BEST_FIRST);
        assertCosts(request ->
                new io.modelpricing.examples.costing.compat.RequestCoster(ctx).cost(request, 2, INPUT, OUTPUT));
        var quoting = new io.modelpricing.examples.costing.quotes.RequestCoster(ctx);
        assertCosts(request -> {
            Quote quote = quoting.quote(2);
            return quoting.cost(request, quote, EXPECTED);
        });
    }

    /** Costs a new request, and checks the returned cost and the columns of its row. */
    private void assertCosts(Function<String, BigDecimal> coster) {
        String request = ctx.fetchSingle("""
                        insert into chat_completion_requests (request_id, model_id, input_tokens, output_tokens, processing_time_ms)
                        values (gen_random_uuid()::text, 2, {0}, {1}, 100)
                        returning request_id
                        """, DSL.val(INPUT), DSL.val(OUTPUT)).get(0, String.class);

        assertThat(coster.apply(request)).isEqualByComparingTo(COST);
        assertThat(ctx.fetchSingle(
                                "select cost_usd::text, input_cost_usd::text, output_cost_usd::text"
                                        + " from chat_completion_requests where request_id = {0}",
                                DSL.val(request))
                        .intoList())
                .containsExactly("0.000800", "0.000500", "0.000300");
    }

    private void sql(String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
