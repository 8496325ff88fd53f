package io.modelpricing.cli.migration;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A row of {@code model_pricing} from before the expansion, read by the rules of the second migration. */
record OriginalRow(JsonNode json) {

    private static final Map<String, BillingUnit> COLUMNS = Map.of(
            "price_per_input_token", BillingUnit.INPUT,
            "price_per_output_token", BillingUnit.OUTPUT,
            "price_per_image_token", BillingUnit.IMAGE,
            "price_per_request", BillingUnit.REQUEST);

    private static final BigDecimal DYNAMIC = BigDecimal.ONE.negate();

    /**
     * Returns the price.
     *
     * @throws IllegalArgumentException if the price cannot be interpreted
     */
    Pricing pricing() {
        Map<BillingUnit, BigDecimal> prices = prices();
        PricingType type = type();
        boolean isDynamic = prices.values().stream().anyMatch(OriginalRow::isDynamic);
        boolean isPriced = prices.values().stream().anyMatch(price -> price.signum() > 0);
        if (prices.values().stream().anyMatch(price -> price.signum() < 0 && !isDynamic(price))) {
            throw new IllegalArgumentException("negative");
        }
        if (isDynamic && isPriced) {
            throw new IllegalArgumentException("dynamic and priced");
        }
        if (isDynamic) {
            return Pricing.missing(MissingReason.DYNAMIC);
        }
        if (isPriced && type == PricingType.FREE) {
            throw new IllegalArgumentException("free and priced");
        }
        if (isPriced && type == PricingType.MISSING) {
            throw new IllegalArgumentException("missing and priced");
        }
        if (json.hasNonNull("rate_set_id")) {
            throw new IllegalArgumentException("has further rates");
        }
        if (!isPriced && type != PricingType.FREE) {
            return Pricing.missing(MissingReason.NEVER_KNOWN);
        }
        List<Rate> rates = prices.entrySet().stream()
                .map(price -> Rate.of(price.getKey(), Price.perUnit(price.getValue())))
                .toList();
        RateCard card = RateCard.of(rates);
        if (type == PricingType.FREE) {
            return new Pricing.Free(card);
        }
        return type == PricingType.DEPRECATED ? new Pricing.Deprecated(card) : new Pricing.Paid(card);
    }

    private static boolean isDynamic(BigDecimal price) {
        return price.compareTo(DYNAMIC) == 0;
    }

    private Map<BillingUnit, BigDecimal> prices() {
        Map<BillingUnit, BigDecimal> prices = new LinkedHashMap<>();
        COLUMNS.forEach((column, unit) -> {
            JsonNode value = json.path(column);
            if (value.isTextual()) {
                throw new IllegalArgumentException("not a number");
            }
            if (value.isNumber()) {
                prices.put(unit, value.decimalValue());
            }
        });
        return prices;
    }

    private @Nullable PricingType type() {
        if (!json.hasNonNull("pricing_type")) {
            return null;
        }
        try {
            return PricingType.parse(json.get("pricing_type").asText());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("unknown pricing type", e);
        }
    }

    PricingSource source() {
        String source = json.path("pricing_source").asText("");
        return source.isEmpty() || json.path("pricing_source").isNull()
                ? PricingSource.UNKNOWN
                : new PricingSource(
                        source.codePointCount(0, source.length()) <= PricingSource.MAX_LENGTH
                                ? source
                                : source.substring(0, source.offsetByCodePoints(0, PricingSource.MAX_LENGTH)));
    }

    /** Returns when the source reported the price, or the default if the row has no {@code last_updated}. */
    Instant observedAt(Instant otherwise) {
        return json.hasNonNull("last_updated")
                ? OffsetDateTime.parse(json.get("last_updated").asText()).toInstant()
                : otherwise;
    }
}
