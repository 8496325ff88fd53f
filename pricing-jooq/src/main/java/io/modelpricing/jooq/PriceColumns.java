package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_RATE;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_VERSION;

import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jooq.Field;
import org.jooq.Record;

/**
 * The columns that hold a price, in the current table or among the versions, and how to read a price from them.
 *
 * <p>A price with further rates comes as one row for each of them.
 */
record PriceColumns(
        Field<ModelId> model,
        Field<Integer> version,
        Field<PricingType> type,
        Field<MissingReason> missingReason,
        List<Field<Price>> prices,
        Field<PricingSource> source,
        Field<Instant> lastUpdated,
        List<Field<?>> fields) {

    /** The columns of the further rates, which come with either. */
    private static final List<Field<?>> RATE = List.of(
            MODEL_PRICING_RATE.SERVICE_TIER,
            MODEL_PRICING_RATE.UNIT,
            MODEL_PRICING_RATE.FROM_INPUT_TOKENS,
            MODEL_PRICING_RATE.PRICE);

    /** The units whose base price has a column of its own, in the order of {@link #prices}. */
    static final List<BillingUnit> UNITS =
            List.of(BillingUnit.INPUT, BillingUnit.OUTPUT, BillingUnit.IMAGE, BillingUnit.REQUEST);

    /** The current price of a row of {@code models}, which may have none. */
    static final PriceColumns CURRENT = of(
            MODELS.ID,
            MODEL_PRICING.VERSION,
            MODEL_PRICING.PRICING_TYPE,
            MODEL_PRICING.MISSING_REASON,
            List.of(
                    MODEL_PRICING.PRICE_PER_INPUT_TOKEN,
                    MODEL_PRICING.PRICE_PER_OUTPUT_TOKEN,
                    MODEL_PRICING.PRICE_PER_IMAGE_TOKEN,
                    MODEL_PRICING.PRICE_PER_REQUEST),
            MODEL_PRICING.PRICING_SOURCE,
            MODEL_PRICING.LAST_UPDATED);

    static final PriceColumns VERSION = of(
            MODEL_PRICING_VERSION.MODEL_ID,
            MODEL_PRICING_VERSION.NUMBER,
            MODEL_PRICING_VERSION.PRICING_TYPE,
            MODEL_PRICING_VERSION.MISSING_REASON,
            List.of(
                    MODEL_PRICING_VERSION.PRICE_PER_INPUT_TOKEN,
                    MODEL_PRICING_VERSION.PRICE_PER_OUTPUT_TOKEN,
                    MODEL_PRICING_VERSION.PRICE_PER_IMAGE_TOKEN,
                    MODEL_PRICING_VERSION.PRICE_PER_REQUEST),
            MODEL_PRICING_VERSION.PRICING_SOURCE,
            MODEL_PRICING_VERSION.LAST_UPDATED);

    private static PriceColumns of(
            Field<ModelId> model,
            Field<Integer> version,
            Field<PricingType> type,
            Field<MissingReason> missingReason,
            List<Field<Price>> prices,
            Field<PricingSource> source,
            Field<Instant> lastUpdated) {
        List<Field<?>> fields = new ArrayList<>(List.of(model, version, type, missingReason, source, lastUpdated));
        fields.addAll(prices);
        fields.addAll(RATE);
        return new PriceColumns(model, version, type, missingReason, prices, source, lastUpdated, List.copyOf(fields));
    }

    /** Returns all columns to select, and some more. */
    List<Field<?>> with(Field<?>... more) {
        List<Field<?>> all = new ArrayList<>(fields);
        all.addAll(Arrays.asList(more));
        return all;
    }

    /** Splits rows that are ordered by model and version into the groups that are one price each. */
    <R extends Record> List<List<R>> groups(List<R> rows) {
        List<List<R>> groups = new ArrayList<>();
        int start = 0;
        for (int end = 1; end <= rows.size(); end++) {
            if (end == rows.size() || !isSamePrice(rows.get(start), rows.get(end))) {
                groups.add(rows.subList(start, end));
                start = end;
            }
        }
        return groups;
    }

    private boolean isSamePrice(Record a, Record b) {
        Integer version = a.get(this.version);
        return a.get(model).equals(b.get(model)) && version != null && version.equals(b.get(this.version));
    }

    /**
     * Reads one price.
     *
     * @throws IllegalStateException if the rows make no price, naming the model: the tables' constraints are not there
     */
    ModelPricing read(List<? extends Record> group) {
        Record first = group.get(0);
        PricingType type = first.get(this.type);
        if (type == null) {
            return ModelPricing.neverKnown(first.get(model));
        }
        try {
            return new ModelPricing(
                    first.get(model),
                    pricing(type, group),
                    first.get(version),
                    first.get(source),
                    first.get(lastUpdated));
        } catch (IllegalArgumentException e) {
            throw unreadable(first.get(model), first.get(version), e);
        }
    }

    static IllegalStateException unreadable(ModelId model, int version, IllegalArgumentException e) {
        return new IllegalStateException(
                "version " + version + " of the price of model " + model + " is unreadable: " + e.getMessage(), e);
    }

    private Pricing pricing(PricingType type, List<? extends Record> group) {
        return switch (type) {
            case PAID -> new Pricing.Paid(card(group));
            case FREE -> new Pricing.Free(card(group));
            case DEPRECATED -> new Pricing.Deprecated(card(group));
            case MISSING -> new Pricing.Missing(group.get(0).get(missingReason));
        };
    }

    private RateCard card(List<? extends Record> group) {
        List<Rate> rates = new ArrayList<>();
        for (int i = 0; i < UNITS.size(); i++) {
            Price price = group.get(0).get(prices.get(i));
            if (price != null) {
                rates.add(Rate.of(UNITS.get(i), price));
            }
        }
        for (Record row : group) {
            BillingUnit unit = row.get(MODEL_PRICING_RATE.UNIT);
            if (unit != null) {
                rates.add(new Rate(
                        unit,
                        row.get(MODEL_PRICING_RATE.SERVICE_TIER),
                        row.get(MODEL_PRICING_RATE.FROM_INPUT_TOKENS),
                        row.get(MODEL_PRICING_RATE.PRICE)));
            }
        }
        return RateCard.of(rates);
    }
}
