package io.modelpricing;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The arithmetic of costs. Exact: nothing is rounded, and the result does not depend on the order of anything.
 *
 * <p>Each used unit is charged at its own rate, without the parts that have lines of their own. A part without a rate is
 * charged as its parent where the card says so, and reasoning always; any other used unit without a rate makes the cost
 * incomplete. Only requests may have none: a card without any request rate has no fee.
 */
public final class CostCalculator {

    /** The version of these rules, recorded with each cost. It grows when the same usage and card would cost something else. */
    public static final int VERSION = 1;

    private static final int REQUESTS = 1 << BillingUnit.REQUEST.ordinal();

    private CostCalculator() {}

    /**
     * Returns what a usage costs by a quote.
     *
     * @param quote the pricing to charge by
     * @param usage what was used
     * @return a complete cost, or one that names what has no price
     * @throws IllegalArgumentException if the usage is of several requests and so large together that the card's prices
     *     depend on the size of each
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
        // The sum at the scale of the card while it fits; negative once it does not.
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
            throw new IllegalArgumentException("the price of model " + quote.model()
                    + " depends on the size of a request from " + threshold.getAsLong()
                    + " input tokens on: cost each request by itself, not " + usage);
        }
    }

    /** Adds two numbers of which a negative one stands for one that is too large. */
    private static long sum(long a, long b) {
        return (a | b) < 0 ? -1 : a + b;
    }

    private static List<BillingUnit> with(@Nullable List<BillingUnit> units, BillingUnit unit) {
        List<BillingUnit> all = units == null ? new ArrayList<>() : units;
        all.add(unit);
        return all;
    }
}
