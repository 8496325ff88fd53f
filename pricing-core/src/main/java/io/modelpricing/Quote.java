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
 * The pricing of a model that a request is charged by, with its version. A change of the price during the request does
 * not affect it.
 *
 * @param model the model
 * @param version the version of the model's price, counted from 1; 0 for a model that has never had a price
 * @param pricing the rate card, or the reason why there is none
 * @param source the source that stated the price
 */
public record Quote(ModelId model, int version, Pricing pricing, PricingSource source) {

    /**
     * Checks the version.
     *
     * @param model the model
     * @param version the version of the model's price, 0 or more
     * @param pricing the rate card, or the reason why there is none
     * @param source the source that stated the price
     * @throws IllegalArgumentException if the version is negative
     */
    public Quote {
        requireNonNull(model, "model");
        requireNonNull(pricing, "pricing");
        requireNonNull(source, "source");
        if (version < 0) {
            throw new IllegalArgumentException(
                    "the version of the price of model " + model + " must be 0 or more, but was " + version);
        }
    }

    /**
     * Returns the cost of a usage by this quote.
     *
     * @param usage the usage that the provider reported
     * @return the cost, as {@link CostCalculator#cost}
     * @throws IllegalArgumentException as {@link CostCalculator#cost}
     */
    public Cost cost(Usage usage) {
        return CostCalculator.cost(this, usage);
    }

    /**
     * Returns the largest possible cost of a request whose counts do not exceed limits, which is the amount to reserve
     * before the request is sent. It can differ from the cost of the limits themselves: a price may fall with the size
     * of the request, and parts that are cheaper than the rest, such as cache reads, are assumed not to occur.
     *
     * @param limits the maximum count of each unit for one request, and its service tier
     * @return the largest cost; incomplete or missing if that of a request within the limits could be
     * @throws IllegalArgumentException if the limits are for more than one request
     */
    public Cost maximumCost(Usage limits) {
        requireOneRequest(limits);
        if (!(pricing instanceof Pricing.Priced priced)) {
            return cost(limits);
        }
        Cost.Complete largest = null;
        for (long input : ends(priced.card(), limits)) {
            Cost cost = cost(mostExpensive(priced.card(), limits, input));
            if (!(cost instanceof Cost.Complete complete)) {
                return cost;
            }
            if (largest == null || complete.total().compareTo(largest.total()) > 0) {
                largest = complete;
            }
        }
        return requireNonNull(largest);
    }

    /** Returns the largest number of input tokens, up to the limit, in each range in which no price changes. */
    private static long[] ends(RateCard card, Usage limits) {
        long most = limits.count(INPUT);
        return LongStream.concat(
                        card.thresholds(limits.serviceTier())
                                .map(from -> from - 1)
                                .filter(end -> end < most),
                        LongStream.of(most))
                .toArray();
    }

    /**
     * Returns the most expensive usage with a number of input tokens and within limits: with as many tokens as possible
     * of the parts that cost more than the rest, and none of the others.
     */
    private static Usage mostExpensive(RateCard card, Usage limits, long input) {
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
                    .filter(unit -> isMoreExpensive(card.unitPrice(unit, limits.serviceTier(), input), plain))
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

    /** An unpriced part counts as more expensive, so that it surfaces. */
    private static boolean isMoreExpensive(RateCard.@Nullable UnitPrice part, RateCard.@Nullable UnitPrice whole) {
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
     * Returns the maximum number of additional output tokens that a budget pays for, even if all of them are reasoning
     * tokens.
     *
     * @param request the usage of the request without the additional tokens
     * @param budget US dollars for the whole request
     * @return the number of output tokens in addition to those of {@code request}, up to the range of a {@code long} if
     *     they are free; empty if the budget does not pay for the request itself
     * @throws UnpricedException if the cost of the request or of an output token is not known
     * @throws IllegalArgumentException if the usage is of more than one request
     */
    public OptionalLong affordableOutput(Usage request, Usd budget) {
        requireOneRequest(request);
        BillingUnit unit = mostExpensiveOutput(request);
        return affordable(
                0,
                Long.MAX_VALUE - request.count(OUTPUT),
                budget,
                tokens -> request.plus(Usage.inclusive()
                        .count(REQUEST, 0)
                        .output(tokens)
                        .count(unit, tokens)
                        .serviceTier(request.serviceTier())
                        .build()));
    }

    private BillingUnit mostExpensiveOutput(Usage request) {
        if (!(pricing instanceof Pricing.Priced priced)) {
            return OUTPUT;
        }
        long input = request.count(INPUT);
        RateCard.UnitPrice output = priced.card().unitPrice(OUTPUT, request.serviceTier(), input);
        RateCard.UnitPrice reasoning = priced.card().unitPrice(REASONING, request.serviceTier(), input);
        return output != null && reasoning != null && isMoreExpensive(reasoning, output) ? REASONING : OUTPUT;
    }

    /**
     * Returns the maximum number of additional input tokens such that a budget pays for this and for every smaller
     * number.
     *
     * @param request the usage of the request without the additional tokens
     * @param budget US dollars for the whole request
     * @return the number of input tokens in addition to those of {@code request}, up to the range of a {@code long} if
     *     they are free; empty if the budget does not pay for the request itself
     * @throws UnpricedException if the cost of the request or of an input token is not known
     * @throws IllegalArgumentException if the usage is of more than one request
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
        // Within a range the cost increases with each token; from one range to the next it may fall or jump.
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

    /**
     * Returns the largest number in a range whose usage costs no more than a budget; the cost increases with the
     * number.
     */
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
                    "the usage must be of one request, but is of " + usage.count(REQUEST) + ": " + usage);
        }
    }
}
