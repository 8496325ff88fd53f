package io.modelpricing;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

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

    /** A card for the library, and the same one for the oracle. */
    record Card(RateCard card, List<CostOracle.Listed> listed, int scale, List<Long> thresholds) {}

    /** A usage for the library, and the same one for the oracle with each token in one bucket. */
    record Used(Usage usage, Map<BillingUnit, Long> buckets, boolean exclusive) {}

    private record PriceAndFraction(Price price, Fraction fraction) {}

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

    /** Returns a card of any shape. */
    Card card() {
        return card(chance(40) ? 4 : 0);
    }

    /** Returns a card on which no price depends on the size of the request. */
    Card cardWithoutThresholds() {
        return card(0);
    }

    private Card card(int mostThresholds) {
        Prices style = oneOf(List.of(Prices.values()));
        List<Rate> rates = new ArrayList<>();
        List<CostOracle.Listed> listed = new ArrayList<>();
        List<Long> thresholds = new ArrayList<>();
        for (ServiceTier tier : ServiceTier.values()) {
            if (chance(tier == ServiceTier.STANDARD ? 95 : 20)) {
                for (BillingUnit unit : BillingUnit.values()) {
                    addRates(unit, tier, style, mostThresholds, rates, listed, thresholds);
                }
            }
        }
        if (listed.stream().allMatch(l -> l.price() == null)) {
            add(BillingUnit.INPUT, ServiceTier.STANDARD, 0, price(style), rates, listed);
        }
        int scale = rates.stream()
                .map(Rate::price)
                .filter(price -> price != null)
                .mapToInt(price -> Math.max(0, price.usd().stripTrailingZeros().scale()))
                .max()
                .orElseThrow();
        for (int i = rates.size() - 1; i > 0; i--) {
            rates.set(i, rates.set(below(i + 1), rates.get(i)));
        }
        return new Card(RateCard.of(rates), listed, scale, thresholds);
    }

    private void addRates(
            BillingUnit unit,
            ServiceTier tier,
            Prices style,
            int mostThresholds,
            List<Rate> rates,
            List<CostOracle.Listed> listed,
            List<Long> thresholds) {
        boolean common = unit == BillingUnit.INPUT || unit == BillingUnit.OUTPUT;
        boolean part = CostOracle.container(unit).isPresent();
        int kind = below(100);
        if (part && kind < 20) {
            rates.add(Rate.asParent(unit).in(tier));
            listed.add(new CostOracle.Listed(unit, tier, 0, null));
        } else if (kind < (common ? 98 : unit == BillingUnit.REQUEST ? 30 : 80)) {
            boolean stepped = mostThresholds > 0 && chance(50);
            if (!stepped || chance(90)) {
                add(unit, tier, 0, price(style), rates, listed);
            }
            List<Long> froms = new ArrayList<>();
            for (int i = stepped ? below(mostThresholds) + 1 : 0; i > 0; i--) {
                long from = chance(90) ? THRESHOLDS[below(THRESHOLDS.length)] : random.nextLong(1, Long.MAX_VALUE);
                if (!froms.contains(from)) {
                    froms.add(from);
                    add(unit, tier, from, price(style), rates, listed);
                }
            }
            thresholds.addAll(froms);
        }
    }

    private void add(
            BillingUnit unit,
            ServiceTier tier,
            long from,
            PriceAndFraction price,
            List<Rate> rates,
            List<CostOracle.Listed> listed) {
        Rate rate = Rate.of(unit, price.price()).in(tier);
        rates.add(from > 0 && chance(50) ? rate.above(from - 1) : rate.from(from));
        listed.add(new CostOracle.Listed(unit, tier, from, price.fraction()));
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

    /** Returns a usage in the service tiers of a card and with sizes at its thresholds. */
    Used usage(Card card) {
        Counts size = oneOf(List.of(Counts.values()));
        Map<BillingUnit, Long> buckets = new EnumMap<>(BillingUnit.class);
        long prompt = Long.MAX_VALUE;
        long completion = Long.MAX_VALUE;
        boolean plain = chance(20);
        for (BillingUnit unit : BillingUnit.values()) {
            boolean common = unit == BillingUnit.INPUT || unit == BillingUnit.OUTPUT;
            if (unit == BillingUnit.REQUEST || !chance(common ? 85 : plain ? 0 : 30)) {
                continue;
            }
            long count = count(size);
            BillingUnit whole = CostOracle.container(unit).orElse(unit);
            if (whole == BillingUnit.INPUT) {
                count = Math.min(count, prompt);
                prompt -= count;
            } else if (whole == BillingUnit.OUTPUT) {
                count = Math.min(count, completion);
                completion -= count;
            }
            buckets.put(unit, count);
        }
        if (!card.thresholds().isEmpty() && chance(50)) {
            long threshold = oneOf(card.thresholds()) - below(2);
            buckets.remove(BillingUnit.INPUT);
            long others = CostOracle.inputTokens(buckets);
            if (others <= threshold) {
                buckets.put(BillingUnit.INPUT, threshold - others);
            }
        }
        int requests = below(100);
        buckets.put(BillingUnit.REQUEST, requests < 80 ? 1L : requests < 85 ? 0L : 1 + count(size) % 1000);
        ServiceTier tier = chance(90) ? oneOf(card.listed()).tier() : oneOf(List.of(ServiceTier.values()));
        return used(buckets, tier, chance(50));
    }

    private long count(Counts size) {
        return switch (size) {
            case FEW -> below(10);
            case ORDINARY -> below(300_000);
            case HUGE -> chance(20) ? Long.MAX_VALUE : random.nextLong(Long.MAX_VALUE) >>> below(chance(50) ? 4 : 63);
        };
    }

    static Used used(Map<BillingUnit, Long> buckets, ServiceTier tier, boolean exclusive) {
        Usage.Builder builder = (exclusive ? Usage.exclusive() : Usage.inclusive()).serviceTier(tier);
        Map<BillingUnit, Long> counts = new EnumMap<>(buckets);
        // Every provider reports output including its parts.
        buckets.forEach((unit, count) -> CostOracle.container(unit)
                .filter(whole -> !exclusive || whole == BillingUnit.OUTPUT)
                .ifPresent(whole -> counts.merge(whole, count, Math::addExact)));
        counts.forEach((unit, count) -> {
            if (unit == BillingUnit.CACHE_WRITE) {
                builder.cacheWrite5m(count);
            } else {
                builder.count(unit, count);
            }
        });
        return new Used(builder.build(), buckets, exclusive);
    }
}
