package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.selectOne;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.Price;
import io.modelpricing.PricingType;
import java.math.BigDecimal;
import java.util.List;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.OrderField;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the catalog: which models, in which order. All of them by id, until more is said.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class CatalogQuery {

    private static final CatalogQuery ALL = new CatalogQuery(noCondition(), null, false);

    private final Condition condition;
    private final @Nullable PriceMeasure measure;
    private final boolean isDearestFirst;

    private CatalogQuery(Condition condition, @Nullable PriceMeasure measure, boolean isDearestFirst) {
        this.condition = condition;
        this.measure = measure;
        this.isDearestFirst = isDearestFirst;
    }

    /**
     * Returns the query for all models in the order of their ids.
     *
     * @return the query
     */
    public static CatalogQuery all() {
        return ALL;
    }

    private CatalogQuery and(Condition more) {
        return new CatalogQuery(condition.and(more), measure, isDearestFirst);
    }

    /**
     * Leaves out models that cannot be used.
     *
     * @return the narrower query
     */
    public CatalogQuery onlyActive() {
        return and(MODELS.IS_ACTIVE.isTrue());
    }

    /**
     * Leaves out the models of other providers.
     *
     * @param slug the provider
     * @return the narrower query
     */
    public CatalogQuery ofProvider(String slug) {
        return and(exists(selectOne()
                .from(PROVIDERS)
                .where(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .and(PROVIDERS.SLUG.eq(requireNonNull(slug, "slug")))));
    }

    /**
     * Leaves out what has another API name.
     *
     * @param model the API name
     * @return the narrower query
     */
    public CatalogQuery of(CanonicalModelId model) {
        return and(MODELS.MODEL_ID.eq(requireNonNull(model, "model")));
    }

    /**
     * Leaves out models whose price is of another type. A model without a price row is missing one.
     *
     * @param type the type
     * @return the narrower query
     */
    public CatalogQuery of(PricingType type) {
        Condition isOfType = MODEL_PRICING.PRICING_TYPE.eq(requireNonNull(type, "type"));
        return and(type == PricingType.MISSING ? isOfType.or(MODEL_PRICING.MODEL_ID.isNull()) : isOfType);
    }

    /**
     * Leaves out models that are cheaper, or whose price is not known.
     *
     * @param by what is compared
     * @param least the smallest price that passes
     * @return the narrower query
     */
    public CatalogQuery atLeast(PriceMeasure by, Price least) {
        return and(by.field().ge(least.usd()));
    }

    /**
     * Leaves out models that are dearer, or whose price is not known.
     *
     * @param by what is compared
     * @param most the largest price that passes
     * @return the narrower query
     */
    public CatalogQuery atMost(PriceMeasure by, Price most) {
        return and(by.field().le(most.usd()));
    }

    /**
     * Sorts from the cheapest to the dearest; unknown prices come last, models of one price by id.
     *
     * @param by what is compared
     * @return the sorted query
     */
    public CatalogQuery cheapestFirst(PriceMeasure by) {
        return new CatalogQuery(condition, requireNonNull(by, "by"), false);
    }

    /**
     * Sorts from the dearest to the cheapest; unknown prices come last here too, models of one price by id.
     *
     * @param by what is compared
     * @return the sorted query
     */
    public CatalogQuery dearestFirst(PriceMeasure by) {
        return new CatalogQuery(condition, requireNonNull(by, "by"), true);
    }

    Condition condition() {
        return condition;
    }

    @Nullable
    PriceMeasure measure() {
        return measure;
    }

    List<OrderField<?>> order() {
        if (measure == null) {
            return List.of(MODELS.ID);
        }
        var number = isDearestFirst ? measure.field().desc() : measure.field().asc();
        return List.of(number.nullsLast(), MODELS.ID);
    }

    /** Tells what stands behind a key in the order. */
    Condition isAfter(@Nullable CatalogKey key) {
        if (key == null) {
            return noCondition();
        }
        BigDecimal number = key.number();
        Condition hasLaterId = MODELS.ID.gt(key.model());
        if (number == null) {
            return measure == null ? hasLaterId : measure.field().isNull().and(hasLaterId);
        }
        if (measure == null) {
            throw new IllegalArgumentException(
                    "the key " + key + " is of a catalog sorted by price, this one is by id");
        }
        Field<BigDecimal> field = measure.field();
        return field.isNull()
                .or(isDearestFirst ? field.lt(number) : field.gt(number))
                .or(field.eq(number).and(hasLaterId));
    }
}
