package io.modelpricing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A second implementation of the costing rules, on rational numbers. It uses only the unit and tier names of the
 * library; the parents and sides of the units are repeated here on purpose.
 */
final class CostOracle {

    private static final Map<BillingUnit, BillingUnit> CONTAINED_IN = Map.of(
            BillingUnit.CACHE_READ, BillingUnit.INPUT,
            BillingUnit.CACHE_WRITE, BillingUnit.INPUT,
            BillingUnit.CACHE_WRITE_1H, BillingUnit.INPUT,
            BillingUnit.AUDIO_INPUT, BillingUnit.INPUT,
            BillingUnit.REASONING, BillingUnit.OUTPUT,
            BillingUnit.AUDIO_OUTPUT, BillingUnit.OUTPUT);

    private static final Set<BillingUnit> OUTPUT_SIDE =
            Set.of(BillingUnit.OUTPUT, BillingUnit.REASONING, BillingUnit.AUDIO_OUTPUT);

    /** A line of a price list. Without a price, the unit is charged as its container. */
    record Listed(
            BillingUnit unit,
            ServiceTier tier,
            long from,
            @Nullable Fraction price) {}

    record Line(BillingUnit unit, long quantity, Fraction amount) {}

    record Answer(List<Line> lines, List<BillingUnit> unpriced, Fraction input, Fraction output) {

        Fraction total() {
            return input.plus(output);
        }
    }

    private final List<Listed> card;

    CostOracle(List<Listed> card) {
        this.card = card;
    }

    static Optional<BillingUnit> container(BillingUnit unit) {
        return Optional.ofNullable(CONTAINED_IN.get(unit));
    }

    /** Returns the tokens of the whole prompt; each token is counted in one bucket. */
    static long inputTokens(Map<BillingUnit, Long> buckets) {
        long tokens = buckets.getOrDefault(BillingUnit.INPUT, 0L);
        for (Map.Entry<BillingUnit, BillingUnit> part : CONTAINED_IN.entrySet()) {
            if (part.getValue() == BillingUnit.INPUT) {
                tokens = Math.addExact(tokens, buckets.getOrDefault(part.getKey(), 0L));
            }
        }
        return tokens;
    }

    /** Returns whether the usage is a sum of requests of which some may reach a threshold and others not. */
    boolean refuses(Map<BillingUnit, Long> buckets, ServiceTier tier) {
        long inputTokens = inputTokens(buckets);
        return buckets.getOrDefault(BillingUnit.REQUEST, 0L) > 1
                && card.stream().anyMatch(l -> l.tier() == tier && l.from() > 0 && l.from() <= inputTokens);
    }

    Answer cost(Map<BillingUnit, Long> buckets, ServiceTier tier) {
        long inputTokens = inputTokens(buckets);
        List<Line> lines = new ArrayList<>();
        List<BillingUnit> unpriced = new ArrayList<>();
        Fraction input = Fraction.ZERO;
        Fraction output = Fraction.ZERO;
        for (BillingUnit unit : BillingUnit.values()) {
            long quantity = buckets.getOrDefault(unit, 0L);
            if (quantity == 0) {
                continue;
            }
            Optional<Fraction> price = price(unit, tier, inputTokens);
            if (price.isPresent()) {
                Fraction amount = price.get().times(quantity);
                lines.add(new Line(unit, quantity, amount));
                if (OUTPUT_SIDE.contains(unit)) {
                    output = output.plus(amount);
                } else {
                    input = input.plus(amount);
                }
            } else if (unit != BillingUnit.REQUEST || lists(BillingUnit.REQUEST)) {
                unpriced.add(unit);
            }
        }
        return new Answer(lines, unpriced, input, output);
    }

    private Optional<Fraction> price(BillingUnit unit, ServiceTier tier, long inputTokens) {
        boolean listed = false;
        boolean asContainer = false;
        Listed reached = null;
        for (Listed line : card) {
            if (line.unit() == unit && line.tier() == tier) {
                listed = true;
                asContainer |= line.price() == null;
                if (line.from() <= inputTokens && (reached == null || reached.from() < line.from())) {
                    reached = line;
                }
            }
        }
        if (asContainer && unit == BillingUnit.CACHE_WRITE_1H && lists(BillingUnit.CACHE_WRITE, tier)) {
            return price(BillingUnit.CACHE_WRITE, tier, inputTokens);
        }
        if (asContainer || (!listed && unit == BillingUnit.REASONING)) {
            return container(unit).flatMap(whole -> price(whole, tier, inputTokens));
        }
        return Optional.ofNullable(reached).map(Listed::price);
    }

    private boolean lists(BillingUnit unit, ServiceTier tier) {
        return card.stream().anyMatch(l -> l.unit() == unit && l.tier() == tier);
    }

    boolean lists(BillingUnit unit) {
        return card.stream().anyMatch(l -> l.unit() == unit);
    }
}
