package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CURRENT;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.selectOne;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.Price;
import io.modelpricing.PricingType;
import io.modelpricing.TextRule;
import java.math.BigDecimal;
import java.util.List;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.OrderField;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * A selection of the catalog's models, and their order. By default all models in the order of their ids.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class CatalogQuery {

    private static final CatalogQuery ALL = new CatalogQuery(noCondition(), null, false);

    private final Condition condition;
    private final @Nullable PriceMeasure measure;
    private final boolean isMostExpensiveFirst;

    private CatalogQuery(Condition condition, @Nullable PriceMeasure measure, boolean isMostExpensiveFirst) {
        this.condition = condition;
        this.measure = measure;
        this.isMostExpensiveFirst = isMostExpensiveFirst;
    }

    /**
     * Returns the query for all models, in the order of their ids.
     *
     * @return the query
     */
    public static CatalogQuery all() {
        return ALL;
    }

    private CatalogQuery and(Condition more) {
        return new CatalogQuery(condition.and(more), measure, isMostExpensiveFirst);
    }

    /**
     * Selects active models only.
     *
     * @return the narrowed query
     */
    public CatalogQuery onlyActive() {
        return and(MODELS.IS_ACTIVE.isTrue());
    }

    /**
     * Selects the models of one provider only.
     *
     * @param slug the slug of the provider
     * @return the narrowed query
     * @throws IllegalArgumentException if the slug has the character NUL or an unpaired surrogate
     */
    public CatalogQuery ofProvider(String slug) {
        return and(exists(selectOne()
                .from(PROVIDERS)
                .where(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .and(PROVIDERS.SLUG.eq(TextRule.requireStorable("slug", slug)))));
    }

    /**
     * Selects the offerings of one canonical model only.
     *
     * @param model the canonical model id
     * @return the narrowed query
     */
    public CatalogQuery ofModel(CanonicalModelId model) {
        return and(MODELS.MODEL_ID.eq(requireNonNull(model, "model")));
    }

    /**
     * Selects models whose price is of one type only. A model without a price row is of the type missing.
     *
     * @param type the type
     * @return the narrowed query
     */
    public CatalogQuery ofType(PricingType type) {
        Condition isOfType = MODEL_PRICING_CURRENT.PRICING_TYPE.eq(requireNonNull(type, "type"));
        return and(type == PricingType.MISSING ? isOfType.or(MODEL_PRICING_CURRENT.PRICING_TYPE.isNull()) : isOfType);
    }

    /**
     * Selects models with a minimum price only. A model whose price is unknown is not selected.
     *
     * @param by the price to compare
     * @param least the minimum, inclusive
     * @return the narrowed query
     */
    public CatalogQuery atLeast(PriceMeasure by, Price least) {
        return and(by.field().ge(least.usd()));
    }

    /**
     * Selects models with a maximum price only. A model whose price is unknown is not selected.
     *
     * @param by the price to compare
     * @param most the maximum, inclusive
     * @return the narrowed query
     */
    public CatalogQuery atMost(PriceMeasure by, Price most) {
        return and(by.field().le(most.usd()));
    }

    /**
     * Sorts from the cheapest to the most expensive. Unknown prices come last; equal prices are in the order of the
     * ids.
     *
     * @param by the price to compare
     * @return the sorted query
     */
    public CatalogQuery cheapestFirst(PriceMeasure by) {
        return new CatalogQuery(condition, requireNonNull(by, "by"), false);
    }

    /**
     * Sorts from the most expensive to the cheapest. Unknown prices come last; equal prices are in the order of the
     * ids.
     *
     * @param by the price to compare
     * @return the sorted query
     */
    public CatalogQuery mostExpensiveFirst(PriceMeasure by) {
        return new CatalogQuery(condition, requireNonNull(by, "by"), true);
    }

    Condition condition() {
        return condition;
    }

    /** Returns the name of the order, which a cursor belongs to. */
    String listing() {
        if (measure == null) {
            return "catalog by id";
        }
        return "catalog by " + measure + " price, "
                + (isMostExpensiveFirst ? "most expensive first" : "cheapest first");
    }

    /** Returns the price that the models are sorted by, NULL where they are sorted by id. */
    Field<BigDecimal> number() {
        return measure == null ? inline(null, SQLDataType.NUMERIC) : measure.field();
    }

    /** Reads the values that {@link CatalogKey#toList} returned. */
    CatalogKey parseKey(List<String> values) {
        CatalogKey key = CatalogKey.parse(values);
        if (measure == null && key.number() != null) {
            throw new IllegalArgumentException(
                    "the models are sorted by id, but the key has the price " + key.number());
        }
        return key;
    }

    List<OrderField<?>> order() {
        if (measure == null) {
            return List.of(MODELS.ID);
        }
        var number =
                isMostExpensiveFirst ? measure.field().desc() : measure.field().asc();
        return List.of(number.nullsLast(), MODELS.ID);
    }

    /** Returns the condition of the models after a key in the order. */
    Condition isAfter(@Nullable CatalogKey key) {
        if (key == null) {
            return noCondition();
        }
        Condition hasLaterId = MODELS.ID.gt(key.model());
        if (measure == null) {
            return hasLaterId;
        }
        Field<BigDecimal> field = measure.field();
        BigDecimal number = key.number();
        if (number == null) {
            return field.isNull().and(hasLaterId);
        }
        return field.isNull()
                .or(isMostExpensiveFirst ? field.lt(number) : field.gt(number))
                .or(field.eq(number).and(hasLaterId));
    }
}
