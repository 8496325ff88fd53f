package io.modelpricing.jooq;

import static io.modelpricing.jooq.PriceColumns.CURRENT;
import static io.modelpricing.jooq.schema.Routines.modelPricingDeleteModel;
import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CARD_RATE;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CURRENT;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.currentInstant;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.lower;
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
import io.modelpricing.Outcome;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.ProviderModelId;
import io.modelpricing.offers.Capability;
import io.modelpricing.offers.Percent;
import io.modelpricing.offers.ServingStatus;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
 * The models of PostgreSQL with their prices.
 *
 * <p>This class writes models, and {@link JooqPricingRepository} writes prices; neither changes the rows of the other.
 * Every call joins the caller's transaction and is one statement, with two exceptions: {@link #stream} executes one
 * statement for each page, and a write that changes no row executes a second one to find the reason.
 */
public final class ModelCatalog {

    private static final int STREAM_PAGE = 1000;

    private static final String CHEAPEST_LISTING = "cheapest offerings";

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
     * Creates a catalog on a context.
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
     * @param id the id of the model
     * @return the model, empty only for an unknown one
     */
    public Optional<CatalogEntry> find(ModelId id) {
        requireNonNull(id, "id");
        List<CatalogEntry> found = new ArrayList<>(1);
        PriceRows.forEach(query(MODELS.ID.eq(id), List.of(), List.of(MODELS.ID)), rows -> found.add(entry(rows)));
        return found.stream().findFirst();
    }

    /**
     * Finds the models whose name equals a name except for case, to suggest them when that name is not found.
     *
     * @param name the name
     * @return the names of at most 10 models, in alphabetical order
     */
    public List<ProviderModelId> findIgnoringCase(ProviderModelId name) {
        return ctx.select(PROVIDERS.SLUG, MODELS.PROVIDER_MODEL_ID)
                .from(MODELS)
                .join(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .where(lower(PROVIDERS.SLUG).eq(lower(val(name.provider()))))
                .and(lower(MODELS.PROVIDER_MODEL_ID).eq(lower(val(name.modelId()))))
                .orderBy(PROVIDERS.SLUG, MODELS.PROVIDER_MODEL_ID)
                .limit(10)
                .fetch(row -> new ProviderModelId(row.value1(), row.value2()));
    }

    /**
     * Streams all models with their prices. The models are read page by page, so memory is bounded and no cursor stays
     * open. Each page is a snapshot of its own, unless the caller's transaction is repeatable read.
     *
     * @return the models in the order of their ids; the stream need not be closed
     */
    public Stream<CatalogEntry> stream() {
        CatalogQuery query = CatalogQuery.all();
        return Stream.iterate(
                        Optional.of(page(query, PageRequest.first(STREAM_PAGE))),
                        Optional::isPresent,
                        page -> page.flatMap(Page::next).map(next -> page(query, next)))
                .flatMap(page -> page.orElseThrow().items().stream());
    }

    /**
     * Lists the models that a query selects, with their prices, a page at a time.
     *
     * @param query which models in which order
     * @param page which page
     * @return the page
     * @throws IllegalArgumentException if the cursor is not from a page of a query in the same order
     */
    public Page<CatalogEntry> page(CatalogQuery query, PageRequest page) {
        CatalogKey after = page.key(query.listing(), query::parseKey).orElse(null);
        List<Sorted> found = new ArrayList<>();
        PriceRows.forEach(
                query(
                        MODELS.ID.in(select(MODELS.ID)
                                .from(MODELS)
                                .leftJoin(MODEL_PRICING_CURRENT)
                                .on(MODEL_PRICING_CURRENT.MODEL_ID.eq(MODELS.ID))
                                .where(query.condition())
                                .and(query.isAfter(after))
                                .orderBy(query.order())
                                .limit(page.limit() + 1L)),
                        List.of(query.number()),
                        query.order()),
                rows -> {
                    BigDecimal number = rows.row().getBigDecimal(COLUMNS.size() + 1);
                    CatalogEntry entry = entry(rows);
                    found.add(new Sorted(entry, new CatalogKey(number, entry.id())));
                });
        return Page.of(page, found, query.listing(), sorted -> sorted.key().toList())
                .map(Sorted::entry);
    }

    /** A model with its position in the order. */
    private record Sorted(CatalogEntry entry, CatalogKey key) {}

    /**
     * Finds the cheapest offering of each canonical model among those that a query selects, a page at a time. An
     * offering whose price is unknown is never the cheapest.
     *
     * @param query which offerings; its order is not used
     * @param by the price to compare
     * @param page which page
     * @return the canonical models that have such an offering, in the order of their ids
     * @throws IllegalArgumentException if the cursor is not from a page of this method
     */
    public Page<CanonicalModel> cheapest(CatalogQuery query, PriceMeasure by, PageRequest page) {
        CanonicalModelId after = page.key(CHEAPEST_LISTING, key -> new CanonicalModelId(key.get(0)))
                .orElse(null);
        Table<?> groups = table(name("groups"));
        Field<ModelId> cheapestId = field(name("groups", "id"), MODELS.ID.getDataType());
        Field<Integer> offerings = field(name("groups", "offerings"), SQLDataType.INTEGER);
        Field<Integer> priced = field(name("groups", "priced"), SQLDataType.INTEGER);
        // The first element of the sorted array finds the cheapest in one pass over the offerings.
        var group = select(
                        field(
                                        "(array_agg({0} order by {1} nulls last, {0}))[1]",
                                        MODELS.ID.getDataType(), MODELS.ID, by.field())
                                .as("id"),
                        count().as("offerings"),
                        count(by.field()).as("priced"))
                .from(MODELS)
                .leftJoin(MODEL_PRICING_CURRENT)
                .on(MODEL_PRICING_CURRENT.MODEL_ID.eq(MODELS.ID))
                .where(query.condition())
                .and(after == null ? noCondition() : MODELS.MODEL_ID.gt(after))
                .groupBy(MODELS.MODEL_ID)
                .orderBy(MODELS.MODEL_ID)
                .limit(page.limit() + 1L);
        ResultQuery<?> models = ctx.with(name("groups").as(group))
                .select(COLUMNS)
                .select(offerings, priced)
                .from(groups)
                .join(MODELS)
                .on(MODELS.ID.eq(cheapestId))
                .leftJoin(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .leftJoin(MODEL_PRICING_CURRENT)
                .on(MODEL_PRICING_CURRENT.MODEL_ID.eq(MODELS.ID))
                .leftJoin(MODEL_PRICING_CARD_RATE)
                .on(MODEL_PRICING_CARD_RATE.RATE_SET_ID.eq(MODEL_PRICING_CURRENT.RATE_SET_ID))
                .orderBy(MODELS.MODEL_ID);
        List<CanonicalModel> found = new ArrayList<>();
        PriceRows.forEach(models, rows -> {
            int all = rows.row().getInt(COLUMNS.size() + 1);
            int known = rows.row().getInt(COLUMNS.size() + 2);
            CatalogEntry entry = entry(rows);
            found.add(new CanonicalModel(entry.model().canonicalId(), all, known, known == 0 ? null : entry));
        });
        return Page.of(
                page, found, CHEAPEST_LISTING, model -> List.of(model.id().value()));
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
                .leftJoin(MODEL_PRICING_CURRENT)
                .on(MODEL_PRICING_CURRENT.MODEL_ID.eq(MODELS.ID))
                .leftJoin(MODEL_PRICING_CARD_RATE)
                .on(MODEL_PRICING_CARD_RATE.RATE_SET_ID.eq(MODEL_PRICING_CURRENT.RATE_SET_ID))
                .where(condition)
                .orderBy(order);
    }

    /**
     * Creates a model without a price: it reads as missing until one is written.
     *
     * @param model the model
     * @return its id
     * @throws IllegalArgumentException if there is no such provider
     * @throws org.jooq.exception.IntegrityConstraintViolationException if the provider has a model of that id already
     */
    public ModelId create(Model model) {
        Map<Field<?>, Field<?>> columns = columns(model);
        Record created = ctx.insertInto(MODELS, columns.keySet())
                .select(select(columns.values()).where(hasProvider(model)))
                .returningResult(MODELS.ID)
                .fetchOne();
        return created(model, created == null ? null : created.get(MODELS.ID));
    }

    /**
     * Creates a model with its first price, both or neither.
     *
     * @param model the model
     * @param pricing its price
     * @param source where the price comes from, not manual
     * @param observedAt when the source stated the price
     * @param by the actor that writes it
     * @return the model's id
     * @throws IllegalArgumentException if there is no such provider, the source is manual, or the observation is ahead
     *     of the database's clock by more than 5 minutes
     * @throws org.jooq.exception.IntegrityConstraintViolationException if the provider has a model of that id already
     */
    public ModelId create(Model model, Pricing pricing, PricingSource source, Instant observedAt, Attribution by) {
        JooqPricingRepository.requireStated(source, "the new model " + model.providerModelId());
        PriceWrite write = new PriceWrite(ctx, PriceWrite.Rule.LATER_WINS, AuditContext.of(by));
        return created(model, write.create(model, pricing, source, observedAt));
    }

    private ModelId created(Model model, @Nullable ModelId id) {
        if (id == null) {
            throw noProvider(model);
        }
        return id;
    }

    /**
     * Replaces the description of a model. Its price is not touched.
     *
     * @param id the id of the model
     * @param model the new description
     * @return {@link Outcome#NOTHING_TO_DO} if there is no such model
     * @throws IllegalArgumentException if there is no such provider
     */
    public Outcome update(ModelId id, Model model) {
        Outcome updated = update(id, columns(model), hasProvider(model));
        if (updated == Outcome.NOTHING_TO_DO && !ctx.fetchExists(selectOne().where(hasProvider(model)))) {
            throw noProvider(model);
        }
        return updated;
    }

    /**
     * Marks a model as inactive. Its price and its requests stay.
     *
     * @param id the id of the model
     * @return {@link Outcome#NOTHING_TO_DO} if there is no such model, or it is inactive already
     */
    public Outcome retire(ModelId id) {
        return update(id, Map.of(MODELS.IS_ACTIVE, val(false)), MODELS.IS_ACTIVE.isDistinctFrom(false));
    }

    /**
     * Records how a model serves requests, which failover reads. The time of the call is recorded as that of the last
     * health check, unless the health is unknown.
     *
     * @param id the id of the model
     * @param status whether it is active, its health and its response time, to the millisecond
     * @return {@link Outcome#NOTHING_TO_DO} if there is no such model
     * @throws IllegalArgumentException if the response time is longer than 24 days
     * @throws IllegalStateException if the application's table has no column for one of them
     */
    public Outcome updateStatus(ModelId id, ServingStatus status) {
        return update(
                id,
                ServingColumns.of(
                        status,
                        MODELS.IS_ACTIVE,
                        MODELS.HEALTH_STATUS,
                        MODELS.AVERAGE_RESPONSE_TIME_MS,
                        MODELS.LAST_HEALTH_CHECK_AT),
                noCondition());
    }

    /**
     * Records the share of requests that a model serves successfully, which failover reads.
     *
     * @param id the id of the model
     * @param successRate the share, stored with two decimals; null if it is unknown
     * @return {@link Outcome#NOTHING_TO_DO} if there is no such model
     * @throws IllegalStateException if the application's table has no column for it
     */
    public Outcome updateSuccessRate(ModelId id, @Nullable Percent successRate) {
        BigDecimal value = successRate == null ? null : successRate.value();
        return update(id, Map.of(MODELS.SUCCESS_RATE, val(value, MODELS.SUCCESS_RATE)), noCondition());
    }

    /**
     * Replaces the capabilities of a model, which failover reads.
     *
     * @param id the id of the model
     * @param capabilities all of its capabilities
     * @return {@link Outcome#NOTHING_TO_DO} if there is no such model
     * @throws IllegalStateException if the application's table has no column for one of them
     */
    public Outcome updateCapabilities(ModelId id, Set<Capability> capabilities) {
        Map<Field<?>, Field<?>> columns = new LinkedHashMap<>();
        for (Capability capability : Capability.values()) {
            columns.put(ServingColumns.of(capability), val(capabilities.contains(capability)));
        }
        return update(id, columns, noCondition());
    }

    private Outcome update(ModelId id, Map<? extends Field<?>, ?> columns, Condition condition) {
        requireNonNull(id, "id");
        return ServingColumns.execute(ctx.update(MODELS)
                .set(columns)
                .set(MODELS.UPDATED_AT, currentInstant())
                .where(MODELS.ID.eq(id))
                .and(condition));
    }

    /**
     * Deletes a model with its price, unless rows of the application that refer to it would be deleted too.
     *
     * @param id the id of the model
     * @param by the actor that deletes it, with a reason
     * @return whether it was deleted, or why not
     * @throws IllegalArgumentException if the attribution has no reason
     */
    public ModelDeletion delete(ModelId id, Attribution by) {
        String[] answer = ctx.with(ModelLock.of(id), AuditContext.withReason(by).audited(ModelLock.LOCKED))
                .select(modelPricingDeleteModel(id.value()))
                .from(AuditContext.AUDITED)
                .fetchSingle()
                .value1();
        return switch (answer[0]) {
            case "deleted" -> new ModelDeletion.Deleted();
            case "unknown" -> new ModelDeletion.Unknown();
            case "refused" -> new ModelDeletion.Refused(answer[1]);
            default -> throw new IllegalStateException("unexpected answer of the deletion: " + List.of(answer));
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

    private IllegalArgumentException noProvider(Model model) {
        return new IllegalArgumentException("the model " + model.providerModelId() + " cannot be written: "
                + new ProviderCatalog(ctx).unknown(requireNonNull(model.provider())));
    }
}
