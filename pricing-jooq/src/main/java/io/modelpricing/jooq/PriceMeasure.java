package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING;
import static org.jooq.impl.DSL.inline;

import io.modelpricing.Identified;
import io.modelpricing.Price;
import java.math.BigDecimal;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;

/**
 * A number by which the prices of models are compared: US dollars for one unit, by the base prices, which are those of the
 * standard service tier for the smallest context.
 *
 * <p>Zero is a number as any other. A model without the price has no number: it passes no limit, and stands after all
 * others in either direction.
 */
public enum PriceMeasure implements Identified {
    /** The price of an input token. */
    INPUT("input"),
    /** The price of an output token. */
    OUTPUT("output"),
    /** The mean of the prices of an input and an output token, where both are known. */
    MEAN("mean"),
    /** The price of an image token. */
    IMAGE("image"),
    /** The fee of a request. */
    REQUEST("request");

    private final String id;

    PriceMeasure(String id) {
        this.id = id;
    }

    /**
     * Reads the measure with an id.
     *
     * @param id for example {@code input}
     * @return the measure
     * @throws IllegalArgumentException if no measure has this id; the message lists the ids that exist
     */
    public static PriceMeasure parse(String id) {
        return Identified.parse(PriceMeasure.class, "price measure", id);
    }

    @Override
    public String id() {
        return id;
    }

    /** Returns the number of a row of {@code model_pricing}. */
    Field<BigDecimal> field() {
        return switch (this) {
            case INPUT -> dollars(MODEL_PRICING.PRICE_PER_INPUT_TOKEN);
            case OUTPUT -> dollars(MODEL_PRICING.PRICE_PER_OUTPUT_TOKEN);
            case MEAN -> INPUT.field().plus(OUTPUT.field()).times(inline(new BigDecimal("0.5")));
            case IMAGE -> dollars(MODEL_PRICING.PRICE_PER_IMAGE_TOKEN);
            case REQUEST -> dollars(MODEL_PRICING.PRICE_PER_REQUEST);
        };
    }

    private static Field<BigDecimal> dollars(Field<Price> price) {
        return price.coerce(SQLDataType.NUMERIC);
    }

    @Override
    public String toString() {
        return id;
    }
}
