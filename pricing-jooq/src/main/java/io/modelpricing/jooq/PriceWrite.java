package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_RATE;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_RATE_SET;
import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.and;
import static org.jooq.impl.DSL.asterisk;
import static org.jooq.impl.DSL.case_;
import static org.jooq.impl.DSL.falseCondition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.update;
import static org.jooq.impl.DSL.val;

import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.ServiceTier;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.UpsertOutcome.Result;
import io.modelpricing.UpsertReport;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jooq.CommonTableExpression;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.SelectFieldOrAsterisk;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way prices are written: a single statement that locks the models, judges each row against what is stored then,
 * writes those that win, and answers for all.
 */
final class PriceWrite {

    /** What may replace what. */
    enum Rule {
        /** A price set by hand stays; otherwise the later observation wins. */
        LATER_WINS,
        /** A price set by hand stays; anything else was wrong. */
        CORRECTS,
        /** Replaces everything. */
        SETS_BY_HAND
    }

    private static final Logger LOG = LoggerFactory.getLogger(PriceWrite.class);

    /** A column of {@code model_pricing} that a write sets, and where its value comes from. */
    private record Column<T>(Field<T> field, Function<Row, @Nullable T> value) {

        Object array(List<Row> rows) {
            Object array = Array.newInstance(field.getType(), rows.size());
            for (int i = 0; i < rows.size(); i++) {
                Array.set(array, i, value.apply(rows.get(i)));
            }
            return array;
        }

        Field<T> of(Table<?> table) {
            return PriceWrite.of(table, field);
        }
    }

    /** What one update puts into the columns. */
    private record Row(
            @Nullable ModelId model,
            Pricing pricing,
            PricingSource source,
            Instant observedAt,
            List<Rate> rates,
            @Nullable RateSet rateSet) {

        static Row of(@Nullable ModelId model, Pricing pricing, PricingSource source, Instant observedAt) {
            return pricing.fold(
                    card -> new Row(model, pricing, source, observedAt, card.rates(), RateSet.of(card)),
                    reason -> new Row(model, pricing, source, observedAt, List.of(), null));
        }

        static Row of(PriceUpdate update) {
            return of(update.model(), update.pricing(), update.source(), update.observedAt());
        }

        @Nullable
        Price price(BillingUnit unit) {
            for (Rate rate : rates) {
                if (rate.unit() == unit && RateSet.hasColumn(rate)) {
                    return rate.price();
                }
            }
            return null;
        }

        @Nullable
        UUID rateSetId() {
            return rateSet == null ? null : rateSet.id();
        }

        @Nullable
        MissingReason missingReason() {
            return pricing instanceof Pricing.Missing missing ? missing.reason() : null;
        }
    }

    private static final Column<ModelId> MODEL_ID = new Column<>(MODEL_PRICING.MODEL_ID, Row::model);
    private static final Column<Instant> LAST_UPDATED = new Column<>(MODEL_PRICING.LAST_UPDATED, Row::observedAt);
    private static final Column<PricingSource> SOURCE = new Column<>(MODEL_PRICING.PRICING_SOURCE, Row::source);

    /** What makes a version: if all of these stay, nothing changed. */
    private static final List<Column<?>> STATE = List.of(
            new Column<>(MODEL_PRICING.PRICING_TYPE, row -> row.pricing().type()),
            new Column<>(MODEL_PRICING.MISSING_REASON, Row::missingReason),
            price(MODEL_PRICING.PRICE_PER_INPUT_TOKEN, BillingUnit.INPUT),
            price(MODEL_PRICING.PRICE_PER_OUTPUT_TOKEN, BillingUnit.OUTPUT),
            price(MODEL_PRICING.PRICE_PER_IMAGE_TOKEN, BillingUnit.IMAGE),
            price(MODEL_PRICING.PRICE_PER_REQUEST, BillingUnit.REQUEST),
            new Column<>(MODEL_PRICING.RATE_SET_ID, Row::rateSetId),
            SOURCE);

    private static final List<Column<?>> ALL = concat(MODEL_ID, LAST_UPDATED, STATE);

    private static final List<Field<?>> COLUMNS =
            ALL.stream().<Field<?>>map(Column::field).toList();

    private static final Table<?> INPUT = Change.part("input");
    private static final Table<?> STORED = Change.part("stored");
    private static final Table<?> JUDGED = Change.part("judged");
    private static final Table<?> INSERTED = Change.part("inserted");
    private static final Table<?> AFTER_RATES =
            selectCount().from(Change.part("rates")).asTable("written");
    private static final Field<Long> POSITION = field(name("position"), SQLDataType.BIGINT);
    private static final Field<String> RESULT = field(name("result"), SQLDataType.VARCHAR);
    private static final Field<Instant> STORED_AT = field(name("stored_at"), SQLDataType.INSTANT);

    private static final Field<Boolean> IS_INSERTED = field(name("is_inserted"), SQLDataType.BOOLEAN);

    private final DSLContext ctx;
    private final Rule rule;
    private final Change change;

    PriceWrite(DSLContext ctx, Rule rule, Change change) {
        this.ctx = ctx;
        this.rule = rule;
        this.change = change;
    }

    private static Column<Price> price(TableField<?, Price> field, BillingUnit unit) {
        return new Column<>(field, row -> row.price(unit));
    }

    private static List<Column<?>> concat(Column<?> first, Column<?> second, List<Column<?>> more) {
        List<Column<?>> all = new ArrayList<>(List.of(first, second));
        all.addAll(more);
        return List.copyOf(all);
    }

    UpsertReport write(Collection<PriceUpdate> updates) {
        List<PriceUpdate> all = List.copyOf(updates);
        UpsertOutcome[] outcomes = new UpsertOutcome[all.size()];
        List<Integer> open = withoutDuplicates(all, outcomes);
        // A row that another transaction inserted after this statement began is seen by the next one.
        while (!open.isEmpty()) {
            open = attempt(all, open, outcomes);
        }
        UpsertReport result = new UpsertReport(List.of(outcomes));
        List<UpsertOutcome> rejected = result.rejected();
        if (!rejected.isEmpty()) {
            UpsertOutcome first = rejected.get(0);
            LOG.info(
                    "{} of {} prices not written, the first of model {}, {}: {}",
                    rejected.size(),
                    all.size(),
                    first.update().model(),
                    first.result(),
                    first.message());
        }
        return result;
    }

    /**
     * Writes a new model with its first price.
     *
     * @param newModel the insert of the model, which returns its id
     * @return the id, null if no model was inserted
     */
    @Nullable
    ModelId create(ResultQuery<?> newModel, Pricing pricing, PricingSource source, Instant observedAt) {
        // The id is not known yet; everything else is checked as that of any update.
        PriceUpdate checked = new PriceUpdate(new ModelId(Long.MAX_VALUE), pricing, source, observedAt);
        List<Row> rows = List.of(Row.of(null, pricing, source, checked.observedAt()));
        Table<?> created = Change.part("created");
        List<CommonTableExpression<?>> with =
                new ArrayList<>(List.of(name("created").as(newModel), input(rows), change.announced(created)));
        List<CommonTableExpression<?>> rates = newRates(rows);
        with.addAll(rates);
        List<Field<?>> values = new ArrayList<>();
        ALL.forEach(column -> values.add(column.equals(MODEL_ID) ? of(created, MODELS.ID) : column.of(INPUT)));
        var value = select(values).from(created).crossJoin(INPUT).crossJoin(Change.ANNOUNCED);
        Record answer = ctx.with(with)
                .insertInto(MODEL_PRICING, COLUMNS)
                .select(rates.isEmpty() ? value : value.crossJoin(AFTER_RATES))
                .returningResult(MODEL_PRICING.MODEL_ID)
                .fetchOne();
        return answer == null ? null : answer.get(MODEL_PRICING.MODEL_ID);
    }

    /** Rejects all updates of a model but the latest, and returns the positions of the others. */
    private static List<Integer> withoutDuplicates(List<PriceUpdate> updates, UpsertOutcome[] outcomes) {
        Map<ModelId, Integer> latest = new HashMap<>();
        for (int i = 0; i < updates.size(); i++) {
            ModelId model = updates.get(i).model();
            Integer other = latest.putIfAbsent(model, i);
            if (other != null) {
                boolean isLater =
                        updates.get(i).observedAt().isAfter(updates.get(other).observedAt());
                int winner = isLater ? i : other;
                int loser = isLater ? other : i;
                latest.put(model, winner);
                outcomes[loser] = new UpsertOutcome(
                        updates.get(loser),
                        Result.DUPLICATE,
                        "the batch has another update of model " + model + ", observed at "
                                + updates.get(winner).observedAt());
            }
        }
        return latest.values().stream()
                .sorted(comparing(i -> updates.get(i).model()))
                .toList();
    }

    /** Writes the updates at some positions, and returns those whose outcome is still open. */
    private List<Integer> attempt(List<PriceUpdate> updates, List<Integer> positions, UpsertOutcome[] outcomes) {
        List<Row> rows = positions.stream().map(updates::get).map(Row::of).toList();
        List<Integer> open = new ArrayList<>();
        for (Record answer : ctx.fetch(statement(rows))) {
            int position = positions.get(answer.get(POSITION).intValue() - 1);
            Result result = Result.valueOf(answer.get(RESULT));
            if (result == Result.INSERTED && !answer.get(IS_INSERTED)) {
                open.add(position);
            } else {
                PriceUpdate update = updates.get(position);
                outcomes[position] = new UpsertOutcome(update, result, message(result, update, answer.get(STORED_AT)));
            }
        }
        return open;
    }

    private static String message(Result result, PriceUpdate update, @Nullable Instant storedAt) {
        return switch (result) {
            case UNKNOWN_MODEL -> "there is no model " + update.model() + ": create it first";
            case MANUAL_OVERRIDE -> "the price was set by hand at " + storedAt + ": release it first";
            case STALE -> "observed at " + update.observedAt() + ", but the stored price was observed at " + storedAt;
            default -> "";
        };
    }

    private ResultQuery<? extends Record> statement(List<Row> rows) {
        Condition isInput = MODELS.ID.in(select(MODEL_ID.of(INPUT)).from(INPUT));
        List<CommonTableExpression<?>> with = new ArrayList<>(
                List.of(input(rows), Change.locked(isInput), change.announced(Change.LOCKED), stored()));
        // A subquery and no join: it is hashed, whatever the planner takes the number of rows for.
        Field<Boolean> isInserted = field(
                        MODEL_ID.of(JUDGED).in(select(MODEL_ID.of(INSERTED)).from(INSERTED)))
                .as(IS_INSERTED);
        List<CommonTableExpression<?>> rates = newRates(rows);
        with.addAll(rates);
        with.addAll(List.of(judged(!rates.isEmpty()), updated(), inserted()));
        return ctx.with(with)
                .select(POSITION, RESULT, STORED_AT, isInserted)
                .from(JUDGED)
                .orderBy(POSITION);
    }

    private static CommonTableExpression<?> input(List<Row> rows) {
        List<Field<?>> arrays = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Column<?> column : ALL) {
            arrays.add(val(column.array(rows), column.field().getDataType().getArrayDataType()));
            names.add(column.field().getName());
        }
        names.add(POSITION.getName());
        return name("input")
                .fields(names.toArray(String[]::new))
                .asMaterialized(select(asterisk()).from(unnest(arrays, "with ordinality")));
    }

    private static Table<?> unnest(List<Field<?>> arrays, String with) {
        String parts =
                IntStream.range(0, arrays.size()).mapToObj(i -> "{" + i + "}").collect(joining(", "));
        return table("unnest(" + parts + ") " + with, arrays.toArray(QueryPart[]::new));
    }

    /** The rows as they stand now that the models are locked, and stay until the transaction ends. */
    private static CommonTableExpression<?> stored() {
        return name("stored")
                .asMaterialized(select(COLUMNS)
                        .from(MODEL_PRICING)
                        .join(Change.LOCKED)
                        .on(of(Change.LOCKED, MODELS.ID).eq(MODEL_PRICING.MODEL_ID))
                        .orderBy(MODEL_PRICING.MODEL_ID)
                        .forNoKeyUpdate()
                        .of(MODEL_PRICING));
    }

    /** Stores the rate sets that are not stored yet; nothing if no row has one. */
    private static List<CommonTableExpression<?>> newRates(List<Row> rows) {
        Map<UUID, RateSet> sets = new TreeMap<>();
        for (Row row : rows) {
            if (row.rateSet() != null) {
                sets.put(row.rateSet().id(), row.rateSet());
            }
        }
        return sets.isEmpty() ? List.of() : List.of(newSets(sets), newRates(sets));
    }

    private static CommonTableExpression<?> newSets(Map<UUID, RateSet> sets) {
        Field<UUID> id = field(name("id"), UUID.class);
        return name("sets")
                .as(insertInto(MODEL_PRICING_RATE_SET, MODEL_PRICING_RATE_SET.ID)
                        .select(select(id)
                                .from(unnest(List.of(val(sets.keySet().toArray(UUID[]::new))), "as s (id)"))
                                .crossJoin(Change.ANNOUNCED)
                                .orderBy(id))
                        .onConflictDoNothing()
                        .returning(MODEL_PRICING_RATE_SET.ID));
    }

    private static CommonTableExpression<?> newRates(Map<UUID, RateSet> sets) {
        List<UUID> ids = new ArrayList<>();
        List<Rate> rates = new ArrayList<>();
        sets.forEach((id, set) -> set.rates().forEach(rate -> {
            ids.add(id);
            rates.add(rate);
        }));
        List<Field<?>> arrays = List.of(
                val(ids.toArray(UUID[]::new)),
                val(rates.stream().map(Rate::serviceTier).map(ServiceTier::id).toArray(String[]::new)),
                val(rates.stream().map(Rate::unit).map(BillingUnit::id).toArray(String[]::new)),
                val(rates.stream().map(Rate::fromInputTokens).toArray(Long[]::new)),
                val(rates.stream()
                        .map(Rate::price)
                        .map(price -> price == null ? null : price.usd())
                        .toArray(BigDecimal[]::new)));
        return name("rates")
                .as(insertInto(
                                MODEL_PRICING_RATE,
                                MODEL_PRICING_RATE.RATE_SET_ID,
                                MODEL_PRICING_RATE.SERVICE_TIER,
                                MODEL_PRICING_RATE.UNIT,
                                MODEL_PRICING_RATE.FROM_INPUT_TOKENS,
                                MODEL_PRICING_RATE.PRICE)
                        .select(select(
                                        field("r.id", UUID.class),
                                        field("r.tier", MODEL_PRICING_RATE.SERVICE_TIER.getDataType()),
                                        field("r.unit", MODEL_PRICING_RATE.UNIT.getDataType()),
                                        field("r.start", Long.class),
                                        field("r.price", MODEL_PRICING_RATE.PRICE.getDataType()))
                                .from(unnest(arrays, "as r (id, tier, unit, start, price)"))
                                .crossJoin(Change.ANNOUNCED)
                                .orderBy(field("r.id"), field("r.tier"), field("r.unit"), field("r.start")))
                        .onConflictDoNothing()
                        .returning(MODEL_PRICING_RATE.RATE_SET_ID));
    }

    private CommonTableExpression<?> judged(boolean afterRates) {
        List<SelectFieldOrAsterisk> fields = new ArrayList<>();
        ALL.forEach(column -> fields.add(column.of(INPUT)));
        fields.add(of(INPUT, POSITION));
        fields.add(verdict().as(RESULT));
        fields.add(LAST_UPDATED.of(STORED).as(STORED_AT));
        // Full joins, though both others are parts of the input: they are hashed or merged, never nested, so that no
        // planner without statistics takes the square of a large batch.
        var judged = select(fields)
                .from(INPUT)
                .fullJoin(Change.LOCKED)
                .on(of(Change.LOCKED, MODELS.ID).eq(MODEL_ID.of(INPUT)))
                .fullJoin(STORED)
                .on(MODEL_ID.of(STORED).eq(MODEL_ID.of(INPUT)))
                .crossJoin(Change.ANNOUNCED);
        // The trigger that checks a price looks at its rates, so they must be there before it.
        return name("judged").asMaterialized(afterRates ? judged.crossJoin(AFTER_RATES) : judged);
    }

    private Field<String> verdict() {
        Condition isHeld = SOURCE.of(STORED).eq(PricingSource.MANUAL);
        Condition isSame = and(STATE.stream().map(PriceWrite::isSame).toList());
        Condition isStale = LAST_UPDATED.of(INPUT).le(LAST_UPDATED.of(STORED));
        return case_().when(of(Change.LOCKED, MODELS.ID).isNull(), inline(Result.UNKNOWN_MODEL.name()))
                .when(MODEL_ID.of(STORED).isNull(), inline(Result.INSERTED.name()))
                .when(rule == Rule.SETS_BY_HAND ? falseCondition() : isHeld, inline(Result.MANUAL_OVERRIDE.name()))
                .when(rule == Rule.CORRECTS ? falseCondition() : isSame, inline(Result.UNCHANGED.name()))
                .when(rule == Rule.LATER_WINS ? isStale : falseCondition(), inline(Result.STALE.name()))
                .else_(inline(Result.UPDATED.name()));
    }

    private static <T> Condition isSame(Column<T> column) {
        return column.of(INPUT).isNotDistinctFrom(column.of(STORED));
    }

    private static CommonTableExpression<?> updated() {
        Map<Field<?>, Field<?>> values = new LinkedHashMap<>();
        STATE.forEach(column -> values.put(column.field(), column.of(JUDGED)));
        values.put(MODEL_PRICING.LAST_UPDATED, greatest(LAST_UPDATED.of(JUDGED), MODEL_PRICING.LAST_UPDATED));
        // A choice and no conditions on the result: a planner that knows nothing of the rows takes it for half of them,
        // and
        // so hashes. It would take those for one row, and nest the loops: the square of a large batch, where a plan was
        // kept
        // from when the table was empty.
        Field<Boolean> isWritten = case_(of(JUDGED, RESULT))
                .when(inline(Result.UPDATED.name()), inline(true))
                .when(
                        inline(Result.UNCHANGED.name()),
                        field(LAST_UPDATED.of(JUDGED).gt(of(JUDGED, STORED_AT))))
                .else_(inline(false));
        return name("updated")
                .as(update(MODEL_PRICING)
                        .set(values)
                        .from(JUDGED)
                        .where(MODEL_PRICING.MODEL_ID.eq(MODEL_ID.of(JUDGED)))
                        .and(isWritten)
                        .returning(MODEL_PRICING.MODEL_ID));
    }

    private static CommonTableExpression<?> inserted() {
        return name("inserted")
                .as(insertInto(MODEL_PRICING, COLUMNS)
                        .select(select(ALL.stream()
                                        .map(column -> column.of(JUDGED))
                                        .toList())
                                .from(JUDGED)
                                .where(is(Result.INSERTED))
                                .orderBy(MODEL_ID.of(JUDGED)))
                        .onConflict(MODEL_PRICING.MODEL_ID)
                        .doNothing()
                        .returning(MODEL_PRICING.MODEL_ID));
    }

    private static Condition is(Result result) {
        return of(JUDGED, RESULT).eq(inline(result.name()));
    }

    private static <T> Field<T> of(Table<?> table, Field<T> field) {
        return field("{0}.{1}", field.getDataType(), table.getUnqualifiedName(), field.getUnqualifiedName());
    }
}
