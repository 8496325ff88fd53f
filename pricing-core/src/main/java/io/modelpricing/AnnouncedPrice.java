package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A price that a source announced for a later time. It is the price of its model from its start on, without any further
 * call. A manual override that is in force at the start stays, and the announced price then never takes effect.
 *
 * @param update the price, and when the source announced it
 * @param validFrom the first instant at which it applies
 * @param attribution the actor that recorded the announcement
 * @param announcedAt when the announcement was recorded
 * @param isDue whether the price is in effect: its start has passed by the database's clock, and no manual override is
 *     in force. Readers see the price, and the next write of the model's price records a version of it
 */
public record AnnouncedPrice(
        PriceUpdate update, Instant validFrom, Attribution attribution, Instant announcedAt, boolean isDue) {

    /**
     * Checks that the values are present.
     *
     * @param update the price, and when the source announced it
     * @param validFrom the first instant at which it applies
     * @param attribution the actor that recorded the announcement
     * @param announcedAt when the announcement was recorded
     * @param isDue whether the start has passed by the database's clock and no manual override is in force
     */
    public AnnouncedPrice {
        requireNonNull(update, "update");
        requireNonNull(validFrom, "validFrom");
        requireNonNull(attribution, "attribution");
        requireNonNull(announcedAt, "announcedAt");
    }
}
