package io.modelpricing.jooq;

import static io.modelpricing.jooq.PriceColumns.CURRENT;
import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CARD_RATE;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CURRENT;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.SQLDataType.CLOB;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.ProviderModelId;
import io.modelpricing.offers.Capability;
import io.modelpricing.offers.ExcludedOffer;
import io.modelpricing.offers.Health;
import io.modelpricing.offers.Offer;
import io.modelpricing.offers.OfferFilter;
import io.modelpricing.offers.OfferRepository;
import io.modelpricing.offers.Offers;
import io.modelpricing.offers.Percent;
import io.modelpricing.offers.ServingStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.ResultQuery;

/**
 * The offers of models in PostgreSQL.
 *
 * <p>Every call is one statement, which joins the caller's transaction. jOOQ's render mapping names the schema. A
 * failing statement throws jOOQ's {@link org.jooq.exception.DataAccessException}. A row with an invalid value, such as
 * a success rate of 150, and an invalid price are excluded by name, and the other offers are returned.
 *
 * <p>A model without a provider is not an offer. An instance is cheap to create, and as thread-safe as its context.
 */
public final class JooqOffers implements OfferRepository {

    /** Read as text, because the column can hold NaN, which a BigDecimal cannot. */
    private static final Field<String> SUCCESS_RATE = MODELS.SUCCESS_RATE.cast(CLOB);

    private static final List<Field<?>> COLUMNS = CURRENT.plus(
            PROVIDERS.SLUG,
            MODELS.PROVIDER_MODEL_ID,
            PROVIDERS.NAME,
            PROVIDERS.IS_ACTIVE,
            PROVIDERS.HEALTH_STATUS,
            PROVIDERS.AVERAGE_RESPONSE_TIME_MS,
            MODELS.IS_ACTIVE,
            MODELS.HEALTH_STATUS,
            MODELS.AVERAGE_RESPONSE_TIME_MS,
            SUCCESS_RATE,
            MODELS.SUPPORTS_STREAMING,
            MODELS.SUPPORTS_FUNCTION_CALLING,
            MODELS.SUPPORTS_VISION,
            MODELS.CONTEXT_LENGTH);

    private static final int PROVIDER = column(PROVIDERS.SLUG);
    private static final int PROVIDER_MODEL_ID = column(MODELS.PROVIDER_MODEL_ID);
    private static final int PROVIDER_NAME = column(PROVIDERS.NAME);
    private static final int PROVIDER_STATUS = column(PROVIDERS.IS_ACTIVE);
    private static final int MODEL_STATUS = column(MODELS.IS_ACTIVE);
    private static final int SUCCESS_PERCENT = column(SUCCESS_RATE);
    private static final int FIRST_CAPABILITY = column(MODELS.SUPPORTS_STREAMING);
    private static final int CONTEXT_LENGTH = column(MODELS.CONTEXT_LENGTH);

    private final DSLContext ctx;
    private final RenderedQuery<CanonicalModelId> query;

    /**
     * Creates a repository on a context.
     *
     * @param ctx the context, whose connection and transaction are used as they are
     */
    public JooqOffers(DSLContext ctx) {
        this.ctx = requireNonNull(ctx, "ctx");
        query = new RenderedQuery<>(ctx, COLUMNS, model -> val(model, MODELS.MODEL_ID), this::query);
    }

    private static int column(Field<?> field) {
        return 1 + COLUMNS.indexOf(field);
    }

    @Override
    public Offers offersFor(CanonicalModelId model, OfferFilter filter) {
        requireNonNull(model, "model");
        requireNonNull(filter, "filter");
        List<Offer> offers = new ArrayList<>();
        List<ExcludedOffer> unreadable = new ArrayList<>();
        PriceRows.forEach(query.of(model), rows -> {
            String provider = rows.row().getString(PROVIDER);
            String modelId = rows.row().getString(PROVIDER_MODEL_ID);
            Function<ModelPricing, Offer> offer;
            try {
                offer = offer(model, new ProviderModelId(provider, modelId), rows.row());
            } catch (IllegalArgumentException e) {
                unreadable.add(unreadable(provider, modelId, String.valueOf(e.getMessage())));
                rows.skip();
                return;
            }
            try {
                offers.add(offer.apply(rows.pricing()));
            } catch (InvalidPriceException e) {
                unreadable.add(unreadable(provider, modelId, "its price is not valid: " + e.reason()));
            }
        });
        return new Offers(model, offers, unreadable).matching(filter);
    }

    private static ExcludedOffer unreadable(String provider, String modelId, String detail) {
        return new ExcludedOffer(provider, modelId, ExcludedOffer.Reason.UNREADABLE, detail);
    }

    private ResultQuery<?> query(Field<CanonicalModelId> model) {
        return ctx.select(COLUMNS)
                .from(MODELS)
                .join(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .leftJoin(MODEL_PRICING_CURRENT)
                .on(MODEL_PRICING_CURRENT.MODEL_ID.eq(MODELS.ID))
                .leftJoin(MODEL_PRICING_CARD_RATE)
                .on(MODEL_PRICING_CARD_RATE.RATE_SET_ID.eq(MODEL_PRICING_CURRENT.RATE_SET_ID))
                .where(MODELS.MODEL_ID.eq(model))
                .orderBy(MODELS.ID);
    }

    /** Reads all but the price, which is read last because its rows are many. */
    private static Function<ModelPricing, Offer> offer(CanonicalModelId model, ProviderModelId id, ResultSet row)
            throws SQLException {
        String providerName = row.getString(PROVIDER_NAME);
        ServingStatus providerStatus = status(row, PROVIDER_STATUS);
        ServingStatus modelStatus = status(row, MODEL_STATUS);
        String successRate = row.getString(SUCCESS_PERCENT);
        Percent percent = successRate == null ? null : Percent.parse(successRate);
        Set<Capability> capabilities = capabilities(row);
        Integer contextLength = PriceRows.integer(row, CONTEXT_LENGTH);
        return pricing -> new Offer(
                id, providerName, model, pricing, providerStatus, modelStatus, percent, capabilities, contextLength);
    }

    /** Reads a status. Existing tables may allow NULL: it reads as inactive, and as unknown health. */
    private static ServingStatus status(ResultSet row, int first) throws SQLException {
        String health = row.getString(first + 1);
        Integer milliseconds = PriceRows.integer(row, first + 2);
        return new ServingStatus(
                row.getBoolean(first),
                health == null ? Health.UNKNOWN : Health.parse(health),
                milliseconds == null ? null : Duration.ofMillis(milliseconds));
    }

    private static Set<Capability> capabilities(ResultSet row) throws SQLException {
        Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
        for (Capability capability : Capability.values()) {
            if (row.getBoolean(FIRST_CAPABILITY + capability.ordinal())) {
                capabilities.add(capability);
            }
        }
        return capabilities;
    }
}
