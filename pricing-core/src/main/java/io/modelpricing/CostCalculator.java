package io.modelpricing;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Calculates the exact cost of a usage. No amount is rounded.
 *
 * <p>Each used unit is charged at its own price; the count of a unit does not include its parts, which have line items
 * of their own. See {@link RateCard} for how a price is found. A used unit without a price makes the cost incomplete.
 * Requests are the exception: a card without any request rate charges no fee.
 */
public final class CostCalculator {

    /**
     * The version of these rules, recorded with each cost. It increases when the same usage and card could cost a
     * different amount.
     *
     * <ol>
     *   <li value="1">The first rules.
     *   <li value="2">A 1-hour cache write that is charged as the tokens that it is part of costs the 5-minute write
     *       where that is listed. Variants, regions, hours, and units that are part of several.
     * </ol>
     */
    public static final int VERSION = 2;

    private CostCalculator() {}

    /**
     * Returns the cost of a usage by a quote whose prices do not depend on the time.
     *
     * @param quote the pricing to charge by
     * @param usage the counts to charge
     * @return a complete cost, or one that names the units without a price or the reason why the model has none
     * @throws IllegalArgumentException if the prices depend on the time, or the usage is the sum of several requests,
     *     and its input tokens reach a threshold of a unit that it uses, so that the cost depends on the size of each
     *     request
     */
    public static Cost cost(Quote quote, Usage usage) {
        return cost(quote, usage, null);
    }

    /**
     * Returns the cost of a usage by a quote.
     *
     * @param quote the pricing to charge by
     * @param usage the counts to charge
     * @param at when the request ran, which selects the hours of the card; null only if the card has no hours
     * @return a complete cost, or one that names the units without a price or the reason why the model has none
     * @throws IllegalArgumentException if the instant is missing, or the usage is the sum of several requests as for
     *     {@link #cost(Quote, Usage)}
     */
    public static Cost cost(Quote quote, Usage usage, @Nullable Instant at) {
        if (quote.pricing() instanceof Pricing.Priced priced) {
            RateCard card = priced.card();
            return cost(quote, card, prices(quote, card, usage, at), usage);
        }
        return new Cost.Missing(quote, usage, ((Pricing.Missing) quote.pricing()).reason());
    }

    /** Returns the prices that apply to a request. */
    static CardPrices prices(Quote quote, RateCard card, Usage usage, @Nullable Instant at) {
        if (at == null && !card.hours().isEmpty()) {
            throw new IllegalArgumentException("the price of model " + quote.model() + " depends on the hours "
                    + card.hours().names() + "; pass the instant when the request ran");
        }
        return card.prices(usage.serviceTier(), usage.region(), at);
    }

    private static Cost cost(Quote quote, RateCard card, CardPrices prices, Usage usage) {
        long inputTokens = usage.inputTokens();
        requireSamePrices(quote, prices, usage, inputTokens);
        int scale = card.scale();
        boolean chargesRequests = card.chargesRequests();
        LineItem[] lines = new LineItem[usage.charged(chargesRequests)];
        int count = 0;
        List<BillingUnit> unpriced = null;
        // The unscaled sum at the scale of the card; negative once it does not fit a long.
        long total = 0;
        for (Usage.Count counted : usage.counts()) {
            BillingUnit unit = counted.unit();
            long quantity = counted.disjoint();
            if (quantity == 0 || (unit == BillingUnit.REQUEST && !chargesRequests)) {
                continue;
            }
            UnitPrice price = prices.price(unit, counted.variant(), inputTokens);
            if (price == null) {
                unpriced = with(unpriced, unit);
                continue;
            }
            long amount = price.unscaledAmount(quantity);
            total = sum(total, amount);
            lines[count++] = new LineItem(
                    unit,
                    counted.variant(),
                    quantity,
                    price.price(),
                    amount < 0 ? price.largeAmount(quantity) : BigDecimal.valueOf(amount, scale));
        }
        List<LineItem> items = List.of(count == lines.length ? lines : Arrays.copyOf(lines, count));
        if (unpriced != null) {
            return new Cost.Incomplete(quote, usage, items, unpriced);
        }
        return total < 0
                ? Cost.Complete.of(quote, usage, items, scale)
                : new Cost.Complete(quote, usage, items, BigDecimal.valueOf(total, scale));
    }

    private static void requireSamePrices(Quote quote, CardPrices prices, Usage usage, long inputTokens) {
        if (usage.requests() <= 1) {
            return;
        }
        for (Usage.Count counted : usage.counts()) {
            OptionalLong threshold = prices.firstThreshold(counted.unit(), counted.variant());
            if (counted.disjoint() > 0 && threshold.isPresent() && threshold.getAsLong() <= inputTokens) {
                throw new IllegalArgumentException(
                        "the price of " + counted.unit().id(counted.variant()) + " of model " + quote.model()
                                + " changes at " + threshold.getAsLong()
                                + " input tokens of a request, but the usage is a sum of several requests: " + usage
                                + "; calculate the cost of each request");
            }
        }
    }

    /** Adds two numbers. A negative operand or result means that the number does not fit a long. */
    private static long sum(long a, long b) {
        return (a | b) < 0 ? -1 : a + b;
    }

    private static List<BillingUnit> with(@Nullable List<BillingUnit> units, BillingUnit unit) {
        List<BillingUnit> all = units == null ? new ArrayList<>() : units;
        if (!all.contains(unit)) {
            all.add(unit);
        }
        return all;
    }
}
