package io.modelpricing;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A second implementation of the costing rules, on rational numbers. It uses only the names of the library's units and
 * tiers; the containment, the measures, the sides and the variants of the units are repeated here on purpose.
 */
final class CostOracle {

    /** A part and the units that directly contain it. */
    private static final Map<BillingUnit, List<BillingUnit>> PART_OF = byUnit("""
            cache_read: input
            cache_write: input
            cache_write_1h: input
            text_input: input
            audio_input: input
            image_input: input
            video_input: input
            cache_read_text: cache_read text_input
            cache_read_audio: cache_read audio_input
            cache_read_image: cache_read image_input
            cache_read_video: cache_read video_input
            cache_write_text: cache_write text_input
            cache_write_audio: cache_write audio_input
            cache_write_image: cache_write image_input
            cache_write_video: cache_write video_input
            cache_write_1h_text: cache_write_1h text_input
            cache_write_1h_audio: cache_write_1h audio_input
            cache_write_1h_image: cache_write_1h image_input
            cache_write_1h_video: cache_write_1h video_input
            reasoning: output
            text_output: output
            audio_output: output
            image_output: output
            video_output: output
            """);

    private static final Map<String, List<BillingUnit>> MEASURES = byName("""
            token: input output image citation cache_read cache_write cache_write_1h\
             text_input audio_input image_input video_input\
             cache_read_text cache_read_audio cache_read_image cache_read_video\
             cache_write_text cache_write_audio cache_write_image cache_write_video\
             cache_write_1h_text cache_write_1h_audio cache_write_1h_image cache_write_1h_video\
             reasoning text_output audio_output image_output video_output
            image: image_count image_output_count
            pixel: pixel_input pixel_output
            step: step
            character: character_input character_output
            millisecond: audio_input_ms audio_output_ms video_input_ms video_output_ms compute_ms
            page: page annotation_page
            query: web_search query web_fetch file_search maps_search
            session: code_session
            credit: credit
            request: request
            """);

    private static final Set<BillingUnit> OUTPUT_SIDE =
            units("output reasoning text_output audio_output image_output video_output citation image_output_count"
                    + " pixel_output step character_output audio_output_ms video_output_ms annotation_page");

    private static final Set<BillingUnit> WITH_VARIANTS =
            units("image_count image_output_count step audio_input_ms audio_output_ms video_input_ms video_output_ms"
                    + " compute_ms page annotation_page web_search query code_session credit");

    private static final Map<BillingUnit, Set<BillingUnit>> WHOLES =
            BillingUnit.all().stream().collect(Collectors.toMap(unit -> unit, CostOracle::allWholes));

    /** A counted unit in a variant, ordered as line items are. */
    record Counted(BillingUnit unit, String variant) implements Comparable<Counted> {

        private static final Comparator<Counted> ORDER =
                Comparator.comparing(Counted::unit).thenComparing(Counted::variant);

        @Override
        public int compareTo(Counted other) {
            return ORDER.compare(this, other);
        }
    }

    /** A part of the week with a name, in minutes from Monday 00:00 UTC. */
    record Window(String name, int from, int until) {}

    /** A line of a price list: a price, or the unit that the unit is charged as. */
    record Listed(
            BillingUnit unit,
            String variant,
            ServiceTier tier,
            String region,
            String hours,
            long from,
            @Nullable Fraction price,
            @Nullable BillingUnit as) {}

    /** What was used, with each token in one bucket. */
    record Request(
            Map<Counted, Long> buckets,
            ServiceTier tier,
            String region,
            @Nullable Instant at) {

        long bucket(BillingUnit unit) {
            return buckets.getOrDefault(new Counted(unit, ""), 0L);
        }
    }

    /**
     * A charged bucket.
     *
     * @param rates the rates that led to the price, the first for the unit itself; empty for reasoning tokens as output
     */
    record Line(Counted counted, long quantity, Fraction amount, List<Listed> rates) {}

    record Answer(List<Line> lines, List<BillingUnit> unpriced, Fraction input, Fraction output) {

        Fraction total() {
            return input.plus(output);
        }
    }

    private final Map<BillingUnit, List<Listed>> card = new HashMap<>();
    private final List<Window> week;

    CostOracle(List<Listed> card, List<Window> week) {
        card.forEach(rate -> this.card
                .computeIfAbsent(rate.unit(), unit -> new ArrayList<>())
                .add(rate));
        this.week = week;
    }

    private static Map<String, List<BillingUnit>> byName(String lines) {
        return lines.lines()
                .map(line -> line.split(": "))
                .collect(Collectors.toMap(line -> line[0], line -> List.copyOf(units(line[1]))));
    }

    private static Map<BillingUnit, List<BillingUnit>> byUnit(String lines) {
        Map<BillingUnit, List<BillingUnit>> byUnit = new HashMap<>();
        byName(lines).forEach((name, units) -> byUnit.put(BillingUnit.parse(name), units));
        return byUnit;
    }

    private static Set<BillingUnit> units(String names) {
        return Stream.of(names.split(" ")).map(BillingUnit::parse).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<BillingUnit> allWholes(BillingUnit unit) {
        Set<BillingUnit> all = new HashSet<>();
        for (BillingUnit whole : PART_OF.getOrDefault(unit, List.of())) {
            all.add(whole);
            all.addAll(allWholes(whole));
        }
        return all;
    }

    /** Returns every unit that contains a unit, directly or not. */
    static Set<BillingUnit> wholes(BillingUnit unit) {
        return WHOLES.get(unit);
    }

    static boolean hasVariants(BillingUnit unit) {
        return WITH_VARIANTS.contains(unit);
    }

    static boolean isOutput(BillingUnit unit) {
        return OUTPUT_SIDE.contains(unit);
    }

    /** Returns the units of each measure by its name. */
    static Map<String, List<BillingUnit>> measures() {
        return MEASURES;
    }

    /** Returns the tokens of the whole prompt. */
    static long inputTokens(Map<Counted, Long> buckets) {
        return inclusive(buckets).getOrDefault(new Counted(BillingUnit.INPUT, ""), 0L);
    }

    /** Returns the counts that include their parts. */
    static Map<Counted, Long> inclusive(Map<Counted, Long> buckets) {
        Map<Counted, Long> counts = new TreeMap<>(buckets);
        buckets.forEach((counted, count) ->
                wholes(counted.unit()).forEach(whole -> counts.merge(new Counted(whole, ""), count, Math::addExact)));
        return counts;
    }

    /** Returns the name of the hours that an instant is in; empty if the card has none. */
    String hours(@Nullable Instant at) {
        if (week.isEmpty() || at == null) {
            return "";
        }
        ZonedDateTime utc = at.atZone(ZoneOffset.UTC);
        int minute = ((utc.getDayOfWeek().getValue() - 1) * 24 + utc.getHour()) * 60 + utc.getMinute();
        for (Window window : week) {
            if (window.from() <= minute && minute < window.until()) {
                return window.name();
            }
        }
        throw new IllegalStateException("no window covers minute " + minute);
    }

    /** Returns whether the usage is a sum of requests, and a unit that it used has another rate in another size. */
    boolean refuses(Request request) {
        return request.bucket(BillingUnit.REQUEST) > 1
                && reached(request)
                        .anyMatch(from -> request.buckets().entrySet().stream()
                                .filter(bucket -> bucket.getValue() > 0)
                                .anyMatch(bucket -> !rates(bucket.getKey(), request, from)
                                        .equals(rates(bucket.getKey(), request, 0))));
    }

    /** Returns whether the price of any unit, used or not, changes at the size of a request or below. */
    boolean reachesThreshold(Request request) {
        return reached(request).findAny().isPresent();
    }

    private Stream<Long> reached(Request request) {
        long inputTokens = inputTokens(request.buckets());
        return thresholds(request).stream().filter(from -> from <= inputTokens);
    }

    private List<Listed> rates(Counted counted, Request request, long inputTokens) {
        List<Listed> rates = new ArrayList<>();
        price(counted.unit(), counted.variant(), request, inputTokens, rates);
        return rates;
    }

    /** Returns the sizes at which a price changes for requests of the same tier, region and hours. */
    private Set<Long> thresholds(Request request) {
        Set<Long> thresholds = new HashSet<>();
        card.forEach((unit, rates) -> {
            Set<String> variants = rates.stream().map(Listed::variant).collect(Collectors.toSet());
            variants.add("");
            for (String variant : variants) {
                matching(unit, variant, request).stream().map(Listed::from).forEach(thresholds::add);
            }
        });
        thresholds.remove(0L);
        return thresholds;
    }

    Answer cost(Request request) {
        long inputTokens = inputTokens(request.buckets());
        List<Line> lines = new ArrayList<>();
        Set<BillingUnit> unpriced = new LinkedHashSet<>();
        Fraction input = Fraction.ZERO;
        Fraction output = Fraction.ZERO;
        for (Map.Entry<Counted, Long> bucket : new TreeMap<>(request.buckets()).entrySet()) {
            BillingUnit unit = bucket.getKey().unit();
            if (bucket.getValue() == 0) {
                continue;
            }
            List<Listed> rates = new ArrayList<>();
            Fraction price = price(unit, bucket.getKey().variant(), request, inputTokens, rates);
            if (price != null) {
                Fraction amount = price.times(bucket.getValue());
                lines.add(new Line(bucket.getKey(), bucket.getValue(), amount, rates));
                if (isOutput(unit)) {
                    output = output.plus(amount);
                } else {
                    input = input.plus(amount);
                }
            } else if (unit != BillingUnit.REQUEST || card.containsKey(BillingUnit.REQUEST)) {
                unpriced.add(unit);
            }
        }
        return new Answer(lines, List.copyOf(unpriced), input, output);
    }

    private @Nullable Fraction price(
            BillingUnit unit, String variant, Request request, long inputTokens, List<Listed> rates) {
        List<Listed> matching = matching(unit, variant, request);
        if (matching.isEmpty()) {
            return unit == BillingUnit.REASONING
                    ? price(BillingUnit.OUTPUT, variant, request, inputTokens, rates)
                    : null;
        }
        Listed rate = matching.stream()
                .filter(listed -> listed.from() <= inputTokens)
                .max(Comparator.comparingLong(Listed::from))
                .orElse(null);
        if (rate == null) {
            return null;
        }
        rates.add(rate);
        return rate.as() == null ? rate.price() : price(rate.as(), variant, request, inputTokens, rates);
    }

    /** Returns whether a unit in a variant is charged as others that are charged as it. */
    boolean isCyclic(BillingUnit unit, String variant, Request request) {
        Set<BillingUnit> seen = new HashSet<>();
        BillingUnit next = unit;
        while (next != null && seen.add(next)) {
            List<Listed> matching = matching(next, variant, request);
            if (!matching.isEmpty()) {
                next = matching.get(0).as();
            } else {
                next = next == BillingUnit.REASONING ? BillingUnit.OUTPUT : null;
            }
        }
        return next != null;
    }

    /** Returns the rates of a unit for a request, which differ only in the size from which they apply. */
    private List<Listed> matching(BillingUnit unit, String variant, Request request) {
        List<Listed> ofUnit = card.getOrDefault(unit, List.of());
        if (ofUnit.isEmpty()) {
            return ofUnit;
        }
        String hours = hours(request.at());
        List<Listed> rates = new ArrayList<>();
        for (Listed rate : ofUnit) {
            if (rate.tier() == request.tier()
                    && (rate.region().isEmpty() || rate.region().equals(request.region()))
                    && (rate.hours().isEmpty() || rate.hours().equals(hours))
                    && (rate.variant().isEmpty() || rate.variant().equals(variant))) {
                rates.add(rate);
            }
        }
        keepExact(rates, Listed::region);
        keepExact(rates, Listed::hours);
        keepExact(rates, Listed::variant);
        return rates;
    }

    /** Removes the rates for any region, hours or variant if another rate names it. */
    private static void keepExact(List<Listed> rates, Function<Listed, String> condition) {
        for (Listed rate : rates) {
            if (!condition.apply(rate).isEmpty()) {
                rates.removeIf(other -> condition.apply(other).isEmpty());
                return;
            }
        }
    }

    boolean lists(BillingUnit unit) {
        return card.containsKey(unit);
    }

    /** Returns the rates of a unit in a tier on all other terms. */
    List<Listed> rates(BillingUnit unit, ServiceTier tier) {
        return card.getOrDefault(unit, List.of()).stream()
                .filter(rate -> rate.tier() == tier)
                .toList();
    }
}
