package io.modelpricing.cli.demo;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_REVISION;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;

import io.modelpricing.ModelId;
import io.modelpricing.ProviderModelId;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.LegacyColumn;
import io.modelpricing.jooq.CatalogEntry;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.ModelCatalog;
import io.modelpricing.testing.ThrowawayDatabase;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** The state that the chapters of the demo share: a throwaway database, the data and the output. */
final class DemoStage {

    private final ThrowawayDatabase database;
    private final CommandRunner runner;
    private final DemoData data;
    private final DemoPage page;
    private final DSLContext ctx;

    private Map<ProviderModelId, Map<LegacyColumn, BigDecimal>> legacyAtFirst = Map.of();
    private long revisionAtFirst;

    /** The number of transactions of the demo that changed prices. */
    private long priceChanges;

    /** The models whose legacy cells changed since the start. */
    private final Set<ProviderModelId> changed = new HashSet<>();

    DemoStage(ThrowawayDatabase database, CommandRunner runner, DemoData data, DemoPage page) {
        this.database = database;
        this.runner = runner;
        this.data = data;
        this.page = page;
        ctx = DSL.using(database.dataSource(), SQLDialect.POSTGRES);
    }

    DemoData data() {
        return data;
    }

    DemoPage page() {
        return page;
    }

    DSLContext ctx() {
        return ctx;
    }

    JooqPricingRepository prices() {
        return new JooqPricingRepository(ctx);
    }

    /** Runs a pricing command on the database of the demo. */
    void command(String... args) {
        String[] all = new String[args.length + 4];
        System.arraycopy(args, 0, all, 0, args.length);
        all[args.length] = "--url";
        all[args.length + 1] = database.url();
        all[args.length + 2] = "--user";
        all[args.length + 3] = database.user();
        StringWriter printed = new StringWriter();
        PrintWriter writer = new PrintWriter(printed);
        int exitCode = runner.run(
                all,
                new Terminal(
                        writer,
                        writer,
                        Map.of("PRICING_PASSWORD", database.password()),
                        InputStream.nullInputStream()));
        if (exitCode != ExitCode.DONE.number()) {
            throw new IllegalStateException(
                    "pricing " + String.join(" ", args) + " exited with " + exitCode + ": " + printed);
        }
    }

    /** Returns the names of all models, ordered by id. */
    Map<ModelId, ProviderModelId> names() {
        Map<ModelId, ProviderModelId> names = new LinkedHashMap<>();
        ctx.select(MODELS.ID, PROVIDERS.SLUG, MODELS.PROVIDER_MODEL_ID)
                .from(MODELS)
                .join(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .orderBy(MODELS.ID)
                .forEach(row -> names.put(row.value1(), new ProviderModelId(row.value2(), row.value3())));
        return names;
    }

    /** Returns all models with their prices, by name. */
    Map<ProviderModelId, CatalogEntry> catalog() {
        return new ModelCatalog(ctx)
                .stream()
                        .collect(Collectors.toMap(
                                entry -> new ProviderModelId(
                                        Objects.requireNonNull(entry.model().provider()),
                                        entry.model().providerModelId()),
                                entry -> entry,
                                (a, b) -> a,
                                LinkedHashMap::new));
    }

    /** Returns the four legacy cells of each model; NULLs are absent. */
    Map<ProviderModelId, Map<LegacyColumn, BigDecimal>> legacyPrices() {
        Map<ProviderModelId, Map<LegacyColumn, BigDecimal>> prices = new HashMap<>();
        List<Field<BigDecimal>> columns = Arrays.stream(LegacyColumn.values())
                .map(column -> DSL.field(DSL.name(column.id()), SQLDataType.NUMERIC))
                .toList();
        ctx.select(PROVIDERS.SLUG, MODELS.PROVIDER_MODEL_ID)
                .select(columns)
                .from(MODELS)
                .join(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .forEach(row -> {
                    Map<LegacyColumn, BigDecimal> cells = new EnumMap<>(LegacyColumn.class);
                    for (LegacyColumn column : LegacyColumn.values()) {
                        BigDecimal cell = row.get(columns.get(column.ordinal()));
                        if (cell != null) {
                            cells.put(column, cell);
                        }
                    }
                    prices.put(new ProviderModelId(row.get(PROVIDERS.SLUG), row.get(MODELS.PROVIDER_MODEL_ID)), cells);
                });
        return prices;
    }

    /** Remembers the legacy cells, to compare them at the end. */
    void rememberLegacyPrices() {
        legacyAtFirst = legacyPrices();
    }

    /** Remembers the revision, to compare it at the end. */
    void rememberRevision() {
        revisionAtFirst = revision();
    }

    /** Counts a transaction that changes prices but no legacy cell. */
    void countPriceChange() {
        priceChanges++;
    }

    /** Counts a transaction that changes the price and the legacy cells of a model. */
    void countPriceChange(ProviderModelId model) {
        changed.add(model);
        countPriceChange();
    }

    /** Returns the {@code pricing_prompt} of a model with all digits of the column. */
    String legacyPrompt(ProviderModelId model) {
        BigDecimal cell = Objects.requireNonNull(legacyPrices().get(model)).get(LegacyColumn.PROMPT);
        return Objects.requireNonNull(cell).toPlainString();
    }

    /** Returns every legacy cell of a table or a view, with all digits. */
    String legacyCells(String relation) {
        return ctx.fetchSingle("select string_agg(concat_ws('|', id, coalesce(pricing_prompt::text, 'null'),"
                        + " coalesce(pricing_completion::text, 'null'), coalesce(pricing_image::text, 'null'),"
                        + " coalesce(pricing_request::text, 'null')), e'\\n' order by id) from " + relation)
                .map(row -> String.valueOf(row.get(0)));
    }

    /** Executes a statement with all triggers disabled. */
    void withoutTriggers(String sql) {
        ctx.transaction(transaction -> {
            transaction.dsl().execute("set local session_replication_role = replica");
            transaction.dsl().execute(sql);
        });
    }

    private long revision() {
        return ctx.select(MODEL_PRICING_REVISION.REVISION)
                .from(MODEL_PRICING_REVISION)
                .fetchSingle()
                .value1();
    }

    /** Adds the claims about the whole database, after the last chapter. */
    void claimConsistency() {
        Record gaps = ctx.fetchSingle("""
                select
                    count(*) as versions,
                    count(*) filter (where v.number = p.version) as current,
                    bool_and(v.number = v.expected) as is_gapless
                from (select model_id, number, row_number() over (partition by model_id order by number) as expected
                      from model_pricing_version) v
                join model_pricing p on p.model_id = v.model_id
                """);
        page.claim(
                Boolean.TRUE.equals(gaps.get("is_gapless"))
                        && ((Number) gaps.get("current")).intValue()
                                == data.offerings().size(),
                "%s versions without a gap, and the last version of each model is its current price",
                gaps.get("versions"));
        page.claim(
                revision() - revisionAtFirst == priceChanges,
                "the revision grew by one with each of the %d transactions that changed prices",
                priceChanges);
        Map<ProviderModelId, Map<LegacyColumn, BigDecimal>> legacy = legacyPrices();
        legacy.keySet().removeAll(changed);
        legacyAtFirst.keySet().removeAll(changed);
        page.claim(
                legacy.equals(legacyAtFirst),
                "the legacy columns are unchanged in every digit, except for the %d models whose price changed",
                changed.size());
    }
}
