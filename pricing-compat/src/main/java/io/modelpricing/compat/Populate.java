package io.modelpricing.compat;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.val;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
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
 * The step that copies the legacy prices of all models to {@code model_pricing} and then keeps both in sync until
 * {@link Contract}: a write to the legacy columns is converted by the declared unit, and a write to
 * {@code model_pricing} is copied to the columns, rounded to their scale.
 *
 * <p>A model with a price above zero becomes paid. If all its prices are zero, its {@linkplain Declarations#zero
 * declaration} decides. Without any price it becomes missing. If a cell is -1 and no other one is above zero, it
 * becomes missing with the reason dynamic. A price without a declared unit is refused and not written. A cell that
 * cannot be a price (NaN, another negative number, -1 beside a price, a number out of range) puts the model into the
 * {@link Quarantine}, and its price becomes missing with the reason ambiguous.
 *
 * <p>The legacy columns have no price for cached and audio tokens. {@link Declarations#cached} declares that they are
 * charged as the tokens that they are part of, as the legacy system did. Without it, the cost of a request with such
 * tokens is incomplete; {@link Result#undeclared} counts the models.
 *
 * <p>A price of a model that had none has no start date ({@code valid_from} is NULL). A row of {@code model_pricing}
 * from before the expansion is replaced. A row that was written since then, or that is a manual override, is kept and
 * copied to the legacy columns; the legacy price becomes the version before it, without a start date.
 *
 * <p>A run copies the models in batches. Each batch is a transaction, and {@link LockRetry} limits its lock waits. A
 * run can be repeated, and a second run completes an interrupted one. Declarations are stored in the database, so that
 * a later run needs only the new ones. After {@link Contract}, a run only stores declarations, for {@link Rollback}.
 *
 * <p>This class is thread-safe.
 */
public final class Populate {

    private static final Logger LOG = LoggerFactory.getLogger(Populate.class);

    /** The batch size of the script, which cannot measure its batches. */
    private static final int BATCH = 500;

    private final Step step;

    /**
     * The result of a run. A run that continues an interrupted one reports only the models after that.
     *
     * @param continuedAfter the last model of the interrupted run that this one continued; null if it began with the
     *     first model
     * @param models the number of models
     * @param inserted the number of models that have a row in {@code model_pricing} now and had none
     * @param updated the number of rows of {@code model_pricing} that were replaced
     * @param unchanged the number of rows that were equal already
     * @param kept the models whose row was kept, because it was written after the expansion or is a manual override
     * @param replaced the replaced prices
     * @param quarantined the number of models with a cell that cannot be a price
     * @param refused every cell that was not copied: the cells of quarantined models, and those without a declared unit
     * @param undeclared what is still to be declared, by provider
     */
    public record Result(
            @Nullable ModelId continuedAfter,
            int models,
            int inserted,
            int updated,
            int unchanged,
            List<ModelId> kept,
            List<ReplacedPrice> replaced,
            int quarantined,
            List<RefusedCell> refused,
            List<MigrationStatus.Undeclared> undeclared) {

        /**
         * Copies the lists.
         *
         * @param continuedAfter the last model of the interrupted run
         * @param models the number of models
         * @param inserted the number of new rows
         * @param updated the number of replaced rows
         * @param unchanged the number of unchanged rows
         * @param kept the models whose row was kept
         * @param replaced the replaced prices
         * @param quarantined the number of quarantined models
         * @param refused every cell that was not copied
         * @param undeclared what is still to be declared
         */
        public Result {
            kept = List.copyOf(kept);
            replaced = List.copyOf(replaced);
            refused = List.copyOf(refused);
            undeclared = List.copyOf(undeclared);
        }
    }

    /**
     * A price of {@code model_pricing} that the legacy price replaced.
     *
     * @param model the model
     * @param before the type and the prices before, as JSON
     * @param after the type and the prices after, as JSON
     */
    public record ReplacedPrice(ModelId model, String before, String after) {}

    /**
     * A legacy cell that was not copied.
     *
     * @param model the model
     * @param column the legacy column
     * @param reason the value, and why it was not copied
     */
    public record RefusedCell(ModelId model, LegacyColumn column, String reason) {}

    /**
     * Creates the step with {@link LockRetry#DEFAULT}.
     *
     * @param database a context on a data source, whose render mapping names the schema. The step runs its own
     *     transactions
     * @throws IllegalArgumentException if the context is not on a data source
     */
    public Populate(DSLContext database) {
        this(database, LockRetry.DEFAULT);
    }

    /**
     * Creates the step.
     *
     * @param database a context on a data source
     * @param retry the lock timeout and the number of attempts
     * @throws IllegalArgumentException if the context is not on a data source
     */
    public Populate(DSLContext database, LockRetry retry) {
        this(new Step("populate", database, retry));
    }

    private Populate(Step step) {
        this.step = step;
    }

    /**
     * Returns a step that reports its run.
     *
     * @param listener is called after each batch and after each attempt that was blocked
     * @return the step; this one does not change
     */
    public Populate withListener(StepListener listener) {
        return new Populate(step.withListener(listener));
    }

    /**
     * Copies the legacy prices of all models that have the declarations they need.
     *
     * @param declared new declarations, in addition to those that are stored already
     * @param by who runs the step; recorded with the versions that it writes
     * @return the result
     * @throws IllegalArgumentException if a declaration names a provider that does not exist; nothing was written then
     * @throws IllegalStateException if there are no pricing tables, or {@code models} does not have the four legacy
     *     columns with type numeric
     * @throws NotAppliedException if all attempts for a batch were blocked; the batches before it are committed, and
     *     another run continues after them
     */
    public Result run(Declarations declared, Attribution by) {
        LOG.info("populate begins");
        Result result = step.onOneConnection(one -> run(one, declared, by));
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

    private static Result run(Step one, Declarations declared, Attribution by) {
        Run run = one.inTransaction(ctx -> install(one, ctx, declared, by));
        if (run == null) {
            return new Result(null, 0, 0, 0, 0, List.of(), List.of(), 0, List.of(), List.of());
        }
        while (run.hasMore) {
            run.add(one.inStatement(ctx -> ctx.fetchSingle(
                    BATCH_QUERY,
                    name(run.schema, "legacy_price_populate"),
                    val(run.pacing.size()),
                    val(by.actor()),
                    val((int) one.retry().lockTimeout().toMillis()))));
            if (run.hasMore) {
                one.listener().progressed(run.progress());
            }
            if (run.models >= run.analyzedAt * 10) {
                one.inStatement(ctx -> analyze(ctx, run.schema));
                run.analyzedAt = run.models;
            }
        }
        return one.inTransaction(ctx -> finish(one, ctx, run, by));
    }

    /**
     * Imports the legacy cells of one model again, with the stored declarations. Joins the transaction of the context.
     *
     * @return the cells that cannot be imported, in which case nothing was changed; empty if the cells were imported,
     *     or were overwritten with the manual override that the model has
     */
    static List<RefusedCell> importModel(DSLContext ctx, ModelId model, Attribution by) {
        String schema = Step.quoted(Step.schema(ctx)) + ".";
        ctx.select(MODELS.ID)
                .from(MODELS)
                .where(MODELS.ID.eq(model))
                .forNoKeyUpdate()
                .fetch();
        List<RefusedCell> refused = refused(ctx, schema, "c.model_id = " + model.value());
        if (refused.isEmpty()) {
            String target = "array[" + model.value() + "]::bigint[]";
            for (Record imported : ctx.fetch(
                    "select outcome from " + schema + "legacy_price_import(" + target + ", {0}, {1}, false)",
                    val(by.actor()),
                    val(by.reason()))) {
                if ("kept".equals(imported.get(0))) {
                    ctx.fetch("select " + schema + "legacy_price_export(" + target + ")");
                }
            }
        }
        return refused;
    }

    /**
     * Returns the SQL of {@link #run}, to run it with another tool. Run it outside of a transaction, with the schema
     * first on the search path.
     *
     * @param declared new declarations
     * @param by who will run it
     * @return the statements, each with a semicolon at its end
     */
    public String sql(Declarations declared, Attribution by) {
        return "begin;\n"
                + MigrationSql.INSTALL
                + step.beginSql() + ";\n"
                + "select legacy_price_create_views('columns');\n"
                + "select legacy_price_create_triggers('columns');\n"
                + declarations(declared, by).stream().map(sql -> sql + ";\n").collect(joining())
                + record("install", Phase.EXPANDED, by) + ";\n"
                + begin(by) + ";\n"
                + "commit;\n"
                + """
                do $do$
                begin
                    while legacy_price_populate(%d, %s, %d) is not null loop
                        commit;
                    end loop;
                end
                $do$;
                """.formatted(
                                BATCH,
                                Step.literal(by.actor()),
                                step.retry().lockTimeout().toMillis())
                + "analyze model_pricing, model_pricing_version, legacy_price_archive;\n"
                + END + ";\n"
                + record("populate", Phase.POPULATED, by) + ";\n";
    }

    private static final String END =
            "update legacy_price_progress set ended_at = clock_timestamp() where step = 'populate'";

    private static String begin(Attribution by) {
        return "select legacy_price_begin_populate(" + Step.literal(MigrationSql.checksum()) + ", "
                + Step.literal(by.actor()) + ")";
    }

    /** A run and the sums of its batches. */
    private static final class Run {
        private final String schema;
        private final long before;
        private final long modelsBefore;
        private final long total;
        private final long target;
        private final long began = System.nanoTime();
        private final Pacing pacing = new Pacing();
        private long last;
        private boolean hasMore = true;
        private int analyzedAt = 10;
        private int models;
        private int inserted;
        private int updated;
        private int unchanged;
        private final List<ModelId> kept = new ArrayList<>();
        private final List<ReplacedPrice> replaced = new ArrayList<>();

        Run(String schema, Record begun) {
            this.schema = schema;
            before = begun.get("last_model", Long.class);
            last = before;
            modelsBefore = begun.get("models", Long.class);
            total = begun.get("total", Long.class);
            target = begun.get("target_model", Long.class);
        }

        @Nullable
        ModelId continuedAfter() {
            return before == 0 ? null : new ModelId(before);
        }

        StepListener.Progress progress() {
            return new StepListener.Progress(
                    modelsBefore + models, total, last, target, models, Duration.ofNanos(System.nanoTime() - began));
        }

        void add(Record batch) {
            hasMore = batch.get("last") != null;
            if (!hasMore) {
                return;
            }
            last = batch.get("last", Long.class);
            pacing.measured(
                    batch.get("models", Integer.class),
                    Duration.of(batch.get("micros", Long.class), ChronoUnit.MICROS));
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
                replaced.add(new ReplacedPrice(new ModelId(of[i]), before[i], after[i]));
            }
            LOG.info("populate: {} of {} models copied, the last one is {}", modelsBefore + models, total, last);
        }
    }

    private static final String BATCH_QUERY = """
            select
                (b ->> 'last')::bigint as last, (b ->> 'micros')::bigint as micros, (b ->> 'models')::integer as models,
                (b ->> 'inserted')::integer as inserted, (b ->> 'updated')::integer as updated,
                (b ->> 'unchanged')::integer as unchanged,
                array(select k::bigint from jsonb_array_elements_text(b -> 'kept') k) as kept,
                array(select (r ->> 'modelId')::bigint from jsonb_array_elements(b -> 'replaced') r) as of,
                array(select r ->> 'old' from jsonb_array_elements(b -> 'replaced') r) as before,
                array(select r ->> 'new' from jsonb_array_elements(b -> 'replaced') r) as after
            from {0}({1}, {2}, {3}) b
            """;

    /** Installs the migration SQL, stores the declarations, and begins the run; null if there are no legacy columns. */
    private static @Nullable Run install(Step one, DSLContext ctx, Declarations declared, Attribution by) {
        one.begin(ctx);
        if (Step.isInstalled(ctx)
                && !Phase.hasLegacyColumns(ctx)
                && !declared.entries().isEmpty()) {
            requireProviders(ctx, declared.providers());
            declarations(declared, by).forEach(sql -> Step.run(ctx, sql));
            return null;
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
            Step.run(ctx, record("install", Phase.EXPANDED, by));
        }
        declarations(declared, by).forEach(sql -> Step.run(ctx, sql));
        Step.run(ctx, begin(by));
        return new Run(
                Step.schema(ctx),
                ctx.fetchSingle("select last_model, target_model, models, total from legacy_price_progress"
                        + " where step = 'populate'"));
    }

    private static List<String> declarations(Declarations declared, Attribution by) {
        return declared.entries().stream()
                .map(entry -> "insert into legacy_price_declaration as d"
                        + " (scope, provider_id, subject, meaning, declared_by) values ("
                        + Step.literal(entry.scope()) + ", "
                        + (entry.provider() == null
                                ? "null"
                                : "(select id from providers where slug = " + Step.literal(entry.provider()) + ")")
                        + ", " + Step.literal(entry.subject()) + ", " + Step.literal(entry.meaning()) + ", "
                        + Step.literal(by.actor())
                        + ") on conflict (scope, provider_id, subject) do update set meaning = excluded.meaning,"
                        + " declared_at = excluded.declared_at, declared_by = excluded.declared_by"
                        + " where d.meaning <> excluded.meaning")
                .toList();
    }

    private static String record(String name, Phase phase, Attribution by) {
        return Step.record(
                name, phase, by, "jsonb_build_object('checksum', " + Step.literal(MigrationSql.checksum()) + ")");
    }

    private static int analyze(DSLContext ctx, String schema) {
        return ctx.execute(
                "analyze {0}, {1}, {2}",
                name(schema, "model_pricing"),
                name(schema, "model_pricing_version"),
                name(schema, "legacy_price_archive"));
    }

    private static Result finish(Step one, DSLContext ctx, Run run, Attribution by) {
        one.begin(ctx);
        analyze(ctx, run.schema);
        List<RefusedCell> refused = refused(ctx, "", "true");
        int quarantined = ctx.fetchSingle("select count(*) from legacy_price_comparison where kind = 'unreadable'")
                .get(0, Integer.class);
        Step.run(ctx, END);
        Step.run(ctx, record("populate", Phase.POPULATED, by));
        return new Result(
                run.continuedAfter(),
                run.models,
                run.inserted,
                run.updated,
                run.unchanged,
                run.kept,
                run.replaced,
                quarantined,
                refused,
                MigrationStatus.undeclared(ctx, true));
    }

    private static List<RefusedCell> refused(DSLContext ctx, String schema, String which) {
        return ctx.fetch("""
                        select c.model_id, o.column_name, o.reason
                        from %1$slegacy_price_comparison c
                        cross join lateral %1$slegacy_price_cell_errors(c.kind,
                            array[c.pricing_prompt, c.pricing_completion, c.pricing_image, c.pricing_request],
                            array[c.prompt_unit, c.completion_unit, c.image_unit, c.request_unit, c.zero], c.provider_id) o
                        where c.kind in ('unreadable', 'undeclared') and %2$s
                        order by c.model_id
                        """.formatted(schema, which))
                .map(row -> new RefusedCell(
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
                        ? "models has no legacy price column " + row.get(0) + ", so there are no prices to copy"
                        : row.get(1) != null
                                ? "legacy price columns must have type numeric, but models has " + row.get(1)
                                        + "; change the type first"
                                : null);
        if (wrong != null) {
            throw new IllegalStateException(wrong);
        }
    }

    /** Without this check, a misspelt slug would silently apply the declaration for all models to the provider. */
    private static void requireProviders(DSLContext ctx, Set<String> declared) {
        Set<String> unknown = new TreeSet<>(declared);
        unknown.removeAll(ctx.fetch("select slug from providers").intoSet(0, String.class));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("declarations name providers that do not exist: "
                    + String.join(", ", unknown) + "; expected a slug of the table providers");
        }
    }
}
