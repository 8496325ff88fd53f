package io.modelpricing.cli.database;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CURRENT;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_ORIGINAL;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_QUARANTINE;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_REVISION;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.inline;

import io.modelpricing.PricingType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.Field;

/** Row counts of the pricing tables. */
public final class PricingTables {

    /** A table that the newest migration creates: if it exists, all pricing tables do. */
    public static final String NEWEST = "model_pricing_announcement";

    private final Session session;
    private final DSLContext ctx;

    PricingTables(Session session) {
        this.session = session;
        ctx = session.ctx();
    }

    /** Returns the number of models by pricing type; a model without a price row counts as missing. */
    public Map<String, Long> byType() {
        Map<String, Long> byType = new LinkedHashMap<>();
        for (PricingType type : PricingType.values()) {
            byType.put(type.id(), 0L);
        }
        Field<PricingType> type = coalesce(
                MODEL_PRICING_CURRENT.PRICING_TYPE, inline(PricingType.MISSING, MODEL_PRICING_CURRENT.PRICING_TYPE));
        ctx.select(type, count())
                .from(MODELS)
                .leftJoin(MODEL_PRICING_CURRENT)
                .on(MODEL_PRICING_CURRENT.MODEL_ID.eq(MODELS.ID))
                .groupBy(type)
                .forEach(row -> byType.put(row.value1().id(), (long) row.value2()));
        return byType;
    }

    public long models() {
        return session.has("models") ? ctx.fetchCount(session.relation("models")) : 0;
    }

    public long originals() {
        return ctx.fetchCount(MODEL_PRICING_ORIGINAL);
    }

    public long quarantined() {
        return ctx.fetchCount(MODEL_PRICING_QUARANTINE, MODEL_PRICING_QUARANTINE.RESOLUTION.isNull());
    }

    /**
     * Returns the number that grows by one with every committed transaction that changed or announced prices. It does
     * not change at the start of an announced price.
     */
    public long revision() {
        return ctx.select(MODEL_PRICING_REVISION.REVISION)
                .from(MODEL_PRICING_REVISION)
                .fetchSingle()
                .value1();
    }
}
