package io.modelpricing;

import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The exact cost of a usage by a quote. It is complete, incomplete (a used unit has no price) or missing (the model has
 * no price). Only a complete cost has a total.
 *
 * <p>Every implementation is immutable and thread-safe.
 */
public sealed interface Cost {

    /**
     * Returns the quote that the usage was charged by.
     *
     * @return the quote, with the model and the version of its price
     */
    Quote quote();

    /**
     * Returns the usage that was charged.
     *
     * @return the counts, the service tier and the region
     */
    Usage usage();

    /**
     * Returns this cost if it is complete.
     *
     * @return the complete cost
     * @throws UnpricedException if the cost is incomplete or missing; the message names the model and each unit without
     *     a price
     */
    Complete orElseThrow();

    /**
     * Calls the function for the kind of this cost.
     *
     * @param complete called with a complete cost
     * @param incomplete called with a cost that lacks the price of a used unit
     * @param missing called with the cost of a model that has no price
     * @param <T> the result type of all three functions
     * @return the result of the function that was called
     */
    default <T> T fold(
            Function<? super Complete, ? extends T> complete,
            Function<? super Incomplete, ? extends T> incomplete,
            Function<? super Missing, ? extends T> missing) {
        if (this instanceof Complete cost) {
            return complete.apply(cost);
        }
        return this instanceof Incomplete cost ? incomplete.apply(cost) : missing.apply((Missing) this);
    }

    /**
     * A cost with a price for every used unit. The line items sum to the total, and so do {@link #input()} and
     * {@link #output()}.
     *
     * <p>Amounts are exact unless {@link #rounded} made this cost. Their scale is that of the rate card's most precise
     * price, or the scale that was rounded to. Compare amounts with {@code compareTo}, not {@code equals}.
     */
    final class Complete implements Cost {

        private final Quote quote;
        private final Usage usage;
        private final List<LineItem> lines;
        private final BigDecimal total;

        /** Takes an immutable list and the sum of its amounts, at the scale of the amounts. */
        Complete(Quote quote, Usage usage, List<LineItem> lines, BigDecimal total) {
            this.quote = quote;
            this.usage = usage;
            this.lines = lines;
            this.total = total;
        }

        /** Takes an immutable list of lines whose amounts have the given scale, and sums them. */
        static Complete of(Quote quote, Usage usage, List<LineItem> lines, int scale) {
            BigDecimal total = BigDecimal.valueOf(0, scale);
            for (LineItem line : lines) {
                total = total.add(line.amount());
            }
            return new Complete(quote, usage, lines, total);
        }

        private BigDecimal sumOf(BillingUnit.Side side) {
            BigDecimal sum = BigDecimal.valueOf(0, total.scale());
            for (LineItem line : lines) {
                if (line.unit().side() == side) {
                    sum = sum.add(line.amount());
                }
            }
            return sum;
        }

        @Override
        public Quote quote() {
            return quote;
        }

        @Override
        public Usage usage() {
            return usage;
        }

        /**
         * Returns one line item for each used unit and variant.
         *
         * @return the line items in the order of {@link BillingUnit}
         */
        public List<LineItem> lines() {
            return lines;
        }

        /**
         * Returns the cost of the units on the input side ({@link BillingUnit#side}), such as the prompt and searches.
         *
         * @return US dollars
         */
        public BigDecimal input() {
            return sumOf(BillingUnit.Side.INPUT);
        }

        /**
         * Returns the cost of the units on the output side ({@link BillingUnit#side}), such as the completion.
         *
         * @return US dollars
         */
        public BigDecimal output() {
            return sumOf(BillingUnit.Side.OUTPUT);
        }

        /**
         * Returns the total.
         *
         * @return US dollars, the sum of all line items
         */
        public BigDecimal total() {
            return total;
        }

        /**
         * Returns this cost with a rounded total, and line items that sum to it. Each line item is rounded down; the
         * remainder is added to the line items that lost most, one smallest unit each (largest remainder method).
         *
         * @param scale the number of decimals to keep
         * @param mode how the total is rounded; {@link RoundingMode#UNNECESSARY} throws if rounding would be required
         * @return a cost whose amounts have this scale
         * @throws ArithmeticException if the mode is UNNECESSARY and an amount has more decimals than {@code scale}
         */
        public Complete rounded(int scale, RoundingMode mode) {
            RoundingMode down = mode == RoundingMode.UNNECESSARY ? mode : RoundingMode.DOWN;
            BigDecimal rest = total.setScale(scale, mode);
            List<LineItem> rounded = new ArrayList<>();
            for (LineItem line : lines) {
                BigDecimal amount = line.amount().setScale(scale, down);
                rounded.add(line.with(amount));
                rest = rest.subtract(amount);
            }
            int missing = rest.unscaledValue().intValueExact();
            BigDecimal smallest = BigDecimal.ONE.scaleByPowerOfTen(-scale);
            IntStream.range(0, lines.size())
                    .boxed()
                    .sorted(comparing((Integer i) -> rounded.get(i)
                                    .amount()
                                    .subtract(lines.get(i).amount()))
                            .thenComparing(i -> i))
                    .limit(missing)
                    .forEach(i -> rounded.set(
                            i, rounded.get(i).with(rounded.get(i).amount().add(smallest))));
            return of(quote, usage, List.copyOf(rounded), scale);
        }

        @Override
        public Complete orElseThrow() {
            return this;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Complete that
                    && quote.equals(that.quote)
                    && usage.equals(that.usage)
                    && lines.equals(that.lines);
        }

        @Override
        public int hashCode() {
            return 31 * quote.hashCode() + lines.hashCode();
        }

        @Override
        public String toString() {
            return total.toPlainString() + " = " + lines;
        }
    }

    /**
     * A cost without a total, because at least one used unit has no price.
     *
     * @param quote the quote that the usage was charged by
     * @param usage the usage that was charged
     * @param lines the line items of the priced units, in the order of {@link BillingUnit}
     * @param unpriced the used units without a price, at least one, in the order of {@link BillingUnit}
     */
    record Incomplete(Quote quote, Usage usage, List<LineItem> lines, List<BillingUnit> unpriced) implements Cost {

        /**
         * Copies the lists.
         *
         * @param quote the quote that the usage was charged by
         * @param usage the usage that was charged
         * @param lines the line items of the priced units
         * @param unpriced the used units without a price, at least one
         * @throws IllegalArgumentException if {@code unpriced} is empty
         */
        public Incomplete {
            requireNonNull(quote, "quote");
            requireNonNull(usage, "usage");
            lines = List.copyOf(lines);
            unpriced = List.copyOf(unpriced);
            if (unpriced.isEmpty()) {
                throw new IllegalArgumentException(
                        "unpriced must not be empty; a cost with a price for every used unit is complete");
            }
        }

        /** Returns the units without a price, and the variants without one of units that have others. */
        private List<String> unpricedCounts() {
            return unpriced.stream()
                    .flatMap(unit -> usage.variants(unit).stream()
                            .filter(variant -> lines.stream()
                                    .noneMatch(line -> line.unit() == unit
                                            && line.variant().equals(variant)))
                            .map(unit::id))
                    .toList();
        }

        @Override
        public Complete orElseThrow() {
            throw new UnpricedException("the cost by version " + quote.version() + " of the price of model "
                    + quote.model() + " is incomplete: the usage " + usage + " has no price for " + unpricedCounts()
                    + "; add rates for them, or handle an incomplete cost with fold");
        }
    }

    /**
     * The absence of a cost, because the model has no price.
     *
     * @param quote the quote, whose pricing is missing
     * @param usage the usage that was to be charged
     * @param reason why the model has no price
     */
    record Missing(Quote quote, Usage usage, MissingReason reason) implements Cost {

        /**
         * Checks that all are present.
         *
         * @param quote the quote, whose pricing is missing
         * @param usage the usage that was to be charged
         * @param reason why the model has no price
         */
        public Missing {
            requireNonNull(quote, "quote");
            requireNonNull(usage, "usage");
            requireNonNull(reason, "reason");
        }

        @Override
        public Complete orElseThrow() {
            throw new UnpricedException("the price of model " + quote.model() + " is missing: " + reason
                    + "; set a price, or handle a missing one with fold");
        }
    }
}
