package io.modelpricing;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Creates random price lists and usages of every shape from a seed, each for the library and for the oracle. Both are
 * created from the same random digits, not from each other.
 */
final class RandomCosts {

    /** The kind of prices on a card. */
    private enum Prices {
        /** Whole dollars. */
        WHOLE,
        /** Dollars per million tokens, as price lists have them. */
        LISTED,
        /** With up to 30 decimals. */
        FINE,
        /** Just below the limit of a price. */
        HUGE,
        /** Zero. */
        ZERO,
        /** Each price of one of the other kinds. */
        MIXED
    }

    /** The size of the counts of a usage. */
    private enum Counts {
        FEW,
        ORDINARY,
        HUGE
    }

    private static final long[] THRESHOLDS = {1, 2, 32_001, 128_000, 200_000, 200_001, 272_001, 1_000_000};
    private static final BigInteger HIGHEST = BigInteger.TEN.pow(12);
    private static final List<String> REGIONS = List.of("eu", "us", "ap-south-1");
    private static final List<String> HOURS = List.of("off_peak", "peak", "weekend");
    private static final List<String> VARIANTS = List.of("high", "1024x1024/hd", "1080p");
    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
    private static final int DAY = 24 * 60;
    private static final int WEEK = 7 * DAY;

    /** A card for the library, and the same one for the oracle. */
    record Card(
            RateCard card,
            List<CostOracle.Listed> listed,
            List<CostOracle.Window> week,
            int scale,
            List<Long> thresholds) {}

    /** A usage for the library, and the same one for the oracle with each token in one bucket. */
    record Used(Usage usage, CostOracle.Request request, boolean exclusive) {}

    private record PriceAndFraction(Price price, Fraction fraction) {}

    /** What a card can contain. */
    private record Shape(
            Prices style,
            List<BillingUnit> units,
            List<BillingUnit> order,
            List<String> regions,
            List<String> hours,
            int thresholds) {}

    private final SplittableRandom random;

    RandomCosts(long seed) {
        random = new SplittableRandom(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    private boolean chance(int percent) {
        return below(100) < percent;
    }

    <T> T oneOf(List<T> values) {
        return values.get(below(values.size()));
    }

    private <T> void shuffle(List<T> values) {
        for (int i = values.size() - 1; i > 0; i--) {
            values.set(i, values.set(below(i + 1), values.get(i)));
        }
    }

    /** Returns a card of any shape. */
    Card card() {
        List<CostOracle.Window> week = chance(30) ? week() : List.of();
        List<String> regions = chance(40) ? REGIONS.subList(0, 1 + below(2)) : List.of();
        return card(week, regions, chance(40) ? 4 : 0);
    }

    /** Returns a card on which no price depends on the size, the region or the hours of the request. */
    Card cardWithoutConditions() {
        return card(List.of(), List.of(), 0);
    }

    /** Returns random hours: windows without a gap, of which neighbors can have the same name. */
    List<CostOracle.Window> week() {
        Set<Integer> cuts = new TreeSet<>(List.of(0, WEEK));
        int count = below(chance(20) ? 30 : 6);
        for (int i = 0; i < count; i++) {
            cuts.add(chance(50) ? below(WEEK) : chance(50) ? below(7 * 24) * 60 : below(7) * DAY);
        }
        List<CostOracle.Window> windows = new ArrayList<>();
        List<Integer> bounds = List.copyOf(cuts);
        for (int i = 1; i < bounds.size(); i++) {
            windows.add(new CostOracle.Window(oneOf(HOURS), bounds.get(i - 1), bounds.get(i)));
        }
        return windows;
    }

    /** Returns the library's hours of a week, from windows or from text. */
    Hours hours(List<CostOracle.Window> week) {
        List<CostOracle.Window> shuffled = new ArrayList<>(week);
        shuffle(shuffled);
        if (chance(50)) {
            return Hours.of(shuffled.stream()
                    .map(window -> new Hours.Window(window.name(), window.from(), window.until()))
                    .toList());
        }
        Map<String, String> text = new HashMap<>();
        shuffled.forEach(window -> text.merge(window.name(), text(window), (a, b) -> a + ", " + b));
        return Hours.parse(text);
    }

    private String text(CostOracle.Window window) {
        int firstDay = window.from() / DAY;
        int lastDay = (window.until() - 1) / DAY;
        String from = DAYS.get(firstDay) + " " + time(window.from() - firstDay * DAY);
        if (firstDay == lastDay && chance(50)) {
            return from + "-" + time(window.until() - lastDay * DAY);
        }
        return from + "-"
                + (chance(50)
                        ? DAYS.get(lastDay) + " " + time(window.until() - lastDay * DAY)
                        : DAYS.get(window.until() / DAY % 7) + " " + time(window.until() % DAY));
    }

    private static String time(int minute) {
        return String.format(Locale.ROOT, "%02d:%02d", minute / 60, minute % 60);
    }

    private Card card(List<CostOracle.Window> week, List<String> regions, int mostThresholds) {
        List<String> hours =
                week.stream().map(CostOracle.Window::name).distinct().toList();
        Prices style = oneOf(List.of(Prices.values()));
        List<BillingUnit> order = new ArrayList<>(BillingUnit.all());
        shuffle(order);
        // Units are charged as earlier ones, so that there is no cycle. Reasoning can be charged as output unasked.
        int reasoning = order.indexOf(BillingUnit.REASONING);
        int output = order.indexOf(BillingUnit.OUTPUT);
        if (reasoning < output) {
            order.set(reasoning, BillingUnit.OUTPUT);
            order.set(output, BillingUnit.REASONING);
        }
        int share = chance(2) ? 90 : 5 + below(25);
        List<BillingUnit> units = BillingUnit.all().stream()
                .filter(unit -> chance(unit == BillingUnit.INPUT || unit == BillingUnit.OUTPUT ? 96 : share))
                .toList();
        Shape shape = new Shape(style, units, order, regions, hours, mostThresholds);
        List<Rate> rates = new ArrayList<>();
        List<CostOracle.Listed> listed = new ArrayList<>();
        for (ServiceTier tier : ServiceTier.values()) {
            if (chance(tier == ServiceTier.STANDARD ? 95 : 15)) {
                units.forEach(unit -> addUnit(unit, tier, shape, rates, listed));
            }
        }
        if (listed.stream().allMatch(rate -> rate.price() == null)) {
            rates.clear();
            listed.clear();
            add(BillingUnit.INPUT, "", Terms.STANDARD, 0, price(style), rates, listed);
        }
        int scale = rates.stream()
                .map(Rate::price)
                .filter(price -> price != null)
                .mapToInt(price -> Math.max(0, price.usd().stripTrailingZeros().scale()))
                .max()
                .orElseThrow();
        shuffle(rates);
        boolean dependsOnHours = listed.stream().anyMatch(rate -> !rate.hours().isEmpty());
        return new Card(
                RateCard.of(dependsOnHours ? hours(week) : Hours.NONE, rates),
                listed,
                dependsOnHours ? week : List.of(),
                scale,
                listed.stream()
                        .map(CostOracle.Listed::from)
                        .filter(from -> from > 0)
                        .toList());
    }

    private void addUnit(
            BillingUnit unit, ServiceTier tier, Shape shape, List<Rate> rates, List<CostOracle.Listed> listed) {
        for (String variant : CostOracle.hasVariants(unit) ? any(VARIANTS, 80, 40) : List.of("")) {
            for (String region : any(chance(50) ? shape.regions() : List.of(), 85, 50)) {
                for (String hours : any(chance(50) ? shape.hours() : List.of(), 60, 60)) {
                    addRates(unit, variant, new Terms(tier, region, hours), shape, rates, listed);
                }
            }
        }
    }

    /** Returns "any", the empty name, and some of the names. */
    private List<String> any(List<String> names, int percentAny, int percentEach) {
        List<String> some = new ArrayList<>();
        if (names.isEmpty() || chance(percentAny)) {
            some.add("");
        }
        names.stream().filter(name -> chance(percentEach)).forEach(some::add);
        return some;
    }

    private void addRates(
            BillingUnit unit,
            String variant,
            Terms terms,
            Shape shape,
            List<Rate> rates,
            List<CostOracle.Listed> listed) {
        List<BillingUnit> chargeable = chance(25) ? chargeable(unit, shape) : List.of();
        if (!chargeable.isEmpty()) {
            BillingUnit as = oneOf(chargeable);
            rates.add(Rate.chargedAs(unit, as).ofVariant(variant).with(terms));
            listed.add(new CostOracle.Listed(
                    unit, variant, terms.serviceTier(), terms.region(), terms.hours(), 0, null, as));
            return;
        }
        boolean stepped = shape.thresholds() > 0 && chance(50);
        if (!stepped || chance(90)) {
            add(unit, variant, terms, 0, price(shape.style()), rates, listed);
        }
        Set<Long> froms = new HashSet<>();
        for (int i = stepped ? below(shape.thresholds()) + 1 : 0; i > 0; i--) {
            long from = chance(90) ? THRESHOLDS[below(THRESHOLDS.length)] : random.nextLong(1, Long.MAX_VALUE);
            if (froms.add(from)) {
                add(unit, variant, terms, from, price(shape.style()), rates, listed);
            }
        }
    }

    /** Returns the units that a unit can be charged as, mostly those that are on the card. */
    private List<BillingUnit> chargeable(BillingUnit unit, Shape shape) {
        List<BillingUnit> sameMeasure = CostOracle.measures().values().stream()
                .filter(units -> units.contains(unit))
                .findFirst()
                .orElseThrow();
        boolean listedOnly = chance(90);
        return shape.order().subList(0, shape.order().indexOf(unit)).stream()
                .filter(as -> sameMeasure.contains(as)
                        && (!listedOnly || shape.units().contains(as)))
                .toList();
    }

    private void add(
            BillingUnit unit,
            String variant,
            Terms terms,
            long from,
            PriceAndFraction price,
            List<Rate> rates,
            List<CostOracle.Listed> listed) {
        Rate rate = new Rate(unit, variant, terms, 0, price.price(), null);
        rates.add(from > 0 && chance(50) ? rate.above(from - 1) : rate.from(from));
        listed.add(new CostOracle.Listed(
                unit, variant, terms.serviceTier(), terms.region(), terms.hours(), from, price.fraction(), null));
    }

    private PriceAndFraction price(Prices style) {
        return switch (style) {
            case WHOLE -> price(BigInteger.valueOf(below(4)), 0);
            case LISTED -> price(BigInteger.valueOf(below(100_000)), 6 + below(5));
            case FINE -> price(digits(1 + below(42)), 20 + below(11));
            case HUGE -> {
                int decimals = below(4);
                BigInteger limit = HIGHEST.multiply(BigInteger.TEN.pow(decimals));
                yield price(limit.subtract(BigInteger.valueOf(1 + below(1000))), decimals);
            }
            case ZERO -> price(BigInteger.ZERO, below(40));
            case MIXED -> price(oneOf(List.of(Prices.WHOLE, Prices.LISTED, Prices.FINE, Prices.HUGE, Prices.ZERO)));
        };
    }

    private BigInteger digits(int count) {
        BigInteger digits = BigInteger.ZERO;
        for (int left = count; left > 0; left -= 9) {
            digits = digits.multiply(BigInteger.valueOf(1_000_000_000)).add(BigInteger.valueOf(below(1_000_000_000)));
        }
        return digits.mod(BigInteger.TEN.pow(count));
    }

    /**
     * Returns the price of digits with some decimals, quoted for one, a thousand or a million, as number or as text.
     */
    private PriceAndFraction price(BigInteger digits, int decimals) {
        Fraction fraction = new Fraction(digits, BigInteger.TEN.pow(decimals));
        if (fraction.compareTo(new Fraction(HIGHEST, BigInteger.ONE)) >= 0) {
            return price(digits.mod(HIGHEST), decimals);
        }
        BigDecimal usd = new BigDecimal(digits, decimals);
        boolean asText = chance(50);
        Price price = switch (below(4)) {
            case 0 -> asText ? Price.perUnit(usd.toPlainString()) : Price.perUnit(usd);
            case 1 -> asText ? Price.perToken(usd.toString()) : Price.perToken(usd);
            case 2 -> {
                BigDecimal quoted = new BigDecimal(digits, decimals - 3);
                yield asText ? Price.perThousand(quoted.toPlainString()) : Price.perThousand(quoted);
            }
            default -> {
                BigDecimal quoted = new BigDecimal(digits, decimals - 6);
                yield asText ? Price.perMillion(quoted.toString()) : Price.perMillion(quoted);
            }
        };
        return new PriceAndFraction(price, fraction);
    }

    /** Returns a usage in the service tiers, regions and hours of a card, and with sizes at its thresholds. */
    Used usage(Card card) {
        Counts size = oneOf(List.of(Counts.values()));
        CostOracle.Listed rate = oneOf(card.listed());
        ServiceTier tier = chance(90) ? rate.tier() : oneOf(List.of(ServiceTier.values()));
        Map<CostOracle.Counted, Long> buckets = buckets(card, tier, size);
        if (!card.thresholds().isEmpty() && chance(50)) {
            long threshold = oneOf(card.thresholds()) - below(2);
            buckets.remove(new CostOracle.Counted(BillingUnit.INPUT, ""));
            long others = CostOracle.inputTokens(buckets);
            if (others <= threshold) {
                buckets.put(new CostOracle.Counted(BillingUnit.INPUT, ""), threshold - others);
            }
        }
        int requests = below(100);
        buckets.put(
                new CostOracle.Counted(BillingUnit.REQUEST, ""),
                requests < 80 ? 1L : requests < 85 ? 0L : 1 + count(size) % 1000);
        String region = chance(60) ? rate.region() : chance(50) ? "" : oneOf(REGIONS);
        return used(new CostOracle.Request(buckets, tier, region, instant(card.week())), chance(50));
    }

    private Map<CostOracle.Counted, Long> buckets(Card card, ServiceTier tier, Counts size) {
        Set<BillingUnit> listed = card.listed().stream()
                .filter(rate -> rate.tier() == tier)
                .map(CostOracle.Listed::unit)
                .collect(Collectors.toSet());
        Map<CostOracle.Counted, Long> buckets = new TreeMap<>();
        long prompt = Long.MAX_VALUE;
        long completion = Long.MAX_VALUE;
        boolean plain = chance(20);
        int unlisted = chance(15) ? 10 : 0;
        for (BillingUnit unit : BillingUnit.all()) {
            boolean common = unit == BillingUnit.INPUT || unit == BillingUnit.OUTPUT;
            int share = listed.contains(unit) || unit == BillingUnit.REASONING ? 40 : unlisted;
            if (unit == BillingUnit.REQUEST || !chance(common ? 85 : plain ? 0 : share)) {
                continue;
            }
            Set<BillingUnit> wholes = CostOracle.wholes(unit);
            long variants = Long.MAX_VALUE;
            for (String variant : CostOracle.hasVariants(unit) ? any(VARIANTS, 40, 40) : List.of("")) {
                long count = count(size);
                if (unit == BillingUnit.INPUT || wholes.contains(BillingUnit.INPUT)) {
                    count = Math.min(count, prompt);
                    prompt -= count;
                } else if (unit == BillingUnit.OUTPUT || wholes.contains(BillingUnit.OUTPUT)) {
                    count = Math.min(count, completion);
                    completion -= count;
                }
                count = Math.min(count, variants);
                variants -= count;
                buckets.put(new CostOracle.Counted(unit, variant), count);
            }
        }
        return buckets;
    }

    /** Returns an instant, often at a boundary of the hours or next to it; null where it can be missing. */
    private @Nullable Instant instant(List<CostOracle.Window> week) {
        if (week.isEmpty() && chance(50)) {
            return null;
        }
        LocalDate monday = LocalDate.of(2026, 1, 5).plusWeeks(chance(80) ? below(200) : below(200_000) - 100_000);
        Instant start = monday.atStartOfDay(ZoneOffset.UTC).toInstant();
        if (week.isEmpty() || chance(40)) {
            return start.plusSeconds(below(WEEK * 60)).plusNanos(below(1_000_000_000));
        }
        Instant boundary = start.plusSeconds(60L * oneOf(week).from());
        return switch (below(4)) {
            case 0 -> boundary;
            case 1 -> boundary.minusNanos(1);
            case 2 -> boundary.minusSeconds(1);
            default -> boundary.plusSeconds(59).plusNanos(999_999_999);
        };
    }

    private long count(Counts size) {
        return switch (size) {
            case FEW -> below(10);
            case ORDINARY -> below(300_000);
            case HUGE -> chance(20) ? Long.MAX_VALUE : random.nextLong(Long.MAX_VALUE) >>> below(chance(50) ? 4 : 63);
        };
    }

    static Used used(CostOracle.Request request, boolean exclusive) {
        Usage.Builder builder = (exclusive ? Usage.exclusive() : Usage.inclusive())
                .serviceTier(request.tier())
                .region(request.region());
        CostOracle.inclusive(request.buckets()).forEach((counted, count) -> {
            BillingUnit unit = counted.unit();
            boolean inPrompt =
                    unit == BillingUnit.INPUT || CostOracle.wholes(unit).contains(BillingUnit.INPUT);
            // Every provider reports output including its parts.
            long reported = exclusive && inPrompt ? request.buckets().getOrDefault(counted, 0L) : count;
            if (unit == BillingUnit.CACHE_WRITE) {
                builder.cacheWrite5m(reported);
            } else if (counted.variant().isEmpty()) {
                builder.count(unit, reported);
            } else {
                builder.count(unit, counted.variant(), reported);
            }
        });
        return new Used(builder.build(), request, exclusive);
    }
}
