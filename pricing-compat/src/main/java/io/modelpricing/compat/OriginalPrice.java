package io.modelpricing.compat;

import static org.jooq.impl.DSL.val;

import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.TextRule;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.JSONB;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code model_pricing} from before the expansion. It is interpreted by the rules of section 5 of
 * {@code pricing_V2__model_pricing.sql}.
 *
 * @param columns the text of each column that is not NULL
 */
record OriginalPrice(Map<String, String> columns) {

    private static final Map<String, BillingUnit> PRICES = Map.of(
            "price_per_input_token", BillingUnit.INPUT,
            "price_per_output_token", BillingUnit.OUTPUT,
            "price_per_image_token", BillingUnit.IMAGE,
            "price_per_request", BillingUnit.REQUEST);

    private static final BigDecimal DYNAMIC = BigDecimal.ONE.negate();

    static OriginalPrice read(DSLContext ctx, JSONB original) {
        return new OriginalPrice(
                ctx.fetch("select key, value from jsonb_each_text({0}) where value is not null", val(original))
                        .intoMap(row -> row.get(0, String.class), row -> row.get(1, String.class)));
    }

    /**
     * Interprets the row.
     *
     * @throws IllegalArgumentException if that is not possible; the message is the reason, in the words of the
     *     migration
     */
    Pricing pricing() {
        Map<BillingUnit, BigDecimal> prices = prices();
        PricingType type = type();
        boolean isDynamic = prices.values().stream().anyMatch(OriginalPrice::isDynamic);
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
        if (columns.containsKey("rate_set_id")) {
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
        PRICES.forEach((column, unit) -> {
            String text = columns.get(column);
            if (text != null) {
                prices.put(unit, number(text));
            }
        });
        return prices;
    }

    private static BigDecimal number(String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number", e);
        }
    }

    private @Nullable PricingType type() {
        String type = columns.get("pricing_type");
        if (type == null) {
            return null;
        }
        try {
            return PricingType.parse(type);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("unknown pricing type", e);
        }
    }

    PricingSource source() {
        String source = columns.getOrDefault("pricing_source", "");
        boolean fits = source.codePointCount(0, source.length()) <= PricingSource.MAX_LENGTH;
        String start = fits ? source : source.substring(0, source.offsetByCodePoints(0, PricingSource.MAX_LENGTH));
        return TextRule.isName(start) ? new PricingSource(start) : PricingSource.UNKNOWN;
    }

    /** Returns when the source stated the price, or the given instant if the row does not contain it. */
    Instant observedAt(Instant otherwise) {
        String at = columns.get("last_updated");
        return at == null ? otherwise : OffsetDateTime.parse(at).toInstant();
    }
}
