package io.modelpricing.compat;

import java.util.List;
import org.jooq.DSLContext;

/**
 * Where a database with pricing tables stands on the way from the legacy columns, read from what is there.
 *
 * @param phase how far it has come
 * @param legacyColumns those that {@code models} has, in their order
 * @param dependents what depends on them, or on {@code pricing_tiers}, and is not this library's
 * @param unitsDeclared what the legacy numbers mean, each as {@code provider.column=meaning}
 * @param undeclared how many models have legacy prices that nothing is declared of; 0 if nothing was populated yet
 * @param isFenced whether roles are kept from the columns
 * @param hasViews whether there are views of the legacy shape
 * @param noRollback what would stop a rollback now; empty if it would succeed
 */
public record MigrationStatus(
        Phase phase,
        List<String> legacyColumns,
        List<Dependent> dependents,
        List<String> unitsDeclared,
        long undeclared,
        boolean isFenced,
        boolean hasViews,
        List<Refusal> noRollback) {

    /**
     * Something that stops to work, or goes, when a legacy column goes.
     *
     * @param kind what it is, such as {@code view}
     * @param name which one
     * @param columns the columns, or {@code pricing_tiers}
     */
    public record Dependent(String kind, String name, List<String> columns) {}

    /**
     * Copies the lists.
     *
     * @param phase how far it has come
     * @param legacyColumns those that {@code models} has
     * @param dependents what depends on them
     * @param unitsDeclared what the legacy numbers mean
     * @param undeclared how many models have prices that nothing is declared of
     * @param isFenced whether roles are kept from the columns
     * @param hasViews whether there are views of the legacy shape
     * @param noRollback what would stop a rollback now
     */
    public MigrationStatus {
        legacyColumns = List.copyOf(legacyColumns);
        dependents = List.copyOf(dependents);
        unitsDeclared = List.copyOf(unitsDeclared);
        noRollback = List.copyOf(noRollback);
    }

    /**
     * Reads where a database stands.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @return the status
     * @throws IllegalStateException if there are no pricing tables
     */
    public static MigrationStatus read(DSLContext database) {
        return new Step("status", database, Patience.DEFAULT).inTransaction(MigrationStatus::of);
    }

    private static MigrationStatus of(DSLContext ctx) {
        boolean isInstalled = Step.isInstalled(ctx);
        Phase phase = Phase.of(ctx);
        return new MigrationStatus(
                phase,
                List.copyOf(Phase.legacyColumns(ctx)),
                isInstalled && phase == Phase.POPULATED ? dependents(ctx) : List.of(),
                isInstalled ? declared(ctx) : List.of(),
                isInstalled
                        ? ctx.fetchSingle("select count(*) from model_pricing_legacy_comparison where kind = 'undeclared'")
                                .get(0, Long.class)
                        : 0,
                isInstalled && !Fence.restoring(ctx).isEmpty(),
                ctx.fetchSingle("select to_regclass('pricing_legacy.models') is not null").get(0, Boolean.class),
                Rollback.refusals(ctx, false));
    }

    private static List<Dependent> dependents(DSLContext ctx) {
        return ctx.fetch("select kind, name, columns from model_pricing_legacy_dependents() where not is_ours")
                .map(row -> new Dependent(
                        row.get(0, String.class), row.get(1, String.class), List.of(row.get(2, String[].class))));
    }

    private static List<String> declared(DSLContext ctx) {
        return ctx.fetch(
                        """
                        select case d.scope when 'all' then '' when 'no_provider' then 'none.' else p.slug || '.' end
                            || d.subject || '=' || d.meaning
                        from model_pricing_legacy_declaration d
                        left join providers p on p.id = d.provider_id
                        order by d.scope, p.slug, d.subject
                        """)
                .getValues(0, String.class);
    }
}
