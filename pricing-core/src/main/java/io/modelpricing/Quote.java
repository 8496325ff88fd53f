package io.modelpricing;

import static io.modelpricing.BillingUnit.INPUT;
import static io.modelpricing.BillingUnit.OUTPUT;
import static io.modelpricing.BillingUnit.REASONING;
import static io.modelpricing.BillingUnit.REQUEST;
import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
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
     * Returns the cost of a usage by this quote, whose prices do not depend on the time.
     *
     * @param usage the usage that the provider reported
     * @return the cost, as {@link CostCalculator#cost(Quote, Usage)}
     * @throws IllegalArgumentException as {@link CostCalculator#cost(Quote, Usage)}
     */
    public Cost cost(Usage usage) {
        return CostCalculator.cost(this, usage);
    }

    /**
     * Returns the cost of a usage by this quote.
     *
     * @param usage the usage that the provider reported
     * @param at when the request ran
     * @return the cost, as {@link CostCalculator#cost(Quote, Usage, Instant)}
     * @throws IllegalArgumentException as {@link CostCalculator#cost(Quote, Usage, Instant)}
     */
    public Cost cost(Usage usage, Instant at) {
        return CostCalculator.cost(this, usage, at);
    }

    /**
     * Returns {@link #maximumCost(Usage, Instant)} by a quote whose prices do not depend on the time.
     *
     * @param limits the maximum count of each unit and variant for one request, its service tier and its region
     * @return the largest cost; incomplete or missing if that of a request within the limits could be
     * @throws IllegalArgumentException if the limits are for more than one request, or the prices depend on the time
     */
    public Cost maximumCost(Usage limits) {
        return largestCost(limits, null);
    }

    /**
     * Returns the largest possible cost of a request whose counts do not exceed limits, which is the amount to reserve
     * before the request is sent. It can differ from the cost of the limits themselves: a price may fall at a
     * threshold, and parts that are cheaper than the rest, such as cache reads, are assumed not to occur.
     *
     * <p>A unit without a limit does not occur. If parts can cost more than the rest, as 1-hour cache writes or
     * reasoning tokens, set their limits too: {@code Usage.inclusive().input(8_000).cacheWrite1h(8_000).output(4_000)
     * .reasoning(4_000)}. A limit without variant is for counts without variant.
     *
     * @param limits the maximum count of each unit and variant for one request, its service tier and its region
     * @param at when the request runs
     * @return the largest cost; incomplete or missing if that of a request within the limits could be
     * @throws IllegalArgumentException if the limits are for more than one request
     */
    public Cost maximumCost(Usage limits, Instant at) {
        return largestCost(limits, at);
    }

    private Cost largestCost(Usage limits, @Nullable Instant at) {
        requireOneRequest(limits);
        if (!(pricing instanceof Pricing.Priced priced)) {
            return CostCalculator.cost(this, limits, at);
        }
        CardPrices prices = CostCalculator.prices(this, priced.card(), limits, at);
        Cost.Complete largest = null;
        for (long input : ends(prices, limits.count(INPUT))) {
            List<BillingUnit> unpriced = unpriced(priced.card(), prices, limits, input);
            if (!unpriced.isEmpty()) {
                return new Cost.Incomplete(this, limits, List.of(), unpriced);
            }
            Cost cost = CostCalculator.cost(this, mostExpensive(prices, limits, input), at);
            if (!(cost instanceof Cost.Complete complete)) {
                throw new IllegalStateException("every unit of " + limits + " has a price, but the cost is " + cost);
            }
            if (largest == null || complete.total().compareTo(largest.total()) > 0) {
                largest = complete;
            }
        }
        return requireNonNull(largest);
    }

    /** Returns the largest number of input tokens, up to the limit, in each range in which no price changes. */
    private static long[] ends(CardPrices prices, long limit) {
        return LongStream.concat(
                        Arrays.stream(prices.thresholds()).map(from -> from - 1).filter(end -> end < limit),
                        LongStream.of(limit))
                .toArray();
    }

    /** Returns the units without a price that a request within the limits and with some input tokens could use. */
    private static List<BillingUnit> unpriced(RateCard card, CardPrices prices, Usage limits, long input) {
        List<BillingUnit> unpriced = new ArrayList<>();
        for (BillingUnit unit : limits.units()) {
            boolean possible = (unit == INPUT || unit.wholes().contains(INPUT))
                    ? input > 0
                    : unit != REQUEST || card.chargesRequests();
            if (possible
                    && limits.variants(unit).stream().anyMatch(variant -> prices.price(unit, variant, input) == null)) {
                unpriced.add(unit);
            }
        }
        return unpriced;
    }

    /** Returns the most expensive usage with a number of input tokens and within limits. */
    private static Usage mostExpensive(CardPrices prices, Usage limits, long input) {
        Usage.Builder usage =
                Usage.inclusive().serviceTier(limits.serviceTier()).region(limits.region());
        for (BillingUnit unit : limits.units()) {
            if (unit == INPUT) {
                MostExpensiveTokens.add(usage, unit, input, limits, prices, input);
            } else if (unit == OUTPUT) {
                MostExpensiveTokens.add(usage, unit, limits.count(unit), limits, prices, input);
            } else if (unit.wholes().isEmpty()) {
                limits.variants(unit).forEach(variant -> usage.count(unit, variant, limits.count(unit, variant)));
            }
        }
        return usage.build();
    }

    /**
     * Returns {@link #affordableOutput(Usage, Usd, Instant)} by a quote whose prices do not depend on the time.
     *
     * @param request the usage of the request without the additional tokens
     * @param budget US dollars for the whole request
     * @return the number of output tokens in addition to those of {@code request}
     * @throws UnpricedException if the cost of the request or of an output token is not known
     * @throws IllegalArgumentException if the usage is of more than one request, or the prices depend on the time
     */
    public OptionalLong affordableOutput(Usage request, Usd budget) {
        return moreOutput(request, budget, null);
    }

    /**
     * Returns the maximum number of additional output tokens that a budget pays for, even if all of them are reasoning
     * tokens.
     *
     * @param request the usage of the request without the additional tokens
     * @param budget US dollars for the whole request
     * @param at when the request runs
     * @return the number of output tokens in addition to those of {@code request}, up to the range of a {@code long} if
     *     they are free; empty if the budget does not pay for the request itself
     * @throws UnpricedException if the cost of the request or of an output token is not known
     * @throws IllegalArgumentException if the usage is of more than one request
     */
    public OptionalLong affordableOutput(Usage request, Usd budget, Instant at) {
        return moreOutput(request, budget, at);
    }

    private OptionalLong moreOutput(Usage request, Usd budget, @Nullable Instant at) {
        requireOneRequest(request);
        BillingUnit unit = mostExpensiveOutput(request, at);
        return affordable(
                0,
                Long.MAX_VALUE - request.count(OUTPUT),
                budget,
                at,
                tokens -> request.plus(
                        more(request).output(tokens).count(unit, tokens).build()));
    }

    /** Returns reasoning if its tokens cost more than other output tokens, or if only their price is not known. */
    private BillingUnit mostExpensiveOutput(Usage request, @Nullable Instant at) {
        if (!(pricing instanceof Pricing.Priced priced)) {
            return OUTPUT;
        }
        CardPrices prices = CostCalculator.prices(this, priced.card(), request, at);
        UnitPrice output = prices.price(OUTPUT, "", request.count(INPUT));
        UnitPrice reasoning = prices.price(REASONING, "", request.count(INPUT));
        boolean isReasoning =
                output != null && (reasoning == null || reasoning.price().compareTo(output.price()) > 0);
        return isReasoning ? REASONING : OUTPUT;
    }

    /**
     * Returns {@link #affordableInput(Usage, Usd, Instant)} by a quote whose prices do not depend on the time.
     *
     * @param request the usage of the request without the additional tokens
     * @param budget US dollars for the whole request
     * @return the number of input tokens in addition to those of {@code request}
     * @throws UnpricedException if the cost of the request or of an input token is not known
     * @throws IllegalArgumentException if the usage is of more than one request, or the prices depend on the time
     */
    public OptionalLong affordableInput(Usage request, Usd budget) {
        return moreInput(request, budget, null);
    }

    /**
     * Returns the maximum number of additional input tokens such that a budget pays for this and for every smaller
     * number. The additional tokens are not of a part, such as cache writes.
     *
     * @param request the usage of the request without the additional tokens
     * @param budget US dollars for the whole request
     * @param at when the request runs
     * @return the number of input tokens in addition to those of {@code request}, up to the range of a {@code long} if
     *     they are free; empty if the budget does not pay for the request itself
     * @throws UnpricedException if the cost of the request or of an input token is not known
     * @throws IllegalArgumentException if the usage is of more than one request
     */
    public OptionalLong affordableInput(Usage request, Usd budget, Instant at) {
        return moreInput(request, budget, at);
    }

    private OptionalLong moreInput(Usage request, Usd budget, @Nullable Instant at) {
        requireOneRequest(request);
        LongFunction<Usage> withMore =
                tokens -> request.plus(more(request).input(tokens).build());
        long present = request.count(INPUT);
        long[] starts = pricing instanceof Pricing.Priced priced
                ? Arrays.stream(CostCalculator.prices(this, priced.card(), request, at)
                                .thresholds())
                        .filter(from -> from > present)
                        .map(from -> from - present)
                        .toArray()
                : new long[0];
        OptionalLong affordable = OptionalLong.empty();
        // Within a range the cost increases with each token; from one range to the next it may fall or jump.
        long from = 0;
        for (int i = 0; i <= starts.length; i++) {
            long last = i < starts.length ? starts[i] - 1 : Long.MAX_VALUE - present;
            OptionalLong here = affordable(from, last, budget, at, withMore);
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

    /** Returns a builder for usage that is added to a request. */
    private static Usage.Builder more(Usage request) {
        return Usage.inclusive()
                .count(REQUEST, 0)
                .serviceTier(request.serviceTier())
                .region(request.region());
    }

    /**
     * Returns the largest number in a range whose usage costs no more than a budget; the cost increases with the
     * number.
     */
    private OptionalLong affordable(
            long first, long last, Usd budget, @Nullable Instant at, LongFunction<Usage> usage) {
        if (isAbove(budget, usage.apply(first), at)) {
            return OptionalLong.empty();
        }
        long affordable = first;
        long above = last;
        if (!isAbove(budget, usage.apply(last), at)) {
            return OptionalLong.of(last);
        }
        while (above - affordable > 1) {
            long middle = affordable + (above - affordable) / 2;
            if (isAbove(budget, usage.apply(middle), at)) {
                above = middle;
            } else {
                affordable = middle;
            }
        }
        return OptionalLong.of(affordable);
    }

    private boolean isAbove(Usd budget, Usage usage, @Nullable Instant at) {
        return CostCalculator.cost(this, usage, at).orElseThrow().total().compareTo(budget.amount()) > 0;
    }

    private static void requireOneRequest(Usage usage) {
        if (usage.count(REQUEST) != 1) {
            throw new IllegalArgumentException(
                    "the usage must be of one request, but is of " + usage.count(REQUEST) + ": " + usage);
        }
    }
}
