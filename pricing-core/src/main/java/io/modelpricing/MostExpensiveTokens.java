package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the most expensive way to divide the tokens of a prompt or of a completion into its parts, within limits.
 *
 * <p>A token is part of at most two units below the whole, such as cached and audio. So the tokens are a flow: from the
 * source through the first of the two units, through the part that is both, through the second one to the sink. Each
 * limit is the capacity of an edge. Adding the most expensive path of the residual graph until all tokens flow gives
 * the most expensive division (successive shortest paths, with costs negated).
 */
final class MostExpensiveTokens {

    private static final int SOURCE = 0;
    private static final int SINK = 1;

    /** The node before the units of the first kind, for tokens that are part of none of them. */
    private static final int NO_FIRST = 2;

    /** The node after the units of the second kind, for tokens that are part of none of them. */
    private static final int NO_SECOND = 3;

    private static final class Edge {

        private final int from;
        private final int to;
        private final BigDecimal price;
        private final @Nullable BillingUnit unit;
        private final long capacity;
        private long flow;

        Edge(int from, int to, BigDecimal price, @Nullable BillingUnit unit, long capacity) {
            this.from = from;
            this.to = to;
            this.price = price;
            this.unit = unit;
            this.capacity = capacity;
        }
    }

    /** A use of an edge along or against its direction. */
    private record Step(Edge edge, boolean forward) {

        int start() {
            return forward ? edge.from : edge.to;
        }

        int end() {
            return forward ? edge.to : edge.from;
        }

        BigDecimal price() {
            return forward ? edge.price : edge.price.negate();
        }

        /** Returns how many tokens this step can take. */
        long left() {
            return forward ? edge.capacity - edge.flow : edge.flow;
        }

        void push(long tokens) {
            edge.flow += forward ? tokens : -tokens;
        }
    }

    private final List<Edge> edges = new ArrayList<>();
    private final Map<BillingUnit, Integer> nodes = new HashMap<>();

    private MostExpensiveTokens() {}

    /**
     * Adds the most expensive parts of a whole to a usage.
     *
     * @param usage the usage to add to
     * @param whole input or output
     * @param tokens the count of the whole
     * @param limits the maximum count of each part
     * @param prices has a price of the whole and of every part with a limit above zero, unless there are no tokens
     * @param input the number of input tokens, which selects the price
     */
    static void add(Usage.Builder usage, BillingUnit whole, long tokens, Usage limits, CardPrices prices, long input) {
        if (tokens == 0) {
            return;
        }
        MostExpensiveTokens division = new MostExpensiveTokens();
        for (BillingUnit unit : BillingUnit.all()) {
            boolean possible = unit == whole || (unit.wholes().contains(whole) && limits.count(unit) > 0);
            if (possible) {
                BigDecimal price = requireNonNull(prices.price(unit, "", input), unit.id())
                        .price()
                        .usd();
                division.add(unit, whole, price, limits.count(unit));
            }
        }
        division.edges.add(new Edge(SOURCE, NO_FIRST, BigDecimal.ZERO, null, Long.MAX_VALUE));
        division.edges.add(new Edge(NO_SECOND, SINK, BigDecimal.ZERO, null, Long.MAX_VALUE));
        for (long left = tokens; left > 0; ) {
            left -= division.push(left);
        }
        usage.count(whole, tokens);
        division.counts().forEach((unit, count) -> {
            if (unit != whole) {
                usage.count(unit, count);
            }
        });
    }

    private void add(BillingUnit unit, BillingUnit whole, BigDecimal price, long limit) {
        if (unit == whole) {
            edges.add(new Edge(NO_FIRST, NO_SECOND, price, unit, Long.MAX_VALUE));
            return;
        }
        List<BillingUnit> between = between(unit, whole);
        if (between.size() == 2) {
            edges.add(new Edge(node(between.get(0)), node(between.get(1)), price, unit, limit));
        } else if (BillingUnit.parts().stream()
                .anyMatch(part -> between(part, whole).indexOf(unit) == 1)) {
            edges.add(new Edge(NO_FIRST, node(unit), price, unit, limit));
            edges.add(new Edge(node(unit), SINK, BigDecimal.ZERO, null, limit));
        } else {
            edges.add(new Edge(SOURCE, node(unit), BigDecimal.ZERO, null, limit));
            edges.add(new Edge(node(unit), NO_SECOND, price, unit, limit));
        }
    }

    private static List<BillingUnit> between(BillingUnit part, BillingUnit whole) {
        return part.wholes().stream().filter(unit -> unit != whole).toList();
    }

    private int node(BillingUnit unit) {
        return nodes.computeIfAbsent(unit, added -> NO_SECOND + 1 + nodes.size());
    }

    /** Adds the most expensive path, and returns how many tokens it takes. */
    private long push(long tokens) {
        Step[] steps = mostExpensivePath();
        long pushed = tokens;
        for (int node = SINK; node != SOURCE; node = requireNonNull(steps[node]).start()) {
            pushed = Math.min(pushed, requireNonNull(steps[node]).left());
        }
        for (int node = SINK; node != SOURCE; node = requireNonNull(steps[node]).start()) {
            requireNonNull(steps[node]).push(pushed);
        }
        return pushed;
    }

    /** Returns the last step to each node on the most expensive path from the source (Bellman-Ford). */
    private @Nullable Step[] mostExpensivePath() {
        int count = NO_SECOND + 1 + nodes.size();
        @Nullable BigDecimal[] prices = new BigDecimal[count];
        @Nullable Step[] last = new Step[count];
        prices[SOURCE] = BigDecimal.ZERO;
        for (boolean changed = true; changed; ) {
            changed = false;
            for (Edge edge : edges) {
                for (Step step : List.of(new Step(edge, true), new Step(edge, false))) {
                    BigDecimal start = prices[step.start()];
                    if (start != null && step.left() > 0) {
                        BigDecimal price = start.add(step.price());
                        BigDecimal present = prices[step.end()];
                        if (present == null || price.compareTo(present) > 0) {
                            prices[step.end()] = price;
                            last[step.end()] = step;
                            changed = true;
                        }
                    }
                }
            }
        }
        return last;
    }

    /** Returns the tokens of each unit, including those of its parts. */
    private Map<BillingUnit, Long> counts() {
        Map<BillingUnit, Long> counts = new HashMap<>();
        for (Edge edge : edges) {
            if (edge.unit != null && edge.flow > 0) {
                counts.merge(edge.unit, edge.flow, Long::sum);
                edge.unit.wholes().forEach(whole -> counts.merge(whole, edge.flow, Long::sum));
            }
        }
        return counts;
    }
}
