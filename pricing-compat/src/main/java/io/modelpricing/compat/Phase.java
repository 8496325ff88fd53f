package io.modelpricing.compat;

import io.modelpricing.Identified;
import java.util.Locale;
import java.util.Set;
import org.jooq.DSLContext;

/** A phase of the migration from the legacy columns to {@code model_pricing}. */
public enum Phase implements Identified {
    /** There are no pricing tables. */
    LEGACY,
    /** There are pricing tables and legacy columns. */
    EXPANDED,
    /** The legacy prices are copied to the pricing tables, and both are kept in sync. */
    POPULATED,
    /** The legacy columns are dropped. */
    CONTRACTED;

    @Override
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads the phase of a database from its catalog.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @return the phase
     */
    public static Phase read(DSLContext database) {
        return new Step("status", database, LockRetry.DEFAULT)
                .besideModels(ctx -> hasTables(ctx) ? of(ctx) : LEGACY)
                .orElse(LEGACY);
    }

    /** Returns whether the pricing tables exist. The table of the original plan's first phase alone does not count. */
    static boolean hasTables(DSLContext ctx) {
        return ctx.fetchSingle("select to_regclass('model_pricing_version') is not null")
                .get(0, Boolean.class);
    }

    /** Reads the phase of a database with pricing tables. The catalog is read, not the last recorded step. */
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

    /**
     * Reads the phase for a step that needs {@link #POPULATED}.
     *
     * @throws IllegalStateException if the database is in another phase
     */
    static void requirePopulated(DSLContext ctx, String step) {
        Phase phase = of(ctx);
        if (phase != POPULATED) {
            throw new IllegalStateException(step + " needs a database in phase populated, but this one is " + phase.id()
                    + (phase == CONTRACTED ? "; run rollback first" : "; run populate first"));
        }
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
