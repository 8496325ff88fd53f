package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING;
import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.jsonbObject;
import static org.jooq.impl.DSL.key;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.val;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Rate;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.UpsertOutcome.Result;
import io.modelpricing.UpsertReport;
import io.modelpricing.jooq.sql.SqlResource;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.JSONEntry;
import org.jooq.Record;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes prices with {@code upsert-prices.sql} and {@code create-model.sql}: their parameters and their outcomes.
 */
final class PriceWrite {

    /** Which stored price a new one replaces. */
    enum Rule {
        /** A manual override stays; otherwise the later observation wins. */
        LATER_WINS,
        /** A manual override stays; every other price is replaced. */
        CORRECTS,
        /** Every price is replaced. */
        OVERRIDES;

        String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How far an observation may be ahead of the database's clock. */
    static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(PriceWrite.class);

    private static final SqlResource UPSERT_PRICES = SqlResource.of(PriceWrite.class, "upsert-prices.sql");
    private static final SqlResource ANNOUNCE_PRICE = SqlResource.of(PriceWrite.class, "announce-price.sql");
    private static final SqlResource CREATE_MODEL = SqlResource.of(PriceWrite.class, "create-model.sql");

    private static final Field<String> TOLERANCE = inline(CLOCK_TOLERANCE.toSeconds() + " seconds");

    private static final Field<Long> POSITION = field(name("position"), SQLDataType.BIGINT);
    private static final Field<String> RESULT = field(name("result"), SQLDataType.VARCHAR);
    private static final Field<Instant> OBSERVED_AT = field(name("observed_at"), SQLDataType.INSTANT);
    private static final Field<Instant> STORED_AT = field(name("stored_at"), SQLDataType.INSTANT);
    private static final Field<Instant> NOW = field(name("now"), SQLDataType.INSTANT);
    private static final Field<Boolean> IS_INSERTED = field(name("is_inserted"), SQLDataType.BOOLEAN);
    private static final Field<ModelId> CREATED_MODEL = field(name("model_id"), MODELS.ID.getDataType());
    private static final Field<Boolean> IS_IN_FUTURE = field(name("is_in_future"), SQLDataType.BOOLEAN);

    /** A column of {@code model_pricing}: the parameter that holds it, and its value in a row. */
    private record Column<T>(String parameter, Field<T> field, Function<Row, @Nullable T> value) {

        Field<?> array(List<Row> rows) {
            Object array = Array.newInstance(field.getType(), rows.size());
            for (int i = 0; i < rows.size(); i++) {
                Array.set(array, i, value.apply(rows.get(i)));
            }
            return val(array, field.getDataType().getArrayDataType());
        }

        JSONEntry<?> json(Row row) {
            return key(field.getName()).value(val(value.apply(row), field));
        }
    }

    /** The values of one price; without an observation instant it is observed now, by the database's clock. */
    private record Row(
            @Nullable ModelId model,
            Pricing pricing,
            PricingSource source,
            @Nullable Instant observedAt,
            List<Rate> rates,
            @Nullable RateSet rateSet) {

        static Row of(@Nullable ModelId model, Pricing pricing, PricingSource source, @Nullable Instant observedAt) {
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

    private static final List<Column<?>> COLUMNS = List.of(
            new Column<>("models", MODEL_PRICING.MODEL_ID, Row::model),
            new Column<>("observed", MODEL_PRICING.LAST_UPDATED, Row::observedAt),
            new Column<>(
                    "types", MODEL_PRICING.PRICING_TYPE, row -> row.pricing().type()),
            new Column<>("missing_reasons", MODEL_PRICING.MISSING_REASON, Row::missingReason),
            new Column<>("input_prices", MODEL_PRICING.PRICE_PER_INPUT_TOKEN, row -> row.price(BillingUnit.INPUT)),
            new Column<>("output_prices", MODEL_PRICING.PRICE_PER_OUTPUT_TOKEN, row -> row.price(BillingUnit.OUTPUT)),
            new Column<>("image_prices", MODEL_PRICING.PRICE_PER_IMAGE_TOKEN, row -> row.price(BillingUnit.IMAGE)),
            new Column<>("request_prices", MODEL_PRICING.PRICE_PER_REQUEST, row -> row.price(BillingUnit.REQUEST)),
            new Column<>("rate_sets", MODEL_PRICING.RATE_SET_ID, Row::rateSetId),
            new Column<>("sources", MODEL_PRICING.PRICING_SOURCE, Row::source));

    private final DSLContext ctx;
    private final Rule rule;
    private final AuditContext audit;

    PriceWrite(DSLContext ctx, Rule rule, AuditContext audit) {
        this.ctx = ctx;
        this.rule = rule;
        this.audit = audit;
    }

    /** Writes observed prices. */
    UpsertReport write(Collection<PriceUpdate> updates) {
        Batch batch = new Batch(List.copyOf(updates));
        // A statement does not see the rows that other transactions insert after it began: the next one does.
        while (!batch.open().isEmpty()) {
            List<Integer> open = batch.open();
            for (Record answer : fetch(open.stream().map(batch::row).toList())) {
                batch.put(open.get(answer.get(POSITION).intValue() - 1), answer);
            }
        }
        UpsertReport result = batch.result();
        List<UpsertOutcome> rejected = result.rejected();
        if (!rejected.isEmpty()) {
            UpsertOutcome first = rejected.get(0);
            LOG.info(
                    "{} of {} prices not written, the first of model {}, {}: {}",
                    rejected.size(),
                    result.outcomes().size(),
                    first.update().model(),
                    first.result(),
                    first.message());
        }
        return result;
    }

    /** Writes a price that is observed now, by the database's clock. */
    UpsertOutcome writeNow(ModelId model, Pricing pricing, PricingSource source) {
        List<Row> rows = List.of(Row.of(model, pricing, source, null));
        while (true) {
            Record answer = fetch(rows).get(0);
            if (!isLost(answer)) {
                return outcome(new PriceUpdate(model, pricing, source, answer.get(OBSERVED_AT)), answer);
            }
        }
    }

    private List<Record> fetch(List<Row> rows) {
        Map<String, Field<?>> values = parameters(rows);
        values.put("rule", val(rule.id()));
        COLUMNS.forEach(column -> values.put(column.parameter(), column.array(rows)));
        return ctx.resultQuery(UPSERT_PRICES.bind(values))
                .coerce(POSITION, RESULT, OBSERVED_AT, STORED_AT, NOW, IS_INSERTED)
                .fetch(row -> row);
    }

    /**
     * Returns whether the statement must run again: another transaction inserted the row between the snapshot of the
     * statement and its insert, or an announced price has started and its version comes first.
     */
    private static boolean isLost(Record answer) {
        String result = answer.get(RESULT);
        return result.equals("announced_applied") || (result.equals("inserted") && !answer.get(IS_INSERTED));
    }

    /**
     * Announces a price.
     *
     * @throws IllegalArgumentException if the start is not in the future
     */
    static UpsertOutcome announce(DSLContext ctx, PriceUpdate update, Instant validFrom, Attribution by) {
        List<Row> rows = List.of(Row.of(update));
        Map<String, Field<?>> values = commonParameters(rows);
        values.put("price", json(rows.get(0)));
        values.put("valid_from", val(validFrom, SQLDataType.INSTANT));
        values.put("actor", val(by.actor()));
        values.put("reason", val(by.reason(), SQLDataType.VARCHAR));
        Record answer = ctx.resultQuery(ANNOUNCE_PRICE.bind(values))
                .coerce(RESULT, OBSERVED_AT, STORED_AT, NOW)
                .fetchSingle();
        if (answer.get(RESULT).equals("valid_from_not_in_future")) {
            throw new IllegalArgumentException("the price of model " + update.model() + " is announced for "
                    + validFrom + ", but the database's clock is at " + answer.get(NOW)
                    + "; an announced price must be valid from an instant of the future: write a price that applies"
                    + " now as an update, and one that applied earlier as a correction");
        }
        Result result = Result.valueOf(answer.get(RESULT).toUpperCase(Locale.ROOT));
        return new UpsertOutcome(
                update,
                result,
                result == Result.STALE
                        ? "observed at " + update.observedAt() + ", but the price announced for " + validFrom
                                + " was observed at " + answer.get(STORED_AT)
                                + "; only a later observation replaces it"
                        : message(update, result, answer));
    }

    private UpsertOutcome outcome(PriceUpdate update, Record answer) {
        if (answer.get(RESULT).equals("valid_from_in_future")) {
            throw new IllegalArgumentException("the correction of model " + update.model() + " is valid from "
                    + audit.validFrom() + ", but the database's clock is at " + answer.get(NOW)
                    + "; a correction must be valid from an instant of the past: announce a future price");
        }
        Result result = Result.valueOf(answer.get(RESULT).toUpperCase(Locale.ROOT));
        return new UpsertOutcome(update, result, message(update, result, answer));
    }

    private static String message(PriceUpdate update, Result result, Record answer) {
        return switch (result) {
            case UNKNOWN_MODEL -> "model " + update.model() + " does not exist; create it first";
            case OBSERVED_IN_FUTURE -> futureObservation(update.observedAt(), answer.get(NOW));
            case MANUAL_OVERRIDE ->
                "model " + update.model() + " has a manual override, set at " + answer.get(STORED_AT)
                        + "; release it first";
            case STALE ->
                "observed at " + update.observedAt() + ", but the stored price was observed at " + answer.get(STORED_AT)
                        + "; only a later observation replaces it";
            default -> "";
        };
    }

    private static String futureObservation(Instant observedAt, Instant now) {
        return "observed at " + observedAt + ", but the database's clock is at " + now
                + "; an observation may be ahead by at most " + CLOCK_TOLERANCE.toMinutes()
                + " minutes: check the clock of the observer";
    }

    /** The updates of a call, and the outcomes found so far. */
    private final class Batch {

        private final List<PriceUpdate> updates;
        private final UpsertOutcome[] outcomes;

        /** The positions of each model's updates that are not rejected, the latest observation first. */
        private final Map<ModelId, Deque<Integer>> candidates = new TreeMap<>(comparing(ModelId::value));

        Batch(List<PriceUpdate> updates) {
            this.updates = updates;
            this.outcomes = new UpsertOutcome[updates.size()];
            Map<ModelId, List<Integer>> positions = new HashMap<>();
            for (int i = 0; i < updates.size(); i++) {
                positions
                        .computeIfAbsent(updates.get(i).model(), model -> new ArrayList<>(1))
                        .add(i);
            }
            positions.forEach((model, of) -> {
                of.sort(comparing((Integer i) -> updates.get(i).observedAt()).reversed());
                candidates.put(model, new ArrayDeque<>(of));
            });
        }

        /** Returns the position of the latest open update of each model, ordered by model. */
        List<Integer> open() {
            return candidates.values().stream().map(Deque::element).toList();
        }

        Row row(int position) {
            return Row.of(updates.get(position));
        }

        void put(int position, Record answer) {
            if (isLost(answer)) {
                return;
            }
            PriceUpdate update = updates.get(position);
            outcomes[position] = outcome(update, answer);
            Deque<Integer> others = requireNonNull(candidates.get(update.model()));
            others.remove();
            // An observation that is refused for its clock does not replace the others.
            if (outcomes[position].result() != Result.OBSERVED_IN_FUTURE) {
                others.forEach(other -> outcomes[other] = new UpsertOutcome(
                        updates.get(other),
                        Result.DUPLICATE,
                        "the batch has another update of model " + update.model() + ", observed at "
                                + update.observedAt() + "; only the latest of a batch is used"));
                others.clear();
            }
            if (others.isEmpty()) {
                candidates.remove(update.model());
            }
        }

        UpsertReport result() {
            return new UpsertReport(List.of(outcomes));
        }
    }

    /**
     * Creates a model with its first price.
     *
     * @return the id, null if there is no such provider
     * @throws IllegalArgumentException if the observation is too far ahead of the database's clock
     */
    @Nullable
    ModelId create(Model model, Pricing pricing, PricingSource source, Instant observedAt) {
        // The id is not known yet; the other components are checked as those of any update.
        PriceUpdate checked = new PriceUpdate(new ModelId(Long.MAX_VALUE), pricing, source, observedAt);
        Row row = Row.of(null, pricing, source, checked.observedAt());
        Map<String, Field<?>> values = parameters(List.of(row));
        values.put("model", model(model));
        values.put("price", json(row));
        Record answer = ctx.resultQuery(CREATE_MODEL.bind(values))
                .coerce(CREATED_MODEL, IS_IN_FUTURE, NOW)
                .fetchSingle();
        if (answer.get(IS_IN_FUTURE)) {
            throw new IllegalArgumentException("the price of the new model " + model.providerModelId() + " was "
                    + futureObservation(checked.observedAt(), answer.get(NOW)));
        }
        return answer.get(CREATED_MODEL);
    }

    private static Field<?> json(Row row) {
        return jsonbObject(COLUMNS.stream()
                .filter(column -> column.value().apply(row) != null)
                .<JSONEntry<?>>map(column -> column.json(row))
                .toList());
    }

    private static Field<?> model(Model model) {
        return jsonbObject(
                key("provider").value(val(model.provider(), SQLDataType.VARCHAR)),
                key("provider_model_id").value(val(model.providerModelId())),
                key("model_id").value(val(model.canonicalId().value())),
                key("model_name").value(val(model.name())),
                key("description").value(val(model.description(), SQLDataType.VARCHAR)),
                key("context_length").value(val(model.contextLength(), SQLDataType.INTEGER)),
                key("modality").value(val(model.modality(), SQLDataType.VARCHAR)),
                key("is_active").value(val(model.isActive())));
    }

    private Map<String, Field<?>> parameters(List<Row> rows) {
        Map<String, Field<?>> values = commonParameters(rows);
        values.put("audit", audit.json());
        return values;
    }

    /** Returns the parameters that all statements have: the clock's tolerance and the rate sets. */
    private static Map<String, Field<?>> commonParameters(List<Row> rows) {
        Map<UUID, RateSet> sets = new TreeMap<>();
        for (Row row : rows) {
            if (row.rateSet() != null) {
                sets.put(row.rateSet().id(), row.rateSet());
            }
        }
        List<UUID> ids = new ArrayList<>();
        List<JSONB> hours = new ArrayList<>();
        List<RateSet.Stored> rates = new ArrayList<>();
        sets.forEach((id, set) -> set.rates().forEach(rate -> {
            ids.add(id);
            hours.add(set.hours().isEmpty() ? null : JSONB.valueOf(StoredHours.json(set.hours())));
            rates.add(rate);
        }));
        Map<String, Field<?>> values = new HashMap<>();
        values.put("clock_tolerance", TOLERANCE);
        values.put("rate_set_ids", val(ids.toArray(UUID[]::new)));
        values.put("rate_set_hours", val(hours.toArray(JSONB[]::new)));
        values.put("rate_tiers", texts(rates, rate -> rate.terms().serviceTier().id()));
        values.put("rate_units", texts(rates, rate -> rate.unit().id()));
        values.put("rate_variants", texts(rates, RateSet.Stored::variant));
        values.put("rate_regions", texts(rates, rate -> rate.terms().region()));
        values.put("rate_hours", texts(rates, rate -> rate.terms().hours()));
        values.put(
                "rate_starts",
                val(rates.stream().map(RateSet.Stored::fromInputTokens).toArray(Long[]::new)));
        values.put(
                "rate_prices",
                val(rates.stream()
                        .map(RateSet.Stored::price)
                        .map(price -> price == null ? null : price.usd())
                        .toArray(BigDecimal[]::new)));
        values.put(
                "rate_charged_as",
                texts(
                        rates,
                        rate -> rate.chargedAs() == null
                                ? null
                                : rate.chargedAs().id()));
        return values;
    }

    private static Field<String[]> texts(
            List<RateSet.Stored> rates, Function<RateSet.Stored, @Nullable String> column) {
        return val(rates.stream().map(column).toArray(String[]::new));
    }
}
