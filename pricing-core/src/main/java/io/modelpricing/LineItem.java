package io.modelpricing;

import java.math.BigDecimal;

/**
 * The part of a cost that one billing unit adds.
 *
 * @param unit the unit that was charged
 * @param quantity how many units were charged at this price; does not include parts that have a line item of their own
 * @param price the provider's price of one unit
 * @param amount US dollars: quantity times price. In a rounded cost, this line item's share of the rounded total; in a
 *     charge, multiplied by the markup
 */
public record LineItem(BillingUnit unit, long quantity, Price price, BigDecimal amount) {}
