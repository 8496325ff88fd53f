package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The counts of the units that a request used, and the service tier that it ran in.
 *
 * <p>Counts are inclusive: input tokens include cached and audio tokens, output tokens include reasoning and audio
 * tokens. Start with {@link #inclusive()} or {@link #exclusive()}, depending on how the provider reports its counts. A
 * usage is of one request unless another count of {@link BillingUnit#REQUEST} is set.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class Usage {

    /** The inclusive counts by the ordinal of the unit. */
    private final long[] counts;

    /** The counts by the ordinal of the unit, without those of the unit's parts. */
    private final long[] disjoint;

    /** A bit for each unit whose disjoint count is above zero. */
    private final int used;

    private final ServiceTier serviceTier;

    private Usage(long[] counts, ServiceTier serviceTier) {
        this.counts = counts;
        this.serviceTier = serviceTier;
        disjoint = disjoint(counts, serviceTier);
        int bits = 0;
        for (int i = 0; i < disjoint.length; i++) {
            bits |= disjoint[i] > 0 ? 1 << i : 0;
        }
        used = bits;
    }

    /** Subtracts the parts from their parents. Returns the same array if no part was used. */
    private static long[] disjoint(long[] counts, ServiceTier serviceTier) {
        long[] disjoint = counts;
        for (int i = 0; i < counts.length; i++) {
            BillingUnit parent = BillingUnit.at(i).parentOrNull();
            if (parent != null && counts[i] > 0) {
                disjoint = disjoint == counts ? counts.clone() : disjoint;
                if ((disjoint[parent.ordinal()] -= counts[i]) < 0) {
                    throw new IllegalArgumentException("the parts of " + parent + " must not exceed its count of "
                            + counts[parent.ordinal()] + ", but the usage is " + describe(counts, serviceTier)
                            + "; use Usage.exclusive() if the provider does not count the parts within the whole");
                }
            }
        }
        return disjoint;
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
        return inclusive().input(input).output(output).build();
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
     * Returns a builder for input counts that do not include each other, as Anthropic reports them: {@code input}
     * contains neither the tokens that were read from the cache or written to it, nor those of audio. Output counts
     * include reasoning tokens here too.
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
     * Returns the count of a unit, including its parts.
     *
     * @param unit the unit
     * @return the count, zero or more
     */
    public long count(BillingUnit unit) {
        return counts[unit.ordinal()];
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
     * Returns the sum of two usages. The sum is of as many requests as both together.
     *
     * @param other a usage in the same service tier
     * @return the sum
     * @throws IllegalArgumentException if the tiers differ, or a sum exceeds the range of a {@code long}
     */
    public Usage plus(Usage other) {
        if (serviceTier != other.serviceTier) {
            throw new IllegalArgumentException("usages must have the same service tier to be added, but are " + this
                    + " and " + other + "; calculate the cost of each");
        }
        long[] sum = new long[counts.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = sum(BillingUnit.at(i), counts[i], other.counts[i]);
        }
        return new Usage(sum, serviceTier);
    }

    private static long sum(BillingUnit unit, long a, long b) {
        long sum = a + b;
        if (sum < 0) {
            throw new IllegalArgumentException(
                    "the sum of " + a + " and " + b + " of " + unit + " must not exceed " + Long.MAX_VALUE);
        }
        return sum;
    }

    long disjoint(int ordinal) {
        return disjoint[ordinal];
    }

    int used() {
        return used;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Usage that && serviceTier == that.serviceTier && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(counts) + serviceTier.hashCode();
    }

    /** Returns the counts above zero by the ids of their units, such as {@code input=1000,output=500,request=1}. */
    @Override
    public String toString() {
        return describe(counts, serviceTier);
    }

    private static String describe(long[] counts, ServiceTier serviceTier) {
        StringJoiner text = new StringJoiner(",");
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                text.add(BillingUnit.at(i) + "=" + counts[i]);
            }
        }
        return serviceTier == ServiceTier.STANDARD ? text.toString() : text + " (" + serviceTier + ")";
    }

    /** Builds a {@link Usage}. Counts that are not set are zero, except for one request. */
    public static final class Builder {

        private static final int CACHE_WRITE = BillingUnit.CACHE_WRITE.ordinal();
        private static final int CACHE_WRITE_1H = BillingUnit.CACHE_WRITE_1H.ordinal();
        private static final long NOT_SET = -1;

        private final boolean exclusive;
        private final long[] counts = new long[BillingUnit.count()];
        private long cacheCreation = NOT_SET;
        private CacheWrite cacheWrite = CacheWrite.NOT_SET;
        private ServiceTier serviceTier = ServiceTier.STANDARD;

        /** Whether and by which method the 5-minute cache writes were set. */
        private enum CacheWrite {
            NOT_SET,
            BY_UNIT,
            FIVE_MINUTES
        }

        private Builder(boolean exclusive) {
            this.exclusive = exclusive;
            counts[BillingUnit.REQUEST.ordinal()] = 1;
        }

        /**
         * Sets the input tokens: the whole prompt for {@link Usage#inclusive()}, the prompt without cached and audio
         * tokens for {@link Usage#exclusive()}.
         *
         * @param tokens zero or more
         * @return this builder
         * @throws IllegalArgumentException if the count is negative
         */
        public Builder input(long tokens) {
            return count(BillingUnit.INPUT, tokens);
        }

        /**
         * Sets the output tokens, including reasoning and audio tokens.
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
         * Sets the count of a unit.
         *
         * @param unit the unit
         * @param count zero or more
         * @return this builder
         * @throws IllegalArgumentException if the count is negative
         */
        public Builder count(BillingUnit unit, long count) {
            counts[unit.ordinal()] = requireCount(unit.id(), count);
            if (unit == BillingUnit.CACHE_WRITE) {
                cacheWrite = CacheWrite.BY_UNIT;
            }
            return this;
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
         * Returns the usage.
         *
         * @return the usage
         * @throws IllegalArgumentException if parts exceed the whole, the whole exceeds the range of a {@code long}, or
         *     the cache writes contradict each other: {@link #cacheCreation} is not the sum of the 5-minute and the
         *     1-hour writes, or exclusive counts have both {@link #cacheWrite} and {@link #cacheWrite1h}, where the
         *     first could be the sum or the 5-minute part
         */
        public Usage build() {
            long[] inclusive = counts.clone();
            inclusive[CACHE_WRITE] = cacheWrite();
            if (exclusive) {
                for (int i = 0; i < counts.length; i++) {
                    BillingUnit parent = BillingUnit.at(i).parentOrNull();
                    if (parent == BillingUnit.INPUT) {
                        inclusive[parent.ordinal()] = sum(parent, inclusive[parent.ordinal()], inclusive[i]);
                    }
                }
            }
            return new Usage(inclusive, serviceTier);
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
