package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * How many units a request used, and the class of service it ran in.
 *
 * <p>Counts are inclusive: input tokens contain the cached and audio ones, output tokens the reasoning and audio ones.
 * What a provider reports is turned into that by the factory that is named after it: {@link #inclusive()} or
 * {@link #exclusive()}. A usage is of one request unless it says otherwise.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class Usage {

    /** Inclusive counts, by the unit's ordinal. */
    private final long[] counts;

    /** The same tokens, each counted once: a parent's count without its parts'. */
    private final long[] disjoint;

    /** A bit for each unit with a disjoint count above zero. */
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

    /** Takes the parts out of their parents; without parts, the counts are disjoint as they are. */
    private static long[] disjoint(long[] counts, ServiceTier serviceTier) {
        long[] disjoint = counts;
        for (int i = 0; i < counts.length; i++) {
            BillingUnit parent = BillingUnit.at(i).parentOrNull();
            if (parent != null && counts[i] > 0) {
                disjoint = disjoint == counts ? counts.clone() : disjoint;
                if ((disjoint[parent.ordinal()] -= counts[i]) < 0) {
                    throw new IllegalArgumentException("impossible usage: the parts of " + parent
                            + " are more than its " + counts[parent.ordinal()] + ", in "
                            + describe(counts, serviceTier));
                }
            }
        }
        return disjoint;
    }

    /**
     * Returns the usage of one request without cached, audio or reasoning tokens.
     *
     * @param input tokens of the prompt
     * @param output tokens of the completion
     * @return the usage
     * @throws IllegalArgumentException if one is negative
     */
    public static Usage of(long input, long output) {
        return inclusive().input(input).output(output).build();
    }

    /**
     * Begins a usage from counts that contain their parts, as OpenAI reports them: {@code input} is the whole prompt, of
     * which {@code cacheRead} tokens were cached.
     *
     * @return a builder
     */
    public static Builder inclusive() {
        return new Builder(false);
    }

    /**
     * Begins a usage from input counts that do not contain each other, as Anthropic reports them: {@code input} is only what
     * was neither read from the cache nor written to it, nor audio. Output tokens contain the reasoning ones here too: every
     * provider that reports both apart, as Google does its thoughts, has them added to the output first.
     *
     * @return a builder
     */
    public static Builder exclusive() {
        return new Builder(true);
    }

    /**
     * Returns how many of a unit were used, its parts included.
     *
     * @param unit the unit
     * @return the count, zero or more
     */
    public long count(BillingUnit unit) {
        return counts[unit.ordinal()];
    }

    /**
     * Returns the class of service.
     *
     * @return the tier
     */
    public ServiceTier serviceTier() {
        return serviceTier;
    }

    /**
     * Returns the usage of both together. It is of as many requests as both were.
     *
     * @param other of the same service tier
     * @return the sum
     * @throws IllegalArgumentException if the tiers differ, or a sum is more than a {@code long} holds
     */
    public Usage plus(Usage other) {
        if (serviceTier != other.serviceTier) {
            throw new IllegalArgumentException(
                    "usages of different service tiers have no sum: " + this + " and " + other);
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
                    "impossible usage: " + a + " and " + b + " of " + unit + " are more than " + Long.MAX_VALUE);
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

    /** Returns the counts above zero by the names of their units, such as {@code input=1000,output=500,request=1}. */
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

    /** Collects the counts of a {@link Usage}. What is not given is zero, but for the one request. */
    public static final class Builder {

        private final boolean exclusive;
        private final long[] counts = new long[BillingUnit.count()];
        private ServiceTier serviceTier = ServiceTier.STANDARD;

        private Builder(boolean exclusive) {
            this.exclusive = exclusive;
            counts[BillingUnit.REQUEST.ordinal()] = 1;
        }

        /**
         * Sets the input tokens.
         *
         * @param tokens zero or more
         * @return this
         */
        public Builder input(long tokens) {
            return count(BillingUnit.INPUT, tokens);
        }

        /**
         * Sets the output tokens.
         *
         * @param tokens zero or more
         * @return this
         */
        public Builder output(long tokens) {
            return count(BillingUnit.OUTPUT, tokens);
        }

        /**
         * Sets the input tokens that were read from the cache.
         *
         * @param tokens zero or more
         * @return this
         */
        public Builder cacheRead(long tokens) {
            return count(BillingUnit.CACHE_READ, tokens);
        }

        /**
         * Sets the input tokens that were written to the cache for five minutes.
         *
         * @param tokens zero or more
         * @return this
         */
        public Builder cacheWrite(long tokens) {
            return count(BillingUnit.CACHE_WRITE, tokens);
        }

        /**
         * Sets the input tokens that were written to the cache for one hour.
         *
         * @param tokens zero or more
         * @return this
         */
        public Builder cacheWrite1h(long tokens) {
            return count(BillingUnit.CACHE_WRITE_1H, tokens);
        }

        /**
         * Sets the output tokens of reasoning.
         *
         * @param tokens zero or more
         * @return this
         */
        public Builder reasoning(long tokens) {
            return count(BillingUnit.REASONING, tokens);
        }

        /**
         * Sets how many of any unit were used.
         *
         * @param unit the unit
         * @param count zero or more
         * @return this
         * @throws IllegalArgumentException if the count is negative
         */
        public Builder count(BillingUnit unit, long count) {
            if (count < 0) {
                throw new IllegalArgumentException("impossible usage: " + count + " of " + unit);
            }
            counts[unit.ordinal()] = count;
            return this;
        }

        /**
         * Sets the class of service.
         *
         * @param tier the tier
         * @return this
         */
        public Builder serviceTier(ServiceTier tier) {
            serviceTier = requireNonNull(tier, "tier");
            return this;
        }

        /**
         * Returns the usage.
         *
         * @return the usage
         * @throws IllegalArgumentException if parts are more than the whole, or the whole is more than a {@code long} holds
         */
        public Usage build() {
            long[] inclusive = counts.clone();
            if (exclusive) {
                for (int i = 0; i < counts.length; i++) {
                    BillingUnit parent = BillingUnit.at(i).parentOrNull();
                    if (parent == BillingUnit.INPUT) {
                        inclusive[parent.ordinal()] = sum(parent, inclusive[parent.ordinal()], counts[i]);
                    }
                }
            }
            return new Usage(inclusive, serviceTier);
        }
    }
}
