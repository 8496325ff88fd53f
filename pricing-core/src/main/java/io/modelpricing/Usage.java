package io.modelpricing;

import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The counts of the units that a request used, with the service tier and the region that it ran in.
 *
 * <p>Counts are inclusive: input tokens include cached and audio tokens, and cached tokens include cached audio
 * ({@link BillingUnit#wholes}). Start with {@link #inclusive()} or {@link #exclusive()}, depending on how the provider
 * reports its counts. A usage is of one request unless another count of {@link BillingUnit#REQUEST} is set.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class Usage {

    /**
     * A count above zero.
     *
     * @param unit the unit that was counted
     * @param variant what kind of the unit was counted; empty if unspecified
     * @param count the count, including its parts
     * @param disjoint the count without its parts, which have counts of their own
     */
    record Count(BillingUnit unit, String variant, long count, long disjoint) {}

    private static final Comparator<Count> ORDER = comparing(Count::unit).thenComparing(Count::variant);

    private static final Count ONE_REQUEST = new Count(BillingUnit.REQUEST, "", 1, 1);

    /** The counts in the order of unit and variant. */
    private final Count[] counts;

    private final ServiceTier serviceTier;
    private final String region;

    /** How many counts other than that of requests are not made up of their parts. */
    private final int charged;

    private final long requests;

    private Usage(Count[] counts, ServiceTier serviceTier, String region) {
        this.counts = counts;
        this.serviceTier = serviceTier;
        this.region = region;
        int units = 0;
        long requestCount = 0;
        for (Count count : counts) {
            if (count.unit == BillingUnit.REQUEST) {
                requestCount = count.count;
            } else if (count.disjoint > 0) {
                units++;
            }
        }
        charged = units;
        requests = requestCount;
    }

    /**
     * Returns the usage of one request without cached, audio or reasoning tokens.
     *
     * @param input the tokens of the prompt
     * @param output the tokens of the completion
     * @return the usage
     * @throws IllegalArgumentException if a count is negative
     */
    public static Usage of(long input, long output) {
        Builder.requireCount(BillingUnit.INPUT.id(), input);
        Builder.requireCount(BillingUnit.OUTPUT.id(), output);
        Count[] counts = new Count[1 + (input > 0 ? 1 : 0) + (output > 0 ? 1 : 0)];
        int next = 0;
        if (input > 0) {
            counts[next++] = new Count(BillingUnit.INPUT, "", input, input);
        }
        if (output > 0) {
            counts[next++] = new Count(BillingUnit.OUTPUT, "", output, output);
        }
        counts[next] = ONE_REQUEST;
        return new Usage(counts, ServiceTier.STANDARD, "");
    }

    /**
     * Returns a builder for counts that include their parts, as OpenAI and Google report the prompt: {@code input} is
     * the whole prompt, {@code cacheRead} the tokens of it that were cached. Google's {@code thoughtsTokenCount} has to
     * be added to the output.
     *
     * <pre>{@code
     * Usage.inclusive()
     *         .input(...)      // OpenAI: prompt_tokens
     *         .cacheRead(...)  // prompt_tokens_details.cached_tokens
     *         .cacheWrite(...) // prompt_tokens_details.cache_write_tokens
     *         .output(...)     // completion_tokens
     *         .reasoning(...)  // completion_tokens_details.reasoning_tokens
     *         .serviceTier(ServiceTier.parseReported(...)) // service_tier
     *         .build();
     * }</pre>
     *
     * @return a builder
     */
    public static Builder inclusive() {
        return new Builder(false);
    }

    /**
     * Returns a builder for input counts of which none includes another, as Anthropic reports them: {@code input}
     * contains neither the tokens that were read from the cache or written to it, nor those of any other part of the
     * prompt that is counted. Output counts include reasoning tokens here too.
     *
     * <pre>{@code
     * Usage.exclusive()
     *         .input(...)         // Anthropic: input_tokens
     *         .cacheRead(...)     // cache_read_input_tokens
     *         .cacheCreation(...) // cache_creation_input_tokens, the sum of both durations
     *         .cacheWrite1h(...)  // cache_creation.ephemeral_1h_input_tokens
     *         .output(...)        // output_tokens
     *         .reasoning(...)     // output_tokens_details.thinking_tokens
     *         .serviceTier(ServiceTier.parseReported(...)) // service_tier
     *         .build();
     * }</pre>
     *
     * @return a builder
     */
    public static Builder exclusive() {
        return new Builder(true);
    }

    /**
     * Returns the count of a unit in all variants, including its parts.
     *
     * @param unit the unit
     * @return the count, zero or more
     */
    public long count(BillingUnit unit) {
        long sum = 0;
        for (Count count : counts) {
            sum = count.unit == unit ? sum + count.count : sum;
        }
        return sum;
    }

    /**
     * Returns the count of a unit in all variants, without its parts: the tokens that are charged as this unit.
     *
     * @param unit the unit
     * @return the count, zero or more; the counts of all units of the prompt sum to the input tokens
     */
    public long countWithoutParts(BillingUnit unit) {
        long sum = 0;
        for (Count count : counts) {
            sum = count.unit == unit ? sum + count.disjoint : sum;
        }
        return sum;
    }

    /**
     * Returns the count of a unit in a variant.
     *
     * @param unit the unit
     * @param variant the variant; empty for the count of no variant
     * @return the count, zero or more
     */
    public long count(BillingUnit unit, String variant) {
        for (Count count : counts) {
            if (count.unit == unit && count.variant.equals(variant)) {
                return count.count;
            }
        }
        return 0;
    }

    /**
     * Returns the variants of a unit that were counted.
     *
     * @param unit the unit
     * @return the variants in alphabetical order; an empty text is the count of no variant
     */
    public List<String> variants(BillingUnit unit) {
        return Arrays.stream(counts)
                .filter(count -> count.unit == unit)
                .map(Count::variant)
                .toList();
    }

    /**
     * Returns the units that were counted.
     *
     * @return the units with a count above zero, in the order of {@link BillingUnit}
     */
    public List<BillingUnit> units() {
        return Arrays.stream(counts).map(Count::unit).distinct().toList();
    }

    /**
     * Returns the service tier that the request ran in.
     *
     * @return the tier
     */
    public ServiceTier serviceTier() {
        return serviceTier;
    }

    /**
     * Returns the region that the request ran in.
     *
     * @return the region; empty if unspecified
     */
    public String region() {
        return region;
    }

    /**
     * Returns the sum of two usages. The sum is of as many requests as both together. Its cost is right only if one
     * price applies to all of them, so add requests that ran in the same hours.
     *
     * @param other a usage in the same service tier and region
     * @return the sum
     * @throws IllegalArgumentException if the tiers or regions differ, or a sum exceeds the range of a {@code long}
     */
    public Usage plus(Usage other) {
        if (serviceTier != other.serviceTier || !region.equals(other.region)) {
            throw new IllegalArgumentException("usages must have the same service tier and region to be added, but are "
                    + this + " and " + other + "; calculate the cost of each");
        }
        Builder sum = new Builder(false).serviceTier(serviceTier).count(BillingUnit.REQUEST, 0);
        sum.region = region;
        sum.add(this);
        sum.add(other);
        return sum.build();
    }

    private static long sum(BillingUnit unit, long a, long b) {
        long sum = a + b;
        if (sum < 0) {
            throw new IllegalArgumentException(
                    "the sum of " + a + " and " + b + " of " + unit + " must not exceed " + Long.MAX_VALUE);
        }
        return sum;
    }

    /** Returns the count of {@link BillingUnit#INPUT}, which is the first of all units. */
    long inputTokens() {
        return counts.length > 0 && counts[0].unit == BillingUnit.INPUT ? counts[0].count : 0;
    }

    /** Returns the counts above zero, in the order of unit and variant. The caller must not change the array. */
    Count[] counts() {
        return counts;
    }

    long requests() {
        return requests;
    }

    /** Returns how many counts are charged: those that are not made up of their parts. */
    int charged(boolean chargesRequests) {
        return chargesRequests ? charged + (requests > 0 ? 1 : 0) : charged;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Usage that
                && serviceTier == that.serviceTier
                && region.equals(that.region)
                && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(counts) + serviceTier.hashCode();
    }

    /**
     * Returns the counts above zero by the ids of their units, such as {@code input=1000,web_search/high=2,request=1},
     * then the tier if it is not standard, and the region.
     */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(",");
        for (Count count : counts) {
            text.add(count.unit.id(count.variant) + "=" + count.count);
        }
        String tier = serviceTier == ServiceTier.STANDARD ? "" : serviceTier.id();
        String separator = tier.isEmpty() || region.isEmpty() ? "" : ", ";
        String terms = tier + separator + region;
        return terms.isEmpty() ? text.toString() : text + " (" + terms + ")";
    }

    /** Builds a {@link Usage}. Counts that are not set are zero, except for one request. */
    public static final class Builder {

        private static final int CACHE_WRITE = BillingUnit.CACHE_WRITE.index();
        private static final int CACHE_WRITE_1H = BillingUnit.CACHE_WRITE_1H.index();
        private static final long NOT_SET = -1;

        /** Identifies a count in {@link #others}. */
        private record Key(BillingUnit unit, String variant) implements Comparable<Key> {

            @Override
            public int compareTo(Key other) {
                int byUnit = unit.compareTo(other.unit);
                return byUnit != 0 ? byUnit : variant.compareTo(other.variant);
            }
        }

        private final boolean exclusive;

        /** The counts without variant by the index of the unit. */
        private final long[] counts = new long[BillingUnit.count()];

        /** The counts with a variant, and those of units that this version does not know. */
        private @Nullable SortedMap<Key, Long> others;

        private long cacheCreation = NOT_SET;
        private CacheWrite cacheWrite = CacheWrite.NOT_SET;
        private ServiceTier serviceTier = ServiceTier.STANDARD;
        private String region = "";

        /** Whether and by which method the 5-minute cache writes were set. */
        private enum CacheWrite {
            NOT_SET,
            BY_UNIT,
            FIVE_MINUTES
        }

        private Builder(boolean exclusive) {
            this.exclusive = exclusive;
            counts[BillingUnit.REQUEST.index()] = 1;
        }

        /**
         * Sets the input tokens: the whole prompt for {@link Usage#inclusive()}, the prompt without its counted parts
         * for {@link Usage#exclusive()}.
         *
         * @param tokens zero or more
         * @return this builder
         * @throws IllegalArgumentException if the count is negative
         */
        public Builder input(long tokens) {
            return count(BillingUnit.INPUT, tokens);
        }

        /**
         * Sets the output tokens, including reasoning, audio and all other parts.
         *
         * @param tokens zero or more
         * @return this builder
         * @throws IllegalArgumentException if the count is negative
         */
        public Builder output(long tokens) {
            return count(BillingUnit.OUTPUT, tokens);
        }

        /**
         * Sets the input tokens that were read from the cache.
         *
         * @param tokens zero or more
         * @return this builder
         * @throws IllegalArgumentException if the count is negative
         */
        public Builder cacheRead(long tokens) {
            return count(BillingUnit.CACHE_READ, tokens);
        }

        /**
         * Sets the input tokens that were written to a cache with only one duration, as OpenAI's. A provider with
         * several durations reports their sum ({@link #cacheCreation}) or each of them ({@link #cacheWrite5m},
         * {@link #cacheWrite1h}).
         *
         * @param tokens zero or more
         * @return this builder
         * @throws IllegalArgumentException if the count is negative
         */
        public Builder cacheWrite(long tokens) {
            return count(BillingUnit.CACHE_WRITE, tokens);
        }

        /**
         * Sets the input tokens that were written to the cache for any duration, as Anthropic's
         * {@code cache_creation_input_tokens}. Those that {@link #cacheWrite1h} does not name were written for five
         * minutes.
         *
         * @param tokens the sum of 5-minute and 1-hour writes, zero or more
         * @return this builder
         * @throws IllegalArgumentException if the count is negative
         */
        public Builder cacheCreation(long tokens) {
            cacheCreation = requireCount("cache_creation", tokens);
            return this;
        }

        /**
         * Sets the input tokens that were written to the cache for five minutes, as Anthropic's
         * {@code cache_creation.ephemeral_5m_input_tokens}.
         *
         * @param tokens zero or more
         * @return this builder
         * @throws IllegalArgumentException if the count is negative
         */
        public Builder cacheWrite5m(long tokens) {
            count(BillingUnit.CACHE_WRITE, tokens);
            cacheWrite = CacheWrite.FIVE_MINUTES;
            return this;
        }

        /**
         * Sets the input tokens that were written to the cache for one hour, as Anthropic's
         * {@code cache_creation.ephemeral_1h_input_tokens}.
         *
         * @param tokens zero or more
         * @return this builder
         * @throws IllegalArgumentException if the count is negative
         */
        public Builder cacheWrite1h(long tokens) {
            return count(BillingUnit.CACHE_WRITE_1H, tokens);
        }

        /**
         * Sets the output tokens of reasoning.
         *
         * @param tokens zero or more
         * @return this builder
         * @throws IllegalArgumentException if the count is negative
         */
        public Builder reasoning(long tokens) {
            return count(BillingUnit.REASONING, tokens);
        }

        /**
         * Sets the count of a unit. Counts of different variants add up: this one does not include those of a variant.
         *
         * @param unit the unit
         * @param count zero or more
         * @return this builder
         * @throws IllegalArgumentException if the count is negative
         */
        public Builder count(BillingUnit unit, long count) {
            requireCount(unit.id(), count);
            if (!unit.isKnown()) {
                return other(unit, "", count);
            }
            counts[unit.index()] = count;
            if (unit == BillingUnit.CACHE_WRITE) {
                cacheWrite = CacheWrite.BY_UNIT;
            }
            return this;
        }

        /**
         * Sets the count of a unit in a variant, such as two searches with a large context:
         * {@code count(WEB_SEARCH, "high", 2)}. Counts of different variants add up.
         *
         * @param unit a unit that has variants
         * @param variant the variant, as the provider's price list names it in lower case; empty if unspecified
         * @param count zero or more
         * @return this builder
         * @throws IllegalArgumentException if the count is negative, the unit has no variants, or the name is not valid
         */
        public Builder count(BillingUnit unit, String variant, long count) {
            if (variant.isEmpty()) {
                return count(unit, count);
            }
            if (!unit.hasVariants()) {
                throw new IllegalArgumentException("the count of " + unit + " must not name a variant, because " + unit
                        + " has none, but names \"" + TextRule.shortened(variant) + "\"");
            }
            Name.requireValid("variant", variant);
            return other(unit, variant, requireCount(unit.id(variant), count));
        }

        private Builder other(BillingUnit unit, String variant, long count) {
            others = others == null ? new TreeMap<>() : others;
            others.put(new Key(unit, variant), count);
            return this;
        }

        private void add(Usage usage) {
            for (Count count : usage.counts) {
                BillingUnit unit = count.unit;
                if (unit.isKnown() && count.variant.isEmpty()) {
                    counts[unit.index()] = sum(unit, counts[unit.index()], count.count);
                } else {
                    Long present = others == null ? null : others.get(new Key(unit, count.variant));
                    other(unit, count.variant, sum(unit, present == null ? 0 : present, count.count));
                }
            }
        }

        private static long requireCount(String name, long count) {
            if (count < 0) {
                throw new IllegalArgumentException("the count of " + name + " must be zero or more, but was " + count);
            }
            return count;
        }

        /**
         * Sets the service tier that the request ran in. {@link ServiceTier#parseReported} reads what a provider
         * reports.
         *
         * @param tier the tier
         * @return this builder
         */
        public Builder serviceTier(ServiceTier tier) {
            serviceTier = requireNonNull(tier, "tier");
            return this;
        }

        /**
         * Sets the region that the request ran in, where a price list has regional prices.
         *
         * @param name the region in lower case, as the price list names it, such as {@code eu}
         * @return this builder
         * @throws IllegalArgumentException if the name is not valid
         */
        public Builder region(String name) {
            region = name.isEmpty() ? name : Name.requireValid("region", name);
            return this;
        }

        /**
         * Returns the usage.
         *
         * @return the usage
         * @throws IllegalArgumentException if parts exceed the whole, the whole or the sum of the variants of a unit
         *     exceeds the range of a {@code long}, or the cache writes contradict each other: {@link #cacheCreation} is
         *     not the sum of the 5-minute and the 1-hour writes, or exclusive counts have both {@link #cacheWrite} and
         *     {@link #cacheWrite1h}, where the first could be the sum or the 5-minute part
         */
        public Usage build() {
            long[] inclusive = counts.clone();
            inclusive[CACHE_WRITE] = cacheWrite();
            long[] disjoint = inclusive.clone();
            if (exclusive) {
                addPartsToInput(inclusive, disjoint);
            }
            subtractParts(inclusive, disjoint);
            return new Usage(counts(inclusive, disjoint), serviceTier, region);
        }

        private static void addPartsToInput(long[] inclusive, long[] exclusive) {
            for (BillingUnit unit : BillingUnit.parts()) {
                long count = exclusive[unit.index()];
                if (count > 0 && unit.wholes().contains(BillingUnit.INPUT)) {
                    for (BillingUnit whole : unit.wholes()) {
                        inclusive[whole.index()] = sum(whole, inclusive[whole.index()], count);
                    }
                }
            }
            System.arraycopy(inclusive, 0, exclusive, 0, inclusive.length);
        }

        /** Subtracts each count from those that include it, the most specific first. */
        private void subtractParts(long[] inclusive, long[] disjoint) {
            for (BillingUnit part : BillingUnit.parts()) {
                long count = disjoint[part.index()];
                if (count > 0) {
                    for (BillingUnit whole : part.wholes()) {
                        if ((disjoint[whole.index()] -= count) < 0) {
                            throw new IllegalArgumentException(
                                    "the parts of " + whole + " must not exceed its count of "
                                            + inclusive[whole.index()] + ", but the usage is "
                                            + new Usage(counts(inclusive, inclusive), serviceTier, region)
                                            + "; " + remedy(whole));
                        }
                    }
                }
            }
        }

        private String remedy(BillingUnit whole) {
            if (whole.side() == BillingUnit.Side.OUTPUT) {
                return "add the parts to the count of " + whole + " if the provider reports them beside it";
            }
            return (exclusive
                            ? ""
                            : "use Usage.exclusive() if the provider does not count the parts within the whole; ")
                    + "count tokens that are two parts at once, such as cached audio, as the unit that is part of both";
        }

        private Count[] counts(long[] inclusive, long[] disjoint) {
            int size = others == null ? 0 : others.size();
            for (long count : inclusive) {
                size += count > 0 ? 1 : 0;
            }
            Count[] all = new Count[size];
            int next = 0;
            for (int i = 0; i < inclusive.length; i++) {
                if (inclusive[i] > 0) {
                    all[next++] = new Count(BillingUnit.at(i), "", inclusive[i], disjoint[i]);
                }
            }
            if (others != null) {
                for (Map.Entry<Key, Long> other : others.entrySet()) {
                    long count = other.getValue();
                    all[next++] = new Count(other.getKey().unit, other.getKey().variant, count, count);
                }
                all = Arrays.stream(all)
                        .filter(count -> count.count > 0)
                        .sorted(ORDER)
                        .toArray(Count[]::new);
                requireSums(all);
            }
            return all;
        }

        private static void requireSums(Count[] sorted) {
            long sum = 0;
            for (int i = 0; i < sorted.length; i++) {
                boolean sameUnit = i > 0 && sorted[i - 1].unit == sorted[i].unit;
                sum = sum(sorted[i].unit, sameUnit ? sum : 0, sorted[i].count);
            }
        }

        /** Returns the 5-minute cache writes. */
        private long cacheWrite() {
            long written = counts[CACHE_WRITE];
            long written1h = counts[CACHE_WRITE_1H];
            if (cacheCreation == NOT_SET) {
                if (exclusive && cacheWrite == CacheWrite.BY_UNIT && written > 0 && written1h > 0) {
                    throw new IllegalArgumentException("a cache write of " + written
                            + " beside a 1-hour cache write of " + written1h
                            + " is ambiguous: it could include the 1-hour tokens; use cacheCreation(" + written
                            + ") if it does, as Anthropic's cache_creation_input_tokens,"
                            + " otherwise cacheWrite5m(" + written + ")");
                }
                return written;
            }
            if (cacheWrite == CacheWrite.NOT_SET ? written1h > cacheCreation : written != cacheCreation - written1h) {
                throw new IllegalArgumentException("cacheCreation must be the sum of the 5-minute and the 1-hour cache"
                        + " writes, but was " + cacheCreation + " with "
                        + (cacheWrite == CacheWrite.NOT_SET ? "" : written + " 5-minute and ") + written1h
                        + " 1-hour tokens; pass the counts of one response unchanged");
            }
            return cacheCreation - written1h;
        }
    }
}
