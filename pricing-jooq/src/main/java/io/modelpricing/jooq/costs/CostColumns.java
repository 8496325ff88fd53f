package io.modelpricing.jooq.costs;

import static io.modelpricing.jooq.schema.Tables.REQUEST_COST;
import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.val;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.CostCalculator;
import io.modelpricing.LineItem;
import io.modelpricing.Markup;
import io.modelpricing.Price;
import io.modelpricing.RequestId;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.impl.SQLDataType;

/** Writes a cost to the columns of {@code request_cost}, and reads it from them. */
final class CostColumns {

    private static final Field<String[]> USED_UNITS =
            field("array(select jsonb_object_keys({0}))", SQLDataType.CLOB.array(), REQUEST_COST.USAGE);
    private static final Field<Long[]> USED_COUNTS = field(
            "array(select v::bigint from jsonb_each_text({0}) e (k, v))",
            SQLDataType.BIGINT.array(), REQUEST_COST.USAGE);
    private static final Field<String[]> ATTRIBUTE_NAMES =
            field("array(select jsonb_object_keys({0}))", SQLDataType.CLOB.array(), REQUEST_COST.ATTRIBUTES);
    private static final Field<String[]> ATTRIBUTE_VALUES = field(
            "array(select v from jsonb_each_text({0}) e (k, v))", SQLDataType.CLOB.array(), REQUEST_COST.ATTRIBUTES);
    private static final Field<String[]> LINE_UNITS = ofLines("unit", "text", SQLDataType.CLOB);
    private static final Field<String[]> LINE_VARIANTS = ofLines("variant", "text", SQLDataType.CLOB);
    private static final Field<Long[]> LINE_QUANTITIES = ofLines("quantity", "bigint", SQLDataType.BIGINT);
    private static final Field<BigDecimal[]> LINE_PRICES = ofLines("price", "numeric", SQLDataType.NUMERIC);
    private static final Field<BigDecimal[]> LINE_AMOUNTS = ofLines("amount", "numeric", SQLDataType.NUMERIC);

    /** The columns to select; the JSON columns as arrays. */
    static final List<Field<?>> FIELDS = fields();

    private CostColumns() {}

    private static <T> Field<T[]> ofLines(String key, String type, DataType<T> dataType) {
        return field(
                "array(select (l ->> '" + key + "')::" + type
                        + " from jsonb_array_elements({0}) with ordinality x (l, n) order by n)",
                dataType.array(),
                REQUEST_COST.LINES);
    }

    private static List<Field<?>> fields() {
        List<Field<?>> fields = new ArrayList<>(Arrays.asList(REQUEST_COST.fields()));
        fields.removeAll(List.of(REQUEST_COST.USAGE, REQUEST_COST.LINES, REQUEST_COST.ATTRIBUTES));
        fields.addAll(List.of(
                USED_UNITS,
                USED_COUNTS,
                ATTRIBUTE_NAMES,
                ATTRIBUTE_VALUES,
                LINE_UNITS,
                LINE_VARIANTS,
                LINE_QUANTITIES,
                LINE_PRICES,
                LINE_AMOUNTS));
        return List.copyOf(fields);
    }

    /** Returns the values of an entry, without its time and the names of its model. */
    static Map<Field<?>, Field<?>> values(RequestId request, CostEntry entry) {
        RecordedCost.Amounts amounts = RecordedCost.Amounts.of(entry);
        Usage usage = entry.cost().usage();
        Map<Field<?>, Field<?>> values = new LinkedHashMap<>();
        values.put(REQUEST_COST.REQUEST_ID, val(request.value(), REQUEST_COST.REQUEST_ID));
        values.put(REQUEST_COST.BASIS, val(amounts.basis().id(), REQUEST_COST.BASIS));
        values.put(
                REQUEST_COST.MARKUP,
                val(amounts.markup() == null ? null : amounts.markup().factor(), REQUEST_COST.MARKUP));
        values.put(REQUEST_COST.TOTAL_USD, val(amounts.total(), REQUEST_COST.TOTAL_USD));
        values.put(REQUEST_COST.INPUT_USD, val(amounts.input(), REQUEST_COST.INPUT_USD));
        values.put(REQUEST_COST.OUTPUT_USD, val(amounts.output(), REQUEST_COST.OUTPUT_USD));
        values.put(
                REQUEST_COST.UNPRICED,
                val(amounts.unpriced().stream().map(BillingUnit::id).toArray(String[]::new), REQUEST_COST.UNPRICED));
        values.put(REQUEST_COST.MISSING_REASON, val(amounts.missingReason(), REQUEST_COST.MISSING_REASON));
        values.put(REQUEST_COST.USAGE, val(json(usage), REQUEST_COST.USAGE));
        values.put(REQUEST_COST.LINES, val(json(amounts.lines()), REQUEST_COST.LINES));
        values.put(REQUEST_COST.SERVICE_TIER, val(usage.serviceTier(), REQUEST_COST.SERVICE_TIER));
        values.put(REQUEST_COST.REGION, val(usage.region(), REQUEST_COST.REGION));
        values.put(
                REQUEST_COST.REPORTED_USD,
                val(entry.reported() == null ? null : entry.reported().amount(), REQUEST_COST.REPORTED_USD));
        values.put(REQUEST_COST.USES_OWN_KEY, val(entry.usesOwnKey(), REQUEST_COST.USES_OWN_KEY));
        values.put(
                REQUEST_COST.ATTRIBUTES,
                field(
                        "jsonb_object({0}, {1})",
                        SQLDataType.JSONB,
                        val(entry.attributes().keySet().toArray(String[]::new)),
                        val(entry.attributes().values().toArray(String[]::new))));
        values.put(REQUEST_COST.MODEL_ID, val(entry.cost().quote().model(), REQUEST_COST.MODEL_ID));
        int version = entry.cost().quote().version();
        values.put(REQUEST_COST.PRICE_VERSION, val(version == 0 ? null : version, REQUEST_COST.PRICE_VERSION));
        values.put(REQUEST_COST.CALCULATOR, val(CostCalculator.VERSION, REQUEST_COST.CALCULATOR));
        values.put(REQUEST_COST.ORIGIN, val(RecordedCost.Origin.LIVE.id(), REQUEST_COST.ORIGIN));
        return values;
    }

    private static JSONB json(Usage usage) {
        return JSONB.valueOf(usage.units().stream()
                .flatMap(unit -> usage.variants(unit).stream()
                        .map(variant -> "\"" + unit + (variant.isEmpty() ? "" : "/" + variant) + "\": "
                                + usage.count(unit, variant)))
                .collect(joining(", ", "{", "}")));
    }

    private static JSONB json(List<LineItem> lines) {
        return JSONB.valueOf(lines.stream()
                .map(line -> "{\"unit\": \"" + line.unit().id()
                        + (line.variant().isEmpty() ? "" : "\", \"variant\": \"" + line.variant())
                        + "\", \"quantity\": " + line.quantity()
                        + ", \"price\": " + line.price() + ", \"amount\": "
                        + line.amount().toPlainString() + "}")
                .collect(joining(", ", "[", "]")));
    }

    static RecordedCost read(Record row) {
        BigDecimal markup = row.get(REQUEST_COST.MARKUP);
        BigDecimal reported = row.get(REQUEST_COST.REPORTED_USD);
        Integer version = row.get(REQUEST_COST.PRICE_VERSION);
        String actor = row.get(REQUEST_COST.ACTOR);
        return new RecordedCost(
                new RequestId(row.get(REQUEST_COST.REQUEST_ID)),
                row.get(REQUEST_COST.OCCURRED_AT),
                new RecordedCost.ServingModel(
                        row.get(REQUEST_COST.MODEL_ID),
                        row.get(REQUEST_COST.PROVIDER_SLUG),
                        row.get(REQUEST_COST.PROVIDER_MODEL_ID),
                        row.get(REQUEST_COST.CANONICAL_ID)),
                usage(row),
                new RecordedCost.Amounts(
                        CostBasis.parse(row.get(REQUEST_COST.BASIS)),
                        markup == null ? null : Markup.of(markup),
                        row.get(REQUEST_COST.TOTAL_USD),
                        row.get(REQUEST_COST.INPUT_USD),
                        row.get(REQUEST_COST.OUTPUT_USD),
                        lines(row),
                        Arrays.stream(row.get(REQUEST_COST.UNPRICED))
                                .map(BillingUnit::ofStored)
                                .toList(),
                        row.get(REQUEST_COST.MISSING_REASON)),
                new RecordedCost.AppliedPrice(
                        version == null ? 0 : version,
                        row.get(REQUEST_COST.IS_ASSUMED),
                        row.get(REQUEST_COST.CALCULATOR)),
                reported == null ? null : Usd.of(reported),
                row.get(REQUEST_COST.USES_OWN_KEY),
                attributes(row),
                new RecordedCost.Provenance(
                        row.get(REQUEST_COST.NUMBER),
                        RecordedCost.Origin.parse(row.get(REQUEST_COST.ORIGIN)),
                        row.get(REQUEST_COST.RECORDED_AT),
                        actor == null ? null : new Attribution(actor, row.get(REQUEST_COST.REASON))));
    }

    private static Map<String, String> attributes(Record row) {
        String[] names = row.get(ATTRIBUTE_NAMES);
        Map<String, String> attributes = new HashMap<>();
        for (int i = 0; i < names.length; i++) {
            attributes.put(names[i], row.get(ATTRIBUTE_VALUES)[i]);
        }
        return attributes;
    }

    private static Usage usage(Record row) {
        Usage.Builder usage = Usage.inclusive()
                .count(BillingUnit.REQUEST, 0)
                .serviceTier(requireNonNull(row.get(REQUEST_COST.SERVICE_TIER)))
                .region(row.get(REQUEST_COST.REGION));
        String[] units = row.get(USED_UNITS);
        Long[] counts = row.get(USED_COUNTS);
        for (int i = 0; i < units.length; i++) {
            int slash = units[i].indexOf('/');
            String unit = slash < 0 ? units[i] : units[i].substring(0, slash);
            usage.count(BillingUnit.ofStored(unit), slash < 0 ? "" : units[i].substring(slash + 1), counts[i]);
        }
        return usage.build();
    }

    private static List<LineItem> lines(Record row) {
        String[] units = row.get(LINE_UNITS);
        return IntStream.range(0, units.length)
                .mapToObj(i -> new LineItem(
                        BillingUnit.ofStored(units[i]),
                        requireNonNullElse(row.get(LINE_VARIANTS)[i], ""),
                        row.get(LINE_QUANTITIES)[i],
                        Price.perUnit(row.get(LINE_PRICES)[i]),
                        row.get(LINE_AMOUNTS)[i]))
                .toList();
    }
}
