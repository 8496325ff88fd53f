package io.modelpricing.jooq;

import static io.modelpricing.jooq.PriceColumns.CURRENT;
import static io.modelpricing.jooq.schema.Routines.modelPricingDeleteModel;
import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_RATE;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.currentInstant;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import io.modelpricing.Attribution;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.OrderField;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.ResultQuery;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * The models that there are, with their prices.
 *
 * <p>Models are written here and prices by the {@link JooqPricingRepository}, so neither is changed by writing the other.
 * Every call is one statement and joins the caller's transaction, but for {@link #stream}, which is one for each page, and
 * {@link #update}, which asks once more why it found nothing.
 */
public final class ModelCatalog {

    private static final int STREAM_PAGE = 1000;

    private static final Field<BigDecimal> NUMBER = field(name("number"), SQLDataType.NUMERIC);

    private static final List<Field<?>> COLUMNS = CURRENT.plus(
            PROVIDERS.SLUG,
            MODELS.PROVIDER_MODEL_ID,
            MODELS.MODEL_ID,
            MODELS.MODEL_NAME,
            MODELS.DESCRIPTION,
            MODELS.CONTEXT_LENGTH,
            MODELS.MODALITY,
            MODELS.IS_ACTIVE);

    private static final int PROVIDER = column(PROVIDERS.SLUG);
    private static final int PROVIDER_MODEL_ID = column(MODELS.PROVIDER_MODEL_ID);
    private static final int CANONICAL_ID = column(MODELS.MODEL_ID);
    private static final int NAME = column(MODELS.MODEL_NAME);
    private static final int DESCRIPTION = column(MODELS.DESCRIPTION);
    private static final int CONTEXT_LENGTH = column(MODELS.CONTEXT_LENGTH);
    private static final int MODALITY = column(MODELS.MODALITY);
    private static final int IS_ACTIVE = column(MODELS.IS_ACTIVE);

    private final DSLContext ctx;

    /**
     * Makes a catalog on a context.
     *
     * @param ctx the context, whose connection and transaction are used as they are
     */
    public ModelCatalog(DSLContext ctx) {
        this.ctx = requireNonNull(ctx, "ctx");
    }

    private static int column(Field<?> field) {
        return 1 + COLUMNS.indexOf(field);
    }

    /**
     * Finds a model with its price.
     *
     * @param id its key
     * @return the model, empty only for an unknown one
     */
    public Optional<CatalogEntry> find(ModelId id) {
        requireNonNull(id, "id");
        return fetch(MODELS.ID.eq(id)).stream().findFirst();
    }

    /**
     * Lists all models with their prices, a page at a time.
     *
     * @param after the last model of the page before, null for the first page
     * @param limit the most models of the page, at least 1
     * @return the models in the order of their ids; fewer than the limit at the end only
     */
    public List<CatalogEntry> page(@Nullable ModelId after, int limit) {
        requireLimit(limit);
        return fetch(MODELS.ID.in(select(MODELS.ID)
                .from(MODELS)
                .where(after == null ? noCondition() : MODELS.ID.gt(after))
                .orderBy(MODELS.ID)
                .limit(limit)));
    }

    /**
     * Streams all models with their prices. Read page by page, so memory is flat and no cursor is open; each page shows the
     * database at its own moment, unless the caller's transaction shows all at one.
     *
     * @return the models in the order of their ids; nothing has to be closed
     */
    public Stream<CatalogEntry> stream() {
        return Stream.iterate(
                        page(null, STREAM_PAGE),
                        page -> !page.isEmpty(),
                        page -> page.size() < STREAM_PAGE
                                ? List.of()
                                : page(page.get(page.size() - 1).id(), STREAM_PAGE))
                .flatMap(List::stream);
    }

    /**
     * Lists the models that a query asks for, with their prices, a page at a time.
     *
     * @param query which models in which order
     * @param after the key of the page before, null for the first page
     * @param limit the most models of the page, at least 1
     * @return the page
     * @throws IllegalArgumentException if the limit is below 1, or the key is of another order
     */
    public CatalogPage page(CatalogQuery query, @Nullable CatalogKey after, int limit) {
        requireLimit(limit);
        PriceMeasure measure = query.measure();
        Field<BigDecimal> number = measure == null ? inline(null, SQLDataType.NUMERIC) : measure.field();
        List<CatalogKey> keys = new ArrayList<>();
        List<CatalogEntry> entries = new ArrayList<>();
        // One more than the limit tells whether there is a next page.
        PriceRows.forEach(
                query(
                        MODELS.ID.in(select(MODELS.ID)
                                .from(MODELS)
                                .leftJoin(MODEL_PRICING)
                                .on(MODEL_PRICING.MODEL_ID.eq(MODELS.ID))
                                .where(query.condition())
                                .and(query.isAfter(after))
                                .orderBy(query.order())
                                .limit(limit + 1L)),
                        List.of(number.as(NUMBER)),
                        query.order()),
                rows -> {
                    BigDecimal sortedBy = rows.row().getBigDecimal(COLUMNS.size() + 1);
                    CatalogEntry entry = entry(rows);
                    keys.add(new CatalogKey(sortedBy, entry.id()));
                    entries.add(entry);
                });
        return entries.size() <= limit
                ? new CatalogPage(entries, null)
                : new CatalogPage(entries.subList(0, limit), keys.get(limit - 1));
    }

    /**
     * Finds the cheapest offering of each canonical model among those that a query asks for, a page at a time. An offering
     * without the number that is compared is never the cheapest.
     *
     * @param query which offerings; its order does not matter
     * @param by what is compared
     * @param after the last model of the page before, null for the first page
     * @param limit the most canonical models of the page, at least 1
     * @return the canonical models that have such an offering, in the order of their ids; fewer than the limit at the end
     *     only
     */
    public List<CanonicalModel> cheapest(
            CatalogQuery query, PriceMeasure by, @Nullable CanonicalModelId after, int limit) {
        requireLimit(limit);
        Table<?> page = table(name("page"));
        Field<ModelId> first = field(name("page", "id"), MODELS.ID.getDataType());
        Field<Integer> offerings = field(name("page", "offerings"), SQLDataType.INTEGER);
        Field<Integer> priced = field(name("page", "priced"), SQLDataType.INTEGER);
        // The first by number of each name, as the array's first element: one pass over the offerings.
        var cheapest = select(
                        field(
                                        "(array_agg({0} order by {1} nulls last, {0}))[1]",
                                        MODELS.ID.getDataType(), MODELS.ID, by.field())
                                .as("id"),
                        count().as("offerings"),
                        count(by.field()).as("priced"))
                .from(MODELS)
                .leftJoin(MODEL_PRICING)
                .on(MODEL_PRICING.MODEL_ID.eq(MODELS.ID))
                .where(query.condition())
                .and(after == null ? noCondition() : MODELS.MODEL_ID.gt(after))
                .groupBy(MODELS.MODEL_ID)
                .orderBy(MODELS.MODEL_ID)
                .limit(limit);
        ResultQuery<?> models = ctx.with(name("page").as(cheapest))
                .select(COLUMNS)
                .select(offerings, priced)
                .from(page)
                .join(MODELS)
                .on(MODELS.ID.eq(first))
                .leftJoin(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .leftJoin(MODEL_PRICING)
                .on(MODEL_PRICING.MODEL_ID.eq(MODELS.ID))
                .leftJoin(MODEL_PRICING_RATE)
                .on(MODEL_PRICING_RATE.RATE_SET_ID.eq(MODEL_PRICING.RATE_SET_ID))
                .orderBy(MODELS.MODEL_ID);
        List<CanonicalModel> canonical = new ArrayList<>();
        PriceRows.forEach(models, rows -> {
            int all = rows.row().getInt(COLUMNS.size() + 1);
            int known = rows.row().getInt(COLUMNS.size() + 2);
            CatalogEntry entry = entry(rows);
            canonical.add(new CanonicalModel(entry.model().canonicalId(), all, known, known == 0 ? null : entry));
        });
        return List.copyOf(canonical);
    }

    private static void requireLimit(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("a page has at least one model, but its limit was " + limit);
        }
    }

    private List<CatalogEntry> fetch(Condition condition) {
        List<CatalogEntry> entries = new ArrayList<>();
        PriceRows.forEach(query(condition, List.of(), List.of(MODELS.ID)), rows -> entries.add(entry(rows)));
        return List.copyOf(entries);
    }

    /** Reads a model with its price, from the columns {@link #COLUMNS}. */
    private static CatalogEntry entry(PriceRows rows) throws SQLException {
        ResultSet row = rows.row();
        Model model = new Model(
                row.getString(PROVIDER),
                row.getString(PROVIDER_MODEL_ID),
                new CanonicalModelId(row.getString(CANONICAL_ID)),
                row.getString(NAME),
                row.getString(DESCRIPTION),
                PriceRows.integer(row, CONTEXT_LENGTH),
                row.getString(MODALITY),
                // False where it is NULL, which an existing table may allow.
                row.getBoolean(IS_ACTIVE));
        ModelPricing price = rows.pricing();
        return new CatalogEntry(price.model(), model, price);
    }

    private ResultQuery<Record> query(Condition condition, List<Field<?>> more, List<OrderField<?>> order) {
        return ctx.select(COLUMNS)
                .select(more)
                .from(MODELS)
                .leftJoin(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .leftJoin(MODEL_PRICING)
                .on(MODEL_PRICING.MODEL_ID.eq(MODELS.ID))
                .leftJoin(MODEL_PRICING_RATE)
                .on(MODEL_PRICING_RATE.RATE_SET_ID.eq(MODEL_PRICING.RATE_SET_ID))
                .where(condition)
                .orderBy(order);
    }

    /**
     * Creates a model without a price: it reads as missing until one is written.
     *
     * @param model what it is
     * @return its key
     * @throws IllegalArgumentException if there is no such provider
     * @throws org.jooq.exception.IntegrityConstraintViolationException if the provider has a model of that id already
     */
    public ModelId create(Model model) {
        Record created = ctx.fetchOne(insert(model));
        return created(model, created == null ? null : created.get(MODELS.ID));
    }

    /**
     * Creates a model with its first price, both or neither.
     *
     * @param model what it is
     * @param pricing what it costs
     * @param source who says so
     * @param observedAt when it was seen
     * @param by who writes it
     * @return the model's key
     * @throws IllegalArgumentException if there is no such provider, or the source is manual
     * @throws org.jooq.exception.IntegrityConstraintViolationException if the provider has a model of that id already
     */
    public ModelId create(Model model, Pricing pricing, PricingSource source, Instant observedAt, Attribution by) {
        JooqPricingRepository.requireStated(source, "the new model " + model.providerModelId());
        PriceWrite write = new PriceWrite(ctx, PriceWrite.Rule.LATER_WINS, AuditContext.of(by));
        return created(model, write.create(model, pricing, source, observedAt));
    }

    private static ModelId created(Model model, @Nullable ModelId id) {
        if (id == null) {
            throw noProvider(model);
        }
        return id;
    }

    private static ResultQuery<?> insert(Model model) {
        Map<Field<?>, Field<?>> columns = columns(model);
        return insertInto(MODELS, columns.keySet())
                .select(select(columns.values()).where(hasProvider(model)))
                .returningResult(MODELS.ID);
    }

    /**
     * Describes a model anew. Its price is not touched.
     *
     * @param id its key
     * @param model what it is
     * @return false if there is no such model
     * @throws IllegalArgumentException if there is no such provider
     */
    public boolean update(ModelId id, Model model) {
        requireNonNull(id, "id");
        int updated = ctx.update(MODELS)
                .set(columns(model))
                .set(MODELS.UPDATED_AT, currentInstant())
                .where(MODELS.ID.eq(id))
                .and(hasProvider(model))
                .execute();
        if (updated == 0 && !ctx.fetchExists(selectOne().where(hasProvider(model)))) {
            throw noProvider(model);
        }
        return updated > 0;
    }

    /**
     * Takes a model out of use. Its price and its requests stay.
     *
     * @param id its key
     * @return false if there is no such model
     */
    public boolean retire(ModelId id) {
        requireNonNull(id, "id");
        return ctx.update(MODELS)
                        .set(MODELS.IS_ACTIVE, false)
                        .set(MODELS.UPDATED_AT, currentInstant())
                        .where(MODELS.ID.eq(id))
                        .execute()
                > 0;
    }

    /**
     * Deletes a model with its price, unless rows of the application that refer to it would be deleted too.
     *
     * @param id its key
     * @param by who deletes it, with a reason
     * @return what became of it
     * @throws IllegalArgumentException if the attribution has no reason
     */
    public ModelDeletion delete(ModelId id, Attribution by) {
        String answer = ctx.with(ModelLock.of(id), AuditContext.withReason(by).audited(ModelLock.LOCKED))
                .select(modelPricingDeleteModel(id.value()))
                .from(AuditContext.AUDITED)
                .fetchSingle()
                .value1();
        return switch (answer) {
            case "deleted" -> new ModelDeletion.Deleted();
            case "unknown" -> new ModelDeletion.Unknown();
            default -> new ModelDeletion.Refused(answer);
        };
    }

    private static Map<Field<?>, Field<?>> columns(Model model) {
        Map<Field<?>, Field<?>> columns = new LinkedHashMap<>();
        columns.put(MODELS.PROVIDER_ID, field(providerOf(model)));
        columns.put(MODELS.PROVIDER_MODEL_ID, val(model.providerModelId()));
        columns.put(MODELS.MODEL_ID, val(model.canonicalId(), MODELS.MODEL_ID));
        columns.put(MODELS.MODEL_NAME, val(model.name()));
        columns.put(MODELS.DESCRIPTION, val(model.description(), MODELS.DESCRIPTION));
        columns.put(MODELS.CONTEXT_LENGTH, val(model.contextLength(), MODELS.CONTEXT_LENGTH));
        columns.put(MODELS.MODALITY, val(model.modality(), MODELS.MODALITY));
        columns.put(MODELS.IS_ACTIVE, val(model.isActive()));
        return columns;
    }

    private static Select<Record1<Long>> providerOf(Model model) {
        return select(PROVIDERS.ID).from(PROVIDERS).where(PROVIDERS.SLUG.eq(val(model.provider(), PROVIDERS.SLUG)));
    }

    private static Condition hasProvider(Model model) {
        return model.provider() == null ? noCondition() : exists(providerOf(model));
    }

    private static IllegalArgumentException noProvider(Model model) {
        return new IllegalArgumentException(
                "there is no provider " + model.provider() + " for the model " + model.providerModelId());
    }
}
