package io.modelpricing.jooq;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelpricing.BillingUnit;
import io.modelpricing.Hours;
import io.modelpricing.Price;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.Terms;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.List;
import java.util.StringJoiner;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rates of a card that have no column of their own in {@code model_pricing}.
 *
 * @param id a hash of the rates and the hours, so that equal ones are the same set
 * @param hours the hours of the card
 * @param rates at least one, in the order in which they are hashed
 */
record RateSet(UUID id, Hours hours, List<Stored> rates) {

    /** The units of the first version of the library, in the order in which it hashed them. */
    private static final List<BillingUnit> FIRST_UNITS = List.of(
            BillingUnit.INPUT,
            BillingUnit.OUTPUT,
            BillingUnit.IMAGE,
            BillingUnit.REQUEST,
            BillingUnit.CACHE_READ,
            BillingUnit.CACHE_WRITE,
            BillingUnit.CACHE_WRITE_1H,
            BillingUnit.AUDIO_INPUT,
            BillingUnit.IMAGE_COUNT,
            BillingUnit.WEB_SEARCH,
            BillingUnit.REASONING,
            BillingUnit.AUDIO_OUTPUT);

    /** Does not depend on which other units a version knows, so all versions hash a card alike. */
    private static final Comparator<BillingUnit> UNIT_ORDER = Comparator.comparing(
                    (BillingUnit unit) -> FIRST_UNITS.contains(unit) ? FIRST_UNITS.indexOf(unit) : FIRST_UNITS.size())
            .thenComparing(BillingUnit::id);

    private static final Comparator<Stored> ORDER = Comparator.comparing(
                    (Stored rate) -> rate.terms().serviceTier())
            .thenComparing(Stored::unit, UNIT_ORDER)
            .thenComparing(Stored::variant)
            .thenComparing(Stored::terms)
            .thenComparing(Stored::fromInputTokens);

    /**
     * A row of {@code model_pricing_card_rate}. Without price and without {@code chargedAs}, the unit is charged as the
     * one that it is part of.
     */
    record Stored(
            BillingUnit unit,
            String variant,
            Terms terms,
            long fromInputTokens,
            @Nullable Price price,
            @Nullable BillingUnit chargedAs) {

        /** Returns this row as text to hash: the columns after the price only if one of them is set. */
        private String text() {
            String text = terms.serviceTier() + "|" + unit + "|" + fromInputTokens + "|" + price;
            boolean isPlain = variant.isEmpty()
                    && terms.region().isEmpty()
                    && terms.hours().isEmpty()
                    && chargedAs == null;
            return isPlain
                    ? text
                    : text + "|" + variant + "|" + terms.region() + "|" + terms.hours() + "|"
                            + (chargedAs == null ? "" : chargedAs);
        }
    }

    /** Returns the set of a card, or null if every rate of the card has a column. */
    static @Nullable RateSet of(RateCard card) {
        List<Stored> rows = card.rates().stream()
                .filter(rate -> !hasColumn(rate))
                .map(rate -> new Stored(
                        rate.unit(),
                        rate.variant(),
                        rate.terms(),
                        rate.fromInputTokens(),
                        rate.price(),
                        isChargedAsWhole(rate, card.rates()) ? null : rate.chargedAs()))
                .sorted(ORDER)
                .toList();
        return rows.isEmpty() ? null : new RateSet(hash(rows, card.hours()), card.hours(), rows);
    }

    /** Returns whether a rate has a column in {@code model_pricing}. */
    static boolean hasColumn(Rate rate) {
        return rate.price() != null
                && rate.terms().equals(Terms.STANDARD)
                && rate.variant().isEmpty()
                && rate.fromInputTokens() == 0
                && PriceColumns.UNITS.contains(rate.unit());
    }

    private static boolean isChargedAsWhole(Rate rate, List<Rate> rates) {
        return rate.unit()
                .defaultWhole(unit -> rates.stream()
                        .anyMatch(other ->
                                other.unit() == unit && other.terms().equals(rate.terms()) && other.price() != null))
                .filter(whole -> whole == rate.chargedAs())
                .isPresent();
    }

    /** Returns the rates of rows that belong to one card. */
    static List<Rate> rates(List<Stored> rows) {
        return rows.stream()
                .map(row -> new Rate(
                        row.unit, row.variant, row.terms, row.fromInputTokens, row.price, chargedAs(row, rows)))
                .toList();
    }

    private static @Nullable BillingUnit chargedAs(Stored row, List<Stored> rows) {
        return row.price != null || row.chargedAs != null
                ? row.chargedAs
                : row.unit
                        .defaultWhole(unit -> rows.stream()
                                .anyMatch(other ->
                                        other.unit == unit && other.terms.equals(row.terms) && other.price != null))
                        .orElse(null);
    }

    private static UUID hash(List<Stored> rows, Hours hours) {
        StringJoiner text = new StringJoiner("\n");
        rows.forEach(row -> text.add(row.text()));
        if (!hours.isEmpty()) {
            text.add("hours|" + StoredHours.json(hours));
        }
        try {
            ByteBuffer hash = ByteBuffer.wrap(
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(UTF_8)));
            return new UUID(hash.getLong(), hash.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
