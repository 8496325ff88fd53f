package io.modelpricing.compat;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_QUARANTINE;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_VERSION;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.currentInstant;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.jsonbObject;
import static org.jooq.impl.DSL.key;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import io.modelpricing.Attribution;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.UpsertResult;
import io.modelpricing.jooq.JooqPricingRepository;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step that carries the legacy prices of all models over into {@code model_pricing}, by what is declared about them.
 *
 * <p>A model with a price above zero becomes paid; with zeros only, what is declared of zeros; without any price, missing; with
 * -1 beside nothing but -1, 0 and NULL, missing because it is dynamic. What nobody declared is refused by name and not
 * written. A cell that cannot be a price (NaN, another negative, -1 beside a price, more than a price can be) sends its model
 * to the quarantine as it is, and its price reads as missing because it is ambiguous.
 *
 * <p>Prices of models that had none are valid since ever, known since now. A row of {@code model_pricing} that stood there
 * before the expansion is replaced; one that somebody has written since, or set by hand, is kept.
 *
 * <p>A run is one transaction, can be repeated, and waits for a lock {@value #LOCK_TIMEOUT} at most: then, as for any other
 * failure of the database, it throws jOOQ's {@link org.jooq.exception.DataAccessException}, and nothing is written.
 *
 * <p>This class is thread-safe.
 */
public final class Populate {

    private static final Logger LOG = LoggerFactory.getLogger(Populate.class);

    private static final String LOCK_TIMEOUT = "5s";
    private static final String REASON = "populate: carried over from the legacy columns";
    private static final String EXPANDED = "expand: ";

    private final DSLContext database;

    /**
     * What a run did.
     *
     * @param models how many models there are
     * @param inserted how many of them have a row in {@code model_pricing} now and had none
     * @param updated how many rows of {@code model_pricing} were replaced
     * @param unchanged how many rows already said the same
     * @param kept the models whose row somebody has written since the expansion or set by hand, and so was not replaced
     * @param quarantined how many models have a cell that cannot be a price
     * @param refused every cell that was not carried over: those of quarantined models, and those that nothing is declared of
     */
    public record Result(
            int models,
            int inserted,
            int updated,
            int unchanged,
            List<ModelId> kept,
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
         * @param quarantined how many models have a cell that cannot be a price
         * @param refused every cell that was not carried over
         */
        public Result {
            kept = List.copyOf(kept);
            refused = List.copyOf(refused);
        }
    }

    /**
     * A legacy cell that was not carried over.
     *
     * @param model the model
     * @param column the legacy column
     * @param reason what stands against it, with the value, and what to do
     */
    public record Refused(ModelId model, LegacyColumn column, String reason) {}

    /** A row of {@code models} as it was read. */
    private record Model(
            ModelId id, @Nullable String provider, LegacyRow row, JSONB original, boolean isWrittenSinceExpansion) {}

    /**
     * Makes the step for a database.
     *
     * @param database a context on a data source, whose render mapping names the schema: the step begins and ends its
     *     transactions itself, and so takes none that stands on a connection
     * @throws IllegalArgumentException if the context stands on a connection
     */
    public Populate(DSLContext database) {
        if (!(database.configuration().connectionProvider() instanceof DataSourceConnectionProvider)) {
            throw new IllegalArgumentException(
                    "a step begins and ends its transactions itself, and so needs a context on a"
                            + " data source, but this one is on "
                            + database.configuration()
                                    .connectionProvider()
                                    .getClass()
                                    .getSimpleName());
        }
        this.database = database;
    }

    /**
     * Carries over what can be.
     *
     * @param declared what the legacy numbers mean
     * @param actor who runs this, for the versions that it makes
     * @return what became of the models
     * @throws IllegalArgumentException if something is declared for a provider that does not exist
     * @throws IllegalStateException if {@code models} does not have the four legacy columns
     */
    public Result run(Declarations declared, String actor) {
        Attribution by = Attribution.by(actor).because(REASON);
        LOG.info("populate begins");
        Result result = database.transactionResult(configuration -> run(configuration.dsl(), declared, by));
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

    private static Result run(DSLContext ctx, Declarations declared, Attribution by) {
        ctx.select(field("set_config('lock_timeout', {0}, true)", val(LOCK_TIMEOUT)))
                .execute();
        requireLegacyColumns(ctx);
        requireProviders(ctx, declared.providers());
        // In the order of all writers, and before anything is read: what is read then stays so until it is written.
        ctx.selectCount()
                .from(select(MODELS.ID)
                        .from(MODELS)
                        .orderBy(MODELS.ID)
                        .forNoKeyUpdate()
                        .asTable("locked"))
                .execute();
        Instant now = ctx.select(currentInstant()).fetchSingle().value1();
        List<Model> models = read(ctx);

        List<PriceUpdate> updates = new ArrayList<>();
        List<ModelId> kept = new ArrayList<>();
        List<Refused> refused = new ArrayList<>();
        Map<Model, String> quarantined = new LinkedHashMap<>();
        for (Model model : models) {
            Reading reading = Reading.of(model.row(), model.provider(), declared);
            reading.objections().forEach((column, reason) -> refused.add(new Refused(model.id(), column, reason)));
            Pricing pricing = reading.pricing();
            if (pricing == null) {
                continue;
            }
            if (reading.isUnreadable()) {
                quarantined.put(model, String.join("; ", reading.objections().values()));
            }
            if (model.isWrittenSinceExpansion()) {
                kept.add(model.id());
            } else {
                updates.add(new PriceUpdate(model.id(), pricing, source(pricing), now));
            }
        }
        UpsertResult written = new JooqPricingRepository(ctx).carryOver(updates, by);
        for (UpsertOutcome rejected : written.rejected()) {
            kept.add(kept(rejected));
        }
        quarantine(ctx, quarantined);
        return new Result(
                models.size(),
                written.count(UpsertOutcome.Result.INSERTED),
                written.count(UpsertOutcome.Result.UPDATED),
                written.count(UpsertOutcome.Result.UNCHANGED),
                kept.stream().sorted().toList(),
                quarantined.size(),
                refused);
    }

    private static void requireLegacyColumns(DSLContext ctx) {
        Set<String> missing =
                Stream.of(LegacyColumn.values()).map(LegacyColumn::id).collect(Collectors.toSet());
        missing.removeAll(ctx.select(field(name("attname"), SQLDataType.CLOB))
                .from(table(name("pg_catalog", "pg_attribute")))
                .where(condition("attrelid = to_regclass({0}) and not attisdropped", val(ctx.render(MODELS))))
                .fetchSet(0, String.class));
        if (!missing.isEmpty()) {
            throw new IllegalStateException("there are no legacy prices to carry over: models has no column "
                    + String.join(", ", new TreeSet<>(missing)));
        }
    }

    /** A slug that is misspelt would leave the provider's models to what is declared for all, whatever that is. */
    private static void requireProviders(DSLContext ctx, Set<String> declared) {
        Set<String> unknown = new TreeSet<>(declared);
        unknown.removeAll(ctx.select(PROVIDERS.SLUG).from(PROVIDERS).fetchSet(PROVIDERS.SLUG));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "units are declared for providers that do not exist: " + String.join(", ", unknown));
        }
    }

    private static List<Model> read(DSLContext ctx) {
        List<Field<BigDecimal>> prices = Stream.of(LegacyColumn.values())
                .map(column -> field(name(column.id()), SQLDataType.NUMERIC))
                .toList();
        // As text: pgjdbc cannot read NaN as a number.
        List<Field<String>> cells =
                prices.stream().map(price -> price.cast(SQLDataType.CLOB)).toList();
        Field<JSONB> original = jsonbObject(
                prices.stream().map(price -> key(price.getName()).value(price)).toList());
        Condition isWrittenSinceExpansion = MODEL_PRICING_VERSION
                .REASON
                .isNull()
                .or(MODEL_PRICING_VERSION.REASON.notLike(EXPANDED + "%"))
                .and(MODEL_PRICING_VERSION.REASON.isDistinctFrom(REASON))
                .and(MODEL_PRICING_VERSION.NUMBER.isNotNull());
        return ctx.select(MODELS.ID, PROVIDERS.SLUG, original, field(isWrittenSinceExpansion))
                .select(cells)
                .from(MODELS)
                .leftJoin(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .leftJoin(MODEL_PRICING)
                .on(MODEL_PRICING.MODEL_ID.eq(MODELS.ID))
                .leftJoin(MODEL_PRICING_VERSION)
                .on(MODEL_PRICING_VERSION.MODEL_ID.eq(MODEL_PRICING.MODEL_ID))
                .and(MODEL_PRICING_VERSION.NUMBER.eq(MODEL_PRICING.VERSION))
                .orderBy(MODELS.ID)
                .fetch(row -> new Model(
                        row.get(MODELS.ID),
                        row.get(PROVIDERS.SLUG),
                        LegacyRow.of(column -> row.get(cells.get(column.ordinal()))),
                        row.get(original),
                        row.get(3, Boolean.class)));
    }

    private static PricingSource source(Pricing pricing) {
        return pricing.equals(Pricing.missing(MissingReason.NEVER_KNOWN))
                ? PricingSource.UNKNOWN
                : PricingSource.PROVIDER;
    }

    private static ModelId kept(UpsertOutcome rejected) {
        return switch (rejected.result()) {
            case HELD, STALE -> rejected.update().model();
            default ->
                throw new IllegalStateException("model " + rejected.update().model()
                        + " was locked, but its price is rejected: " + rejected.message());
        };
    }

    private static void quarantine(DSLContext ctx, Map<Model, String> models) {
        if (models.isEmpty()) {
            return;
        }
        models.forEach((model, reason) -> LOG.warn("model {} is quarantined: {}", model.id(), reason));
        // What a human has accepted as it is stays accepted; what waits already is brought up to date.
        ctx.query(
                        """
                        insert into {0} as waiting (model_id, origin, original, reason)
                        select q.model_id, 'models', q.original, q.reason
                        from unnest({1}, {2}, {3}) as q (model_id, original, reason)
                        where not exists (
                            select from {0} a
                            where a.model_id = q.model_id
                              and a.origin = 'models'
                              and a.original = q.original
                              and a.resolution = 'accepted')
                        order by q.model_id
                        on conflict (model_id, origin) where resolution is null do update
                        set original = excluded.original,
                            reason = excluded.reason,
                            quarantined_at = excluded.quarantined_at
                        where (waiting.original, waiting.reason) is distinct from (excluded.original, excluded.reason)
                        """,
                        MODEL_PRICING_QUARANTINE,
                        val(models.keySet().stream()
                                .map(model -> model.id().value())
                                .toArray(Long[]::new)),
                        val(models.keySet().stream().map(Model::original).toArray(JSONB[]::new)),
                        val(models.values().toArray(String[]::new)))
                .execute();
    }
}
