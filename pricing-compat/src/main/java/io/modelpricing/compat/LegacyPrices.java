package io.modelpricing.compat;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.ServiceTier;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The prices of a model under their four legacy names, in US dollars for <em>one</em> token or request.
 *
 * <p>A price that is not known is null, never zero.
 *
 * @param pricingPrompt US dollars for one input token
 * @param pricingCompletion US dollars for one output token
 * @param pricingImage US dollars for one image token; a price per image has no legacy name
 * @param pricingRequest US dollars for one request
 * @deprecated These names go with the legacy columns. {@link LegacyPricingRepository} tells how to move over.
 */
@Deprecated(since = "0.1.0", forRemoval = true)
public record LegacyPrices(
        @Nullable BigDecimal pricingPrompt,
        @Nullable BigDecimal pricingCompletion,
        @Nullable BigDecimal pricingImage,
        @Nullable BigDecimal pricingRequest) {

    /**
     * Returns what the legacy names can say of a pricing: its base prices in the standard tier.
     *
     * @param pricing the pricing
     * @return the prices, all null if the pricing is missing
     */
    public static LegacyPrices of(Pricing pricing) {
        return new LegacyPrices(
                price(pricing, LegacyColumn.PROMPT),
                price(pricing, LegacyColumn.COMPLETION),
                price(pricing, LegacyColumn.IMAGE),
                price(pricing, LegacyColumn.REQUEST));
    }

    private static @Nullable BigDecimal price(Pricing pricing, LegacyColumn column) {
        return rates(pricing).stream()
                .filter(rate -> column.unit() == rate.unit() && hasLegacyName(rate))
                .map(rate -> requireNonNull(rate.price()).usd())
                .findFirst()
                .orElse(null);
    }

    /** Returns all rates of a pricing, none if it is missing. */
    static List<Rate> rates(Pricing pricing) {
        return pricing.fold(card -> card.rates(), reason -> List.of());
    }

    /** Tells whether a rate is one of the four that have a legacy name. */
    static boolean hasLegacyName(Rate rate) {
        return rate.serviceTier() == ServiceTier.STANDARD
                && rate.fromInputTokens() == 0
                && switch (rate.unit()) {
                    case INPUT, OUTPUT, IMAGE, REQUEST -> true;
                    default -> false;
                };
    }

    /**
     * Returns the pricing that these prices state: paid if one of them is above zero, missing if there is none, and missing
     * because it is dynamic if one is -1 beside nothing but -1, zero and null.
     *
     * @param zero what it means if there is a price, and every one is zero
     * @return the pricing, with a card of the prices that are not null
     * @throws IllegalArgumentException if one is -1 beside a price above zero, another negative, or nothing that
     *     {@link Price} takes; the message names it and its value
     */
    public Pricing toPricing(Zero zero) {
        requireNonNull(zero, "zero");
        LegacyRow row = row();
        return row.pricing(
                zero,
                row.hasRates(zero)
                        ? row.cells().stream()
                                .map(cell -> cell.rate(LegacyUnit.ofOne(cell.column())))
                                .toList()
                        : List.of());
    }

    private LegacyRow row() {
        return LegacyRow.of(column -> {
            BigDecimal amount = get(column);
            return amount == null ? null : amount.toString();
        });
    }

    /** Tells whether there is no price at all. */
    boolean isEmpty() {
        return row().cells().isEmpty();
    }

    /**
     * Returns one of the prices.
     *
     * @param column its legacy name
     * @return US dollars for one token or request; null for a price that is not known
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
     * Returns the prices by their names, for consumers that hand legacy rows on as they are.
     *
     * @return {@code pricing_prompt}, {@code pricing_completion}, {@code pricing_image} and {@code pricing_request} in this
     *     order, with null for a price that is not known
     */
    public Map<String, @Nullable BigDecimal> asMap() {
        Map<String, @Nullable BigDecimal> map = new LinkedHashMap<>();
        for (LegacyColumn column : LegacyColumn.values()) {
            map.put(column.id(), get(column));
        }
        return Collections.unmodifiableMap(map);
    }
}
