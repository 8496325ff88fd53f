package io.modelpricing.compat;

import java.util.List;
import java.util.Set;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Where a database stands on the way from the legacy columns, read from what is there.
 *
 * @param phase how far it has come
 * @param legacyColumns those that {@code models} has, in their order
 * @param dependents what depends on them, or on {@code pricing_tiers}, and is not this library's
 * @param unitsDeclared what the legacy numbers mean, each as {@code provider.column=meaning}
 * @param undeclared what is still to be declared before all legacy prices can be carried over
 * @param isFenced whether roles are kept from the columns
 * @param hasViews whether there are views of the legacy shape
 * @param noRollback what would stop a rollback now; empty if it would succeed
 */
public record MigrationStatus(
        Phase phase,
        List<String> legacyColumns,
        List<Dependent> dependents,
        List<String> unitsDeclared,
        List<Undeclared> undeclared,
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
     * Numbers that nobody has said the meaning of.
     *
     * @param provider the slug of the provider of the models; null for models without one
     * @param subject {@code tokens} (prompt and completion), {@code image}, {@code request}, or {@code zero}: what it means if
     *     all prices of a model are zero
     * @param models how many models have such a number
     */
    public record Undeclared(@Nullable String provider, String subject, long models) {}

    /**
     * Copies the lists.
     *
     * @param phase how far it has come
     * @param legacyColumns those that {@code models} has
     * @param dependents what depends on them
     * @param unitsDeclared what the legacy numbers mean
     * @param undeclared what is still to be declared
     * @param isFenced whether roles are kept from the columns
     * @param hasViews whether there are views of the legacy shape
     * @param noRollback what would stop a rollback now
     */
    public MigrationStatus {
        legacyColumns = List.copyOf(legacyColumns);
        dependents = List.copyOf(dependents);
        unitsDeclared = List.copyOf(unitsDeclared);
        undeclared = List.copyOf(undeclared);
        noRollback = List.copyOf(noRollback);
    }

    /**
     * Reads where a database stands, whether there are pricing tables or not.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @return the status
     */
    public static MigrationStatus read(DSLContext database) {
        return new Step("status", database, LockRetry.DEFAULT)
                .besideModels(MigrationStatus::of)
                .orElseGet(() -> new MigrationStatus(
                        Phase.LEGACY,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        false,
                        false,
                        List.of(Refusal.phase(Phase.LEGACY.id(), "there is no table of models"))));
    }

    private static MigrationStatus of(DSLContext ctx) {
        boolean hasTables = Phase.hasTables(ctx);
        boolean isInstalled = hasTables && Step.isInstalled(ctx);
        Set<String> columns = Phase.legacyColumns(ctx);
        return new MigrationStatus(
                hasTables ? Phase.of(ctx) : Phase.LEGACY,
                List.copyOf(columns),
                columns.isEmpty() ? List.of() : dependents(ctx, isInstalled),
                isInstalled ? declared(ctx) : List.of(),
                columns.size() == Phase.COLUMNS.size() && areNumbers(ctx) ? undeclared(ctx, isInstalled) : List.of(),
                isInstalled && !Fence.restoring(ctx).isEmpty(),
                ctx.fetchSingle("select to_regclass('pricing_legacy.models') is not null")
                        .get(0, Boolean.class),
                Rollback.refusals(ctx, false));
    }

    /** Before populate, whatever depends on the columns is the host's. */
    private static List<Dependent> dependents(DSLContext ctx, boolean isInstalled) {
        return ctx.fetch("select d.kind, d.name, d.columns from (" + MigrationSql.DEPENDENTS
                        + ") d (kind, name, columns, is_ours)" + " where not (d.is_ours and " + isInstalled
                        + ") order by d.kind, d.name")
                .map(row -> new Dependent(
                        row.get(0, String.class), row.get(1, String.class), List.of(row.get(2, String[].class))));
    }

    private static List<String> declared(DSLContext ctx) {
        return ctx.fetch("""
                        select case d.scope when 'all' then '' when 'no_provider' then 'none.' else p.slug || '.' end
                            || d.subject || '=' || d.meaning
                        from legacy_price_declaration d
                        left join providers p on p.id = d.provider_id
                        order by d.scope, p.slug, d.subject
                        """).getValues(0, String.class);
    }

    private static boolean areNumbers(DSLContext ctx) {
        return ctx.fetchSingle("""
                        select bool_and(atttypid = 'numeric'::regtype)
                        from pg_attribute
                        where attrelid = 'models'::regclass and not attisdropped
                          and attname in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request')
                        """).get(0, Boolean.class);
    }

    /** Rows with -1, or with what is no price, need no unit: they have no price, or wait for a decision. */
    private static List<Undeclared> undeclared(DSLContext ctx, boolean isInstalled) {
        return ctx.fetch("""
                        select p.slug, n.subject, count(*)
                        from (
                            select
                                m.provider_id, m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request,
                                %1$s,
                                greatest(m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request) as highest,
                                least(m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request) as lowest
                            from %2$s
                        ) c
                        left join providers p on p.id = c.provider_id
                        cross join lateral (values
                            (1, 'tokens', (c.pricing_prompt > 0 and c.prompt_unit is null)
                                or (c.pricing_completion > 0 and c.completion_unit is null)),
                            (2, 'image', c.pricing_image is not null and c.image_unit is null
                                and (c.highest > 0 or c.zero is distinct from 'unknown')),
                            (3, 'request', c.pricing_request > 0 and c.request_unit is null),
                            (4, 'zero', c.highest = 0 and c.zero is null)
                        ) n (place, subject, is_missing)
                        where n.is_missing and c.lowest >= 0 and c.highest < 'Infinity'
                        group by p.slug, n.place, n.subject
                        order by n.place, p.slug nulls last
                        """.formatted(
                                isInstalled
                                        ? "u.prompt_unit, u.completion_unit, u.image_unit, u.request_unit, u.zero"
                                        : "null::text as prompt_unit, null::text as completion_unit,"
                                                + " null::text as image_unit, null::text as request_unit,"
                                                + " null::text as zero",
                                isInstalled
                                        ? "models m left join legacy_price_unit u"
                                                + " on u.provider_key = coalesce(m.provider_id, 0)"
                                        : "models m"))
                .map(row -> new Undeclared(row.get(0, String.class), row.get(1, String.class), row.get(2, Long.class)));
    }
}
