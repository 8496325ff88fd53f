package io.modelpricing.jooq;

import static io.modelpricing.jooq.PriceColumns.CURRENT;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CARD_RATE;
import static java.util.Objects.requireNonNull;

import io.modelpricing.BillingUnit;
import io.modelpricing.Hours;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.Terms;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Cursor;
import org.jooq.Field;
import org.jooq.ResultQuery;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the models and prices of a query. Every query of prices is read here.
 *
 * <p>The columns of the query begin with those of {@link PriceColumns#CURRENT} or {@link PriceColumns#VERSION}, and the
 * rows of one price are adjacent. They are read from the driver's result set, because making jOOQ's records of them
 * takes longer than the query.
 */
final class PriceRows {

    private static final int MODEL = column(CURRENT.model());
    private static final int VERSION = column(CURRENT.version());
    private static final int TYPE = column(CURRENT.type());
    private static final int MISSING_REASON = column(CURRENT.missingReason());
    private static final int SOURCE = column(CURRENT.source());
    private static final int LAST_UPDATED = column(CURRENT.lastUpdated());
    private static final int FIRST_PRICE = column(CURRENT.prices().get(0));
    private static final int RATE_TIER = column(MODEL_PRICING_CARD_RATE.SERVICE_TIER);
    private static final int RATE_UNIT = column(MODEL_PRICING_CARD_RATE.UNIT);
    private static final int RATE_VARIANT = column(MODEL_PRICING_CARD_RATE.VARIANT);
    private static final int RATE_REGION = column(MODEL_PRICING_CARD_RATE.REGION);
    private static final int RATE_HOURS = column(MODEL_PRICING_CARD_RATE.HOURS);
    private static final int RATE_FROM = column(MODEL_PRICING_CARD_RATE.FROM_INPUT_TOKENS);
    private static final int RATE_PRICE = column(MODEL_PRICING_CARD_RATE.PRICE);
    private static final int RATE_CHARGED_AS = column(MODEL_PRICING_CARD_RATE.CHARGED_AS);
    private static final int RATE_SET_HOURS = column(PriceColumns.RATE_SET_HOURS);

    private final ResultSet row;
    private boolean hasRow;

    private PriceRows(ResultSet row) throws SQLException {
        this.row = row;
        hasRow = row.next();
    }

    private static int column(Field<?> field) {
        return 1 + CURRENT.fields().indexOf(field);
    }

    /** Reads the first row of a price: other columns from {@link #row}, and then the price by {@link #pricing}. */
    @FunctionalInterface
    interface Reader {

        void read(PriceRows rows) throws SQLException;
    }

    /**
     * Executes a query and reads its prices.
     *
     * @param query the query
     * @param reader reads one price, and is called for each
     * @throws DataAccessException if the query fails
     */
    static void forEach(ResultQuery<?> query, Reader reader) {
        try (Cursor<?> cursor = query.fetchLazy()) {
            PriceRows rows = new PriceRows(cursor.resultSet().unwrap(ResultSet.class));
            while (rows.hasRow) {
                reader.read(rows);
            }
        } catch (SQLException e) {
            throw new DataAccessException("reading the rows of " + query + ": " + e.getMessage(), e);
        }
    }

    /** Returns the first row of the current price. Call it before {@link #pricing}. */
    ResultSet row() {
        return row;
    }

    /** Returns an integer column of a row, or null. */
    static @Nullable Integer integer(ResultSet row, int column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }

    /** Returns a timestamp column of a row, or null. */
    static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    /**
     * Reads the current price and moves to the first row of the next, also if it throws an
     * {@link InvalidPriceException}.
     *
     * @throws InvalidPriceException if the rows are not a valid price, which the tables' constraints prevent
     */
    ModelPricing pricing() throws SQLException {
        ModelId model = new ModelId(row.getLong(MODEL));
        String type = row.getString(TYPE);
        if (type == null) {
            hasRow = row.next();
            return ModelPricing.neverKnown(model);
        }
        int version = row.getInt(VERSION);
        try {
            PricingSource source = new PricingSource(row.getString(SOURCE));
            Instant lastUpdated = instant(row, LAST_UPDATED);
            return new ModelPricing(model, pricing(model, type), version, source, lastUpdated);
        } catch (IllegalArgumentException e) {
            skip(model, version);
            throw new InvalidPriceException("version " + version + " of the price of model " + model, e);
        }
    }

    /** Moves to the first row of the next price. */
    void skip() throws SQLException {
        skip(new ModelId(row.getLong(MODEL)), row.getLong(VERSION));
    }

    private void skip(ModelId model, long version) throws SQLException {
        while (isOf(model, version)) {
            hasRow = row.next();
        }
    }

    /**
     * Reads the current announced price and moves to the first row of the next.
     *
     * @throws InvalidPriceException as {@link #pricing()}
     */
    PriceUpdate announced() throws SQLException {
        ModelId model = new ModelId(row.getLong(MODEL));
        long id = row.getLong(VERSION);
        try {
            PricingSource source = new PricingSource(row.getString(SOURCE));
            Instant observedAt = requireNonNull(instant(row, LAST_UPDATED));
            return new PriceUpdate(model, pricing(model, row.getString(TYPE)), source, observedAt);
        } catch (IllegalArgumentException e) {
            throw new InvalidPriceException("announcement " + id + " of model " + model, e);
        }
    }

    private Pricing pricing(ModelId model, String type) throws SQLException {
        long version = row.getLong(VERSION);
        String reason = row.getString(MISSING_REASON);
        return reason == null ? priced(PricingType.parse(type), card(model, version)) : missing(model, version, reason);
    }

    private Pricing missing(ModelId model, long version, String reason) throws SQLException {
        do {
            hasRow = row.next();
        } while (isOf(model, version));
        return new Pricing.Missing(MissingReason.parse(reason));
    }

    private RateCard card(ModelId model, long version) throws SQLException {
        List<Rate> rates = new ArrayList<>();
        List<RateSet.Stored> stored = new ArrayList<>();
        Hours hours = Hours.NONE;
        for (int i = 0; i < PriceColumns.UNITS.size(); i++) {
            Price price = price(FIRST_PRICE + i);
            if (price != null) {
                rates.add(Rate.of(PriceColumns.UNITS.get(i), price));
            }
        }
        do {
            String unit = row.getString(RATE_UNIT);
            if (unit != null) {
                Terms terms = new Terms(
                        ServiceTier.parse(row.getString(RATE_TIER)),
                        row.getString(RATE_REGION),
                        row.getString(RATE_HOURS));
                hours = terms.hours().isEmpty() || !hours.isEmpty()
                        ? hours
                        : StoredHours.parse(row.getString(RATE_SET_HOURS));
                String chargedAs = row.getString(RATE_CHARGED_AS);
                stored.add(new RateSet.Stored(
                        BillingUnit.ofStored(unit),
                        row.getString(RATE_VARIANT),
                        terms,
                        row.getLong(RATE_FROM),
                        price(RATE_PRICE),
                        chargedAs == null ? null : BillingUnit.ofStored(chargedAs)));
            }
            hasRow = row.next();
        } while (isOf(model, version));
        rates.addAll(RateSet.rates(stored));
        return RateCard.of(hours, rates);
    }

    /** Tells whether the row is of the same price. */
    private boolean isOf(ModelId model, long version) throws SQLException {
        return hasRow && row.getLong(MODEL) == model.value() && row.getLong(VERSION) == version;
    }

    private @Nullable Price price(int column) throws SQLException {
        BigDecimal usd = row.getBigDecimal(column);
        return usd == null ? null : Price.perUnit(usd);
    }

    private static Pricing priced(PricingType type, RateCard card) {
        return switch (type) {
            case PAID -> new Pricing.Paid(card);
            case FREE -> new Pricing.Free(card);
            case DEPRECATED -> new Pricing.Deprecated(card);
            case MISSING -> throw new IllegalArgumentException("a missing price must have a reason");
        };
    }
}
