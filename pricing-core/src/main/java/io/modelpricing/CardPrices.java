package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The prices of a rate card for requests of one service tier, one region and the same hours. */
final class CardPrices {

    /** The prices of a service tier without rates: there are none. */
    static final CardPrices NONE = new CardPrices(new Entry[0]);

    /** The entries by unit; of each unit, the price of any variant comes first. */
    private final Entry[] entries;

    /** The position of each unit's first entry; that of no entry for a unit without one and for unknown units. */
    private final int[] first;

    /** The price of each unit that has the same one for every variant and size of a request. */
    private final @Nullable UnitPrice[] uniform;

    private final long[] thresholds;

    /** The price of a unit in a variant. Without steps, the unit is charged as one that has no price. */
    private record Entry(
            BillingUnit unit, String variant, @Nullable Steps steps) {

        /** Returns the price, if it does not depend on the variant or the size of the request. */
        @Nullable
        UnitPrice uniform() {
            return variant.isEmpty() && steps != null && steps.from.length == 1 ? steps.at(0) : null;
        }
    }

    private CardPrices(Entry[] entries) {
        this.entries = entries;
        first = new int[BillingUnit.count() + 1];
        Arrays.fill(first, entries.length);
        uniform = new UnitPrice[BillingUnit.count() + 1];
        for (int i = entries.length - 1; i >= 0; i--) {
            if (entries[i].unit.isKnown()) {
                int unit = entries[i].unit.index();
                uniform[unit] = first[unit] == entries.length ? entries[i].uniform() : null;
                first[unit] = i;
            }
        }
        thresholds = Arrays.stream(entries)
                .flatMapToLong(entry -> entry.steps == null ? LongStream.empty() : Arrays.stream(entry.steps.from))
                .filter(from -> from > 0)
                .distinct()
                .sorted()
                .toArray();
    }

    /** Returns the prices for the requests of a region in some hours. */
    static CardPrices of(List<Line> lines, String region, String hours) {
        List<Line> matching =
                lines.stream().filter(line -> line.matches(region, hours)).toList();
        List<String> variants = Stream.concat(Stream.of(""), matching.stream().map(line -> line.rate.variant()))
                .distinct()
                .toList();
        List<Entry> entries = new ArrayList<>();
        for (BillingUnit unit :
                matching.stream().map(line -> line.rate.unit()).distinct().toList()) {
            for (String variant : unit.hasVariants() ? variants : List.of("")) {
                Line line = best(matching, unit, variant);
                // A rate of any variant has the same price for each, unless it charges a unit with prices by variant.
                if (line != null && (line.rate.variant().equals(variant) || line.steps == null)) {
                    entries.add(new Entry(unit, variant, steps(line, variant, matching, region, hours)));
                }
            }
        }
        return new CardPrices(entries.toArray(Entry[]::new));
    }

    /** Returns the line with the best match of region and hours, then of the variant; null if none matches. */
    private static @Nullable Line best(List<Line> matching, BillingUnit unit, String variant) {
        Line best = null;
        for (Line line : matching) {
            Rate rate = line.rate;
            boolean matches = rate.unit() == unit
                    && (rate.variant().isEmpty() || rate.variant().equals(variant));
            if (matches && (best == null || line.precision() > best.precision())) {
                best = line;
            }
        }
        return best;
    }

    /** Follows the units that a line is charged as to the last one, and returns its prices; null if it has none. */
    private static @Nullable Steps steps(Line line, String variant, List<Line> matching, String region, String hours) {
        List<Line> path = new ArrayList<>();
        Line next = line;
        while (next != null && next.steps == null) {
            if (path.contains(next)) {
                List<Rate> cycle = path.subList(path.indexOf(next), path.size()).stream()
                        .map(charged -> charged.rate)
                        .toList();
                throw new InvalidRateCardException(
                        "units must not be charged as each other, but in "
                                + new Terms(next.rate.serviceTier(), region, hours) + " are "
                                + cycle.stream()
                                        .map(rate -> rate.unit() + " charged as " + rate.chargedAs())
                                        .collect(Collectors.joining(", ")),
                        "give one of these units a price",
                        cycle);
            }
            path.add(next);
            next = best(matching, requireNonNull(next.rate.chargedAs()), variant);
        }
        return next == null ? null : next.steps;
    }

    /** Returns the price of a unit in a request, or null if the unit has no price or is unknown. */
    @Nullable
    UnitPrice price(BillingUnit unit, String variant, long inputTokens) {
        UnitPrice price = uniform[unit.index()];
        return price != null ? price : search(unit, variant, inputTokens);
    }

    private @Nullable UnitPrice search(BillingUnit unit, String variant, long inputTokens) {
        Steps steps = steps(unit, variant);
        return steps == null ? null : steps.at(inputTokens);
    }

    private @Nullable Steps steps(BillingUnit unit, String variant) {
        int i = first[unit.index()];
        Entry found = i < entries.length && entries[i].variant.isEmpty() ? entries[i] : null;
        for (; i < entries.length && entries[i].unit == unit; i++) {
            if (entries[i].variant.equals(variant)) {
                found = entries[i];
                break;
            }
        }
        return found == null ? null : found.steps;
    }

    /** Returns the number of input tokens at which the price of a unit first changes, if it does. */
    OptionalLong firstThreshold(BillingUnit unit, String variant) {
        Steps steps = steps(unit, variant);
        return steps == null
                ? OptionalLong.empty()
                : Arrays.stream(steps.from).filter(from -> from > 0).findFirst();
    }

    /** Returns the numbers of input tokens at which a price changes, in ascending order. */
    long[] thresholds() {
        return thresholds;
    }

    /** The rates of a unit and a variant with the same terms; one rate for each threshold, or one without a price. */
    static final class Line {

        /** The only rate, or that of the smallest requests. */
        private final Rate rate;

        private final @Nullable Steps steps;

        Line(List<Rate> rates, int scale) {
            rate = rates.get(0);
            steps = rate.chargedAs() == null ? new Steps(rates, scale) : null;
        }

        boolean matches(String region, String hours) {
            Terms terms = rate.terms();
            return (terms.region().isEmpty() || terms.region().equals(region))
                    && (terms.hours().isEmpty() || terms.hours().equals(hours));
        }

        /** Returns a number that is higher the more this line names: the region counts most, the variant least. */
        int precision() {
            Terms terms = rate.terms();
            return (terms.region().isEmpty() ? 0 : 4)
                    + (terms.hours().isEmpty() ? 0 : 2)
                    + (rate.variant().isEmpty() ? 0 : 1);
        }
    }

    /** The prices of one line, by threshold. */
    private static final class Steps {

        private final long[] from;
        private final UnitPrice[] prices;

        Steps(List<Rate> rates, int scale) {
            from = rates.stream().mapToLong(Rate::fromInputTokens).toArray();
            prices = rates.stream()
                    .map(rate -> new UnitPrice(requireNonNull(rate.price()), scale))
                    .toArray(UnitPrice[]::new);
        }

        @Nullable
        UnitPrice at(long inputTokens) {
            for (int i = prices.length - 1; i >= 0; i--) {
                if (from[i] <= inputTokens) {
                    return prices[i];
                }
            }
            return null;
        }
    }
}
