package io.modelpricing.compat;

import static java.util.Objects.requireNonNull;

import io.modelpricing.BillingUnit;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.Terms;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The prices of a model under their four legacy names, in US dollars for <em>one</em> token, image or request.
 *
 * <p>An unknown price is null, never zero. This type is removed together with {@link LegacyPricingRepository}.
 *
 * @param pricingPrompt US dollars for one input token
 * @param pricingCompletion US dollars for one output token
 * @param pricingImage US dollars for one image where that is the declared unit of the legacy column, else for one image
 *     token
 * @param pricingRequest US dollars for one request
 */
public record LegacyPrices(
        @Nullable BigDecimal pricingPrompt,
        @Nullable BigDecimal pricingCompletion,
        @Nullable BigDecimal pricingImage,
        @Nullable BigDecimal pricingRequest) {

    /**
     * Returns the base prices of a pricing in the standard tier, as far as they have legacy names.
     *
     * @param pricing the pricing
     * @param imageUnit the declared unit of {@code pricing_image}: {@link LegacyUnit#PER_IMAGE}, or any unit of tokens
     * @return the prices, all null if the pricing is missing
     * @throws IllegalArgumentException if {@code pricing_image} cannot have the unit
     */
    public static LegacyPrices of(Pricing pricing, LegacyUnit imageUnit) {
        return new LegacyPrices(
                price(pricing, BillingUnit.INPUT),
                price(pricing, BillingUnit.OUTPUT),
                price(pricing, imageUnit.requireFits(LegacyColumn.IMAGE).priced(LegacyColumn.IMAGE)),
                price(pricing, BillingUnit.REQUEST));
    }

    private static @Nullable BigDecimal price(Pricing pricing, BillingUnit unit) {
        return rates(pricing).stream()
                .filter(rate -> rate.unit() == unit && isBase(rate))
                .map(rate -> requireNonNull(rate.price()).usd())
                .findFirst()
                .orElse(null);
    }

    /** Returns all rates of a pricing, none if it is missing. */
    static List<Rate> rates(Pricing pricing) {
        return pricing.fold(card -> card.rates(), reason -> List.of());
    }

    /** Returns whether a rate is one of the four that have a legacy name. */
    static boolean hasLegacyName(Rate rate, LegacyUnit imageUnit) {
        return isBase(rate)
                && (rate.unit() == BillingUnit.INPUT
                        || rate.unit() == BillingUnit.OUTPUT
                        || rate.unit() == BillingUnit.REQUEST
                        || rate.unit() == imageUnit.priced(LegacyColumn.IMAGE));
    }

    /** Returns whether a rate charges a unit as another one, for which a pricing states a base price. */
    static boolean isReplaced(Rate rate, Pricing stated) {
        return rate.chargedAs() != null
                && rate.terms().equals(Terms.STANDARD)
                && rate.variant().isEmpty()
                && price(stated, rate.unit()) != null;
    }

    private static boolean isBase(Rate rate) {
        return rate.price() != null
                && rate.terms().equals(Terms.STANDARD)
                && rate.variant().isEmpty()
                && rate.fromInputTokens() == 0;
    }

    /**
     * Returns the pricing that these prices mean: paid if one of them is above zero; missing if all are null; missing
     * and dynamic if one is -1 and the others are -1, zero or null.
     *
     * @param zero the meaning of prices that are all zero
     * @param imageUnit the declared unit of {@code pricing_image}: {@link LegacyUnit#PER_IMAGE}, or any unit of tokens
     * @return the pricing, with a card of the prices that are not null
     * @throws IllegalArgumentException if a price is -1 beside a price above zero, another negative number, or not a
     *     valid {@link Price}; the message names it and its value; or if {@code pricing_image} cannot have the unit
     */
    public Pricing toPricing(Zero zero, LegacyUnit imageUnit) {
        requireNonNull(zero, "zero");
        imageUnit.requireFits(LegacyColumn.IMAGE);
        LegacyRow row = row();
        return row.pricing(
                zero,
                row.hasRates(zero)
                        ? row.cells().stream()
                                .map(cell -> cell.rate(LegacyUnit.ofOne(cell.column(), imageUnit)))
                                .toList()
                        : List.of());
    }

    private LegacyRow row() {
        return LegacyRow.of(column -> {
            BigDecimal amount = get(column);
            return amount == null ? null : amount.toString();
        });
    }

    /** Returns whether all four prices are null. */
    boolean isEmpty() {
        return row().cells().isEmpty();
    }

    /**
     * Returns one of the prices.
     *
     * @param column its legacy name
     * @return US dollars for one token, image or request; null for an unknown price
     */
    public @Nullable BigDecimal get(LegacyColumn column) {
        return switch (column) {
            case PROMPT -> pricingPrompt;
            case COMPLETION -> pricingCompletion;
            case IMAGE -> pricingImage;
            case REQUEST -> pricingRequest;
        };
    }

    /**
     * Returns the prices by their legacy names, for consumers that pass legacy rows on unchanged.
     *
     * @return {@code pricing_prompt}, {@code pricing_completion}, {@code pricing_image} and {@code pricing_request} in
     *     this order, with null for an unknown price
     */
    public Map<String, @Nullable BigDecimal> toMap() {
        Map<String, @Nullable BigDecimal> map = new LinkedHashMap<>();
        for (LegacyColumn column : LegacyColumn.values()) {
            map.put(column.id(), get(column));
        }
        return Collections.unmodifiableMap(map);
    }
}
