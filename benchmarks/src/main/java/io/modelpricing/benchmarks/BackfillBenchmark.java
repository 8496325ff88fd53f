package io.modelpricing.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.costs.CostBackfill;
import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@link CostBackfill} compared with hand-written SQL of the same effect, on the legacy table with all its indexes. The
 * SQL is two statements over all requests: it holds all row locks until it commits, and cannot be resumed. The small
 * heap shows that memory does not grow with the number of requests.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@State(Scope.Benchmark)
@Fork(value = 1, jvmArgs = "-Xmx64m")
@Warmup(iterations = 1)
@Measurement(iterations = 3)
public class BackfillBenchmark {

    private static final int MODELS = 10_000;

    private static final String RECORD = """
            insert into request_cost (request_id, total_usd, input_usd, output_usd, usage, lines, model_id, provider_slug,
                provider_model_id, canonical_id, price_version, is_assumed, calculator, origin, occurred_at)
            select r.request_id,
                r.input_tokens * t.price_per_input_token + r.output_tokens * t.price_per_output_token,
                r.input_tokens * t.price_per_input_token, r.output_tokens * t.price_per_output_token,
                jsonb_build_object('input', r.input_tokens, 'output', r.output_tokens, 'request', 1),
                jsonb_build_array(
                    jsonb_build_object('unit', 'input', 'quantity', r.input_tokens, 'price', t.price_per_input_token,
                        'amount', r.input_tokens * t.price_per_input_token),
                    jsonb_build_object('unit', 'output', 'quantity', r.output_tokens, 'price', t.price_per_output_token,
                        'amount', r.output_tokens * t.price_per_output_token)),
                r.model_id, t.provider_slug, t.provider_model_id, t.canonical_id, t.number, t.valid_from is null, 1,
                'backfill', r.created_at
            from chat_completion_requests r
            join model_pricing_timeline t on t.model_id = r.model_id
                and (t.valid_from is null or t.valid_from <= r.created_at)
                and (t.valid_to is null or t.valid_to > r.created_at)
            where r.status = 'completed' and r.cost_usd is null
            """;

    private static final String FILL = """
            update chat_completion_requests r
            set cost_usd = c.total, input_cost_usd = c.total - c.output, output_cost_usd = c.output,
                pricing_source = c.basis
            from (
                select request_id, basis, round(total_usd, 6) as total,
                    trunc(output_usd, 6) + case
                        when round(total_usd, 6) - trunc(input_usd, 6) - trunc(output_usd, 6) > case
                            when output_usd - trunc(output_usd, 6) > input_usd - trunc(input_usd, 6) then 0
                            else 0.000001 end
                        then 0.000001 else 0 end as output
                from request_cost) c
            where c.request_id = r.request_id
            """;

    /** The number of requests without a cost. */
    @Param("1000000")
    public int requests;

    private ThrowawayDatabase template;
    private ThrowawayDatabase database;

    /** Creates requests, and prices of which two in three changed at some time. */
    @Setup
    public void create() throws SQLException, IOException {
        template = ThrowawayPostgres.shared().createDatabase();
        try (Connection connection = template.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(text(ThrowawayPostgres.class, "legacy.sql"));
            connection.setAutoCommit(false);
            for (String migration : BenchmarkDatabase.MIGRATIONS) {
                statement.execute(text(JooqPricingRepository.class, "/pricing-migrations/" + migration));
            }
            connection.commit();
            connection.setAutoCommit(true);
            statement.execute("insert into providers (name, slug) values ('openai', 'openai')");
            statement.execute("insert into models (provider_id, model_id, model_name, provider_model_id)"
                    + " select 1, 'm' || n, 'm' || n, 'm' || n from generate_series(1, " + MODELS + ") n");
            // Version 1 has no start date, as after populate. Two in three models have a version 2.
            statement.execute(
                    "insert into model_pricing_version (model_id, number, kind, valid_from, recorded_at, actor,"
                            + " pricing_type, price_per_input_token, price_per_output_token, pricing_source, last_updated,"
                            + " provider_slug, provider_model_id, canonical_id, model_name)"
                            + " select id, v, 'change', case v when 2 then timestamptz '2026-02-01' end, now(), 'benchmark', 'paid',"
                            + " id * 1e-9 * v, id * 4e-9 * v, 'provider', now(), 'openai', provider_model_id, model_id, model_name"
                            + " from models cross join generate_series(1, 2) v where v = 1 or id % 3 > 0");
            statement.execute("insert into chat_completion_requests (request_id, model_id, input_tokens, output_tokens,"
                    + " processing_time_ms, created_at)"
                    + " select gen_random_uuid(), 1 + n % " + MODELS + ", 1 + n % 5000, 1 + n % 700, 1000,"
                    + " timestamptz '2026-01-01' + n * interval '5 seconds' from generate_series(1, " + requests
                    + ") n");
            statement.execute("vacuum analyze");
        }
    }

    private static String text(Class<?> owner, String name) throws IOException {
        try (InputStream in = owner.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("resource " + name + " of " + owner.getName() + " is missing");
            }
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /** Creates a copy in which no request has a cost. */
    @Setup(Level.Invocation)
    public void copy() throws SQLException {
        database = ThrowawayPostgres.shared().createDatabase(template);
        execute("checkpoint");
    }

    /** Drops the copy. */
    @TearDown(Level.Invocation)
    public void drop() {
        database.close();
    }

    /** Drops the template database. */
    @TearDown
    public void dropTemplate() {
        template.close();
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The library. */
    @Benchmark
    public BigDecimal library() {
        CostBackfill.Summary summary = new CostBackfill(DSL.using(database.dataSource(), SQLDialect.POSTGRES)).run();
        if (summary.costed() != requests) {
            throw new IllegalStateException(summary.toString());
        }
        return summary.totalCost();
    }

    /** The hand-written equivalent. */
    @Benchmark
    public BigDecimal handWritten() throws SQLException {
        execute("alter table request_cost disable trigger request_cost_follow");
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("set local jit = off");
            statement.execute(RECORD);
            statement.execute("analyze request_cost");
            statement.execute(FILL);
            connection.commit();
            try (ResultSet sum = statement.executeQuery("select sum(total_usd) from request_cost")) {
                sum.next();
                return sum.getBigDecimal(1);
            }
        }
    }
}
