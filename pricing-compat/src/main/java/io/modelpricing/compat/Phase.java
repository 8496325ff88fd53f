package io.modelpricing.compat;

import io.modelpricing.Identified;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jooq.DSLContext;

/** How far a database has come from the legacy columns to one table of prices. */
public enum Phase implements Identified {
    /** No pricing tables. */
    LEGACY,
    /** Pricing tables beside the legacy columns. */
    EXPANDED,
    /** The legacy prices are in the pricing tables, and both are kept equal. */
    POPULATED,
    /** No legacy columns. */
    CONTRACTED;

    static final List<String> COLUMNS =
            List.of("pricing_prompt", "pricing_completion", "pricing_image", "pricing_request");

    @Override
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads how far a database has come, from what is there.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @return the phase
     */
    public static Phase read(DSLContext database) {
        return new Step("status", database, LockRetry.DEFAULT)
                .besideModels(ctx -> hasTables(ctx) ? of(ctx) : LEGACY)
                .orElse(LEGACY);
    }

    /** Tells whether the pricing tables are there: those of the original's first phase are not enough. */
    static boolean hasTables(DSLContext ctx) {
        return ctx.fetchSingle("select to_regclass('model_pricing_version') is not null")
                .get(0, Boolean.class);
    }

    /** Reads the phase of a database with pricing tables from what is there, and not from what somebody noted down. */
    static Phase of(DSLContext ctx) {
        if (!hasLegacyColumns(ctx)) {
            return CONTRACTED;
        }
        boolean isPopulated = Step.isInstalled(ctx) && ctx.fetchSingle("""
                                select
                                    exists (select from legacy_price_step where phase in ('populated', 'contracted'))
                                    and exists (
                                        select from pg_trigger
                                        where tgrelid = 'models'::regclass and tgname = 'legacy_price_import_update')
                                """).get(0, Boolean.class);
        return isPopulated ? POPULATED : EXPANDED;
    }

    static boolean hasLegacyColumns(DSLContext ctx) {
        return !legacyColumns(ctx).isEmpty();
    }

    static Set<String> legacyColumns(DSLContext ctx) {
        return ctx.fetch("""
                        select attname::text
                        from pg_attribute
                        where attrelid = 'models'::regclass and not attisdropped
                          and attname in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request')
                        order by attnum
                        """).intoSet(0, String.class);
    }
}
