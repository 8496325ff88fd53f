package io.modelpricing.jooq;

import static io.modelpricing.jooq.PriceColumns.ANNOUNCED;
import static io.modelpricing.jooq.PriceColumns.CURRENT;
import static io.modelpricing.jooq.PriceColumns.VERSION;
import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_ANNOUNCEMENT;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_APPLY_DUE;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CARD_RATE;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CURRENT;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_EVERY_VERSION;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_UPCOMING_VERSION;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_VERSION;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.val;

import io.modelpricing.AnnouncedPrice;
import io.modelpricing.AsOf;
import io.modelpricing.Attribution;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Outcome;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.PriceUpdate;
import io.modelpricing.PriceVersion;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.ProviderModelId;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.UpsertReport;
import io.modelpricing.ValidFrom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.ResultQuery;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * The prices of models in PostgreSQL.
 *
 * <p>Every call is one statement, which joins the caller's transaction. Three calls may need a second statement:
 * {@link #findAt} checks whether a model without versions exists, {@link #upsertAll} runs again for rows that another
 * transaction inserted meanwhile or whose announced price has started, and {@link #delete} does so for the latter.
 * jOOQ's render mapping names the schema. A failing statement throws jOOQ's
 * {@link org.jooq.exception.DataAccessException}; a row that is not a valid price, {@link InvalidPriceException}.
 *
 * <p>Every write locks the rows of {@code models} first, in the order of their ids, so single calls do not deadlock
 * with each other. A transaction of several statements, or SQL that writes {@code model_pricing} without locking
 * {@code models}, can deadlock (40P01): run it again.
 *
 * <p>An instance is cheap to create, and as thread-safe as its context.
 */
public final class JooqPricingRepository implements PricingRepository {

    /** The source of a released manual override. */
    private static final PricingSource RELEASED = new PricingSource("released");

    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private static final String LISTING = "prices";
    private static final String ANNOUNCEMENTS = "announced prices";

    /** The time by which the views compare starts: the transaction can be older than the statement. */
    private static final Field<Instant> NOW = field("statement_timestamp()", SQLDataType.INSTANT);

    private static final Field<Instant> CLOCK = field("clock_timestamp()", SQLDataType.INSTANT);

    /** Whether an open announcement is in effect. A manual override that is in force then was so at the start. */
    private static final Field<Boolean> IS_DUE = field(MODEL_PRICING_ANNOUNCEMENT
            .VALID_FROM
            .le(NOW)
            .and(notExists(selectOne()
                    .from(MODEL_PRICING)
                    .where(MODEL_PRICING.MODEL_ID.eq(MODEL_PRICING_ANNOUNCEMENT.MODEL_ID))
                    .and(MODEL_PRICING.PRICING_SOURCE.eq(PricingSource.MANUAL)))));

    private static final List<Field<?>> ANNOUNCEMENT_COLUMNS = ANNOUNCED.plus(
            MODEL_PRICING_ANNOUNCEMENT.VALID_FROM,
            MODEL_PRICING_ANNOUNCEMENT.ACTOR,
            MODEL_PRICING_ANNOUNCEMENT.REASON,
            MODEL_PRICING_ANNOUNCEMENT.ANNOUNCED_AT,
            IS_DUE);

    private static final List<Field<?>> VERSION_COLUMNS = VERSION.plus(
            MODEL_PRICING_EVERY_VERSION.KIND,
            MODEL_PRICING_EVERY_VERSION.VALID_FROM,
            MODEL_PRICING_EVERY_VERSION.RECORDED_AT,
            MODEL_PRICING_EVERY_VERSION.ACTOR,
            MODEL_PRICING_EVERY_VERSION.REASON,
            MODEL_PRICING_EVERY_VERSION.PROVIDER_SLUG,
            MODEL_PRICING_EVERY_VERSION.PROVIDER_MODEL_ID,
            MODEL_PRICING_EVERY_VERSION.CANONICAL_ID,
            MODEL_PRICING_EVERY_VERSION.MODEL_NAME);

    private static final int KIND = column(MODEL_PRICING_EVERY_VERSION.KIND);
    private static final int VALID_FROM = column(MODEL_PRICING_EVERY_VERSION.VALID_FROM);
    private static final int RECORDED_AT = column(MODEL_PRICING_EVERY_VERSION.RECORDED_AT);
    private static final int ACTOR = column(MODEL_PRICING_EVERY_VERSION.ACTOR);
    private static final int REASON = column(MODEL_PRICING_EVERY_VERSION.REASON);
    private static final int PROVIDER_SLUG = column(MODEL_PRICING_EVERY_VERSION.PROVIDER_SLUG);
    private static final int PROVIDER_MODEL_ID = column(MODEL_PRICING_EVERY_VERSION.PROVIDER_MODEL_ID);
    private static final int CANONICAL_ID = column(MODEL_PRICING_EVERY_VERSION.CANONICAL_ID);
    private static final int MODEL_NAME = column(MODEL_PRICING_EVERY_VERSION.MODEL_NAME);

    private final DSLContext ctx;

    private final RenderedQuery<ModelId> findById;
    private final RenderedQuery<String> findByIds;

    /**
     * Creates a repository on a context.
     *
     * @param ctx the context, whose connection and transaction are used as they are
     */
    public JooqPricingRepository(DSLContext ctx) {
        this.ctx = requireNonNull(ctx, "ctx");
        findById = new RenderedQuery<>(
                ctx, CURRENT.fields(), model -> val(model, MODELS.ID), model -> query(MODELS.ID.eq(model)));
        findByIds = new RenderedQuery<>(
                ctx,
                CURRENT.fields(),
                DSL::val,
                // One parameter, unnested to a table: a comparison with an array scans the array for each model. The
                // parameter is text, because jOOQ takes long to render an array.
                models -> query(MODELS.ID.in(select(field("unnest({0}::bigint[])", MODELS.ID.getDataType(), models)))));
    }

    private static int column(Field<?> field) {
        return 1 + VERSION_COLUMNS.indexOf(field);
    }

    @Override
    public Optional<ModelPricing> find(ModelId model) {
        return fetch(findById.of(requireNonNull(model, "model"))).stream().findFirst();
    }

    @Override
    public Optional<ModelPricing> find(ProviderModelId model) {
        return fetch(MODELS.PROVIDER_MODEL_ID
                        .eq(model.modelId())
                        .and(MODELS.PROVIDER_ID.eq(
                                select(PROVIDERS.ID).from(PROVIDERS).where(PROVIDERS.SLUG.eq(model.provider())))))
                .stream()
                .findFirst();
    }

    @Override
    public List<ModelPricing> findAll(CanonicalModelId model) {
        return fetch(MODELS.MODEL_ID.eq(requireNonNull(model, "model")));
    }

    @Override
    public Map<ModelId, ModelPricing> findAll(Collection<ModelId> models) {
        Map<ModelId, ModelPricing> found = new LinkedHashMap<>();
        String ids = models.stream().map(ModelId::toString).collect(joining(",", "{", "}"));
        fetch(findByIds.of(ids)).forEach(pricing -> found.put(pricing.model(), pricing));
        return found;
    }

    @Override
    public Page<ModelPricing> list(PricingType type, PageRequest page) {
        requireNonNull(type, "type");
        Function<Field<ModelId>, Condition> isAfter =
                model -> page.key(LISTING, key -> new ModelId(Long.parseLong(key.get(0))))
                        .map(model::gt)
                        .orElse(noCondition());
        long limit = page.limit() + 1L;
        List<ModelPricing> fetched = fetch(
                MODELS.ID.in(type == PricingType.MISSING ? missing(isAfter, limit) : ofType(type, isAfter, limit)));
        return Page.of(page, fetched, LISTING, last -> List.of(last.model().toString()));
    }

    /** The first models without a price or with the type missing. */
    private static Select<Record1<ModelId>> missing(Function<Field<ModelId>, Condition> isAfter, long limit) {
        return select(MODELS.ID)
                .from(MODELS)
                .leftJoin(MODEL_PRICING_CURRENT)
                .on(MODEL_PRICING_CURRENT.MODEL_ID.eq(MODELS.ID))
                .where(MODEL_PRICING_CURRENT
                        .PRICING_TYPE
                        .eq(PricingType.MISSING)
                        .or(MODEL_PRICING_CURRENT.PRICING_TYPE.isNull()))
                .and(isAfter.apply(MODELS.ID))
                .orderBy(MODELS.ID)
                .limit(limit);
    }

    /** The first models of a type. An index finds them, except where an announced price has started. */
    private static Select<Record1<ModelId>> ofType(
            PricingType type, Function<Field<ModelId>, Condition> isAfter, long limit) {
        Condition isDue =
                MODEL_PRICING_ANNOUNCEMENT.RESOLUTION.isNull().and(MODEL_PRICING_ANNOUNCEMENT.VALID_FROM.le(NOW));
        return select(MODEL_PRICING.MODEL_ID)
                .from(MODEL_PRICING)
                .where(MODEL_PRICING.PRICING_TYPE.eq(type))
                .and(isAfter.apply(MODEL_PRICING.MODEL_ID))
                .andNotExists(selectOne()
                        .from(MODEL_PRICING_ANNOUNCEMENT)
                        .where(MODEL_PRICING_ANNOUNCEMENT.MODEL_ID.eq(MODEL_PRICING.MODEL_ID))
                        .and(isDue))
                .orderBy(MODEL_PRICING.MODEL_ID)
                .limit(limit)
                .unionAll(select(MODEL_PRICING_CURRENT.MODEL_ID)
                        .from(MODEL_PRICING_CURRENT)
                        .where(MODEL_PRICING_CURRENT.MODEL_ID.in(select(MODEL_PRICING_ANNOUNCEMENT.MODEL_ID)
                                .from(MODEL_PRICING_ANNOUNCEMENT)
                                .where(isDue)))
                        .and(MODEL_PRICING_CURRENT.PRICING_TYPE.eq(type))
                        .and(isAfter.apply(MODEL_PRICING_CURRENT.MODEL_ID))
                        .orderBy(MODEL_PRICING_CURRENT.MODEL_ID)
                        .limit(limit))
                .orderBy(1)
                .limit(limit);
    }

    private List<ModelPricing> fetch(Condition condition) {
        return fetch(query(condition));
    }

    private static List<ModelPricing> fetch(ResultQuery<?> query) {
        List<ModelPricing> found = new ArrayList<>();
        PriceRows.forEach(query, rows -> found.add(rows.pricing()));
        return found;
    }

    private Select<Record> query(Condition condition) {
        return ctx.select(CURRENT.fields())
                .from(MODELS)
                .leftJoin(MODEL_PRICING_CURRENT)
                .on(MODEL_PRICING_CURRENT.MODEL_ID.eq(MODELS.ID))
                .leftJoin(MODEL_PRICING_CARD_RATE)
                .on(MODEL_PRICING_CARD_RATE.RATE_SET_ID.eq(MODEL_PRICING_CURRENT.RATE_SET_ID))
                .where(condition)
                .orderBy(MODELS.ID);
    }

    @Override
    public Optional<ModelPricing> findAt(ModelId model, AsOf asOf) {
        Instant knownAt = asOf.knownAt();
        requireNonNull(model, "model");
        Instant at = stored(asOf.validAt());
        // The versions of announced prices have higher numbers than the recorded ones.
        Field<Integer> number = coalesce(
                field(select(max(MODEL_PRICING_UPCOMING_VERSION.NUMBER))
                        .from(MODEL_PRICING_UPCOMING_VERSION)
                        .where(MODEL_PRICING_UPCOMING_VERSION.MODEL_ID.eq(model))
                        .and(MODEL_PRICING_UPCOMING_VERSION.VALID_FROM.le(at))
                        .and(isKnown(MODEL_PRICING_UPCOMING_VERSION.RECORDED_AT, knownAt))),
                field(select(max(MODEL_PRICING_VERSION.NUMBER))
                        .from(MODEL_PRICING_VERSION)
                        .where(MODEL_PRICING_VERSION.MODEL_ID.eq(model))
                        .and(MODEL_PRICING_VERSION.VALID_FROM.le(at).or(MODEL_PRICING_VERSION.VALID_FROM.isNull()))
                        .and(isKnown(MODEL_PRICING_VERSION.RECORDED_AT, knownAt))));
        List<PriceVersion> versions = fetchVersions(
                MODEL_PRICING_EVERY_VERSION.MODEL_ID.eq(model).and(MODEL_PRICING_EVERY_VERSION.NUMBER.eq(number)));
        if (!versions.isEmpty()) {
            return Optional.of(versions.get(0).price());
        }
        boolean hasExisted = ctx.fetchExists(selectOne()
                .from(MODELS)
                .where(MODELS.ID.eq(model))
                .unionAll(selectOne().from(MODEL_PRICING_VERSION).where(MODEL_PRICING_VERSION.MODEL_ID.eq(model))));
        return hasExisted ? Optional.of(ModelPricing.neverKnown(model)) : Optional.empty();
    }

    private static Condition isKnown(Field<Instant> recordedAt, @Nullable Instant knownAt) {
        return knownAt == null ? noCondition() : recordedAt.le(stored(knownAt));
    }

    /**
     * Returns an instant in the range and precision of PostgreSQL, rounded down: PostgreSQL would round up to the next
     * microsecond, and so find a price that began later.
     */
    private static Instant stored(Instant at) {
        if (at.isBefore(FIRST)) {
            return FIRST;
        }
        return at.isAfter(LAST) ? LAST : at.truncatedTo(ChronoUnit.MICROS);
    }

    @Override
    public List<PriceVersion> versions(ModelId model) {
        return fetchVersions(MODEL_PRICING_EVERY_VERSION
                .MODEL_ID
                .eq(requireNonNull(model, "model"))
                .and(MODEL_PRICING_EVERY_VERSION
                        .VALID_FROM
                        .le(NOW)
                        .or(MODEL_PRICING_EVERY_VERSION.VALID_FROM.isNull())));
    }

    private List<PriceVersion> fetchVersions(Condition condition) {
        List<PriceVersion> versions = new ArrayList<>();
        PriceRows.forEach(
                ctx.select(VERSION_COLUMNS)
                        .from(MODEL_PRICING_EVERY_VERSION)
                        .leftJoin(MODEL_PRICING_CARD_RATE)
                        .on(MODEL_PRICING_CARD_RATE.RATE_SET_ID.eq(MODEL_PRICING_EVERY_VERSION.RATE_SET_ID))
                        .where(condition)
                        .orderBy(MODEL_PRICING_EVERY_VERSION.NUMBER),
                rows -> versions.add(version(rows.row()).apply(rows.pricing())));
        return versions;
    }

    /** Reads all but the price, which is read last because it moves on to the next row. */
    private static Function<ModelPricing, PriceVersion> version(ResultSet row) throws SQLException {
        PriceVersion.Kind kind = PriceVersion.Kind.parse(row.getString(KIND));
        Instant validFrom = PriceRows.instant(row, VALID_FROM);
        Instant recordedAt = requireNonNull(PriceRows.instant(row, RECORDED_AT));
        Attribution by = new Attribution(row.getString(ACTOR), row.getString(REASON));
        String provider = row.getString(PROVIDER_SLUG);
        String providerModelId = row.getString(PROVIDER_MODEL_ID);
        CanonicalModelId canonicalId = new CanonicalModelId(row.getString(CANONICAL_ID));
        String name = row.getString(MODEL_NAME);
        return pricing -> new PriceVersion(
                pricing, kind, validFrom, recordedAt, by, provider, providerModelId, canonicalId, name);
    }

    @Override
    public UpsertReport upsertAll(Collection<PriceUpdate> updates, Attribution by) {
        return write(PriceWrite.Rule.LATER_WINS, AuditContext.of(by), updates);
    }

    /**
     * Writes prices that applied before they were recorded: the first version of a model has no start date
     * ({@code valid_from} is NULL). A model with a price row is written as by {@link #upsertAll}.
     *
     * @param updates any number, of sources other than manual
     * @param by the actor that writes them
     * @return the outcome of each, in the order of the updates
     * @throws IllegalArgumentException if the source of one is manual
     */
    public UpsertReport upsertAllWithoutStartDate(Collection<PriceUpdate> updates, Attribution by) {
        return write(PriceWrite.Rule.LATER_WINS, AuditContext.of(by).firstWithoutStartDate(), updates);
    }

    @Override
    public UpsertOutcome correct(PriceUpdate update, ValidFrom validFrom, Attribution by) {
        return write(PriceWrite.Rule.CORRECTS, AuditContext.withReason(by).correctingFrom(validFrom), List.of(update))
                .outcomes()
                .get(0);
    }

    private UpsertReport write(PriceWrite.Rule rule, AuditContext audit, Collection<PriceUpdate> updates) {
        for (PriceUpdate update : updates) {
            requireStated(update.source(), "the update of model " + update.model());
        }
        return new PriceWrite(ctx, rule, audit).write(updates);
    }

    static void requireStated(PricingSource source, String what) {
        if (source.isManual()) {
            throw new IllegalArgumentException(what + " has the source \"manual\", which is for manual overrides;"
                    + " set one with setManual, or name another source");
        }
    }

    @Override
    public UpsertOutcome announce(PriceUpdate update, Instant validFrom, Attribution by) {
        requireStated(update.source(), "the announced price of model " + update.model());
        return PriceWrite.announce(ctx, update, announced(validFrom), by);
    }

    /** Returns an instant in the precision of PostgreSQL, rounded up: the price does not apply before it. */
    private static Instant announced(Instant validFrom) {
        Instant start = stored(validFrom);
        return start.isBefore(validFrom) ? start.plus(1, ChronoUnit.MICROS) : start;
    }

    @Override
    public List<AnnouncedPrice> announcements(ModelId model) {
        return fetchAnnouncements(MODEL_PRICING_ANNOUNCEMENT.MODEL_ID.eq(requireNonNull(model, "model")));
    }

    @Override
    public Page<AnnouncedPrice> announcements(PageRequest page) {
        Condition isAfter = page.key(
                        ANNOUNCEMENTS,
                        key -> row(MODEL_PRICING_ANNOUNCEMENT.VALID_FROM, MODEL_PRICING_ANNOUNCEMENT.MODEL_ID)
                                .gt(Instant.parse(key.get(0)), new ModelId(Long.parseLong(key.get(1)))))
                .orElse(noCondition());
        List<AnnouncedPrice> fetched =
                fetchAnnouncements(MODEL_PRICING_ANNOUNCEMENT.ID.in(select(MODEL_PRICING_ANNOUNCEMENT.ID)
                        .from(MODEL_PRICING_ANNOUNCEMENT)
                        .where(isOpen())
                        .and(isAfter)
                        .orderBy(MODEL_PRICING_ANNOUNCEMENT.VALID_FROM, MODEL_PRICING_ANNOUNCEMENT.MODEL_ID)
                        .limit(page.limit() + 1L)));
        return Page.of(
                page,
                fetched,
                ANNOUNCEMENTS,
                last -> List.of(
                        last.validFrom().toString(), last.update().model().toString()));
    }

    /** Returns the condition of the announcements that can still take effect, or have and are not applied. */
    private static Condition isOpen() {
        return MODEL_PRICING_ANNOUNCEMENT
                .RESOLUTION
                .isNull()
                .and(exists(selectOne().from(MODELS).where(MODELS.ID.eq(MODEL_PRICING_ANNOUNCEMENT.MODEL_ID))));
    }

    private List<AnnouncedPrice> fetchAnnouncements(Condition condition) {
        List<AnnouncedPrice> announced = new ArrayList<>();
        PriceRows.forEach(
                ctx.select(ANNOUNCEMENT_COLUMNS)
                        .from(MODEL_PRICING_ANNOUNCEMENT)
                        .leftJoin(MODEL_PRICING_CARD_RATE)
                        .on(MODEL_PRICING_CARD_RATE.RATE_SET_ID.eq(MODEL_PRICING_ANNOUNCEMENT.RATE_SET_ID))
                        .where(isOpen())
                        .and(condition)
                        .orderBy(MODEL_PRICING_ANNOUNCEMENT.VALID_FROM, MODEL_PRICING_ANNOUNCEMENT.MODEL_ID),
                rows -> announced.add(announcement(rows.row()).apply(rows.announced())));
        return announced;
    }

    /** Reads all but the price, which is read last because it moves on to the next row. */
    private static Function<PriceUpdate, AnnouncedPrice> announcement(ResultSet row) throws SQLException {
        int more = ANNOUNCED.fields().size();
        Instant validFrom = requireNonNull(PriceRows.instant(row, more + 1));
        Attribution by = new Attribution(row.getString(more + 2), row.getString(more + 3));
        Instant announcedAt = requireNonNull(PriceRows.instant(row, more + 4));
        boolean isDue = row.getBoolean(more + 5);
        return update -> new AnnouncedPrice(update, validFrom, by, announcedAt, isDue);
    }

    @Override
    public Outcome withdraw(ModelId model, Instant validFrom, Attribution by) {
        requireNonNull(model, "model");
        AuditContext.withReason(by);
        return outcome(ctx.with(ModelLock.of(model))
                .update(MODEL_PRICING_ANNOUNCEMENT)
                .set(MODEL_PRICING_ANNOUNCEMENT.RESOLUTION, "withdrawn")
                .set(MODEL_PRICING_ANNOUNCEMENT.RESOLVED_AT, CLOCK)
                .set(MODEL_PRICING_ANNOUNCEMENT.RESOLVED_BY, by.actor())
                .set(MODEL_PRICING_ANNOUNCEMENT.RESOLUTION_REASON, by.reason())
                .from(ModelLock.LOCKED)
                .where(MODEL_PRICING_ANNOUNCEMENT.MODEL_ID.eq(model))
                .and(MODEL_PRICING_ANNOUNCEMENT.VALID_FROM.eq(announced(validFrom)))
                .and(MODEL_PRICING_ANNOUNCEMENT.VALID_FROM.gt(CLOCK))
                .and(MODEL_PRICING_ANNOUNCEMENT.RESOLUTION.isNull())
                .execute());
    }

    /**
     * Applies the announced prices whose start has passed: records a version of each, valid from that start, and writes
     * the price to {@code model_pricing}. The next write of a model's price does the same. Readers of this library and
     * of the views do not need it; clients that read {@code model_pricing}, or the legacy columns, see the price then.
     * It does not wait: a model that another transaction has locked is left to the next call.
     *
     * @return the number of models whose price was applied
     */
    public int applyAnnouncements() {
        return ctx.fetchCount(MODEL_PRICING_APPLY_DUE.call((Long[]) null));
    }

    @Override
    public UpsertOutcome setManual(ModelId model, Pricing pricing, Attribution by) {
        return new PriceWrite(ctx, PriceWrite.Rule.OVERRIDES, AuditContext.withReason(by))
                .writeNow(model, pricing, PricingSource.MANUAL);
    }

    @Override
    public Outcome release(ModelId model, Attribution by) {
        requireNonNull(model, "model");
        AuditContext audit = AuditContext.withReason(by);
        return outcome(ctx.with(ModelLock.of(model), audit.audited(ModelLock.LOCKED))
                .update(MODEL_PRICING)
                .set(MODEL_PRICING.PRICING_SOURCE, RELEASED)
                .from(AuditContext.AUDITED)
                .where(MODEL_PRICING.MODEL_ID.eq(model))
                .and(MODEL_PRICING.PRICING_SOURCE.eq(PricingSource.MANUAL))
                .execute());
    }

    @Override
    public Outcome delete(ModelId model, Attribution by) {
        requireNonNull(model, "model");
        AuditContext audit = AuditContext.withReason(by);
        int deleted;
        do {
            deleted = ctx.with(ModelLock.of(model), audit.audited(ModelLock.LOCKED))
                    .delete(MODEL_PRICING)
                    .using(AuditContext.AUDITED)
                    .where(MODEL_PRICING.MODEL_ID.eq(model))
                    .execute();
            // A model whose first price was announced and has started has a row once it is applied.
        } while (deleted == 0 && ctx.fetchExists(MODEL_PRICING_APPLY_DUE.call(new Long[] {model.value()})));
        return outcome(deleted);
    }

    private static Outcome outcome(int rows) {
        return rows > 0 ? Outcome.DONE : Outcome.NOTHING_TO_DO;
    }
}
