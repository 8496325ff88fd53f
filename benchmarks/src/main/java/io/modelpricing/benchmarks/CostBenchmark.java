package io.modelpricing.benchmarks;

import io.modelpricing.BillingUnit;
import io.modelpricing.Cost;
import io.modelpricing.LineItem;
import io.modelpricing.ModelId;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.Quote;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.Usage;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Costing a request by a price in memory, compared with one multiplication of two {@link BigDecimal}s.
 *
 * <p>The token counts differ from call to call, so that the compiler cannot precompute results.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CostBenchmark {

    private static final int VARIETY = 1024;

    private final BigDecimal inputPrice = new BigDecimal("0.0000025");
    private final BigDecimal outputPrice = new BigDecimal("0.00001");
    private final BigDecimal[] inputTokens = new BigDecimal[VARIETY];
    private final BigDecimal[] outputTokens = new BigDecimal[VARIETY];
    private final Usage[] twoUnits = new Usage[VARIETY];
    private final Usage[] sixUnits = new Usage[VARIETY];
    private Quote twoPrices = quote(simpleCard());
    private Quote manyPrices = quote(largeCard());
    private int next;

    private static RateCard simpleCard() {
        return RateCard.of(Price.perMillion("2.5"), Price.perMillion("10"));
    }

    private static RateCard largeCard() {
        return RateCard.of(Price.perMillion("3"), Price.perMillion("15"))
                .plus(
                        Rate.of(BillingUnit.CACHE_READ, Price.perMillion("0.3")),
                        Rate.of(BillingUnit.CACHE_WRITE, Price.perMillion("3.75")),
                        Rate.of(BillingUnit.WEB_SEARCH, Price.perThousand("10")),
                        Rate.of(BillingUnit.INPUT, Price.perMillion("6")).above(200_000),
                        Rate.of(BillingUnit.OUTPUT, Price.perMillion("22.5")).above(200_000),
                        Rate.of(BillingUnit.CACHE_READ, Price.perMillion("0.6")).above(200_000),
                        Rate.of(BillingUnit.CACHE_WRITE, Price.perMillion("7.5"))
                                .above(200_000));
    }

    private static Quote quote(RateCard card) {
        return new Quote(new ModelId(1), 1, new Pricing.Paid(card), PricingSource.PROVIDER);
    }

    /** Creates the requests. Every second one is above the threshold of 200,000 input tokens. */
    @Setup(Level.Trial)
    public void setUp() {
        for (int i = 0; i < VARIETY; i++) {
            int input = 1000 + i * 37;
            int output = 100 + i * 11;
            inputTokens[i] = BigDecimal.valueOf(input);
            outputTokens[i] = BigDecimal.valueOf(output);
            twoUnits[i] = Usage.of(input, output);
            sixUnits[i] = Usage.exclusive()
                    .input(input + (i % 2) * 200_000L)
                    .cacheRead(input / 2)
                    .cacheWrite(input / 3)
                    .output(output)
                    .reasoning(output / 2)
                    .count(BillingUnit.WEB_SEARCH, 1 + i % 3)
                    .build();
        }
    }

    private int next() {
        next = (next + 1) & (VARIETY - 1);
        return next;
    }

    /** The baseline: one multiplication. */
    @Benchmark
    public BigDecimal oneMultiplication() {
        return inputPrice.multiply(inputTokens[next()]);
    }

    /** Without the library: no line items, no check for unpriced units. */
    @Benchmark
    public BigDecimal twoUnitsNaive() {
        int i = next();
        return inputPrice.multiply(inputTokens[i]).add(outputPrice.multiply(outputTokens[i]));
    }

    /** Input and output, with line items and total. */
    @Benchmark
    public void twoUnits(Blackhole blackhole) {
        consume(twoPrices.cost(twoUnits[next()]), blackhole);
    }

    /** Input and output, including the construction of the usage. */
    @Benchmark
    public void twoUnitsWithTheirUsage(Blackhole blackhole) {
        int i = next();
        consume(twoPrices.cost(Usage.of(1000 + i * 37, 100 + i * 11)), blackhole);
    }

    /** Six units of a rate card with thresholds, with line items and total. */
    @Benchmark
    public void sixUnitsWithTier(Blackhole blackhole) {
        consume(manyPrices.cost(sixUnits[next()]), blackhole);
    }

    private static void consume(Cost cost, Blackhole blackhole) {
        Cost.Complete complete = cost.orElseThrow();
        List<LineItem> lines = complete.lines();
        for (int i = 0; i < lines.size(); i++) {
            blackhole.consume(lines.get(i).amount());
        }
        blackhole.consume(complete.total());
    }
}
