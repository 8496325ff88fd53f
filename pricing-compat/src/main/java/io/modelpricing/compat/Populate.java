package io.modelpricing.compat;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.val;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step that carries the legacy prices of all models over into {@code model_pricing}, by what is declared about them, and
 * from then on keeps both equal until {@link Contract}: what an old service writes into the columns of {@code models} is read
 * by the declared unit, and what a new one writes is shown in the columns, rounded to what they can hold.
 *
 * <p>A model with a price above zero becomes paid; with zeros only, what is declared of zeros; without any price, missing; with
 * -1 beside nothing but -1, 0 and NULL, missing because it is dynamic. What nobody declared is refused by name and not
 * written. A cell that cannot be a price (NaN, another negative, -1 beside a price, more than a price can be) sends its model
 * to the quarantine as it is, and its price reads as missing because it is ambiguous.
 *
 * <p>Prices of models that had none are valid since ever, known since now. A row of {@code model_pricing} that stood there
 * before the expansion is replaced; one that somebody has written since, or set by hand, is kept and shown in the legacy
 * columns, and the legacy price becomes the version before it, valid since ever.
 *
 * <p>A run takes the models in batches, each a transaction of its own, and waits for a lock no longer than its {@link LockRetry}
 * says. It can be repeated, and a run that was interrupted is finished by another. Declarations stay in the database: a later
 * run needs to be told only what is new. Once the columns have gone a run does nothing but keep them, for {@link Rollback}.
 *
 * <p>This class is thread-safe.
 */
public final class Populate {

    private static final Logger LOG = LoggerFactory.getLogger(Populate.class);

    /** Of the script, which does not know how long a batch takes. */
    private static final int BATCH = 500;

    /** Small, as nobody knows yet how long one model takes. */
    private static final int FIRST_BATCH = 200;

    private static final int LARGEST_BATCH = 5_000;

    /** Who writes a model of a batch waits for as long as it takes. */
    private static final Duration BATCH_TIME = Duration.ofMillis(250);

    private final Step step;

    /**
     * What a run did.
     *
     * @param models how many models there are
     * @param inserted how many of them have a row in {@code model_pricing} now and had none
     * @param updated how many rows of {@code model_pricing} were replaced
     * @param unchanged how many rows already said the same
     * @param kept the models whose row somebody has written since the expansion or set by hand, and so was not replaced
     * @param replaced what was replaced, and by what
     * @param quarantined how many models have a cell that cannot be a price
     * @param refused every cell that was not carried over: those of quarantined models, and those that nothing is declared of
     */
    public record Result(
            int models,
            int inserted,
            int updated,
            int unchanged,
            List<ModelId> kept,
            List<Replaced> replaced,
            int quarantined,
            List<Refused> refused) {

        /**
         * Copies the lists.
         *
         * @param models how many models there are
         * @param inserted how many of them have a row in {@code model_pricing} now and had none
         * @param updated how many rows of {@code model_pricing} were replaced
         * @param unchanged how many rows already said the same
         * @param kept the models whose row was not replaced
         * @param replaced what was replaced, and by what
         * @param quarantined how many models have a cell that cannot be a price
         * @param refused every cell that was not carried over
         */
        public Result {
            kept = List.copyOf(kept);
            replaced = List.copyOf(replaced);
            refused = List.copyOf(refused);
        }
    }

    /**
     * A price of {@code model_pricing} that was replaced by the legacy one.
     *
     * @param model the model
     * @param before its type and prices, as JSON
     * @param after what it is now, as JSON
     */
    public record Replaced(ModelId model, String before, String after) {}

    /**
     * A legacy cell that was not carried over.
     *
     * @param model the model
     * @param column the legacy column
     * @param reason what stands against it, with the value, and what to do
     */
    public record Refused(ModelId model, LegacyColumn column, String reason) {}

    /**
     * Makes the step for a database, with the usual patience.
     *
     * @param database a context on a data source, whose render mapping names the schema: the step begins and ends its
     *     transactions itself, and so takes none that stands on a connection
     * @throws IllegalArgumentException if the context stands on a connection
     */
    public Populate(DSLContext database) {
        this(database, LockRetry.DEFAULT);
    }

    /**
     * Makes the step for a database.
     *
     * @param database a context on a data source
     * @param patience how long to wait for others
     * @throws IllegalArgumentException if the context stands on a connection
     */
    public Populate(DSLContext database, LockRetry patience) {
        step = new Step("populate", database, patience);
    }

    /**
     * Carries over what can be.
     *
     * @param declared what the legacy numbers mean, as far as that is not declared yet
     * @param actor who runs this, for the versions that it makes
     * @return what became of the models
     * @throws IllegalArgumentException if something is declared for a provider that does not exist; nothing was written then
     * @throws IllegalStateException if there are no pricing tables, or {@code models} does not have the four legacy columns, as
     *     numbers
     * @throws NotAppliedException if others were in the way; what was done until then stays, and another run goes on
     */
    public Result run(Declarations declared, String actor) {
        String by = Attribution.by(actor).actor();
        LOG.info("populate begins");
        if (!step.inTransaction(ctx -> install(ctx, declared, by))) {
            return new Result(0, 0, 0, 0, List.of(), List.of(), 0, List.of());
        }
        Progress progress = new Progress();
        while (progress.goesOn) {
            long began = System.nanoTime();
            Record batch = step.inTransaction(ctx -> {
                step.alone(ctx);
                return ctx.fetchSingle(BATCH_QUERY, val(progress.last), val(progress.size), val(by));
            });
            progress.add(batch, System.nanoTime() - began);
            if (progress.models >= progress.analyzedAt * 10) {
                step.inTransaction(Populate::analyze);
                progress.analyzedAt = progress.models;
            }
        }
        Result result = step.inTransaction(ctx -> finish(ctx, progress, by));
        LOG.info(
                "populate ends: {} models, {} inserted, {} updated, {} unchanged, {} kept, {} quarantined, {} cells refused",
                result.models(),
                result.inserted(),
                result.updated(),
                result.unchanged(),
                result.kept().size(),
                result.quarantined(),
                result.refused().size());
        return result;
    }

    /**
     * Reads the legacy cells of one model once more, as if an old service had just written them: what somebody has declared since
     * counts. Joins the transaction of the context.
     *
     * @param ctx a context on the database of a populated schema
     * @param model the model
     * @param by who wants it, and why
     * @return what still stands against its cells, and nothing was changed then; empty if they are the price now, or show the
     *     one that was set by hand
     * @throws IllegalStateException if there are no pricing tables, or nothing was populated yet
     */
    public static List<Refused> reread(DSLContext ctx, ModelId model, Attribution by) {
        String schema = Step.quoted(Step.schema(ctx)) + ".";
        if (ctx.fetchSingle("select to_regclass({0}) is null", val(schema + "legacy_price_step"))
                .get(0, Boolean.class)) {
            throw new IllegalStateException("nobody has declared the units of the legacy columns: populate first");
        }
        ctx.select(MODELS.ID)
                .from(MODELS)
                .where(MODELS.ID.eq(model))
                .forNoKeyUpdate()
                .fetch();
        List<Refused> refused = refused(ctx, schema, "c.model_id = " + model.value());
        if (refused.isEmpty()) {
            String target = "array[" + model.value() + "]::bigint[]";
            for (Record pulled : ctx.fetch(
                    "select outcome from " + schema + "legacy_price_import(" + target + ", {0}, {1}, false)",
                    val(by.actor()),
                    val(by.reason()))) {
                if ("kept".equals(pulled.get(0))) {
                    ctx.fetch("select " + schema + "legacy_price_export(" + target + ")");
                }
            }
        }
        return refused;
    }

    /**
     * Returns what {@link #run} would execute, for a team that runs it by another tool: outside of a transaction, with the schema
     * first on the search path.
     *
     * @param declared what the legacy numbers mean
     * @param actor who will run it
     * @return the statements, each ended by a semicolon
     */
    public String sql(Declarations declared, String actor) {
        String by = Attribution.by(actor).actor();
        return "begin;\n"
                + MigrationSql.INSTALL
                + step.beginning() + ";\n"
                + "select legacy_price_create_views('columns');\n"
                + "select legacy_price_create_triggers('columns');\n"
                + declarations(declared, by).stream().map(sql -> sql + ";\n").collect(joining())
                + state("install", Phase.EXPANDED, by) + ";\n"
                + "commit;\n"
                + """
                do $do$
                declare
                    last bigint := 0;
                begin
                    while last is not null loop
                        last := (legacy_price_populate(last, %d, %s) ->> 'last')::bigint;
                        commit;
                    end loop;
                end
                $do$;
                """.formatted(BATCH, Step.literal(by))
                + "analyze model_pricing, model_pricing_version, legacy_price_archive;\n"
                + state("populate", Phase.POPULATED, by) + ";\n";
    }

    /** What the batches add up to. */
    private static final class Progress {
        private long last;
        private boolean goesOn = true;
        private int size = FIRST_BATCH;
        private int analyzedAt = 10;
        private int models;
        private int inserted;
        private int updated;
        private int unchanged;
        private final List<ModelId> kept = new ArrayList<>();
        private final List<Replaced> replaced = new ArrayList<>();

        void add(Record batch, long nanos) {
            goesOn = batch.get("last") != null;
            if (!goesOn) {
                return;
            }
            // As many as fit by the time that these took, and more only step by step.
            long fitting = size * BATCH_TIME.toNanos() / nanos;
            size = (int) Math.max(10, Math.min(fitting, Math.min(2L * size, LARGEST_BATCH)));
            last = batch.get("last", Long.class);
            models += batch.get("models", Integer.class);
            inserted += batch.get("inserted", Integer.class);
            updated += batch.get("updated", Integer.class);
            unchanged += batch.get("unchanged", Integer.class);
            for (Long model : batch.get("kept", Long[].class)) {
                kept.add(new ModelId(model));
            }
            String[] before = batch.get("before", String[].class);
            String[] after = batch.get("after", String[].class);
            Long[] of = batch.get("of", Long[].class);
            for (int i = 0; i < of.length; i++) {
                replaced.add(new Replaced(new ModelId(of[i]), before[i], after[i]));
            }
            LOG.info("populate: {} models up to {}", models, last);
        }
    }

    private static final String BATCH_QUERY = """
            select
                (b ->> 'last')::bigint as last, (b ->> 'models')::integer as models, (b ->> 'inserted')::integer as inserted,
                (b ->> 'updated')::integer as updated, (b ->> 'unchanged')::integer as unchanged,
                array(select k::bigint from jsonb_array_elements_text(b -> 'kept') k) as kept,
                array(select (r ->> 'modelId')::bigint from jsonb_array_elements(b -> 'replaced') r) as of,
                array(select r ->> 'old' from jsonb_array_elements(b -> 'replaced') r) as before,
                array(select r ->> 'new' from jsonb_array_elements(b -> 'replaced') r) as after
            from legacy_price_populate({0}, {1}, {2}) b
            """;

    /** Makes what carrying over needs, and tells whether there is something to carry over. */
    private boolean install(DSLContext ctx, Declarations declared, String actor) {
        step.alone(ctx);
        if (Step.isInstalled(ctx)
                && !Phase.hasLegacyColumns(ctx)
                && !declared.entries().isEmpty()) {
            requireProviders(ctx, declared.providers());
            declarations(declared, actor).forEach(sql -> Step.run(ctx, sql));
            return false;
        }
        requireLegacyColumns(ctx);
        requireProviders(ctx, declared.providers());
        String checksum = MigrationSql.checksum();
        boolean isCurrent =
                Step.isInstalled(ctx) && !ctx.fetch("""
                                select
                                from (select details ->> 'checksum' as checksum from legacy_price_step
                                    where step = 'install' order by id desc limit 1) i
                                where i.checksum = {0} and exists (
                                    select from pg_trigger
                                    where tgrelid = 'models'::regclass and tgname = 'legacy_price_import_update')
                                """, val(checksum)).isEmpty();
        if (!isCurrent) {
            Step.run(ctx, "set local client_min_messages = warning");
            Step.run(ctx, MigrationSql.INSTALL);
            Step.run(ctx, "select legacy_price_create_views('columns')");
            Step.run(ctx, "select legacy_price_create_triggers('columns')");
            Step.run(ctx, state("install", Phase.EXPANDED, actor));
        }
        declarations(declared, actor).forEach(sql -> Step.run(ctx, sql));
        return true;
    }

    private static List<String> declarations(Declarations declared, String actor) {
        return declared.entries().stream()
                .map(entry -> "insert into legacy_price_declaration as d"
                        + " (scope, provider_id, subject, meaning, declared_by) values ("
                        + Step.literal(entry.scope()) + ", "
                        + (entry.provider() == null
                                ? "null"
                                : "(select id from providers where slug = " + Step.literal(entry.provider()) + ")")
                        + ", " + Step.literal(entry.subject()) + ", " + Step.literal(entry.meaning()) + ", "
                        + Step.literal(actor)
                        + ") on conflict (scope, provider_id, subject) do update set meaning = excluded.meaning,"
                        + " declared_at = excluded.declared_at, declared_by = excluded.declared_by"
                        + " where d.meaning <> excluded.meaning")
                .toList();
    }

    private static String state(String name, Phase phase, String actor) {
        return Step.onRecord(
                name, phase, actor, "jsonb_build_object('checksum', " + Step.literal(MigrationSql.checksum()) + ")");
    }

    private static Void analyze(DSLContext ctx) {
        Step.run(ctx, "analyze model_pricing, model_pricing_version, legacy_price_archive");
        return null;
    }

    private Result finish(DSLContext ctx, Progress progress, String actor) {
        step.alone(ctx);
        analyze(ctx);
        List<Refused> refused = refused(ctx, "", "true");
        int quarantined = ctx.fetchSingle("select count(*) from legacy_price_comparison where kind = 'unreadable'")
                .get(0, Integer.class);
        Step.run(ctx, state("populate", Phase.POPULATED, actor));
        return new Result(
                progress.models,
                progress.inserted,
                progress.updated,
                progress.unchanged,
                progress.kept,
                progress.replaced,
                quarantined,
                refused);
    }

    private static List<Refused> refused(DSLContext ctx, String schema, String which) {
        return ctx.fetch("""
                        select c.model_id, o.column_name, o.reason
                        from %1$slegacy_price_comparison c
                        cross join lateral %1$slegacy_price_cell_errors(c.kind,
                            array[c.pricing_prompt, c.pricing_completion, c.pricing_image, c.pricing_request],
                            array[c.prompt_unit, c.completion_unit, c.image_unit, c.request_unit, c.zero], c.provider_id) o
                        where c.kind in ('unreadable', 'undeclared') and %2$s
                        order by c.model_id
                        """.formatted(schema, which))
                .map(row -> new Refused(
                        new ModelId(row.get(0, Long.class)),
                        LegacyColumn.parse(row.get(1, String.class)),
                        row.get(2, String.class)));
    }

    private static void requireLegacyColumns(DSLContext ctx) {
        @Nullable
        String wrong = ctx.fetchSingle("""
                        select string_agg(n.name, ', ' order by n.name) filter (where a.attname is null),
                            string_agg(n.name || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by n.name)
                                filter (where a.atttypid <> 'numeric'::regtype)
                        from unnest(array['pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request']) n (name)
                        left join pg_attribute a
                            on a.attrelid = 'models'::regclass and a.attname = n.name and not a.attisdropped
                        """)
                .map(row -> row.get(0) != null
                        ? "there are no legacy prices to carry over: models has no column " + row.get(0)
                        : row.get(1) != null
                                ? "legacy prices are carried over from columns of type numeric, but models has "
                                        + row.get(1) + ": change their type first"
                                : null);
        if (wrong != null) {
            throw new IllegalStateException(wrong);
        }
    }

    /** A slug that is misspelt would leave the provider's models to what is declared for all, whatever that is. */
    private static void requireProviders(DSLContext ctx, Set<String> declared) {
        Set<String> unknown = new TreeSet<>(declared);
        unknown.removeAll(ctx.fetch("select slug from providers").intoSet(0, String.class));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "units are declared for providers that do not exist: " + String.join(", ", unknown));
        }
    }
}
