package io.modelpricing;

import static io.modelpricing.BillingUnit.INPUT;
import static io.modelpricing.BillingUnit.OUTPUT;
import static io.modelpricing.BillingUnit.REASONING;
import static io.modelpricing.BillingUnit.REQUEST;
import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A model's pricing fixed, with its version, for one request: what the request is charged by, whatever the price does
 * meanwhile.
 *
 * @param model the model
 * @param version the version of the model's price, counted from 1; 0 for a model that has never had one
 * @param pricing what was known
 * @param source where it came from
 */
public record Quote(ModelId model, int version, Pricing pricing, PricingSource source) {

    /**
     * Checks the quote.
     *
     * @param model the model
     * @param version the version of the model's price, counted from 1; 0 for a model that has never had one
     * @param pricing what was known
     * @param source where it came from
     * @throws IllegalArgumentException if the version is negative
     */
    public Quote {
        requireNonNull(model, "model");
        requireNonNull(pricing, "pricing");
        requireNonNull(source, "source");
        if (version < 0) {
            throw new IllegalArgumentException(
                    "version " + version + " of the price of model " + model + ": it is negative");
        }
    }

    /**
     * Returns what a usage costs by this quote.
     *
     * @param usage what the request used
     * @return the cost, as {@link CostCalculator#cost}
     */
    public Cost cost(Usage usage) {
        return CostCalculator.cost(this, usage);
    }

    /**
     * Returns the largest cost that a request can have which uses no more than this. It is the cost of all of it, but where
     * a shorter prompt is dearer, because a price falls with the size of the request, or a part of the tokens is cheaper
     * than the rest: cached tokens are counted on where they cost more, not where they cost less.
     *
     * @param limits the most that one request can use of each unit, and its service tier
     * @return the cost to reserve; incomplete or missing if any request within the limits would be
     * @throws IllegalArgumentException if the limits are of several requests
     */
    public Cost maximumCost(Usage limits) {
        requireOneRequest(limits);
        if (!(pricing instanceof Pricing.Priced priced)) {
            return cost(limits);
        }
        Cost.Complete largest = null;
        for (long input : ends(priced.card(), limits)) {
            Cost cost = cost(dearest(priced.card(), limits, input));
            if (!(cost instanceof Cost.Complete complete)) {
                return cost;
            }
            if (largest == null || complete.total().compareTo(largest.total()) > 0) {
                largest = complete;
            }
        }
        return requireNonNull(largest);
    }

    /** Returns the largest size of a request in each range of sizes that has prices of its own, up to the limits. */
    private static long[] ends(RateCard card, Usage limits) {
        long most = limits.count(INPUT);
        return LongStream.concat(
                        card.thresholds(limits.serviceTier())
                                .map(from -> from - 1)
                                .filter(end -> end < most),
                        LongStream.of(most))
                .toArray();
    }

    /** Returns the dearest usage of a size within limits: as many tokens of dear parts as there can be, and none of cheap ones. */
    private static Usage dearest(RateCard card, Usage limits, long input) {
        Usage.Builder usage = Usage.inclusive().serviceTier(limits.serviceTier());
        for (BillingUnit unit : BillingUnit.values()) {
            if (unit.parentOrNull() == null) {
                usage.count(unit, unit == INPUT ? input : limits.count(unit));
            }
        }
        for (BillingUnit whole : List.of(INPUT, OUTPUT)) {
            RateCard.UnitPrice plain = card.unitPrice(whole, limits.serviceTier(), input);
            List<BillingUnit> parts = Arrays.stream(BillingUnit.values())
                    .filter(unit -> unit.parentOrNull() == whole && limits.count(unit) > 0)
                    .filter(unit -> isDearer(card.unitPrice(unit, limits.serviceTier(), input), plain))
                    .sorted(mostExpensiveFirst(card, limits.serviceTier(), input))
                    .toList();
            long left = whole == INPUT ? input : limits.count(whole);
            for (BillingUnit part : parts) {
                long count = Math.min(left, limits.count(part));
                usage.count(part, count);
                left -= count;
            }
        }
        return usage.build();
    }

    /** A part without a price is to be found out about, and so counts as dear. */
    private static boolean isDearer(RateCard.@Nullable UnitPrice part, RateCard.@Nullable UnitPrice whole) {
        return part == null || whole == null || part.price().compareTo(whole.price()) > 0;
    }

    private static Comparator<BillingUnit> mostExpensiveFirst(RateCard card, ServiceTier tier, long input) {
        return comparing(
                        (BillingUnit unit) -> {
                            RateCard.UnitPrice price = card.unitPrice(unit, tier, input);
                            return price == null ? null : price.price();
                        },
                        Comparator.nullsLast(Comparator.<Price>naturalOrder()))
                .reversed();
    }

    /**
     * Returns how many more output tokens a budget affords, whether or not they turn out to be reasoning.
     *
     * @param request what the request uses besides
     * @param budget US dollars for all of it
     * @return the most output tokens beyond those of the request, up to what a {@code long} holds where they cost nothing;
     *     empty if the budget does not even pay for the request without any
     * @throws UnpricedException if the request, or an output token, has no price
     * @throws IllegalArgumentException if the usage is of several requests
     */
    public OptionalLong affordableOutput(Usage request, Usd budget) {
        requireOneRequest(request);
        BillingUnit dearest = dearestOutput(request);
        return affordable(
                0,
                Long.MAX_VALUE - request.count(OUTPUT),
                budget,
                tokens -> request.plus(Usage.inclusive()
                        .count(REQUEST, 0)
                        .output(tokens)
                        .count(dearest, tokens)
                        .serviceTier(request.serviceTier())
                        .build()));
    }

    private BillingUnit dearestOutput(Usage request) {
        if (!(pricing instanceof Pricing.Priced priced)) {
            return OUTPUT;
        }
        long input = request.count(INPUT);
        RateCard.UnitPrice output = priced.card().unitPrice(OUTPUT, request.serviceTier(), input);
        RateCard.UnitPrice reasoning = priced.card().unitPrice(REASONING, request.serviceTier(), input);
        return output != null && reasoning != null && isDearer(reasoning, output) ? REASONING : OUTPUT;
    }

    /**
     * Returns how many more input tokens a budget affords: so many, and any smaller number too.
     *
     * @param request what the request uses besides
     * @param budget US dollars for all of it
     * @return the most input tokens beyond those of the request, up to what a {@code long} holds where they cost nothing;
     *     empty if the budget does not even pay for the request without any
     * @throws UnpricedException if the request, or an input token, has no price
     * @throws IllegalArgumentException if the usage is of several requests
     */
    public OptionalLong affordableInput(Usage request, Usd budget) {
        requireOneRequest(request);
        LongFunction<Usage> withMore = tokens -> request.plus(Usage.inclusive()
                .count(REQUEST, 0)
                .input(tokens)
                .serviceTier(request.serviceTier())
                .build());
        long present = request.count(INPUT);
        long[] starts = pricing instanceof Pricing.Priced priced
                ? priced.card()
                        .thresholds(request.serviceTier())
                        .filter(from -> from > present)
                        .map(from -> from - present)
                        .toArray()
                : new long[0];
        OptionalLong affordable = OptionalLong.empty();
        // Within a range of sizes the cost grows with each token; from one range to the next it may fall or leap.
        long from = 0;
        for (int i = 0; i <= starts.length; i++) {
            long last = i < starts.length ? starts[i] - 1 : Long.MAX_VALUE - present;
            OptionalLong here = affordable(from, last, budget, withMore);
            if (here.isPresent()) {
                affordable = here;
            }
            if (here.isEmpty() || here.getAsLong() < last) {
                return affordable;
            }
            from = last + 1;
        }
        return affordable;
    }

    /** Returns the largest number of a range whose usage costs no more than a budget; the cost grows with the number. */
    private OptionalLong affordable(long first, long last, Usd budget, LongFunction<Usage> usage) {
        if (isAbove(budget, usage.apply(first))) {
            return OptionalLong.empty();
        }
        long affordable = first;
        long above = last;
        if (!isAbove(budget, usage.apply(last))) {
            return OptionalLong.of(last);
        }
        while (above - affordable > 1) {
            long middle = affordable + (above - affordable) / 2;
            if (isAbove(budget, usage.apply(middle))) {
                above = middle;
            } else {
                affordable = middle;
            }
        }
        return OptionalLong.of(affordable);
    }

    private boolean isAbove(Usd budget, Usage usage) {
        return cost(usage).orElseThrow().total().compareTo(budget.amount()) > 0;
    }

    private static void requireOneRequest(Usage usage) {
        if (usage.count(REQUEST) != 1) {
            throw new IllegalArgumentException(
                    "a budget is for one request, but this is a usage of " + usage.count(REQUEST) + ": " + usage);
        }
    }
}
