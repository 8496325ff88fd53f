package io.modelpricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HoursTest {

    private static final Hours DEEPSEEK =
            Hours.parse(Map.of("off_peak", "daily 16:30-00:30", "standard", "daily 00:30-16:30"));

    private static Instant at(String text) {
        return Instant.parse(text);
    }

    /** Returns the hours in which one window, and nothing else, is called {@code x}. */
    private static Hours only(String window, String rest) {
        return Hours.parse(Map.of("x", window, "rest", rest));
    }

    // The name of an instant.

    @ParameterizedTest
    @CsvSource({
        "2026-01-07T00:29:59Z, off_peak",
        "2026-01-07T00:29:59.999999999Z, off_peak",
        "2026-01-07T00:30:00Z, standard",
        "2026-01-07T16:29:59.999999999Z, standard",
        "2026-01-07T16:30:00Z, off_peak",
        "2026-01-07T16:30:00.000000001Z, off_peak",
        "2026-01-07T23:59:59Z, off_peak",
        "2026-01-08T00:00:00Z, off_peak",
        // From Sunday to Monday.
        "2026-01-11T16:29:59Z, standard",
        "2026-01-11T16:30:00Z, off_peak",
        "2026-01-11T23:59:59.999999999Z, off_peak",
        "2026-01-12T00:00:00Z, off_peak",
        "2026-01-12T00:29:59Z, off_peak",
        "2026-01-12T00:30:00Z, standard",
        // Leap day.
        "2028-02-28T16:30:00Z, off_peak",
        "2028-02-29T00:29:59Z, off_peak",
        "2028-02-29T00:30:00Z, standard",
        "2028-02-29T16:30:00Z, off_peak",
        "2028-03-01T00:30:00Z, standard",
        // Before 1970, and the first second of it.
        "1969-12-31T23:59:59.999999999Z, off_peak",
        "1970-01-01T00:00:00Z, off_peak",
        "1970-01-01T00:30:00Z, standard",
        "1969-12-31T16:29:59.999999999Z, standard",
        "1969-12-31T16:30:00Z, off_peak",
        "1904-02-29T00:29:59Z, off_peak",
        "1904-02-29T00:30:00Z, standard",
    })
    void windowsAreHalfOpen(String instant, String name) {
        assertThat(DEEPSEEK.at(at(instant))).isEqualTo(name);
    }

    @Test
    void everyDayOfTheWeekIsRecognized() {
        Hours days = Hours.of(List.of(
                new Hours.Window("monday", 0, 1440),
                new Hours.Window("tuesday", 1440, 2880),
                new Hours.Window("wednesday", 2880, 4320),
                new Hours.Window("thursday", 4320, 5760),
                new Hours.Window("friday", 5760, 7200),
                new Hours.Window("saturday", 7200, 8640),
                new Hours.Window("sunday", 8640, 10080)));
        for (int year : List.of(-400, 1, 1900, 1969, 1970, 2000, 2024, 2026, 9999)) {
            LocalDate first = LocalDate.of(year, 1, 1);
            for (LocalDate day = first; day.getYear() == year; day = day.plusDays(1)) {
                String name = day.getDayOfWeek().name().toLowerCase(Locale.ROOT);
                Instant start = day.atStartOfDay(ZoneOffset.UTC).toInstant();
                assertThat(days.at(start)).as("%s", start).isEqualTo(name);
                assertThat(days.at(start.plusSeconds(86_400).minusNanos(1)))
                        .as("%s", start)
                        .isEqualTo(name);
            }
        }
    }

    @Test
    void timeZoneOfTheMachineDoesNotMatter() {
        TimeZone before = TimeZone.getDefault();
        try {
            for (String zone : List.of("Asia/Kolkata", "America/New_York", "Pacific/Kiritimati")) {
                TimeZone.setDefault(TimeZone.getTimeZone(zone));
                // New York changed its clocks on this Sunday at 07:00 UTC.
                assertThat(DEEPSEEK.at(at("2026-03-08T16:29:59Z"))).isEqualTo("standard");
                assertThat(DEEPSEEK.at(at("2026-03-08T16:30:00Z"))).isEqualTo("off_peak");
                assertThat(DEEPSEEK.at(at("2026-03-07T16:30:00Z"))).isEqualTo("off_peak");
            }
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @Test
    void nameIsThatOfTheWindowThatContainsTheMinute() {
        LocalDate monday = LocalDate.of(2026, 1, 1).with(TemporalAdjusters.next(DayOfWeek.MONDAY));
        for (long seed = 0; seed < 100; seed++) {
            RandomCosts random = new RandomCosts(seed);
            List<CostOracle.Window> week = random.week();
            Hours hours = random.hours(week);
            for (CostOracle.Window window : week) {
                Instant start = monday.atStartOfDay(ZoneOffset.UTC).toInstant().plusSeconds(60L * window.from());
                Instant end = start.plusSeconds(60L * (window.until() - window.from()));
                assertThat(hours.at(start)).as("seed %d: %s", seed, window).isEqualTo(window.name());
                assertThat(hours.at(end.minusNanos(1)))
                        .as("seed %d: %s", seed, window)
                        .isEqualTo(window.name());
                assertThat(hours.at(end)).as("seed %d: %s", seed, window).isEqualTo(hours.at(end.plusSeconds(59)));
            }
        }
    }

    @Test
    void noneHasNoNames() {
        assertThat(Hours.NONE.isEmpty()).isTrue();
        assertThat(Hours.NONE.names()).isEmpty();
        assertThat(Hours.NONE.toText()).isEmpty();
        assertThat(Hours.NONE.at(at("2026-01-01T00:00:00Z"))).isEmpty();
        assertThat(Hours.of(List.of())).isSameAs(Hours.NONE);
        assertThat(Hours.parse(Map.of())).isSameAs(Hours.NONE);
    }

    // Reading.

    @Test
    void dailyWindowContinuesOnTheNextDay() {
        assertThat(DEEPSEEK.isEmpty()).isFalse();
        assertThat(DEEPSEEK.names()).containsExactly("off_peak", "standard");
        assertThat(DEEPSEEK.windows())
                .hasSize(15)
                .startsWith(
                        new Hours.Window("off_peak", 0, 30),
                        new Hours.Window("standard", 30, 990),
                        new Hours.Window("off_peak", 990, 1470))
                .endsWith(new Hours.Window("standard", 8670, 9630), new Hours.Window("off_peak", 9630, 10080));
    }

    @Test
    void windowsOfTheSameWeekAreEqual() {
        Hours weekend = only("sat 00:00-24:00, sun 00:00-24:00", "mon-fri 00:00-24:00");
        assertThat(weekend.windows())
                .containsExactly(new Hours.Window("rest", 0, 7200), new Hours.Window("x", 7200, 10080));
        assertThat(only("sat-sun 00:00-24:00", "mon 00:00-sat 00:00")).isEqualTo(weekend);
        assertThat(only("sat-sun 00:00-00:00", "mon 00:00-fri 24:00")).isEqualTo(weekend);
        assertThat(only("sat 00:00-sun 24:00", "sun 24:00-sat 00:00")).isEqualTo(weekend);
        assertThat(only("sat 00:00-mon 00:00", " MON 00:00-FRI 24:00 ")).isEqualTo(weekend);
        assertThat(only("fri 24:00-mon 00:00", "sun 24:00-fri 24:00"))
                .isEqualTo(weekend)
                .hasSameHashCodeAs(weekend)
                .hasToString(weekend.toString());
        assertThat(only("sat 00:01-mon 00:00", "mon 00:00-sat 00:01")).isNotEqualTo(weekend);
        assertThat(Hours.parse(Map.of("y", "sat-sun 00:00-24:00", "rest", "mon-fri 00:00-24:00")))
                .isNotEqualTo(weekend);
        assertThat(weekend).isNotEqualTo("hours");
    }

    @Test
    void windowsContinueOverSundayMidnight() {
        Hours night = only("fri 18:00-mon 08:00", "mon 08:00-fri 18:00");
        assertThat(night.windows())
                .containsExactly(
                        new Hours.Window("x", 0, 480),
                        new Hours.Window("rest", 480, 4 * 1440 + 1080),
                        new Hours.Window("x", 4 * 1440 + 1080, 10080));
        assertThat(night.at(at("2026-01-09T17:59:59Z"))).isEqualTo("rest");
        assertThat(night.at(at("2026-01-09T18:00:00Z"))).isEqualTo("x");
        assertThat(night.at(at("2026-01-12T07:59:59Z"))).isEqualTo("x");
        assertThat(night.at(at("2026-01-12T08:00:00Z"))).isEqualTo("rest");
        // Each of the days Saturday to Monday.
        assertThat(only("sat-mon 22:00-02:00", "tue 02:00-sat 22:00, sun 02:00-22:00, mon 02:00-22:00")
                        .windows())
                .extracting(Hours.Window::name)
                .containsExactly("x", "rest", "x", "rest", "x", "rest", "x");
    }

    @Test
    void oneNameCanCoverTheWholeWeek() {
        for (String week :
                List.of("daily 00:00-24:00", "daily 07:00-07:00", "mon 00:00-mon 00:00", "wed 01:23-wed 01:23")) {
            Hours always = Hours.parse(Map.of("always", week));
            assertThat(always.windows()).as(week).containsExactly(new Hours.Window("always", 0, 10080));
            assertThat(Hours.parse(always.toText())).isEqualTo(always);
        }
    }

    @Test
    void orderOfTheWindowsDoesNotMatter() {
        Hours.Window a = new Hours.Window("a", 0, 60);
        Hours.Window b = new Hours.Window("b", 60, 5000);
        Hours.Window c = new Hours.Window("a", 5000, 10080);
        assertThat(Hours.of(List.of(c, a, b))).isEqualTo(Hours.of(List.of(a, b, c)));
        assertThat(Hours.of(List.of(c, a, b)).windows()).containsExactly(a, b, c);
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> Hours.of(List.of(a, b, c)).windows().clear());
    }

    // Writing.

    @Test
    void textReadsLikeAPriceList() {
        assertThat(DEEPSEEK.toText())
                .containsExactly(
                        Map.entry("off_peak", "daily 16:30-00:30"), Map.entry("standard", "daily 00:30-16:30"));
        assertThat(only("mon-fri 08:00-18:00", "mon-thu 18:00-08:00, fri 18:00-mon 08:00")
                        .toText()
                        .get("rest"))
                .isEqualTo("mon 00:00-mon 08:00, mon 18:00-tue 08:00, tue 18:00-wed 08:00, wed 18:00-thu 08:00, thu"
                        + " 18:00-fri 08:00, fri 18:00-mon 00:00");
        assertThat(DEEPSEEK).hasToString("{off_peak=daily 16:30-00:30, standard=daily 00:30-16:30}");
    }

    @Test
    void parseReadsTheTextOfAnyHours() {
        for (long seed = 0; seed < 2_000; seed++) {
            RandomCosts random = new RandomCosts(seed);
            Hours hours = random.hours(random.week());
            assertThat(Hours.parse(hours.toText()))
                    .as("seed %d: %s", seed, hours)
                    .isEqualTo(hours);
        }
    }

    @Test
    void parseReadsTheTextOfDailyHours() {
        for (int start = 0; start < 1440; start += 7) {
            for (int length : List.of(1, 30, 480, 1439)) {
                String window = "daily " + time(start) + "-" + time((start + length) % 1440);
                Hours hours = only(window, "daily " + time((start + length) % 1440) + "-" + time(start));
                assertThat(hours.toText()).containsEntry("x", window);
                assertThat(Hours.parse(hours.toText())).isEqualTo(hours);
            }
        }
    }

    private static String time(int minute) {
        return LocalTime.ofSecondOfDay(60L * minute).toString();
    }

    // Bad input.

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "daily 08:00-18:00  | daily 18:00-07:59  | no hours cover mon 07:59 to mon 08:00",
                "daily 08:00-18:00  | daily 18:01-08:00  | no hours cover mon 18:00 to mon 18:01",
                "mon-fri 00:00-24:00| sun 00:00-24:00    | no hours cover sat 00:00 to sun 00:00",
                "mon-sat 00:00-24:00| mon-sat 00:00-24:00| the hours rest and x overlap at mon 00:00",
                "mon-fri 00:00-24:00| sat 00:00-24:00    | no hours cover sun 00:00 to mon 00:00",
                "mon 00:00-sun 23:00| sun 23:00-23:59    | no hours cover sun 23:59 to mon 00:00",
                "mon 00:01-sun 23:00| sun 23:00-24:00    | no hours cover mon 00:00 to mon 00:01",
                "tue-sat 00:00-24:00| sun 00:00-24:00    | no hours cover mon 00:00 to tue 00:00",
                "daily 08:00-18:00  | daily 17:59-08:00  | the hours x and rest overlap at mon 17:59",
                "daily 08:00-18:01  | daily 18:00-08:00  | the hours x and rest overlap at mon 18:00",
                "fri 18:00-mon 08:01| mon 08:00-fri 18:00| the hours x and rest overlap at mon 08:00",
                "mon 00:00-tue 00:00, mon 12:00-13:00 | tue 00:00-mon 00:00 | the hours x and x overlap at mon 12:00",
            })
    void gapsAndOverlapsAreRefused(String x, String rest, String problem) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> only(x, rest))
                .withMessageMatching(problem.replace("rest and x", "(rest and x|x and rest)")
                        + "; every minute of the week in UTC must belong to exactly one name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "daily",
                "daily 8:00-18:00",
                "daily 08:00",
                "daily 08:00-18:60",
                "daily 08:00-25:00",
                "daily 24:01-08:00",
                "daily 24:00-08:00",
                "daily 08:00-24:30",
                "mon-daily 08:00-18:00",
                "weekdays 08:00-18:00",
                "mon 08:00-18:00 utc",
                "mon  08:00-18:00",
                "mon-fri 08:00-tue 18:00",
                "mon 08:00-xyz 18:00",
                "mon 08:00:00-09:00:00",
                "08:00-18:00",
            })
    void unreadableWindowIsRefused(String window) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Hours.parse(Map.of("peak", window)))
                .withMessage("\"" + window + "\" is not a window of the week; expected for example daily 16:30-00:30,"
                        + " mon-fri 08:00-18:00, sat 00:00-24:00 or fri 18:00-mon 08:00, in UTC");
    }

    @Test
    void trailingCommaIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Hours.parse(Map.of("peak", "daily 00:00-24:00,")))
                .withMessageStartingWith("\"\" is not a window of the week");
    }

    @Test
    void invalidNameIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Hours.parse(Map.of("Off Peak", "daily 00:00-24:00")))
                .withMessageStartingWith("a name of hours must have ")
                .withMessageEndingWith("but was \"Off Peak\"");
        assertThatIllegalArgumentException().isThrownBy(() -> new Hours.Window("", 0, 1));
    }

    @ParameterizedTest
    @CsvSource({"-1, 10", "0, 10081", "10, 10", "11, 10", "0, 0"})
    void windowOutsideTheWeekIsRefused(int from, int until) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Hours.Window("peak", from, until))
                .withMessage("the window of peak must start before it ends, within 0 and 10080 minutes, but was " + from
                        + " to " + until);
    }
}
