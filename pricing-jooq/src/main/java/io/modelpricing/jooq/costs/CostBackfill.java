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
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backfills the cost of completed requests of {@code chat_completion_requests} that have none, at the price valid when
 * they ran.
 *
 * <p>A request has no cost if its {@code cost_usd} is NULL or, in a table without that column, if it has no record with
 * a total. It is costed as one request of its input and output tokens in the standard tier and in no region, by the
 * rules of {@link io.modelpricing.CostCalculator}, and recorded as {@link RequestCosts} records it, cost columns
 * included. A request whose cost was recorded before its row was inserted gets its columns filled. Requests without a
 * price stay without a cost and are counted by reason. Existing costs are not changed.
 *
 * <p>Requests are taken in the order in which the table stores them, one batch in one transaction. A batch is one
 * statement, or two and a query for each price, if prices depend on the hours or are those of other units. A run
 * can be killed at any moment; the next run continues. Requests that another transaction has locked or moved are left
 * for the next run. A batch stops waiting for a lock before PostgreSQL looks for deadlocks, and is retried, so
 * PostgreSQL never cancels live traffic because of it. Memory does not grow with the number of requests.
 *
 * <p>This class is immutable and thread-safe. A failed statement throws jOOQ's {@link DataAccessException}.
 */
public final class CostBackfill {

    /** The default number of requests in a batch, approximately. */
    public static final int DEFAULT_BATCH = 10_000;

    /** How many of the largest differences a comparison returns. */
    static final int LARGEST_DIFFERENCES = 20;

    private static final Logger LOG = LoggerFactory.getLogger(CostBackfill.class);

    private static final String LOCK_TIMEOUT = "500ms";
    private static final int ATTEMPTS = 20;

    /** Lock timeout, serialization failure, deadlock. */
    private static final Set<String> RETRIED = Set.of("55P03", "40001", "40P01");

    private final DSLContext database;
    private final Scope scope;
    private final @Nullable Markup markup;

    /** Which requests are costed, and how many in a batch. */
    record Scope(@Nullable Instant since, @Nullable Instant until, int batch) {}

    /**
     * A number of requests and the sums of their tokens.
     *
     * @param requests the number of requests
     * @param inputTokens the sum of their input tokens
     * @param outputTokens the sum of their output tokens
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
     * The costs that come from assumed prices: prices without a start date (valid_from is NULL) that were found later.
     *
     * @param requests the number of requests
     * @param cost the sum of their costs in US dollars, exact
     */
    public record AssumedCosts(long requests, BigDecimal cost) {}

    /**
     * The result of a run.
     *
     * @param requests the number of completed requests that had no cost
     * @param costed how many of them got a record
     * @param filled how many of them had a record already and only got their columns filled
     * @param unpriced those that have no price, by reason
     * @param assumed the part of the recorded costs that comes from assumed prices
     * @param totalCost the sum of the recorded costs in US dollars, exact; of charges with a markup
     */
    public record Summary(
            long requests,
            long costed,
            long filled,
            Map<UnpricedReason, Traffic> unpriced,
            AssumedCosts assumed,
            BigDecimal totalCost) {

        /**
         * Copies the map.
         *
         * @param requests the number of completed requests that had no cost
         * @param costed how many of them got a record
         * @param filled how many of them only got their columns filled
         * @param unpriced those that have no price, by reason
         * @param assumed the part of the recorded costs that comes from assumed prices
         * @param totalCost the sum of the recorded costs in US dollars
         */
        public Summary {
            unpriced = Collections.unmodifiableMap(new EnumMap<>(unpriced));
        }
    }

    /**
     * Stored costs of one basis, and the same costs calculated again.
     *
     * @param same the number of requests whose stored cost equals the calculated one
     * @param different the number of requests whose stored cost differs
     * @param stored the sum of the stored costs of both in US dollars
     * @param calculated the sum of the calculated costs of both in US dollars
     */
    public record BasisComparison(long same, long different, BigDecimal stored, BigDecimal calculated) {

        BasisComparison plus(BasisComparison other) {
            return new BasisComparison(
                    same + other.same,
                    different + other.different,
                    stored.add(other.stored),
                    calculated.add(other.calculated));
        }
    }

    /**
     * A request whose stored cost differs from the calculated one.
     *
     * @param request the request
     * @param basis what the stored cost is; {@link CostBasis#UNSTATED} for a request without a record
     * @param stored US dollars
     * @param calculated US dollars, on the same basis; for a request without a record rounded as {@code cost_usd} is
     */
    public record Difference(RequestId request, CostBasis basis, BigDecimal stored, BigDecimal calculated) {

        BigDecimal size() {
            return stored.subtract(calculated).abs();
        }
    }

    /**
     * The result of a comparison.
     *
     * @param requests the number of completed requests with a cost
     * @param byBasis the compared requests by the basis of their stored cost
     * @param notComparable the number of requests whose recorded cost is not of plain input and output tokens in the
     *     standard tier and in no region, or was reported by the provider
     * @param unpriced requests with a cost that would have none now, by reason
     * @param largest the requests that differ most, the largest difference first
     */
    public record Comparison(
            long requests,
            Map<CostBasis, BasisComparison> byBasis,
            long notComparable,
            Map<UnpricedReason, Traffic> unpriced,
            List<Difference> largest) {

        /**
         * Copies the collections.
         *
         * @param requests the number of completed requests with a cost
         * @param byBasis the compared requests by basis
         * @param notComparable the number of requests that cannot be compared
         * @param unpriced requests with a cost that would have none now, by reason
         * @param largest the requests that differ most
         */
        public Comparison {
            byBasis = Collections.unmodifiableMap(new EnumMap<>(byBasis));
            unpriced = Collections.unmodifiableMap(new EnumMap<>(unpriced));
            largest = List.copyOf(largest);
        }

        /**
         * Returns whether every stored cost that can be compared equals the calculated one.
         *
         * @return true if no request differs and none would be without a cost
         */
        public boolean isSame() {
            return unpriced.isEmpty() && byBasis.values().stream().allMatch(compared -> compared.different() == 0);
        }
    }

    /**
     * Creates the job for all requests of a database. It records the costs at the provider.
     *
     * @param database a context on a data source, whose render mapping names the schema; the job opens and commits its
     *     own transactions
     * @throws IllegalArgumentException if the context is on a connection
     */
    public CostBackfill(DSLContext database) {
        this(database, new Scope(null, null, DEFAULT_BATCH), null);
        if (!(database.configuration().connectionProvider() instanceof DataSourceConnectionProvider)) {
            throw new IllegalArgumentException(
                    "a backfill needs a context on a data source, because it opens and commits"
                            + " its own transactions, but this context is on "
                            + database.configuration()
                                    .connectionProvider()
                                    .getClass()
                                    .getSimpleName()
                            + "; create it with DSL.using(dataSource, SQLDialect.POSTGRES)");
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
     * @param instant the first instant, inclusive
     * @return a new job
     */
    public CostBackfill since(Instant instant) {
        return new CostBackfill(database, new Scope(requireNonNull(instant), scope.until(), scope.batch()), markup);
    }

    /**
     * Returns this job for the requests that ran before an instant.
     *
     * @param instant the last instant, exclusive
     * @return a new job
     */
    public CostBackfill until(Instant instant) {
        return new CostBackfill(database, new Scope(scope.since(), requireNonNull(instant), scope.batch()), markup);
    }

    /**
     * Returns this job with batches of another size. Larger batches are faster, and keep their requests locked for
     * longer.
     *
     * @param requests the number of requests in a batch, approximately
     * @return a new job
     * @throws IllegalArgumentException if the number is below 1
     */
    public CostBackfill withBatch(int requests) {
        if (requests < 1) {
            throw new IllegalArgumentException("a batch must have at least 1 request, but was " + requests);
        }
        return new CostBackfill(database, new Scope(scope.since(), scope.until(), requests), markup);
    }

    /**
     * Returns this job recording charges, for an application that records its live requests as charges.
     *
     * @param factor what the costs at the provider are multiplied by
     * @return a new job
     */
    public CostBackfill withMarkup(Markup factor) {
        return new CostBackfill(database, scope, requireNonNull(factor, "factor"));
    }

    /**
     * Returns statements that create the indexes without which each batch reads all requests. This method creates none.
     *
     * @return the statements, to run outside a transaction; none if all indexes exist
     * @throws IllegalStateException if the table of requests does not exist
     */
    public List<String> missingIndexes() {
        return BackfillStatement.of(database).missingIndexes(database);
    }

    /**
     * Records the costs.
     *
     * @return what was recorded
     * @throws IllegalStateException if the table of requests does not exist
     */
    public Summary run() {
        LOG.info("backfill started");
        BackfillStatement statement = BackfillStatement.of(database);
        statement
                .missingIndexes(database)
                .forEach(index -> LOG.warn("each batch reads all requests without this index: {}", index));
        SummaryBuilder built = new SummaryBuilder();
        eachBatch(statement, (ctx, blocks) -> statement.record(ctx, scope, blocks, markup), built::add);
        Summary summary = built.build();
        LOG.info(
                "backfill finished: {} requests, {} costed, {} filled, {} unpriced, {} US dollars",
                summary.requests(),
                summary.costed(),
                summary.filled(),
                summary.requests() - summary.costed() - summary.filled(),
                summary.totalCost().toPlainString());
        return summary;
    }

    /** Adds up the rows of all batches. */
    private static final class SummaryBuilder {

        private final Map<UnpricedReason, Traffic> unpriced = new EnumMap<>(UnpricedReason.class);
        private long requests;
        private long costed;
        private long filled;
        private long assumed;
        private BigDecimal total = BigDecimal.ZERO;
        private BigDecimal assumedTotal = BigDecimal.ZERO;

        void add(Record row) {
            Traffic traffic = traffic(row);
            requests += traffic.requests();
            String result = row.get("result", String.class);
            switch (result) {
                case "costed" -> {
                    costed += traffic.requests();
                    total = total.add(row.get("total", BigDecimal.class));
                    assumed += row.get("assumed", Long.class);
                    assumedTotal = assumedTotal.add(orZero(row, "assumed_total"));
                }
                case "filled" -> filled += traffic.requests();
                default -> unpriced.merge(UnpricedReason.parse(result), traffic, Traffic::plus);
            }
        }

        Summary build() {
            return new Summary(requests, costed, filled, unpriced, new AssumedCosts(assumed, assumedTotal), total);
        }
    }

    /**
     * Compares the stored costs of requests with newly calculated ones, and reports the differences. Writes nothing.
     *
     * @return the differences
     * @throws IllegalStateException if the table of requests does not exist
     */
    public Comparison compare() {
        ComparisonBuilder built = new ComparisonBuilder();
        BackfillStatement statement = BackfillStatement.of(database);
        eachBatch(statement, (ctx, blocks) -> statement.compare(ctx, scope, blocks), built::add);
        return built.build();
    }

    /** Adds up the rows of all batches. */
    private static final class ComparisonBuilder {

        private static final Comparator<Difference> LARGEST_FIRST = comparing(Difference::size)
                .reversed()
                .thenComparing(difference -> difference.request().value());

        private final Map<UnpricedReason, Traffic> unpriced = new EnumMap<>(UnpricedReason.class);
        private final Map<CostBasis, BasisComparison> byBasis = new EnumMap<>(CostBasis.class);
        private final List<Difference> largest = new ArrayList<>();
        private long requests;
        private long notComparable;

        void add(Record row) {
            CostBasis basis = CostBasis.parse(row.get("basis", String.class));
            BigDecimal stored = orZero(row, "stored");
            BigDecimal calculated = orZero(row, "calculated");
            Traffic traffic = traffic(row);
            String result = row.get("result", String.class);
            if (result.equals("largest")) {
                add(new Difference(new RequestId(row.get("request_id", String.class)), basis, stored, calculated));
                return;
            }
            requests += traffic.requests();
            switch (result) {
                case "not_comparable" -> notComparable += traffic.requests();
                case "same" -> add(basis, new BasisComparison(traffic.requests(), 0, stored, calculated));
                case "different" -> add(basis, new BasisComparison(0, traffic.requests(), stored, calculated));
                default -> unpriced.merge(UnpricedReason.parse(result), traffic, Traffic::plus);
            }
        }

        private void add(CostBasis basis, BasisComparison compared) {
            byBasis.merge(basis, compared, BasisComparison::plus);
        }

        private void add(Difference difference) {
            largest.add(difference);
            largest.sort(LARGEST_FIRST);
            if (largest.size() > LARGEST_DIFFERENCES) {
                largest.remove(LARGEST_DIFFERENCES);
            }
        }

        Comparison build() {
            return new Comparison(requests, byBasis, notComparable, unpriced, largest);
        }
    }

    private void eachBatch(
            BackfillStatement requests,
            BiFunction<DSLContext, BackfillStatement.Blocks, List<Record>> statement,
            Consumer<Record> rows) {
        for (BackfillStatement.Blocks blocks : requests.batches(database, scope.batch())) {
            withRetries(statement, blocks).forEach(rows);
        }
    }

    private List<Record> withRetries(
            BiFunction<DSLContext, BackfillStatement.Blocks, List<Record>> statement, BackfillStatement.Blocks blocks) {
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
                if (attempt == ATTEMPTS || !RETRIED.contains(e.sqlState())) {
                    throw e;
                }
                LOG.info("a batch is retried after SQLSTATE {}", e.sqlState());
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
