package io.modelpricing.cli.output;

import static java.util.Objects.requireNonNull;

import io.modelpricing.BillingUnit;
import io.modelpricing.Measure;
import io.modelpricing.Price;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prices as price lists quote them: an amount for a declared quantity, such as {@code 1.25 per 1m}. */
public final class QuotedPrice {

    private static final Pattern QUOTED = Pattern.compile("(\\S+) +per +(\\S+)");

    private QuotedPrice() {}

    /** Returns the price for the quantity that price lists quote the unit for. */
    public static String print(Price price, BillingUnit unit) {
        String quantity = usualQuantity(unit);
        long units = requireNonNull(quantities(unit).get(quantity));
        return Json.money(price.usd().multiply(BigDecimal.valueOf(units))) + " per " + quantity;
    }

    private static String usualQuantity(BillingUnit unit) {
        return unit.measure()
                .map(measure -> switch (measure) {
                    case TOKEN, CHARACTER, PIXEL -> "1m";
                    case MILLISECOND -> "second";
                    default -> measure.id();
                })
                .orElse("unit");
    }

    /**
     * Reads a price.
     *
     * @throws IllegalArgumentException if the text is not an amount and a quantity, or is not an exact price of a unit
     */
    public static Price parse(String text, BillingUnit unit) {
        Map<String, Long> quantities = quantities(unit);
        Matcher quoted = QUOTED.matcher(text);
        if (!quoted.matches()) {
            throw new IllegalArgumentException(
                    Failure.shown(text) + " does not say what the price is for; expected an amount"
                            + " per " + String.join(", ", quantities.keySet()) + ", such as 1.25 per "
                            + usualQuantity(unit));
        }
        String amount = quoted.group(1);
        Long units = quantities.get(quoted.group(2));
        if (units == null) {
            throw new IllegalArgumentException(Failure.shown(quoted.group(2)) + " is not a quantity of " + unit
                    + "; expected one of " + String.join(", ", quantities.keySet()));
        }
        if (units == 1) {
            return Price.perUnit(amount);
        }
        if (units == 1_000) {
            return Price.perThousand(amount);
        }
        return units == 1_000_000 ? Price.perMillion(amount) : divided(Price.perUnit(amount), units, text, unit);
    }

    private static Price divided(Price price, long units, String text, BillingUnit unit) {
        try {
            return Price.perUnit(price.usd().divide(BigDecimal.valueOf(units)));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    Failure.shown(text) + " is not an exact price of " + unit + ", because it cannot be divided by "
                            + units + " without a remainder; expected a price per second",
                    e);
        }
    }

    /** Returns the number of units in each quantity. A million milliseconds have no name: 1m could mean a minute. */
    private static Map<String, Long> quantities(BillingUnit unit) {
        Map<String, Long> quantities = new LinkedHashMap<>();
        quantities.put("unit", 1L);
        unit.measure().map(Measure::id).ifPresent(measure -> quantities.put(measure, 1L));
        quantities.put("1k", 1_000L);
        if (unit.measure().filter(Measure.MILLISECOND::equals).isPresent()) {
            quantities.put("second", 1_000L);
            quantities.put("minute", 60_000L);
            quantities.put("hour", 3_600_000L);
        } else {
            quantities.put("1m", 1_000_000L);
        }
        return quantities;
    }
}
