package io.modelpricing.jooq;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rates of a card that have no column of their own in {@code model_pricing}.
 *
 * @param id a hash of the rates, so that equal rates are the same set
 * @param rates at least one, in the order of the card
 */
record RateSet(UUID id, List<Rate> rates) {

    /** Returns the set of a card, or null if every rate of the card has a column. */
    static @Nullable RateSet of(RateCard card) {
        List<Rate> rates =
                card.rates().stream().filter(rate -> !hasColumn(rate)).toList();
        return rates.isEmpty() ? null : new RateSet(hash(rates), rates);
    }

    /** Returns whether a rate has a column in {@code model_pricing}. */
    static boolean hasColumn(Rate rate) {
        return rate.serviceTier() == ServiceTier.STANDARD
                && rate.fromInputTokens() == 0
                && PriceColumns.UNITS.contains(rate.unit());
    }

    private static UUID hash(List<Rate> rates) {
        String text = rates.stream()
                .map(rate -> rate.serviceTier() + "|" + rate.unit() + "|" + rate.fromInputTokens() + "|" + rate.price())
                .collect(Collectors.joining("\n"));
        try {
            ByteBuffer hash =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
            return new UUID(hash.getLong(), hash.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
