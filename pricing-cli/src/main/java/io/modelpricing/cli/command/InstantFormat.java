package io.modelpricing.cli.command;

import io.modelpricing.cli.output.Failure;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;

/** Parses instants. */
final class InstantFormat {

    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private InstantFormat() {}

    /**
     * Parses an instant that is stored, and so must have the precision of PostgreSQL.
     *
     * @throws Failure if it is not an instant, or has fractions of a microsecond
     */
    static Instant parseStored(String text) {
        Instant instant = parse(text);
        if (!instant.equals(instant.truncatedTo(ChronoUnit.MICROS))) {
            throw Failure.usage(
                    "malformed_instant",
                    "\"" + text + "\" is more precise than a microsecond, but the database stores microseconds",
                    "write at most 6 decimals of a second, such as " + instant.truncatedTo(ChronoUnit.MICROS));
        }
        return instant;
    }

    /**
     * Parses an instant.
     *
     * @throws Failure if it is not an instant
     */
    static Instant parse(String text) {
        Failure malformed = Failure.usage(
                "malformed_instant",
                "\"" + text + "\" is not an instant between the years 1 and 9999",
                "write the date, time and zone, such as 2026-01-31T12:00:00Z or 2026-01-31T13:00:00+01:00");
        try {
            Instant instant = Instant.parse(text);
            if (instant.isBefore(FIRST) || instant.isAfter(LAST)) {
                throw malformed;
            }
            return instant;
        } catch (DateTimeParseException e) {
            malformed.addSuppressed(e);
            throw malformed;
        }
    }
}
