package io.modelpricing.jooq;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.UpsertOutcome.Result;
import io.modelpricing.UpsertReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jooq.DSLContext;
import org.jooq.ExecuteListener;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** The number of rows that a batch reads if its session kept a plan from when the tables were small. */
class PlansTest {

    private static final int BATCH = 1000;
    private static final Pattern NODE = Pattern.compile("\\(actual rows=(\\d+)[.0-9]* loops=(\\d+)\\)");
    private static final Pattern REMOVED = Pattern.compile("Rows Removed by (?:Join )?Filter: (\\d+)");

    private final PricingDatabase database = PricingDatabase.expanded().provider("openai");
    private Connection connection;
    private DSLContext ctx;
    private long nodes;
    private long rows;

    @BeforeEach
    void connect() throws SQLException {
        database.sql("insert into models (provider_id, model_id, model_name, provider_model_id) "
                + "select 1, 'm' || i, 'm', 'm' || i from generate_series(1, " + BATCH + ") i");
        connection = database.database().dataSource().getConnection();
        connection.unwrap(PGConnection.class).setPrepareThreshold(1);
        ctx = DSL.using(DSL.using(connection, SQLDialect.POSTGRES)
                .configuration()
                .deriveAppending(ExecuteListener.onWarning(warning -> read(warning.sqlWarning()))));
    }

    @AfterEach
    void drop() throws SQLException {
        connection.close();
        database.close();
    }

    /** Counts the nodes of the executed plans and the rows that they read. */
    private void read(SQLWarning first) {
        for (SQLWarning warning = first; warning != null; warning = warning.getNextWarning()) {
            long loops = 1;
            for (String line : warning.getMessage().lines().toList()) {
                Matcher node = NODE.matcher(line);
                Matcher removed = REMOVED.matcher(line);
                if (node.find()) {
                    nodes++;
                    loops = Long.parseLong(node.group(2));
                    rows += Long.parseLong(node.group(1)) * loops;
                } else if (removed.find()) {
                    rows += Long.parseLong(removed.group(1)) * loops;
                }
            }
        }
    }

    /** Runs the statements of the batch with a few prices, so that the session keeps their plans. */
    private void keepPlansFrom(int prices) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set plan_cache_mode = force_generic_plan");
            write(prices, 1);
            statement.execute("vacuum analyze");
            write(Math.max(prices, 1), 2);
            writeForeign(Math.max(prices, 1), 3);
        }
    }

    private UpsertReport write(int prices, int time) {
        Pricing pricing = Pricing.paid(Price.perMillion(String.valueOf(time)), Price.perMillion("10"));
        Instant seen = Instant.EPOCH.plusSeconds(time);
        return new JooqPricingRepository(ctx)
                .upsertAll(
                        LongStream.rangeClosed(1, prices)
                                .mapToObj(id -> new PriceUpdate(new ModelId(id), pricing, PricingSource.PROVIDER, seen))
                                .toList(),
                        Attribution.by("api_sync:openai"));
    }

    private void writeForeign(int prices, int time) {
        ctx.execute(
                "insert into model_pricing (model_id, price_per_input_token, pricing_type, pricing_source, last_updated) "
                        + "select i, ?, 'paid', 'provider', to_timestamp(?) from generate_series(1, ?) i "
                        + "on conflict (model_id) do update set price_per_input_token = excluded.price_per_input_token, "
                        + "last_updated = excluded.last_updated",
                time,
                time,
                prices);
    }

    private void explainAll() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("load 'auto_explain'");
            statement.execute("set auto_explain.log_min_duration = 0");
            statement.execute("set auto_explain.log_nested_statements = on");
            statement.execute("set auto_explain.log_analyze = on");
            statement.execute("set auto_explain.log_timing = off");
            statement.execute("set client_min_messages = log");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 50, 500})
    void batchIsNeverQuadratic(int pricesBefore) throws SQLException {
        keepPlansFrom(pricesBefore);
        explainAll();

        UpsertReport first = write(BATCH, 4);
        assertThat(first.count(Result.INSERTED)).isEqualTo(BATCH - Math.max(pricesBefore, 1));
        assertThat(first.count(Result.UPDATED)).isEqualTo(Math.max(pricesBefore, 1));
        assertThat(write(BATCH, 5).count(Result.UPDATED)).isEqualTo(BATCH);
        assertThat(write(BATCH, 5).count(Result.UNCHANGED)).isEqualTo(BATCH);

        assertThat(nodes).as("nodes explained").isGreaterThan(30);
        assertThat(rows).as("rows read").isBetween((long) BATCH, 200L * BATCH);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 500})
    void announcedPricesOfManyModelsAreNeverQuadratic(int pricesBefore) throws SQLException {
        keepPlansFrom(pricesBefore);
        JooqPricingRepository repository = new JooqPricingRepository(ctx);
        List<ModelId> models =
                LongStream.rangeClosed(1, BATCH).mapToObj(ModelId::new).toList();
        repository.findAll(models.subList(0, 3));
        database.sql(
                "set local session_replication_role = replica",
                "insert into model_pricing_announcement (model_id, valid_from, pricing_type, price_per_input_token, "
                        + "pricing_source, observed_at, actor) select i, '2026-01-01Z', 'paid', 7e-6, 'provider', now(), 'ada' "
                        + "from generate_series(1, " + BATCH + ") i");
        explainAll();
        // A read is planned for the tables as they are; autovacuum discards plans from before they grew.
        ctx.execute("set plan_cache_mode = auto");

        assertThat(repository.findAll(models).values())
                .hasSize(BATCH)
                .allSatisfy(found -> assertThat(found.lastUpdated()).isEqualTo("2026-01-01T00:00:00Z"));
        assertThat(new ModelCatalog(ctx)
                        .page(CatalogQuery.all().cheapestFirst(PriceMeasure.INPUT), PageRequest.first(10))
                        .items())
                .hasSize(10);
        assertThat(nodes).as("nodes explained").isGreaterThan(5);
        assertThat(rows).as("rows read").isBetween((long) BATCH, 100L * BATCH);
        rows = 0;
        ctx.execute("set plan_cache_mode = force_generic_plan");
        assertThat(write(BATCH, 1_770_000_000).count(Result.UPDATED)).isEqualTo(BATCH);
        assertThat(rows).as("rows read").isBetween((long) BATCH, 200L * BATCH);
        assertThat(database.number("select count(*) from model_pricing_announcement where resolution = 'applied'"))
                .isEqualTo(BATCH);
    }

    @Test
    void listOfARareTypeReadsOnlyItsModels() throws SQLException {
        database.sql("insert into model_pricing (model_id, price_per_input_token, pricing_type) select i,"
                + " case when i % 100 = 0 then 0 else 1 end, case when i % 100 = 0 then 'free' else 'paid' end"
                + " from generate_series(1, " + BATCH + ") i");
        try (Statement statement = connection.createStatement()) {
            statement.execute("vacuum analyze");
        }
        database.sql(
                "set local session_replication_role = replica",
                "insert into model_pricing_announcement (model_id, valid_from, pricing_type, price_per_input_token, "
                        + "pricing_source, observed_at, actor) values "
                        + "(100, '2026-01-01Z', 'paid', 7e-6, 'provider', now(), 'ada'), "
                        + "(150, '2026-01-01Z', 'free', 0, 'provider', now(), 'ada'), "
                        + "(300, '2100-01-01Z', 'paid', 7e-6, 'provider', now(), 'ada')");
        explainAll();

        Page<ModelPricing> page = new JooqPricingRepository(ctx).list(PricingType.FREE, PageRequest.first(4));
        assertThat(page.items()).extracting(price -> price.model().value()).containsExactly(150L, 200L, 300L, 400L);
        assertThat(rows).as("rows read").isBetween(5L, BATCH / 2L);
        assertThat(new JooqPricingRepository(ctx)
                        .list(PricingType.FREE, page.next().orElseThrow())
                        .items())
                .extracting(price -> price.model().value())
                .containsExactly(500L, 600L, 700L, 800L);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 50, 500})
    void batchInPlainSqlIsNeverQuadratic(int pricesBefore) throws SQLException {
        keepPlansFrom(pricesBefore);
        explainAll();

        writeForeign(BATCH, 4);
        writeForeign(BATCH, 5);
        ctx.execute("delete from model_pricing");

        assertThat(nodes).as("nodes explained").isGreaterThan(30);
        assertThat(rows).as("rows read").isBetween((long) BATCH, 200L * BATCH);
    }
}
