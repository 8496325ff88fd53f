package io.modelpricing;

import java.math.BigDecimal;

/**
 * What one billing unit adds to a cost.
 *
 * @param unit what was charged
 * @param quantity how many, without those that a line of their own charges
 * @param price the price of one
 * @param amount US dollars: quantity times price; in a rounded cost, this line's share of the rounded total; in a
 *     charge, times the markup
 */
public record LineItem(BillingUnit unit, long quantity, Price price, BigDecimal amount) {}
