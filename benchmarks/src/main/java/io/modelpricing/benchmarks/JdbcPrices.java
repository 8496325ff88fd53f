package io.modelpricing.benchmarks;

import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
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

/** Hand-written JDBC that reads prices from the rows of a statement that begins with {@link #COLUMNS}. */
final class JdbcPrices {

    static final String COLUMNS = "select models.id, model_pricing.version, model_pricing.pricing_type,"
            + " model_pricing.missing_reason, model_pricing.pricing_source, model_pricing.last_updated,"
            + " model_pricing.price_per_input_token, model_pricing.price_per_output_token,"
            + " model_pricing.price_per_image_token, model_pricing.price_per_request, model_pricing_card_rate.service_tier,"
            + " model_pricing_card_rate.unit, model_pricing_card_rate.from_input_tokens, model_pricing_card_rate.price";

    private JdbcPrices() {}

    /** A price that is being read, row by row. */
    static final class Reading {

        private final ModelId model;
        private final String type;
        private final String reason;
        private final int version;
        private final PricingSource source;
        private final Instant lastUpdated;
        private final List<Rate> rates = new ArrayList<>();

        private Reading(ResultSet row) throws SQLException {
            model = new ModelId(row.getLong(1));
            version = row.getInt(2);
            type = row.getString(3);
            reason = row.getString(4);
            source = type == null ? null : new PricingSource(row.getString(5));
            lastUpdated =
                    type == null ? null : row.getObject(6, OffsetDateTime.class).toInstant();
            add(BillingUnit.INPUT, row.getBigDecimal(7));
            add(BillingUnit.OUTPUT, row.getBigDecimal(8));
            add(BillingUnit.IMAGE, row.getBigDecimal(9));
            add(BillingUnit.REQUEST, row.getBigDecimal(10));
        }

        private void add(BillingUnit unit, BigDecimal price) {
            if (price != null) {
                rates.add(Rate.of(unit, Price.perUnit(price)));
            }
        }

        ModelPricing pricing() {
            if (type == null) {
                return ModelPricing.neverKnown(model);
            }
            Pricing pricing = switch (type) {
                case "paid" -> new Pricing.Paid(RateCard.of(rates));
                case "free" -> new Pricing.Free(RateCard.of(rates));
                case "deprecated" -> new Pricing.Deprecated(RateCard.of(rates));
                case "missing" -> new Pricing.Missing(MissingReason.parse(reason));
                default -> throw new IllegalStateException(type);
            };
            return new ModelPricing(model, pricing, version, source, lastUpdated);
        }
    }

    /** Reads the columns of a model from its first row; {@link #finish} reads its further rates. */
    static Reading begin(ResultSet row) throws SQLException {
        return new Reading(row);
    }

    /** Reads the further rates of a model. Returns whether the result set is now at the first row of another model. */
    static boolean finish(Reading reading, ResultSet row) throws SQLException {
        do {
            String unit = row.getString(12);
            if (unit != null) {
                reading.rates.add(Rate.of(BillingUnit.parse(unit), Price.perUnit(row.getBigDecimal(14)))
                        .in(ServiceTier.parse(row.getString(11)))
                        .from(row.getLong(13)));
            }
            if (!row.next()) {
                return false;
            }
        } while (row.getLong(1) == reading.model.value());
        return true;
    }
}
