package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CURRENT;
import static org.jooq.impl.DSL.inline;

import io.modelpricing.Identified;
import io.modelpricing.Price;
import java.math.BigDecimal;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;

/**
 * The price by which models are compared: a base price of the standard service tier, in US dollars for one unit.
 *
 * <p>Zero compares as any other price. A model whose price is unknown passes no minimum or maximum and sorts last in
 * both directions.
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

    /** Returns the price in a row of {@code model_pricing}. */
    Field<BigDecimal> field() {
        return switch (this) {
            case INPUT -> dollars(MODEL_PRICING_CURRENT.PRICE_PER_INPUT_TOKEN);
            case OUTPUT -> dollars(MODEL_PRICING_CURRENT.PRICE_PER_OUTPUT_TOKEN);
            case MEAN -> INPUT.field().plus(OUTPUT.field()).times(inline(new BigDecimal("0.5")));
            case IMAGE -> dollars(MODEL_PRICING_CURRENT.PRICE_PER_IMAGE_TOKEN);
            case REQUEST -> dollars(MODEL_PRICING_CURRENT.PRICE_PER_REQUEST);
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
