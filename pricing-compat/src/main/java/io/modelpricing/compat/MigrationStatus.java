package io.modelpricing.compat;

import static java.util.stream.Collectors.joining;

import io.modelpricing.BillingUnit;
import io.modelpricing.Identified;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The state of the migration of a database, read from its catalog and tables.
 *
 * @param phase the phase
 * @param legacyColumns the legacy columns of {@code models}, in their order
 * @param dependents the application's objects that depend on these columns or on {@code pricing_tiers}
 * @param declared the stored declarations, each as {@code provider.subject=meaning}
 * @param undeclared what is still to be declared
 * @param unfinished the run of {@link Populate} that was interrupted or is still running; null if there is none
 * @param isFenced whether a {@link Fence} is raised
 * @param hasCompatViews whether the compatibility views ({@link CompatViews}) exist
 * @param rollbackRefusals why a rollback would be refused now; empty if it would succeed
 */
public record MigrationStatus(
        Phase phase,
        List<String> legacyColumns,
        List<Dependent> dependents,
        List<String> declared,
        List<Undeclared> undeclared,
        @Nullable UnfinishedRun unfinished,
        boolean isFenced,
        boolean hasCompatViews,
        List<Refusal> rollbackRefusals) {

    /**
     * A database object that depends on a legacy column or on {@code pricing_tiers}.
     *
     * @param kind the kind of object
     * @param name its name; of {@link Refusal.Kind#OTHER_OBJECT} it begins with PostgreSQL's term for the kind
     * @param columns the columns that it depends on, or {@code pricing_tiers}
     */
    public record Dependent(Refusal.Kind kind, String name, List<String> columns) {

        /**
         * Copies the list.
         *
         * @param kind the kind of object
         * @param name its name
         * @param columns the columns that it depends on
         */
        public Dependent {
            columns = List.copyOf(columns);
        }
    }

    /** What a {@link Declarations declaration} is about. */
    public enum Subject implements Identified {
        /** The unit of {@code pricing_prompt} and {@code pricing_completion}. */
        TOKENS("tokens"),
        /** The unit of {@code pricing_image}. */
        IMAGE("image"),
        /** The unit of {@code pricing_request}. */
        REQUEST("request"),
        /** The meaning of prices that are all zero. */
        ZERO("zero"),
        /** The price of cached and audio tokens. */
        CACHED("cached");

        private final String id;

        Subject(String id) {
            this.id = id;
        }

        @Override
        public String id() {
            return id;
        }

        static Subject parse(String id) {
            return Identified.parse(Subject.class, "subject of a declaration", id);
        }

        @Override
        public String toString() {
            return id;
        }
    }

    /**
     * A missing declaration. Prices without a declared unit are not copied; without a declaration of
     * {@link Subject#CACHED}, the cost of each request with cached or audio tokens is incomplete.
     *
     * @param provider the slug of the provider; null for the models without one
     * @param subject what is not declared
     * @param models the number of models that need the declaration
     */
    public record Undeclared(@Nullable String provider, Subject subject, long models) {}

    /**
     * How far a run of {@link Populate} came that has not ended. Another run continues it, unless declarations were
     * added since.
     *
     * @param models the number of models that are done
     * @param total the number of models that the run had to do at its start
     * @param lastModel the id of the last model that is done, 0 before the first; models are done in the order of their
     *     ids
     * @param targetModel the id at which the run ends
     * @param actor who began the run
     * @param startedAt when the run began
     * @param updatedAt when its last batch ended
     */
    public record UnfinishedRun(
            long models,
            long total,
            long lastModel,
            long targetModel,
            String actor,
            Instant startedAt,
            Instant updatedAt) {}

    /**
     * Copies the lists.
     *
     * @param phase the phase
     * @param legacyColumns the legacy columns of {@code models}
     * @param dependents the objects that depend on them
     * @param declared the stored declarations
     * @param undeclared what is still to be declared
     * @param unfinished the run of populate that has not ended
     * @param isFenced whether a fence is raised
     * @param hasCompatViews whether the compatibility views ({@link CompatViews}) exist
     * @param rollbackRefusals why a rollback would be refused now
     */
    public MigrationStatus {
        legacyColumns = List.copyOf(legacyColumns);
        dependents = List.copyOf(dependents);
        declared = List.copyOf(declared);
        undeclared = List.copyOf(undeclared);
        rollbackRefusals = List.copyOf(rollbackRefusals);
    }

    /**
     * Reads the state of a database, with or without pricing tables.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @return the state
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
                        null,
                        false,
                        false,
                        List.of(Refusal.phase(Phase.LEGACY, "the table models does not exist"))));
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
                columns.size() == LegacyColumn.values().length && areNumbers(ctx)
                        ? undeclared(ctx, isInstalled)
                        : List.of(),
                columns.isEmpty() ? null : unfinished(ctx),
                isInstalled && !Fence.restoring(ctx).isEmpty(),
                ctx.fetchSingle("select to_regclass('pricing_legacy.models') is not null")
                        .get(0, Boolean.class),
                Rollback.refusals(ctx, ColumnTypes.ORIGINAL));
    }

    /** Before populate has installed its objects, all dependents are the application's. */
    private static List<Dependent> dependents(DSLContext ctx, boolean isInstalled) {
        return ctx.fetch("select d.kind, d.name, d.columns from (" + MigrationSql.DEPENDENTS
                        + ") d (kind, name, columns, is_ours) where not (d.is_ours and " + isInstalled
                        + ") order by d.kind, d.name")
                .map(row -> dependent(
                        row.get(0, String.class), row.get(1, String.class), List.of(row.get(2, String[].class))));
    }

    private static Dependent dependent(String term, String name, List<String> columns) {
        Refusal.Kind kind = Refusal.kind(term);
        return new Dependent(kind, kind == Refusal.Kind.OTHER_OBJECT ? term + " " + name : name, columns);
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

    private static @Nullable UnfinishedRun unfinished(DSLContext ctx) {
        boolean isRecorded = ctx.fetchSingle("select to_regclass('legacy_price_progress') is not null")
                .get(0, Boolean.class);
        return isRecorded
                ? ctx.resultQuery("""
                                select models, total, last_model, target_model, actor, started_at, updated_at
                                from legacy_price_progress
                                where step = 'populate' and ended_at is null
                                """)
                        .fetchOne(row -> new UnfinishedRun(
                                row.get(0, Long.class),
                                row.get(1, Long.class),
                                row.get(2, Long.class),
                                row.get(3, Long.class),
                                row.get(4, String.class),
                                row.get(5, Instant.class),
                                row.get(6, Instant.class)))
                : null;
    }

    private static boolean areNumbers(DSLContext ctx) {
        return ctx.fetchSingle("""
                        select bool_and(atttypid = 'numeric'::regtype)
                        from pg_attribute
                        where attrelid = 'models'::regclass and not attisdropped
                          and attname in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request')
                        """).get(0, Boolean.class);
    }

    private static final String DECLARED = """
            u.prompt_unit, u.completion_unit, u.image_unit, u.request_unit, u.zero, u.cached,
            coalesce(p.pricing_source, 'legacy') = 'legacy' and (
                select count(distinct r.unit)
                from model_pricing_card_rate r
                where r.rate_set_id = p.rate_set_id and r.service_tier = 'standard'
                  and r.unit in (%s)
            ) < %d as lacks_cached_rates
            """.formatted(
            BillingUnit.CACHED_AND_AUDIO.stream().map(unit -> "'" + unit + "'").collect(joining(", ")),
            BillingUnit.CACHED_AND_AUDIO.size());

    private static final String DECLARED_MODELS = """
            models m
            left join model_pricing p on p.model_id = m.id
            left join legacy_price_unit u on u.provider_key = coalesce(m.provider_id, 0)
            """;

    /** The columns of {@link #DECLARED} before populate has installed its tables. */
    private static final String UNDECLARED = """
            null::text as prompt_unit, null::text as completion_unit, null::text as image_unit, null::text as request_unit,
            null::text as zero, null::text as cached, true as lacks_cached_rates
            """;

    /** Models with -1 or an invalid price are left out: they need no declaration, or a decision in the quarantine. */
    static List<Undeclared> undeclared(DSLContext ctx, boolean isInstalled) {
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
                            (4, 'zero', c.highest = 0 and c.zero is null),
                            (5, 'cached', c.cached is null and c.lacks_cached_rates
                                and (c.highest > 0 or c.zero = 'free'))
                        ) n (place, subject, is_missing)
                        where n.is_missing and c.lowest >= 0 and c.highest < 'Infinity'
                        group by p.slug, n.place, n.subject
                        order by n.place, p.slug nulls last
                        """.formatted(isInstalled ? DECLARED : UNDECLARED, isInstalled ? DECLARED_MODELS : "models m"))
                .map(row -> new Undeclared(
                        row.get(0, String.class), Subject.parse(row.get(1, String.class)), row.get(2, Long.class)));
    }
}
