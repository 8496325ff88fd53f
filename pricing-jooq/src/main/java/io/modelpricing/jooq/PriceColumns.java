package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_ANNOUNCEMENT;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CARD_RATE;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CURRENT;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_EVERY_VERSION;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_RATE_SET;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.when;

import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jooq.Field;
import org.jooq.JSONB;

/**
 * The columns that hold a price, in the current table or among the versions. {@link PriceRows} reads them.
 *
 * <p>A query joins the further rates, so that a price has one row for each of them.
 */
record PriceColumns(
        Field<ModelId> model,
        Field<? extends Number> version,
        Field<PricingType> type,
        Field<MissingReason> missingReason,
        List<Field<Price>> prices,
        Field<PricingSource> source,
        Field<Instant> lastUpdated,
        List<Field<?>> fields) {

    /** The hours that the rate set of a rate defines; NULL if the rate applies at any time. */
    static final Field<JSONB> RATE_SET_HOURS = when(
                    MODEL_PRICING_CARD_RATE.HOURS.ne(""),
                    field(select(MODEL_PRICING_RATE_SET.HOURS)
                            .from(MODEL_PRICING_RATE_SET)
                            .where(MODEL_PRICING_RATE_SET.ID.eq(MODEL_PRICING_CARD_RATE.RATE_SET_ID))))
            .as("rate_set_hours");

    /** The columns of the further rates. */
    private static final List<Field<?>> RATE = List.of(
            MODEL_PRICING_CARD_RATE.SERVICE_TIER,
            MODEL_PRICING_CARD_RATE.UNIT,
            MODEL_PRICING_CARD_RATE.VARIANT,
            MODEL_PRICING_CARD_RATE.REGION,
            MODEL_PRICING_CARD_RATE.HOURS,
            MODEL_PRICING_CARD_RATE.FROM_INPUT_TOKENS,
            MODEL_PRICING_CARD_RATE.PRICE,
            MODEL_PRICING_CARD_RATE.CHARGED_AS,
            RATE_SET_HOURS);

    /** The units whose base price has a column of its own, in the order of {@link #prices}. */
    static final List<BillingUnit> UNITS =
            List.of(BillingUnit.INPUT, BillingUnit.OUTPUT, BillingUnit.IMAGE, BillingUnit.REQUEST);

    /** The current price of a row of {@code models}; all columns but the id are NULL for a model without a price. */
    static final PriceColumns CURRENT = of(
            MODELS.ID,
            MODEL_PRICING_CURRENT.VERSION,
            MODEL_PRICING_CURRENT.PRICING_TYPE,
            MODEL_PRICING_CURRENT.MISSING_REASON,
            List.of(
                    MODEL_PRICING_CURRENT.PRICE_PER_INPUT_TOKEN,
                    MODEL_PRICING_CURRENT.PRICE_PER_OUTPUT_TOKEN,
                    MODEL_PRICING_CURRENT.PRICE_PER_IMAGE_TOKEN,
                    MODEL_PRICING_CURRENT.PRICE_PER_REQUEST),
            MODEL_PRICING_CURRENT.PRICING_SOURCE,
            MODEL_PRICING_CURRENT.LAST_UPDATED);

    /** A price in {@code model_pricing_every_version}. */
    static final PriceColumns VERSION = of(
            MODEL_PRICING_EVERY_VERSION.MODEL_ID,
            MODEL_PRICING_EVERY_VERSION.NUMBER,
            MODEL_PRICING_EVERY_VERSION.PRICING_TYPE,
            MODEL_PRICING_EVERY_VERSION.MISSING_REASON,
            List.of(
                    MODEL_PRICING_EVERY_VERSION.PRICE_PER_INPUT_TOKEN,
                    MODEL_PRICING_EVERY_VERSION.PRICE_PER_OUTPUT_TOKEN,
                    MODEL_PRICING_EVERY_VERSION.PRICE_PER_IMAGE_TOKEN,
                    MODEL_PRICING_EVERY_VERSION.PRICE_PER_REQUEST),
            MODEL_PRICING_EVERY_VERSION.PRICING_SOURCE,
            MODEL_PRICING_EVERY_VERSION.LAST_UPDATED);

    /**
     * A price in {@code model_pricing_announcement}. The version is the id of the announcement, which tells the rows of
     * two announcements apart.
     */
    static final PriceColumns ANNOUNCED = of(
            MODEL_PRICING_ANNOUNCEMENT.MODEL_ID,
            MODEL_PRICING_ANNOUNCEMENT.ID,
            MODEL_PRICING_ANNOUNCEMENT.PRICING_TYPE,
            MODEL_PRICING_ANNOUNCEMENT.MISSING_REASON,
            List.of(
                    MODEL_PRICING_ANNOUNCEMENT.PRICE_PER_INPUT_TOKEN,
                    MODEL_PRICING_ANNOUNCEMENT.PRICE_PER_OUTPUT_TOKEN,
                    MODEL_PRICING_ANNOUNCEMENT.PRICE_PER_IMAGE_TOKEN,
                    MODEL_PRICING_ANNOUNCEMENT.PRICE_PER_REQUEST),
            MODEL_PRICING_ANNOUNCEMENT.PRICING_SOURCE,
            MODEL_PRICING_ANNOUNCEMENT.OBSERVED_AT);

    private static PriceColumns of(
            Field<ModelId> model,
            Field<? extends Number> version,
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

    /** Returns these columns followed by others. */
    List<Field<?>> plus(Field<?>... more) {
        List<Field<?>> all = new ArrayList<>(fields);
        all.addAll(Arrays.asList(more));
        return all;
    }
}
