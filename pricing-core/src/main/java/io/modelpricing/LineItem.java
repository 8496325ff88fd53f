package io.modelpricing;

import java.math.BigDecimal;

/**
 * The part of a cost that one billing unit adds.
 *
 * @param unit the unit that was charged
 * @param variant what kind of the unit was charged, as the usage counted it; empty if unspecified
 * @param quantity how many units were charged at this price; does not include parts that have a line item of their own
 * @param price the provider's price of one unit
 * @param amount US dollars: quantity times price. In a rounded cost, this line item's share of the rounded total; in a
 *     charge, multiplied by the markup
 */
public record LineItem(BillingUnit unit, String variant, long quantity, Price price, BigDecimal amount) {

    /** Returns this line item with another amount. */
    LineItem with(BigDecimal replacement) {
        return new LineItem(unit, variant, quantity, price, replacement);
    }

    /** Returns this line item as on a bill, such as {@code web_search/high: 2 x 0.05 = 0.10}. */
    @Override
    public String toString() {
        return unit.id(variant) + ": " + quantity + " x " + price + " = " + amount.toPlainString();
    }
}
