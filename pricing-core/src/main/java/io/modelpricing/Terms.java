package io.modelpricing;

import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/**
 * The conditions of a {@link Rate} that a whole request meets or not.
 *
 * @param serviceTier the tier that the request ran in
 * @param region the region that the request ran in, such as {@code eu}; empty for any region
 * @param hours the name of the hours that the request ran in, as the card's {@link Hours} define it; empty for any time
 */
public record Terms(ServiceTier serviceTier, String region, String hours) implements Comparable<Terms> {

    /** The standard tier in any region at any time. */
    public static final Terms STANDARD = new Terms(ServiceTier.STANDARD, "", "");

    private static final Comparator<Terms> ORDER =
            comparing(Terms::serviceTier).thenComparing(Terms::region).thenComparing(Terms::hours);

    /**
     * Checks the names.
     *
     * @param serviceTier the tier
     * @param region the region; empty for any
     * @param hours the name of the hours; empty for any time
     * @throws IllegalArgumentException if a name is not empty, and has more than 64 characters, other characters than
     *     lower-case letters, digits and {@code _ . : / -}, or begins with another character than a letter or a digit
     */
    public Terms {
        requireNonNull(serviceTier, "serviceTier");
        if (!region.isEmpty()) {
            Name.requireValid("region", region);
        }
        if (!hours.isEmpty()) {
            Name.requireValid("name of hours", hours);
        }
    }

    /** Orders by service tier, region and hours. */
    @Override
    public int compareTo(Terms other) {
        return ORDER.compare(this, other);
    }

    /** Returns the tier, then region and hours where they are given, such as {@code batch eu off_peak}. */
    @Override
    public String toString() {
        return serviceTier + (region.isEmpty() ? "" : " " + region) + (hours.isEmpty() ? "" : " " + hours);
    }
}
