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
 * What a usage costs by a quote, exactly: complete with its line items, incomplete because a used unit has no price, or
 * missing because the model has none. Only a complete cost has a total.
 */
public sealed interface Cost {

    /**
     * Returns what the usage was charged by.
     *
     * @return the quote, which names model and version
     */
    Quote quote();

    /**
     * Returns what was used.
     *
     * @return the usage that this is the cost of
     */
    Usage usage();

    /**
     * Returns this if it is complete.
     *
     * @return the complete cost
     * @throws UnpricedException if it is not, naming the model and every unit that has no price
     */
    Complete orElseThrow();

    /**
     * Returns the value of one of three functions.
     *
     * @param complete called with a complete cost
     * @param incomplete called with a cost that lacks the price of a used unit
     * @param missing called with the cost of a model that has no price
     * @param <T> what all three return
     * @return what the called one returned
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
     * A cost of which every part is known. The line items sum to the total, and so do input and output.
     *
     * <p>Amounts are exact until {@link #rounded} is called. Their scale is that of the rate card's finest price, or the
     * one that was rounded to: compare them with {@code compareTo}.
     */
    final class Complete implements Cost {

        private final Quote quote;
        private final Usage usage;
        private final List<LineItem> lines;
        private final BigDecimal total;

        /** Takes an immutable list, and the sum of its amounts at their scale. */
        Complete(Quote quote, Usage usage, List<LineItem> lines, BigDecimal total) {
            this.quote = quote;
            this.usage = usage;
            this.lines = lines;
            this.total = total;
        }

        /** Sums lines whose amounts have the given scale. */
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
         * Returns what each used unit adds.
         *
         * @return the line items in the order of {@link BillingUnit}
         */
        public List<LineItem> lines() {
            return lines;
        }

        /**
         * Returns the cost of the input side: prompt, cache, images, requests and searches.
         *
         * @return US dollars
         */
        public BigDecimal input() {
            return sumOf(BillingUnit.Side.INPUT);
        }

        /**
         * Returns the cost of the output side: completion, reasoning and audio output.
         *
         * @return US dollars
         */
        public BigDecimal output() {
            return sumOf(BillingUnit.Side.OUTPUT);
        }

        /**
         * Returns the whole cost.
         *
         * @return US dollars, the sum of all line items
         */
        public BigDecimal total() {
            return total;
        }

        /**
         * Returns this cost with its total rounded, and line items that sum to the rounded total: each is rounded down, and
         * what is left goes to those that lost most.
         *
         * @param scale the decimals to keep
         * @param mode how the total is rounded; with {@link RoundingMode#UNNECESSARY}, nothing may have to be
         * @return a cost at that scale
         * @throws ArithmeticException if the mode is UNNECESSARY and an amount has more decimals
         */
        public Complete rounded(int scale, RoundingMode mode) {
            RoundingMode down = mode == RoundingMode.UNNECESSARY ? mode : RoundingMode.DOWN;
            BigDecimal rest = total.setScale(scale, mode);
            List<LineItem> rounded = new ArrayList<>();
            for (LineItem line : lines) {
                BigDecimal amount = line.amount().setScale(scale, down);
                rounded.add(new LineItem(line.unit(), line.quantity(), line.price(), amount));
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
                    .forEach(i -> rounded.set(i, withMore(rounded.get(i), smallest)));
            return of(quote, usage, List.copyOf(rounded), scale);
        }

        private static LineItem withMore(LineItem line, BigDecimal more) {
            return new LineItem(
                    line.unit(), line.quantity(), line.price(), line.amount().add(more));
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
     * A cost without a total, because used units have no price.
     *
     * @param quote what the usage was charged by
     * @param usage what was used
     * @param lines what the priced units add, in the order of {@link BillingUnit}
     * @param unpriced the used units without a price, at least one, in the order of {@link BillingUnit}
     */
    record Incomplete(Quote quote, Usage usage, List<LineItem> lines, List<BillingUnit> unpriced) implements Cost {

        /**
         * Copies the lists, and checks that something is without a price.
         *
         * @param quote what the usage was charged by
         * @param usage what was used
         * @param lines what the priced units add, in the order of {@link BillingUnit}
         * @param unpriced the used units without a price, at least one, in the order of {@link BillingUnit}
         * @throws IllegalArgumentException if none is
         */
        public Incomplete {
            requireNonNull(quote, "quote");
            requireNonNull(usage, "usage");
            lines = List.copyOf(lines);
            unpriced = List.copyOf(unpriced);
            if (unpriced.isEmpty()) {
                throw new IllegalArgumentException("an incomplete cost names what has no price, but this one does not");
            }
        }

        @Override
        public Complete orElseThrow() {
            throw new UnpricedException("the cost by version " + quote.version() + " of the price of model "
                    + quote.model() + " is incomplete: no price for " + unpriced);
        }
    }

    /**
     * No cost, because the model has no price.
     *
     * @param quote what was asked to charge the usage
     * @param usage what was used
     * @param reason why there is no price
     */
    record Missing(Quote quote, Usage usage, MissingReason reason) implements Cost {

        /**
         * Checks that nothing is null.
         *
         * @param quote what was asked to charge the usage
         * @param usage what was used
         * @param reason why there is no price
         */
        public Missing {
            requireNonNull(quote, "quote");
            requireNonNull(usage, "usage");
            requireNonNull(reason, "reason");
        }

        @Override
        public Complete orElseThrow() {
            throw new UnpricedException("the price of model " + quote.model() + " is missing: " + reason);
        }
    }
}
