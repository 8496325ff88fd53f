package io.modelpricing.jooq.costs;

import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.field;

import io.modelpricing.Markup;
import io.modelpricing.RequestId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The job that gives completed requests of {@code chat_completion_requests} a cost that have none, at the price that was valid
 * when they ran.
 *
 * <p>A request has no cost if its {@code cost_usd} is null or, where there is no such column, if nothing complete is recorded of
 * it. It is costed as one request of its input and output tokens in the standard tier, by the rules of
 * {@link io.modelpricing.CostCalculator}, and recorded as {@link RequestCosts} records it, columns included. What has no price
 * stays without a cost and is counted by reason. Costs that stand are not touched.
 *
 * <p>Requests are taken in the order in which the table holds them, a batch in a statement and a transaction. So a run can be
 * killed at any moment, and the next one goes on; what somebody else has locked or moved meanwhile is left for it. A batch waits for a lock less long than
 * PostgreSQL takes to find a deadlock, so that live traffic is never the one to be stopped, and is tried again. Memory does not
 * grow with the number of requests.
 *
 * <p>This class is immutable and thread-safe. A failure of the database throws jOOQ's {@link DataAccessException}.
 */
public final class CostBackfill {

    /** About how many requests a batch has where nothing else is said. */
    public static final int DEFAULT_BATCH = 10_000;

    /** How many of the largest differences a comparison shows. */
    static final int SHOWN = 20;

    private static final Logger LOG = LoggerFactory.getLogger(CostBackfill.class);

    private static final String LOCK_TIMEOUT = "500ms";
    private static final int ATTEMPTS = 20;
    private static final Set<String> OTHERS_WERE_FASTER = Set.of("55P03", "40001", "40P01");

    private final DSLContext database;
    private final Scope scope;
    private final @Nullable Markup markup;

    /** Which requests, and how many in a batch. */
    record Scope(@Nullable Instant since, @Nullable Instant until, int batch) {}

    /**
     * How many requests, and their tokens.
     *
     * @param requests how many
     * @param inputTokens of all of them
     * @param outputTokens of all of them
     */
    public record Traffic(long requests, BigDecimal inputTokens, BigDecimal outputTokens) {

        Traffic plus(Traffic other) {
            return new Traffic(
                    requests + other.requests,
                    inputTokens.add(other.inputTokens),
                    outputTokens.add(other.outputTokens));
        }
    }

    /**
     * Costs by prices that are only assumed to have applied, because they were found later and stand as valid since ever.
     *
     * @param requests how many
     * @param cost US dollars, exact
     */
    public record Assumed(long requests, BigDecimal cost) {}

    /**
     * What a run did.
     *
     * @param requests how many completed requests without a cost it met
     * @param costed how many of them it recorded a cost of
     * @param filled how many had a record already, and only lacked it in their columns
     * @param unpriced those without a price, by reason
     * @param assumed how many of the costed ones, and how much of the total, are by assumed prices
     * @param totalCost US dollars of all costed ones, exact, on the basis that was asked for
     */
    public record Summary(
            long requests,
            long costed,
            long filled,
            Map<UnpricedReason, Traffic> unpriced,
            Assumed assumed,
            BigDecimal totalCost) {

        /**
         * Copies the map.
         *
         * @param requests how many completed requests without a cost it met
         * @param costed how many of them it recorded a cost of
         * @param filled how many had a record already, and only lacked it in their columns
         * @param unpriced those without a price, by reason
         * @param assumed how many of the costed ones, and how much of the total, are by assumed prices
         * @param totalCost US dollars of all costed ones, exact, on the basis that was asked for
         */
        public Summary {
            unpriced = Collections.unmodifiableMap(new EnumMap<>(unpriced));
        }
    }

    /**
     * Stored costs of one basis beside new ones.
     *
     * @param same how many are the same
     * @param different how many are not
     * @param stored US dollars of both as they are stored
     * @param recomputed US dollars of both as they would be now
     */
    public record Compared(long same, long different, BigDecimal stored, BigDecimal recomputed) {

        Compared plus(Compared other) {
            return new Compared(
                    same + other.same,
                    different + other.different,
                    stored.add(other.stored),
                    recomputed.add(other.recomputed));
        }
    }

    /**
     * A request whose stored cost is not what it would be now.
     *
     * @param request the request
     * @param basis what the stored cost is: {@code provider_cost}, {@code charge}, or {@code unstated} without a record
     * @param stored US dollars
     * @param recomputed US dollars, on the same basis, rounded where the stored cost is
     */
    public record Difference(RequestId request, String basis, BigDecimal stored, BigDecimal recomputed) {

        BigDecimal size() {
            return stored.subtract(recomputed).abs();
        }
    }

    /**
     * What a comparison found.
     *
     * @param requests how many completed requests with a cost there are
     * @param byBasis the compared ones, by basis, which are never added up
     * @param notComparable how many used more than plain input and output tokens in the standard tier
     * @param unpriced those that have a cost but would have none now, by reason
     * @param largest the requests that differ most, the largest difference first
     */
    public record Comparison(
            long requests,
            Map<String, Compared> byBasis,
            long notComparable,
            Map<UnpricedReason, Traffic> unpriced,
            List<Difference> largest) {

        /**
         * Copies the collections.
         *
         * @param requests how many completed requests with a cost there are
         * @param byBasis the compared ones, by basis, which are never added up
         * @param notComparable how many used more than plain input and output tokens in the standard tier
         * @param unpriced those that have a cost but would have none now, by reason
         * @param largest the requests that differ most, the largest difference first
         */
        public Comparison {
            byBasis = Collections.unmodifiableMap(new TreeMap<>(byBasis));
            unpriced = Collections.unmodifiableMap(new EnumMap<>(unpriced));
            largest = List.copyOf(largest);
        }

        /**
         * Tells whether nothing differs.
         *
         * @return true if every stored cost that can be compared is what it would be now
         */
        public boolean isSame() {
            return unpriced.isEmpty() && byBasis.values().stream().allMatch(compared -> compared.different() == 0);
        }
    }

    /**
     * Makes the job for all requests of a database, at what they cost the provider.
     *
     * @param database a context on a data source, whose render mapping names the schema: the job begins and ends its
     *     transactions itself, and so takes none that stands on a connection
     * @throws IllegalArgumentException if the context stands on a connection
     */
    public CostBackfill(DSLContext database) {
        this(database, new Scope(null, null, DEFAULT_BATCH), null);
        if (!(database.configuration().connectionProvider() instanceof DataSourceConnectionProvider)) {
            throw new IllegalArgumentException(
                    "a job begins and ends its transactions itself, and so needs a context on a data source, but this one is on "
                            + database.configuration()
                                    .connectionProvider()
                                    .getClass()
                                    .getSimpleName());
        }
    }

    private CostBackfill(DSLContext database, Scope scope, @Nullable Markup markup) {
        this.database = requireNonNull(database, "database");
        this.scope = scope;
        this.markup = markup;
    }

    /**
     * Returns this job for the requests that ran at an instant or later.
     *
     * @param instant the first instant
     * @return a new job
     */
    public CostBackfill since(Instant instant) {
        return new CostBackfill(database, new Scope(requireNonNull(instant), scope.until(), scope.batch()), markup);
    }

    /**
     * Returns this job for the requests that ran before an instant.
     *
     * @param instant the first instant that no longer counts
     * @return a new job
     */
    public CostBackfill until(Instant instant) {
        return new CostBackfill(database, new Scope(scope.since(), requireNonNull(instant), scope.batch()), markup);
    }

    /**
     * Returns this job with batches of another size: a larger one is faster, and keeps its requests locked for longer.
     *
     * @param requests about how many
     * @return a new job
     * @throws IllegalArgumentException if that is less than 1
     */
    public CostBackfill batch(int requests) {
        if (requests < 1) {
            throw new IllegalArgumentException("a batch has at least one request, but was to have " + requests);
        }
        return new CostBackfill(database, new Scope(scope.since(), scope.until(), requests), markup);
    }

    /**
     * Returns this job recording charges instead of costs, for a host whose live requests are recorded so.
     *
     * @param factor what the provider's costs are multiplied by
     * @return a new job
     */
    public CostBackfill charging(Markup factor) {
        return new CostBackfill(database, scope, requireNonNull(factor, "factor"));
    }

    /**
     * Names the indexes without which each batch reads all requests. None is built here.
     *
     * @return statements that build them, to be run outside of transactions; none if there are all
     * @throws IllegalStateException if there is no table of requests
     */
    public List<String> missingIndexes() {
        return BackfillStatement.of(database).missingIndexes(database);
    }

    /**
     * Records the costs.
     *
     * @return what was done
     * @throws IllegalStateException if there is no table of requests
     */
    public Summary run() {
        LOG.info("recost begins");
        Map<UnpricedReason, Traffic> unpriced = new EnumMap<>(UnpricedReason.class);
        long[] counts = new long[4];
        BigDecimal[] costs = {BigDecimal.ZERO, BigDecimal.ZERO};
        BackfillStatement statement = BackfillStatement.of(database);
        statement
                .missingIndexes(database)
                .forEach(index -> LOG.warn("each batch reads all requests without this: {}", index));
        eachBatch(statement, (ctx, blocks) -> statement.record(ctx, scope, blocks, markup), row -> {
            long requests = row.get("requests", Long.class);
            counts[0] += requests;
            String result = row.get("result", String.class);
            switch (result) {
                case "costed" -> {
                    counts[1] += requests;
                    costs[0] = costs[0].add(row.get("total", BigDecimal.class));
                    counts[2] += row.get("assumed", Long.class);
                    costs[1] = costs[1].add(orZero(row, "assumed_total"));
                }
                case "filled" -> counts[3] += requests;
                default -> unpriced.merge(UnpricedReason.parse(result), traffic(row), Traffic::plus);
            }
        });
        Summary summary =
                new Summary(counts[0], counts[1], counts[3], unpriced, new Assumed(counts[2], costs[1]), costs[0]);
        LOG.info(
                "recost ends: {} requests, {} costed, {} filled, {} unpriced, {} dollars",
                summary.requests(),
                summary.costed(),
                summary.filled(),
                summary.requests() - summary.costed() - summary.filled(),
                summary.totalCost().toPlainString());
        return summary;
    }

    /**
     * Costs the requests that have a cost again, and says where that differs. Nothing is written.
     *
     * @return what was found
     * @throws IllegalStateException if there is no table of requests
     */
    public Comparison compare() {
        Map<UnpricedReason, Traffic> unpriced = new EnumMap<>(UnpricedReason.class);
        Map<String, Compared> byBasis = new TreeMap<>();
        List<Difference> largest = new ArrayList<>();
        long[] counts = new long[2];
        BackfillStatement statement = BackfillStatement.of(database);
        eachBatch(statement, (ctx, blocks) -> statement.compare(ctx, scope, blocks), row -> {
            String basis = row.get("basis", String.class);
            String result = row.get("result", String.class);
            long requests = row.get("requests", Long.class);
            BigDecimal stored = orZero(row, "stored");
            BigDecimal recomputed = orZero(row, "recomputed");
            if (result.equals("largest")) {
                largest.add(
                        new Difference(new RequestId(row.get("request_id", String.class)), basis, stored, recomputed));
                return;
            }
            counts[0] += requests;
            switch (result) {
                case "not_comparable" -> counts[1] += requests;
                case "same" -> byBasis.merge(basis, new Compared(requests, 0, stored, recomputed), Compared::plus);
                case "different" -> byBasis.merge(basis, new Compared(0, requests, stored, recomputed), Compared::plus);
                default -> unpriced.merge(UnpricedReason.parse(result), traffic(row), Traffic::plus);
            }
            keepLargest(largest);
        });
        keepLargest(largest);
        return new Comparison(counts[0], byBasis, counts[1], unpriced, largest);
    }

    private static void keepLargest(List<Difference> differences) {
        differences.sort(comparing(Difference::size)
                .reversed()
                .thenComparing(difference -> difference.request().value()));
        if (differences.size() > SHOWN) {
            differences.subList(SHOWN, differences.size()).clear();
        }
    }

    /** Runs a statement for batch after batch, and hands on its rows. */
    private void eachBatch(
            BackfillStatement requests,
            BiFunction<DSLContext, BackfillStatement.Blocks, Result<Record>> statement,
            Consumer<Record> taken) {
        for (BackfillStatement.Blocks blocks : requests.batches(database, scope.batch())) {
            attempt(statement, blocks).forEach(taken);
        }
    }

    private Result<Record> attempt(
            BiFunction<DSLContext, BackfillStatement.Blocks, Result<Record>> statement,
            BackfillStatement.Blocks blocks) {
        for (int attempt = 1; ; attempt++) {
            try {
                return database.transactionResult(transaction -> {
                    DSLContext ctx = transaction.dsl();
                    // Compiling the plan of a batch takes longer than running it.
                    ctx.select(
                                    field("set_config('lock_timeout', '" + LOCK_TIMEOUT + "', true)"),
                                    field("set_config('jit', 'off', true)"))
                            .execute();
                    return statement.apply(ctx, blocks);
                });
            } catch (DataAccessException e) {
                if (attempt == ATTEMPTS || !OTHERS_WERE_FASTER.contains(e.sqlState())) {
                    throw e;
                }
                LOG.info("a batch is tried again, because others were faster: {}", e.sqlState());
            }
        }
    }

    private static Traffic traffic(Record row) {
        return new Traffic(row.get("requests", Long.class), orZero(row, "input"), orZero(row, "output"));
    }

    private static BigDecimal orZero(Record row, String field) {
        BigDecimal value = row.get(field, BigDecimal.class);
        return value == null ? BigDecimal.ZERO : value;
    }
}
