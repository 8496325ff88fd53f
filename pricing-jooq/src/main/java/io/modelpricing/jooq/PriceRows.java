package io.modelpricing.jooq;

import static io.modelpricing.jooq.PriceColumns.CURRENT;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_RATE;

import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
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
 * The rows of a query of current prices, read from the driver as they come, because making jOOQ's records of them takes
 * longer than the query does. The columns begin with those of {@link PriceColumns#CURRENT}, in that order, and the rows are
 * ordered by model.
 */
final class PriceRows {

    private static final int MODEL = column(CURRENT.model());
    private static final int VERSION = column(CURRENT.version());
    private static final int TYPE = column(CURRENT.type());
    private static final int MISSING_REASON = column(CURRENT.missingReason());
    private static final int SOURCE = column(CURRENT.source());
    private static final int LAST_UPDATED = column(CURRENT.lastUpdated());
    private static final int FIRST_PRICE = column(CURRENT.prices().get(0));
    private static final int RATE_TIER = column(MODEL_PRICING_RATE.SERVICE_TIER);
    private static final int RATE_UNIT = column(MODEL_PRICING_RATE.UNIT);
    private static final int RATE_FROM = column(MODEL_PRICING_RATE.FROM_INPUT_TOKENS);
    private static final int RATE_PRICE = column(MODEL_PRICING_RATE.PRICE);

    private final ResultSet row;
    private boolean stands;

    private PriceRows(ResultSet row) throws SQLException {
        this.row = row;
        stands = row.next();
    }

    private static int column(Field<?> field) {
        return 1 + CURRENT.fields().indexOf(field);
    }

    /** Something that is read for each model: other columns from {@link #row}, and then {@link #pricing}. */
    @FunctionalInterface
    interface Reader {

        void read(PriceRows rows) throws SQLException;
    }

    /**
     * Executes a query and reads its rows.
     *
     * @throws DataAccessException if that fails
     */
    static void forEach(ResultQuery<?> query, Reader reader) {
        try (Cursor<?> cursor = query.fetchLazy()) {
            PriceRows rows = new PriceRows(cursor.resultSet().unwrap(ResultSet.class));
            while (rows.stands) {
                reader.read(rows);
            }
        } catch (SQLException e) {
            throw new DataAccessException("reading the rows of " + query + ": " + e.getMessage(), e);
        }
    }

    /** Returns the first row of a model, until its price is read. */
    ResultSet row() {
        return row;
    }

    /**
     * Reads the price, and goes on to the next model.
     *
     * @throws IllegalStateException if the rows make no price, naming the model: the tables' constraints are not there
     */
    ModelPricing pricing() throws SQLException {
        ModelId model = new ModelId(row.getLong(MODEL));
        String type = row.getString(TYPE);
        if (type == null) {
            stands = row.next();
            return ModelPricing.neverKnown(model);
        }
        int version = row.getInt(VERSION);
        try {
            PricingSource source = new PricingSource(row.getString(SOURCE));
            Instant lastUpdated =
                    row.getObject(LAST_UPDATED, OffsetDateTime.class).toInstant();
            String reason = row.getString(MISSING_REASON);
            return new ModelPricing(
                    model, pricing(PricingType.parse(type), reason, rates(model)), version, source, lastUpdated);
        } catch (IllegalArgumentException e) {
            throw PriceColumns.unreadable(model, version, e);
        }
    }

    private List<Rate> rates(ModelId model) throws SQLException {
        List<Rate> rates = new ArrayList<>();
        for (int i = 0; i < PriceColumns.UNITS.size(); i++) {
            Price price = price(FIRST_PRICE + i);
            if (price != null) {
                rates.add(Rate.of(PriceColumns.UNITS.get(i), price));
            }
        }
        do {
            String unit = row.getString(RATE_UNIT);
            if (unit != null) {
                rates.add(new Rate(
                        BillingUnit.parse(unit),
                        ServiceTier.parse(row.getString(RATE_TIER)),
                        row.getLong(RATE_FROM),
                        price(RATE_PRICE)));
            }
            stands = row.next();
        } while (stands && row.getLong(MODEL) == model.value());
        return rates;
    }

    private @Nullable Price price(int column) throws SQLException {
        BigDecimal usd = row.getBigDecimal(column);
        return usd == null ? null : Price.perUnit(usd);
    }

    private static Pricing pricing(PricingType type, String reason, List<Rate> rates) {
        return switch (type) {
            case PAID -> new Pricing.Paid(RateCard.of(rates));
            case FREE -> new Pricing.Free(RateCard.of(rates));
            case DEPRECATED -> new Pricing.Deprecated(RateCard.of(rates));
            case MISSING -> new Pricing.Missing(MissingReason.parse(reason));
        };
    }
}
