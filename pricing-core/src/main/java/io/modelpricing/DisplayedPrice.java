package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A price for display in a catalog: exact US dollars as plain decimal text, with the quantity in the name.
 *
 * <p>An unknown price is absent, never {@code 0}; {@code 0} means free. A price that depends on a condition, such as
 * the hours, is absent too: show {@link RateCard#rates} for those.
 *
 * @param perUnit US dollars for one unit, such as {@code 0.0000025}
 * @param perMillion US dollars for a million tokens, such as {@code 2.5}; null for units that are not tokens
 */
public record DisplayedPrice(String perUnit, @Nullable String perMillion) {

    /**
     * Checks that {@code perUnit} is present.
     *
     * @param perUnit US dollars for one unit
     * @param perMillion US dollars for a million tokens; null for units that are not tokens
     */
    public DisplayedPrice {
        requireNonNull(perUnit, "perUnit");
    }

    /**
     * Returns the display of one price.
     *
     * @param unit the unit that the price is for
     * @param price the price of one unit
     * @return the price as text without trailing zeros
     */
    public static DisplayedPrice of(BillingUnit unit, Price price) {
        return new DisplayedPrice(text(price.usd()), unit.isToken() ? text(price.usdPerMillion()) : null);
    }

    /**
     * Returns the display of the base prices of a pricing: those of the standard service tier, in any region
     * at any time, without variant and without a minimum number of input tokens.
     *
     * @param pricing the pricing
     * @return the prices by unit, in the order of {@link BillingUnit}; without units that have no price of their own,
     *     and empty if the pricing is missing
     */
    public static Map<BillingUnit, DisplayedPrice> of(Pricing pricing) {
        Map<BillingUnit, DisplayedPrice> displayed = new LinkedHashMap<>();
        for (Rate rate : pricing.<List<Rate>>fold(RateCard::rates, reason -> List.of())) {
            Price price = rate.price();
            if (price != null
                    && rate.terms().equals(Terms.STANDARD)
                    && rate.variant().isEmpty()
                    && rate.fromInputTokens() == 0) {
                displayed.put(rate.unit(), of(rate.unit(), price));
            }
        }
        return displayed;
    }

    private static String text(BigDecimal usd) {
        return usd.signum() == 0 ? "0" : usd.stripTrailingZeros().toPlainString();
    }
}
