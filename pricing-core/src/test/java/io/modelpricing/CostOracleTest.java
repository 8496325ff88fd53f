package io.modelpricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Compares the costs of random cards and usages with those of {@link CostOracle}.
 *
 * <p>{@code verify} runs a sample. Ten million cases take about ten minutes on two cores:
 *
 * <pre>{@code
 * ./mvnw -pl pricing-core test -Dtest=CostOracleTest -Dpricing.oracle.cases=10000000 -Doldest.versions.tests.skip
 * }</pre>
 *
 * <p>{@code -Dpricing.oracle.seed} selects other cases.
 */
class CostOracleTest {

    private static final long CASES = Long.getLong("pricing.oracle.cases", 100_000);
    private static final long SEED = Long.getLong("pricing.oracle.seed", 20_260_101);
    private static final int USAGES_PER_CARD = 20;

    /** The paths that must occur at least once, so that the comparison covers them. */
    private enum Path {
        MISSING,
        REFUSED,
        INCOMPLETE,
        INCOMPLETE_WITH_LINES,
        COMPLETE,
        PAID,
        FREE,
        DEPRECATED,
        NO_LINES,
        ONE_LINE,
        TWO_LINES,
        MANY_LINES,
        INCLUSIVE,
        EXCLUSIVE,
        STANDARD,
        BATCH,
        FLEX,
        PRIORITY,
        FAST,
        AT_THRESHOLD,
        ONE_BELOW_THRESHOLD,
        BELOW_EVERY_STEP,
        CHARGED_AS,
        CHARGED_AS_CHAIN,
        CHARGED_AS_IN_VARIANT,
        CHARGED_AS_UNLISTED_REASONING,
        CHARGED_AS_UNPRICED,
        VARIANT_EXACT,
        VARIANT_ANY,
        VARIANT_UNSAID,
        VARIANT_UNPRICED,
        TWO_VARIANTS,
        REGION_EXACT,
        REGION_ANY,
        REGION_UNPRICED,
        HOURS_EXACT,
        HOURS_ANY,
        HOURS_UNPRICED,
        HOURS_FIRST_SECOND,
        HOURS_LAST_SECOND,
        HOURS_BEFORE_1970,
        HOURS_WITHOUT_INSTANT,
        REGION_BEFORE_HOURS,
        HOURS_BEFORE_VARIANT,
        PART_OF_TWO,
        PART_OF_TWO_WITH_BOTH_WHOLES,
        REASONING_AS_OUTPUT,
        REASONING_LISTED,
        REQUEST_FEE,
        NO_REQUEST_FEE,
        REQUEST_UNPRICED,
        SEVERAL_REQUESTS,
        SEVERAL_REQUESTS_ABOVE_UNUSED_THRESHOLD,
        ZERO_AMOUNT,
        THIRTY_DECIMALS,
        PRICE_BEYOND_LONG,
        AMOUNT_BEYOND_LONG,
        INPUT_SUM_BEYOND_LONG,
        OUTPUT_SUM_BEYOND_LONG,
        ONLY_TOTAL_BEYOND_LONG,
        LONGEST_QUANTITY,
        WITHIN_LONG,
        ROUNDED
    }

    private static final List<RoundingMode> ROUNDING =
            List.of(RoundingMode.values()).subList(0, 7);

    private final Map<Path, LongAdder> paths =
            Arrays.stream(Path.values()).collect(Collectors.toMap(path -> path, path -> new LongAdder()));

    @Test
    void costsMatchRationalArithmetic() {
        long start = System.nanoTime();
        long cards = (CASES + USAGES_PER_CARD - 1) / USAGES_PER_CARD;
        LongStream.range(0, cards).parallel().forEach(this::checkCard);
        Duration duration = Duration.ofNanos(System.nanoTime() - start);

        String counts = Arrays.stream(Path.values())
                .map(path -> path + "=" + paths.get(path).sum())
                .collect(Collectors.joining(" "));
        System.out.printf(
                Locale.ROOT,
                "%,d cases agree with the oracle, seed %d, %.1f s: %s%n",
                cards * USAGES_PER_CARD,
                SEED,
                duration.toMillis() / 1000.0,
                counts);
        assertThat(Arrays.stream(Path.values()).filter(path -> paths.get(path).sum() == 0))
                .as("paths that did not occur in the cases of seed %d", SEED)
                .isEmpty();
    }

    private void hit(Path path) {
        paths.get(path).increment();
    }

    private void hitIf(boolean happened, Path path) {
        if (happened) {
            hit(path);
        }
    }

    private void checkCard(long number) {
        RandomCosts random = new RandomCosts(SEED * 0x9E3779B97F4A7C15L + number);
        RandomCosts.Card card = random.card();
        Quote quote = new Quote(new ModelId(1), 1, pricing(random, card.card()), PricingSource.PROVIDER);
        CostOracle oracle = new CostOracle(card.listed(), card.week());
        for (int i = 0; i < USAGES_PER_CARD; i++) {
            RandomCosts.Used used = random.usage(card);
            try {
                check(random, quote, card, oracle, used);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "card " + number + " of seed " + SEED + ", usage " + i + " (" + used + ") by " + quote + ": "
                                + e.getMessage(),
                        e);
            }
        }
    }

    private static Pricing pricing(RandomCosts random, RateCard card) {
        if (random.below(50) == 0) {
            return Pricing.missing(random.oneOf(List.of(MissingReason.values())));
        }
        if (card.isFree()) {
            return new Pricing.Free(card);
        }
        return random.below(5) == 0 ? new Pricing.Deprecated(card) : new Pricing.Paid(card);
    }

    private void check(
            RandomCosts random, Quote quote, RandomCosts.Card card, CostOracle oracle, RandomCosts.Used used) {
        hit(used.exclusive() ? Path.EXCLUSIVE : Path.INCLUSIVE);
        hit(Path.valueOf(used.usage().serviceTier().name()));
        if (quote.pricing() instanceof Pricing.Missing missing) {
            hit(Path.MISSING);
            equal(
                    "missing",
                    cost(quote, used.usage(), used.request().at()),
                    new Cost.Missing(quote, used.usage(), missing.reason()));
            return;
        }
        if (oracle.refuses(used.request())) {
            hit(Path.REFUSED);
            checkRefused(quote, used.usage(), used.request().at());
            return;
        }
        if (!card.week().isEmpty() && random.below(20) == 0) {
            hit(Path.HOURS_WITHOUT_INSTANT);
            checkRefused(quote, used.usage(), null);
        }
        CostOracle.Answer expected = oracle.cost(used.request());
        count(card, used, oracle, expected);
        Cost cost = cost(quote, used.usage(), used.request().at());
        if (!expected.unpriced().isEmpty()) {
            hit(Path.INCOMPLETE);
            hitIf(!expected.lines().isEmpty(), Path.INCOMPLETE_WITH_LINES);
            Cost.Incomplete incomplete = (Cost.Incomplete) cost;
            equal("unpriced", incomplete.unpriced(), expected.unpriced());
            checkLines(incomplete.lines(), expected.lines(), card.scale());
            return;
        }
        hit(Path.COMPLETE);
        hit(Path.valueOf(quote.pricing().type().name()));
        Cost.Complete complete = (Cost.Complete) cost;
        checkLines(complete.lines(), expected.lines(), card.scale());
        checkAmount("input", complete.input(), expected.input(), card.scale());
        checkAmount("output", complete.output(), expected.output(), card.scale());
        checkAmount("total", complete.total(), expected.total(), card.scale());
        if (random.below(4) == 0) {
            hit(Path.ROUNDED);
            checkRounded(complete, expected, random.below(13), random.oneOf(ROUNDING));
        }
    }

    private static Cost cost(Quote quote, Usage usage, @Nullable Instant at) {
        return at == null ? quote.cost(usage) : quote.cost(usage, at);
    }

    private static void checkRefused(Quote quote, Usage usage, @Nullable Instant at) {
        Cost cost;
        try {
            cost = cost(quote, usage, at);
        } catch (IllegalArgumentException e) {
            return;
        }
        throw new AssertionError(
                "a sum of requests whose prices depend on their sizes, or hours without an instant, must be refused,"
                        + " but the cost is " + cost);
    }

    private static void checkLines(List<LineItem> lines, List<CostOracle.Line> expected, int scale) {
        equal("number of lines", lines.size(), expected.size());
        for (int i = 0; i < lines.size(); i++) {
            LineItem line = lines.get(i);
            equal("unit", line.unit(), expected.get(i).counted().unit());
            equal("variant", line.variant(), expected.get(i).counted().variant());
            equal("quantity", line.quantity(), expected.get(i).quantity());
            checkAmount(line.unit().id(), line.amount(), expected.get(i).amount(), scale);
            BigDecimal product = line.price().usd().multiply(BigDecimal.valueOf(line.quantity()));
            equal("price times quantity", product.compareTo(line.amount()), 0);
        }
    }

    private static void checkAmount(String what, BigDecimal amount, Fraction expected, int scale) {
        equal("scale of " + what, amount.scale(), scale);
        if (!expected.is(amount)) {
            throw new AssertionError(what + " is " + amount + ", expected " + expected);
        }
    }

    private static void checkRounded(Cost.Complete exact, CostOracle.Answer expected, int scale, RoundingMode mode) {
        Cost.Complete rounded = exact.rounded(scale, mode);
        BigInteger total = expected.total().roundedIn(scale, mode);
        equal("rounded total", rounded.total(), new BigDecimal(total, scale));
        equal("rounded sides", rounded.input().add(rounded.output()), rounded.total());
        BigInteger sum = BigInteger.ZERO;
        Fraction leastRaised = null;
        Fraction mostKept = Fraction.ZERO;
        for (int i = 0; i < rounded.lines().size(); i++) {
            LineItem line = rounded.lines().get(i);
            equal("rounded scale", line.amount().scale(), scale);
            Fraction lost = expected.lines().get(i).amount().restIn(scale);
            BigInteger units = line.amount().unscaledValue();
            BigInteger more = units.subtract(expected.lines().get(i).amount().in(scale));
            sum = sum.add(units);
            if (more.equals(BigInteger.ONE)) {
                leastRaised = leastRaised == null || lost.compareTo(leastRaised) < 0 ? lost : leastRaised;
            } else {
                equal("units added to a line", more, BigInteger.ZERO);
                mostKept = lost.compareTo(mostKept) > 0 ? lost : mostKept;
            }
        }
        equal("sum of rounded lines", sum, total);
        if (leastRaised != null && leastRaised.compareTo(mostKept) < 0) {
            throw new AssertionError(
                    "a line that lost " + leastRaised + " was raised before one that lost " + mostKept);
        }
    }

    private static void equal(String what, Object actual, Object expected) {
        if (!Objects.equals(actual, expected)) {
            throw new AssertionError(what + " is " + actual + ", expected " + expected);
        }
    }

    private void count(RandomCosts.Card card, RandomCosts.Used used, CostOracle oracle, CostOracle.Answer expected) {
        CostOracle.Request request = used.request();
        int lines = expected.lines().size();
        hitIf(lines == 0 && expected.unpriced().isEmpty(), Path.NO_LINES);
        hitIf(lines == 1, Path.ONE_LINE);
        hitIf(lines == 2, Path.TWO_LINES);
        hitIf(lines > 2, Path.MANY_LINES);
        for (CostOracle.Line line : expected.lines()) {
            countLine(line, request, oracle);
        }
        expected.unpriced().forEach(unit -> countUnpriced(unit, request, oracle));
        countParts(request);
        countInstant(card, request, oracle);
        long requests = request.bucket(BillingUnit.REQUEST);
        hitIf(requests > 0 && !oracle.lists(BillingUnit.REQUEST), Path.NO_REQUEST_FEE);
        hitIf(requests > 1, Path.SEVERAL_REQUESTS);
        hitIf(requests > 1 && oracle.reachesThreshold(request), Path.SEVERAL_REQUESTS_ABOVE_UNUSED_THRESHOLD);
        hitIf(card.scale() == 30, Path.THIRTY_DECIMALS);
        hitIf(request.buckets().containsValue(Long.MAX_VALUE), Path.LONGEST_QUANTITY);
        hitIf(expected.lines().stream().anyMatch(line -> line.amount().isZero()), Path.ZERO_AMOUNT);
        hitIf(
                card.listed().stream()
                        .anyMatch(rate -> rate.price() != null && !rate.price().fitsLongAt(card.scale())),
                Path.PRICE_BEYOND_LONG);
        countSizes(card.scale(), expected);
    }

    private void countLine(CostOracle.Line line, CostOracle.Request request, CostOracle oracle) {
        BillingUnit unit = line.counted().unit();
        String variant = line.counted().variant();
        List<CostOracle.Listed> rates = line.rates();
        CostOracle.Listed first = rates.get(0);
        CostOracle.Listed last = rates.get(rates.size() - 1);
        hitIf(unit == BillingUnit.REQUEST, Path.REQUEST_FEE);
        if (first.unit() != unit) {
            hit(Path.REASONING_AS_OUTPUT);
            return;
        }
        hitIf(unit == BillingUnit.REASONING, Path.REASONING_LISTED);
        hitIf(rates.size() > 1, Path.CHARGED_AS);
        hitIf(rates.size() > 2, Path.CHARGED_AS_CHAIN);
        hitIf(first.variant().isEmpty() && !last.variant().isEmpty(), Path.CHARGED_AS_IN_VARIANT);
        for (int i = 1; i < rates.size(); i++) {
            hitIf(rates.get(i).unit() != rates.get(i - 1).as(), Path.CHARGED_AS_UNLISTED_REASONING);
        }
        List<CostOracle.Listed> others = oracle.rates(unit, request.tier());
        boolean variants = others.stream().anyMatch(rate -> !rate.variant().isEmpty());
        boolean regions = others.stream().anyMatch(rate -> !rate.region().isEmpty());
        boolean hours = others.stream().anyMatch(rate -> !rate.hours().isEmpty());
        hitIf(!first.variant().isEmpty(), Path.VARIANT_EXACT);
        hitIf(variants && first.variant().isEmpty() && !variant.isEmpty(), Path.VARIANT_ANY);
        hitIf(variants && variant.isEmpty(), Path.VARIANT_UNSAID);
        hitIf(!variant.isEmpty() && request.buckets().containsKey(new CostOracle.Counted(unit, "")), Path.TWO_VARIANTS);
        hitIf(!first.region().isEmpty(), Path.REGION_EXACT);
        hitIf(regions && first.region().isEmpty(), Path.REGION_ANY);
        hitIf(!first.hours().isEmpty(), Path.HOURS_EXACT);
        hitIf(hours && first.hours().isEmpty(), Path.HOURS_ANY);
        String now = oracle.hours(request.at());
        hitIf(
                !first.region().isEmpty()
                        && first.hours().isEmpty()
                        && others.stream()
                                .anyMatch(rate -> rate.region().isEmpty()
                                        && !now.isEmpty()
                                        && rate.hours().equals(now)),
                Path.REGION_BEFORE_HOURS);
        hitIf(
                !first.hours().isEmpty()
                        && first.variant().isEmpty()
                        && !variant.isEmpty()
                        && others.stream()
                                .anyMatch(rate -> rate.region().equals(first.region())
                                        && rate.hours().isEmpty()
                                        && rate.variant().equals(variant)),
                Path.HOURS_BEFORE_VARIANT);
        long inputTokens = CostOracle.inputTokens(request.buckets());
        for (CostOracle.Listed other : oracle.rates(last.unit(), request.tier())) {
            boolean sameTerms = other.variant().equals(last.variant())
                    && other.region().equals(last.region())
                    && other.hours().equals(last.hours());
            hitIf(sameTerms && other.from() > 0 && other.from() == inputTokens, Path.AT_THRESHOLD);
            hitIf(sameTerms && other.from() > 0 && other.from() - 1 == inputTokens, Path.ONE_BELOW_THRESHOLD);
        }
    }

    private void countUnpriced(BillingUnit unit, CostOracle.Request request, CostOracle oracle) {
        List<CostOracle.Listed> rates = oracle.rates(unit, request.tier());
        String now = oracle.hours(request.at());
        hitIf(unit == BillingUnit.REQUEST, Path.REQUEST_UNPRICED);
        hitIf(rates.stream().anyMatch(rate -> rate.as() != null), Path.CHARGED_AS_UNPRICED);
        hitIf(
                rates.stream()
                        .anyMatch(rate -> rate.price() != null
                                && rate.from() > CostOracle.inputTokens(request.buckets())
                                && rate.variant().isEmpty()
                                && rate.region().isEmpty()
                                && rate.hours().isEmpty()),
                Path.BELOW_EVERY_STEP);
        hitIf(only(rates, rate -> !rate.variant().isEmpty()), Path.VARIANT_UNPRICED);
        hitIf(
                only(rates, rate -> !rate.region().isEmpty() && !rate.region().equals(request.region())),
                Path.REGION_UNPRICED);
        hitIf(only(rates, rate -> !rate.hours().isEmpty() && !rate.hours().equals(now)), Path.HOURS_UNPRICED);
    }

    private static boolean only(List<CostOracle.Listed> rates, Predicate<CostOracle.Listed> condition) {
        return !rates.isEmpty() && rates.stream().allMatch(condition);
    }

    private void countParts(CostOracle.Request request) {
        for (BillingUnit unit : BillingUnit.all()) {
            if (request.bucket(unit) > 0 && CostOracle.wholes(unit).size() == 3) {
                hit(Path.PART_OF_TWO);
                hitIf(
                        CostOracle.wholes(unit).stream().allMatch(whole -> request.bucket(whole) > 0),
                        Path.PART_OF_TWO_WITH_BOTH_WHOLES);
            }
        }
    }

    private void countInstant(RandomCosts.Card card, CostOracle.Request request, CostOracle oracle) {
        Instant at = request.at();
        if (at == null || card.week().isEmpty()) {
            return;
        }
        String now = oracle.hours(at);
        hitIf(!oracle.hours(at.minusSeconds(1)).equals(now), Path.HOURS_FIRST_SECOND);
        hitIf(!oracle.hours(at.plusSeconds(1)).equals(now), Path.HOURS_LAST_SECOND);
        hitIf(at.getEpochSecond() < 0, Path.HOURS_BEFORE_1970);
    }

    private void countSizes(int scale, CostOracle.Answer expected) {
        boolean amounts = expected.lines().stream().allMatch(l -> l.amount().fitsLongAt(scale));
        boolean input = expected.input().fitsLongAt(scale);
        boolean output = expected.output().fitsLongAt(scale);
        boolean total = expected.total().fitsLongAt(scale);
        boolean complete = expected.unpriced().isEmpty();
        hitIf(!amounts, Path.AMOUNT_BEYOND_LONG);
        hitIf(complete && amounts && !input, Path.INPUT_SUM_BEYOND_LONG);
        hitIf(complete && amounts && !output, Path.OUTPUT_SUM_BEYOND_LONG);
        hitIf(complete && input && output && !total, Path.ONLY_TOTAL_BEYOND_LONG);
        hitIf(complete && total, Path.WITHIN_LONG);
    }

    @Test
    void fractionArithmeticIsCorrect() {
        Fraction third = Fraction.of(1, 3);
        Fraction half = Fraction.of(2, 4);
        assertThat(third.plus(half)).isEqualByComparingTo(Fraction.of(5, 6));
        assertThat(half.plus(half)).isEqualByComparingTo(Fraction.of(1, 1));
        assertThat(third.times(6)).isEqualByComparingTo(Fraction.of(2, 1));
        assertThat(half.is(new BigDecimal("0.50"))).isTrue();
        assertThat(half.is(new BigDecimal("0.51"))).isFalse();
        assertThat(third.is(new BigDecimal("0.3333333333333333333333333333333")))
                .isFalse();
        assertThat(third.compareTo(half)).isNegative();
        // Up, down, ceiling, floor, half up, half down and half even of 0.5, 1.5, 1/3 and 2/3.
        List<String> expected = List.of("1211", "0100", "1211", "0100", "1201", "0101", "0201");
        assertThat(ROUNDING)
                .map(mode -> Stream.of(half, half.times(3), third, third.times(2))
                        .map(number -> number.roundedIn(0, mode).toString())
                        .collect(Collectors.joining()))
                .isEqualTo(expected);
    }
}
