package io.modelpricing.jooq.costs;

import static io.modelpricing.jooq.schema.Tables.REQUEST_COST;
import static java.util.Map.entry;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.sql;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import io.modelpricing.CostCalculator;
import io.modelpricing.Markup;
import io.modelpricing.jooq.sql.SqlResource;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jooq.DSLContext;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.SQL;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@code backfill.sql} and {@code compare.sql} for one batch of requests after the other.
 *
 * <p>A batch is a range of the table's blocks. It is found without an index or a sort, and no two requests have the
 * same position, as they can have the same time.
 */
final class BackfillStatement {

    private static final Table<Record> REQUESTS = GatewayRequests.TABLE;
    private static final Statement BACKFILL = Statement.of("backfill.sql");
    private static final Statement COMPARE = Statement.of("compare.sql");

    /** The size that is assumed for a request in a table without statistics: 50 in a block of 8 KiB. */
    private static final int ROWS_PER_BLOCK = 50;

    /** A statement that looks up the prices of its requests, and the same with given prices. */
    private record Statement(SqlResource withLookup, SqlResource withPrices) {

        static Statement of(String file) {
            return new Statement(
                    SqlResource.of(BackfillStatement.class, file),
                    SqlResource.of(BackfillStatement.class, file, Map.of("priced", "calculated-prices.sql")));
        }

        /** Runs the statement, and again for the requests whose prices it cannot look up. */
        List<Record> fetch(DSLContext ctx, Map<String, QueryPart> values) {
            List<Record> all = new ArrayList<>();
            List<Record> left = new ArrayList<>();
            ctx.fetch(withLookup.bind(values))
                    .forEach(row -> (CalculatedPrices.areNeededBy(row) ? left : all).add(row));
            if (!left.isEmpty()) {
                Map<String, QueryPart> more = new HashMap<>(values);
                more.putAll(CalculatedPrices.of(ctx, left).values());
                all.addAll(ctx.fetch(withPrices.bind(more)));
            }
            return all;
        }
    }

    /** A range of blocks; the end is exclusive. */
    record Blocks(long from, long end) {}

    private final GatewayRequests requests;

    private BackfillStatement(GatewayRequests requests) {
        this.requests = requests;
    }

    /**
     * Reads the columns of the requests.
     *
     * @throws IllegalStateException if the table of requests does not exist
     */
    static BackfillStatement of(DSLContext ctx) {
        return new BackfillStatement(GatewayRequests.of(ctx)
                .orElseThrow(() -> new IllegalStateException("the table " + ctx.render(REQUESTS)
                        + " does not exist, so no requests can be costed; check the schema")));
    }

    /** Returns the table's blocks in batches of about the given number of requests. */
    List<Blocks> batches(DSLContext ctx, int requestsPerBatch) {
        Record size = ctx.select(
                        field(
                                "max(pg_relation_size(c.oid)) / current_setting('block_size')::bigint",
                                SQLDataType.BIGINT),
                        field(
                                "coalesce(ceil(sum(c.reltuples) filter (where c.reltuples > 0)"
                                        + " / nullif(sum(c.relpages), 0)), {0})::bigint",
                                SQLDataType.BIGINT, inline(ROWS_PER_BLOCK)))
                .from(table("pg_catalog.pg_class").as("c"))
                // The table itself, or its partitions.
                .where(condition(
                        "c.oid = to_regclass({0}) or c.oid in (select relid from pg_partition_tree(to_regclass({0})))",
                        val(ctx.render(REQUESTS))))
                .fetchSingle();
        long blocks = size.get(0, Long.class);
        long step = Math.max(1, requestsPerBatch / Math.max(1, size.get(1, Long.class)));
        return LongStream.iterate(0, from -> from < blocks, from -> from + step)
                .mapToObj(from -> new Blocks(from, from + step))
                .toList();
    }

    /**
     * Returns a statement that creates the index on the requests' id, if filling columns needs it and it does not
     * exist.
     */
    List<String> missingIndexes(DSLContext ctx) {
        if (!requests.hasCost()) {
            return List.of();
        }
        Set<String> indexed = ctx.select(field("a.attname", SQLDataType.CLOB))
                .from(table("pg_catalog.pg_index i"))
                .join(table("pg_catalog.pg_attribute a"))
                .on(condition("a.attrelid = i.indrelid and a.attnum = i.indkey[0]"))
                .where(condition("i.indrelid = to_regclass({0})", val(ctx.render(REQUESTS))))
                .and(condition("i.indisvalid and i.indpred is null"))
                .fetchSet(0, String.class);
        return indexed.contains(requests.key())
                ? List.of()
                : List.of("create index concurrently on " + ctx.render(REQUESTS) + " (" + requests.key() + ")");
    }

    /**
     * Costs a batch and records it. Each row has a result, how many requests had it, their tokens and costs, and how
     * many of these costs, and how much of them, come from assumed prices.
     */
    List<Record> record(DSLContext ctx, CostBackfill.Scope scope, Blocks blocks, @Nullable Markup markup) {
        return BACKFILL.fetch(
                ctx,
                Map.ofEntries(
                        entry("request_id", requestId()),
                        entry("stored_cost", storedCost()),
                        entry("first_block", tid(blocks.from())),
                        entry("end_block", tid(blocks.end())),
                        entry("since", timestamp(scope.since())),
                        entry("until", timestamp(scope.until())),
                        entry("basis", inline((markup == null ? CostBasis.PROVIDER_COST : CostBasis.CHARGE).id())),
                        entry("recorded_markup", inline(markup == null ? null : markup.factor(), SQLDataType.NUMERIC)),
                        entry("markup", inline(markup == null ? BigDecimal.ONE : markup.factor())),
                        entry("calculator", inline(CostCalculator.VERSION))));
    }

    /**
     * Compares the stored costs of a batch of requests with newly calculated ones. Each row has a basis, a result, how
     * many requests had it, and their stored and new costs; a row with the result {@code largest} is one request.
     */
    List<Record> compare(DSLContext ctx, CostBackfill.Scope scope, Blocks blocks) {
        return COMPARE.fetch(
                ctx,
                Map.ofEntries(
                        entry("request_id", requestId()),
                        entry("stored_cost", storedCost()),
                        entry("stored_scale", inline(requests.scale(), SQLDataType.INTEGER)),
                        entry("first_block", tid(blocks.from())),
                        entry("end_block", tid(blocks.end())),
                        entry("since", timestamp(scope.since())),
                        entry("until", timestamp(scope.until())),
                        entry("markup", inline(1)),
                        entry("largest", inline(CostBackfill.LARGEST_DIFFERENCES))));
    }

    private SQL requestId() {
        return sql("r." + requests.key() + "::text");
    }

    private SQL storedCost() {
        return requests.hasCost()
                ? sql("r.cost_usd")
                : sql(
                        "(select c.total_usd from {0} c where c.request_id = {1} order by c.number desc limit 1)",
                        REQUEST_COST, requestId());
    }

    private static QueryPart tid(long block) {
        return inline("(" + block + ",0)");
    }

    private static QueryPart timestamp(@Nullable Instant instant) {
        return inline(instant, SQLDataType.INSTANT);
    }
}
