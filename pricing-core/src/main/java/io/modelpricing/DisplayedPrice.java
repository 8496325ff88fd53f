package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A price as catalogues show it: US dollars as plain decimal text, exact, so that nobody has to guess what it is for.
 *
 * <p>A price that is not known is not displayed at all; {@code 0} is a price that somebody stated.
 *
 * @param perUnit US dollars for one unit, such as {@code 0.0000025}
 * @param perMillion US dollars for a million tokens, such as {@code 2.5}; null for what is not counted in tokens
 */
public record DisplayedPrice(String perUnit, @Nullable String perMillion) {

    /**
     * Checks that there is a price for one unit.
     *
     * @param perUnit US dollars for one unit
     * @param perMillion US dollars for a million tokens; null for what is not counted in tokens
     */
    public DisplayedPrice {
        requireNonNull(perUnit, "perUnit");
    }

    /**
     * Returns what is shown of a price.
     *
     * @param unit what it is charged for
     * @param price the price of one
     * @return the price as text, without trailing zeros
     */
    public static DisplayedPrice of(BillingUnit unit, Price price) {
        return new DisplayedPrice(text(price.usd()), isToken(unit) ? text(price.usdPerMillion()) : null);
    }

    /**
     * Returns what is shown of the base prices of a pricing: those of the standard service tier, for the smallest context.
     *
     * @param pricing the pricing
     * @return the prices by unit, in the order of the units; none for a unit without a price of its own, and none at all if
     *     the pricing is missing
     */
    public static Map<BillingUnit, DisplayedPrice> of(Pricing pricing) {
        Map<BillingUnit, DisplayedPrice> displayed = new EnumMap<>(BillingUnit.class);
        for (Rate rate : pricing.<List<Rate>>fold(RateCard::rates, reason -> List.of())) {
            Price price = rate.price();
            if (price != null && rate.serviceTier() == ServiceTier.STANDARD && rate.fromInputTokens() == 0) {
                displayed.put(rate.unit(), of(rate.unit(), price));
            }
        }
        return displayed;
    }

    private static String text(BigDecimal usd) {
        return usd.signum() == 0 ? "0" : usd.stripTrailingZeros().toPlainString();
    }

    private static boolean isToken(BillingUnit unit) {
        return switch (unit) {
            case REQUEST, IMAGE_COUNT, WEB_SEARCH -> false;
            default -> true;
        };
    }
}
