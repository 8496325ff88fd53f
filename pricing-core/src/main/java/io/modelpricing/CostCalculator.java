package io.modelpricing;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Calculates the exact cost of a usage. No amount is rounded.
 *
 * <p>Each used unit is charged at its own price; the count of a unit does not include its parts, which have line items
 * of their own. A part is charged as its parent if its rate has no price ({@link Rate#asParent}); reasoning also if it
 * has no rate. Any other used unit without a price makes the cost incomplete. Requests are the exception: a card
 * without any request rate charges no fee.
 */
public final class CostCalculator {

    /**
     * The version of these rules, recorded with each cost. It increases when the same usage and card could cost a
     * different amount.
     *
     * <ol>
     *   <li value="1">The first rules.
     *   <li value="2">A 1-hour cache write that is charged as its parent costs the 5-minute write where that is listed.
     * </ol>
     */
    public static final int VERSION = 2;

    private static final int REQUESTS = 1 << BillingUnit.REQUEST.ordinal();

    private CostCalculator() {}

    /**
     * Returns the cost of a usage by a quote.
     *
     * @param quote the pricing to charge by
     * @param usage the counts to charge
     * @return a complete cost, or one that names the units without a price or the reason why the model has none
     * @throws IllegalArgumentException if the usage is the sum of several requests, and its input tokens reach a size
     *     at which a price changes, so that the cost depends on the size of each request
     */
    public static Cost cost(Quote quote, Usage usage) {
        if (quote.pricing() instanceof Pricing.Priced priced) {
            return cost(quote, priced.card(), usage);
        }
        return new Cost.Missing(quote, usage, ((Pricing.Missing) quote.pricing()).reason());
    }

    private static Cost cost(Quote quote, RateCard card, Usage usage) {
        long inputTokens = usage.count(BillingUnit.INPUT);
        if (usage.count(BillingUnit.REQUEST) > 1) {
            requireSamePrices(quote, card, usage);
        }
        int used = card.chargesRequests() ? usage.used() : usage.used() & ~REQUESTS;
        LineItem[] lines = new LineItem[Integer.bitCount(used)];
        int count = 0;
        List<BillingUnit> unpriced = null;
        int scale = card.scale();
        // The unscaled sum at the scale of the card; negative once it does not fit a long.
        long total = 0;
        for (int bits = used; bits != 0; bits &= bits - 1) {
            BillingUnit unit = BillingUnit.at(Integer.numberOfTrailingZeros(bits));
            RateCard.UnitPrice price = card.unitPrice(unit, usage.serviceTier(), inputTokens);
            if (price == null) {
                unpriced = with(unpriced, unit);
                continue;
            }
            long quantity = usage.disjoint(unit.ordinal());
            long amount = price.unscaledAmount(quantity);
            total = sum(total, amount);
            lines[count++] = new LineItem(
                    unit,
                    quantity,
                    price.price(),
                    amount < 0 ? price.largeAmount(quantity) : BigDecimal.valueOf(amount, scale));
        }
        if (unpriced != null) {
            return new Cost.Incomplete(quote, usage, List.of(Arrays.copyOf(lines, count)), unpriced);
        }
        List<LineItem> items = List.of(lines);
        return total < 0
                ? Cost.Complete.of(quote, usage, items, scale)
                : new Cost.Complete(quote, usage, items, BigDecimal.valueOf(total, scale));
    }

    private static void requireSamePrices(Quote quote, RateCard card, Usage usage) {
        OptionalLong threshold = card.firstThreshold(usage.serviceTier());
        if (threshold.isPresent() && threshold.getAsLong() <= usage.count(BillingUnit.INPUT)) {
            throw new IllegalArgumentException("the price of model " + quote.model() + " changes at "
                    + threshold.getAsLong() + " input tokens of a request, but the usage is a sum of several requests: "
                    + usage + "; calculate the cost of each request");
        }
    }

    /** Adds two numbers. A negative operand or result means that the number does not fit a long. */
    private static long sum(long a, long b) {
        return (a | b) < 0 ? -1 : a + b;
    }

    private static List<BillingUnit> with(@Nullable List<BillingUnit> units, BillingUnit unit) {
        List<BillingUnit> all = units == null ? new ArrayList<>() : units;
        all.add(unit);
        return all;
    }
}
