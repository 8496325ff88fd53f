package io.modelpricing.jooq.costs;

import static java.util.Map.entry;
import static org.jooq.impl.DSL.val;

import io.modelpricing.AsOf;
import io.modelpricing.BillingUnit;
import io.modelpricing.Cost;
import io.modelpricing.LineItem;
import io.modelpricing.ModelId;
import io.modelpricing.Quote;
import io.modelpricing.Usage;
import io.modelpricing.jooq.JooqPricingRepository;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * The prices of requests that {@code backfill.sql} and {@code compare.sql} leave to
 * {@link io.modelpricing.CostCalculator}, because their card has hours or charges a unit as another one. They are the
 * values of {@code calculated-prices.sql}.
 */
final class CalculatedPrices {

    /** The result of a request that a statement leaves. */
    private static final String NEEDS_CALCULATOR = "needs_calculator";

    private final List<Row> rows;

    /** A version of a price. A model records one version at an instant. */
    private record Version(ModelId model, Instant recordedAt) {}

    /** A request with its cost. */
    private record Row(Record request, Cost cost) {

        List<LineItem> lines() {
            return cost.fold(Cost.Complete::lines, Cost.Incomplete::lines, missing -> List.of());
        }

        List<BillingUnit> unpriced() {
            return cost.fold(complete -> List.of(), Cost.Incomplete::unpriced, missing -> List.of());
        }

        @Nullable
        BigDecimal price(BillingUnit unit) {
            return lines().stream()
                    .filter(line -> line.unit() == unit)
                    .map(line -> line.price().usd())
                    .findFirst()
                    .orElse(null);
        }

        boolean hasFee() {
            return price(BillingUnit.REQUEST) != null || unpriced().contains(BillingUnit.REQUEST);
        }
    }

    private CalculatedPrices(List<Row> rows) {
        this.rows = rows;
    }

    /** Returns whether a row of a statement is a request that the statement leaves. */
    static boolean areNeededBy(Record row) {
        return row.get("result", String.class).equals(NEEDS_CALCULATOR);
    }

    /**
     * Calculates the costs of requests.
     *
     * @param ctx the context, in the transaction of the batch
     * @param requests rows that {@linkplain #areNeededBy need} this
     */
    static CalculatedPrices of(DSLContext ctx, List<Record> requests) {
        JooqPricingRepository prices = new JooqPricingRepository(ctx);
        Map<Version, Quote> quotes = new HashMap<>();
        List<Row> rows = new ArrayList<>();
        for (Record request : requests) {
            Instant at = request.get("created_at", OffsetDateTime.class).toInstant();
            Version version = new Version(
                    new ModelId(request.get("model_id", Long.class)),
                    request.get("known_at", OffsetDateTime.class).toInstant());
            Quote quote = quotes.computeIfAbsent(
                    version,
                    of -> prices.findAt(of.model(), AsOf.validAt(at).knownAt(of.recordedAt()))
                            .orElseThrow()
                            .quote());
            Usage usage = Usage.of(request.get("input", Long.class), request.get("output", Long.class));
            rows.add(new Row(request, quote.cost(usage, at)));
        }
        return new CalculatedPrices(rows);
    }

    /** Returns the values of the variables of {@code calculated-prices.sql}. */
    Map<String, Field<?>> values() {
        return Map.ofEntries(
                entry("request_ids", array(SQLDataType.CLOB, "request_id")),
                entry("models", array(SQLDataType.BIGINT, "model_id")),
                entry(
                        "versions",
                        array(SQLDataType.INTEGER, row -> row.cost().quote().version())),
                entry("created", array(SQLDataType.TIMESTAMPWITHTIMEZONE, "created_at")),
                entry("inputs", array(SQLDataType.BIGINT, "input")),
                entry("outputs", array(SQLDataType.BIGINT, "output")),
                entry("stored", array(SQLDataType.NUMERIC, "stored")),
                entry("input_prices", array(SQLDataType.NUMERIC, row -> row.price(BillingUnit.INPUT))),
                entry("output_prices", array(SQLDataType.NUMERIC, row -> row.price(BillingUnit.OUTPUT))),
                entry("request_prices", array(SQLDataType.NUMERIC, row -> row.price(BillingUnit.REQUEST))),
                entry("fees", array(SQLDataType.BOOLEAN, Row::hasFee)));
    }

    private <T> Field<T[]> array(DataType<T> type, String column) {
        return array(type, row -> row.request().get(column, type.getType()));
    }

    private <T> Field<T[]> array(DataType<T> type, Function<Row, @Nullable T> value) {
        Object array = Array.newInstance(type.getType(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            Array.set(array, i, value.apply(rows.get(i)));
        }
        return val(array, type.getArrayDataType());
    }
}
