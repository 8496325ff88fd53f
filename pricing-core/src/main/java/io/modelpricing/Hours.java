package io.modelpricing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The named hours of a rate card, such as peak and off-peak. They divide the week in UTC: every minute belongs to
 * exactly one name.
 *
 * <pre>{@code
 * Hours.parse(Map.of(
 *         "off_peak", "daily 16:30-00:30",
 *         "peak", "daily 00:30-16:30"));
 * }</pre>
 *
 * <p>Windows are half-open and in UTC, so daylight-saving time never moves them. A window is {@code daily}, a day or a
 * range of days with two times of day ({@code mon-fri 08:00-18:00}), or runs from one day to another
 * ({@code fri 18:00-mon 08:00}). A window that does not end after it starts continues on the next day; {@code 24:00}
 * is the end of a day. Commas separate several windows.
 *
 * <p>This class is immutable and thread-safe. Two are equal if they give every minute the same name.
 */
public final class Hours {

    /** The minutes of a week. */
    public static final int MINUTES_OF_WEEK = 7 * 24 * 60;

    /** No hours: no price depends on the time. */
    public static final Hours NONE = new Hours(List.of());

    private static final int MINUTES_OF_DAY = 24 * 60;
    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
    private static final String DAY = "(mon|tue|wed|thu|fri|sat|sun)";
    private static final String TIME = "([01][0-9]|2[0-4]):([0-5][0-9])";
    private static final Pattern BY_DAY =
            Pattern.compile("(?:daily|" + DAY + "(?:-" + DAY + ")?) " + TIME + "-" + TIME);
    private static final Pattern ACROSS_DAYS = Pattern.compile(DAY + " " + TIME + "-" + DAY + " " + TIME);

    /**
     * A part of the week in UTC that has one name.
     *
     * @param name the name of the hours
     * @param fromMinute the first minute, counted from Monday 00:00
     * @param untilMinute the minute after the last one, at most {@value #MINUTES_OF_WEEK}
     */
    public record Window(String name, int fromMinute, int untilMinute) {

        /**
         * Checks the minutes.
         *
         * @param name the name of the hours
         * @param fromMinute the first minute, 0 or more
         * @param untilMinute the minute after the last one
         * @throws IllegalArgumentException if the name is not valid, or the window is empty or not within the week
         */
        public Window {
            Name.requireValid("name of hours", name);
            if (fromMinute < 0 || untilMinute > MINUTES_OF_WEEK || fromMinute >= untilMinute) {
                throw new IllegalArgumentException("the window of " + name + " must start before it ends, within 0 and "
                        + MINUTES_OF_WEEK + " minutes, but was " + fromMinute + " to " + untilMinute);
            }
        }
    }

    private final List<Window> windows;
    private final List<String> names;

    private Hours(List<Window> windows) {
        this.windows = windows;
        names = windows.stream().map(Window::name).distinct().sorted().toList();
    }

    /**
     * Returns the hours of windows that divide the week.
     *
     * @param windows the windows in any order; none for {@link #NONE}
     * @return the hours
     * @throws IllegalArgumentException if two windows overlap, or no window covers a minute; the message names it
     */
    public static Hours of(List<Window> windows) {
        if (windows.isEmpty()) {
            return NONE;
        }
        List<Window> merged = new ArrayList<>();
        String name = "";
        int covered = 0;
        for (Window window : windows.stream()
                .sorted(Comparator.comparingInt(Window::fromMinute))
                .toList()) {
            if (window.fromMinute() > covered) {
                throw gap(covered, window.fromMinute());
            }
            if (window.fromMinute() < covered) {
                throw new IllegalArgumentException(
                        "the hours " + name + " and " + window.name() + " overlap at " + text(window.fromMinute())
                                + "; every minute of the week in UTC must belong to exactly one name");
            }
            boolean continues = window.name().equals(name);
            int from = continues ? merged.remove(merged.size() - 1).fromMinute() : window.fromMinute();
            name = window.name();
            covered = window.untilMinute();
            merged.add(new Window(name, from, covered));
        }
        if (covered < MINUTES_OF_WEEK) {
            throw gap(covered, MINUTES_OF_WEEK);
        }
        return new Hours(List.copyOf(merged));
    }

    private static IllegalArgumentException gap(int from, int until) {
        return new IllegalArgumentException("no hours cover " + text(from) + " to " + text(until)
                + "; every minute of the week in UTC must belong to exactly one name");
    }

    /**
     * Reads hours.
     *
     * @param windowsByName the windows of each name, such as {@code mon-fri 08:00-18:00, sat 10:00-14:00}
     * @return the hours
     * @throws IllegalArgumentException if a window cannot be read, two overlap, or no window covers a minute
     */
    public static Hours parse(Map<String, String> windowsByName) {
        List<Window> windows = new ArrayList<>();
        windowsByName.forEach((name, text) -> {
            for (String window : text.split(",", -1)) {
                add(name, window.strip().toLowerCase(Locale.ROOT), windows);
            }
        });
        return of(windows);
    }

    private static void add(String name, String text, List<Window> windows) {
        Matcher byDay = BY_DAY.matcher(text);
        if (byDay.matches()) {
            int first = byDay.group(1) == null ? 0 : DAYS.indexOf(byDay.group(1));
            int last = byDay.group(1) == null ? 6 : byDay.group(2) == null ? first : DAYS.indexOf(byDay.group(2));
            int days = Math.floorMod(last - first, 7) + 1;
            int from = minute(byDay.group(3), byDay.group(4), text);
            int until = minute(byDay.group(5), byDay.group(6), text);
            if (from == MINUTES_OF_DAY) {
                throw unreadable(text);
            }
            int length = until > from ? until - from : until - from + MINUTES_OF_DAY;
            for (int day = first; day < first + days; day++) {
                add(name, day * MINUTES_OF_DAY + from, length, windows);
            }
            return;
        }
        Matcher across = ACROSS_DAYS.matcher(text);
        if (!across.matches()) {
            throw unreadable(text);
        }
        int from = DAYS.indexOf(across.group(1)) * MINUTES_OF_DAY + minute(across.group(2), across.group(3), text);
        int until = DAYS.indexOf(across.group(4)) * MINUTES_OF_DAY + minute(across.group(5), across.group(6), text);
        int length = Math.floorMod(until - from, MINUTES_OF_WEEK);
        add(name, from, length == 0 ? MINUTES_OF_WEEK : length, windows);
    }

    /** Adds a window that may continue into the next week. */
    private static void add(String name, int from, int length, List<Window> windows) {
        int start = Math.floorMod(from, MINUTES_OF_WEEK);
        int end = start + length;
        windows.add(new Window(name, start, Math.min(end, MINUTES_OF_WEEK)));
        if (end > MINUTES_OF_WEEK) {
            windows.add(new Window(name, 0, end - MINUTES_OF_WEEK));
        }
    }

    private static int minute(String hour, String minute, String text) {
        int minutes = Integer.parseInt(hour) * 60 + Integer.parseInt(minute);
        if (minutes > MINUTES_OF_DAY) {
            throw unreadable(text);
        }
        return minutes;
    }

    private static IllegalArgumentException unreadable(String text) {
        return new IllegalArgumentException(
                "\"" + TextRule.shortened(text) + "\" is not a window of the week; expected for"
                        + " example daily 16:30-00:30, mon-fri 08:00-18:00, sat 00:00-24:00 or fri 18:00-mon 08:00, in UTC");
    }

    /**
     * Returns whether no price depends on the time.
     *
     * @return true for {@link #NONE}
     */
    public boolean isEmpty() {
        return windows.isEmpty();
    }

    /**
     * Returns the names.
     *
     * @return the names in alphabetical order
     */
    public List<String> names() {
        return names;
    }

    /**
     * Returns the windows.
     *
     * @return the windows from Monday 00:00 to Sunday 24:00; neighbors have different names
     */
    public List<Window> windows() {
        return windows;
    }

    /**
     * Returns the name of the hours that an instant is in.
     *
     * @param instant when a request ran
     * @return the name; empty if {@link #isEmpty()}
     */
    public String at(Instant instant) {
        if (windows.isEmpty()) {
            return "";
        }
        // 1970-01-01 was a Thursday.
        long minute =
                Math.floorMod(Math.floorDiv(instant.getEpochSecond(), 60) + 3 * MINUTES_OF_DAY, (long) MINUTES_OF_WEEK);
        int i = 0;
        while (minute >= windows.get(i).untilMinute()) {
            i++;
        }
        return windows.get(i).name();
    }

    /**
     * Returns the windows as text that {@link #parse} reads.
     *
     * @return the windows of each name, in alphabetical order of the names
     */
    public Map<String, String> toText() {
        Map<String, String> text = new LinkedHashMap<>();
        for (String name : names) {
            String daily = daily(name);
            text.put(name, daily == null ? byWindow(name) : daily);
        }
        return text;
    }

    private String byWindow(String name) {
        StringJoiner all = new StringJoiner(", ");
        for (Window window : windows) {
            if (window.name().equals(name)) {
                all.add(text(window.fromMinute()) + "-" + text(window.untilMinute() % MINUTES_OF_WEEK));
            }
        }
        return all.toString();
    }

    /** Returns the windows of a name if they are the same on each day, otherwise null. */
    private @Nullable String daily(String name) {
        StringJoiner text = new StringJoiner(", ");
        List<Window> repeated = new ArrayList<>();
        List<Window> actual = new ArrayList<>();
        for (Window window : windows) {
            if (window.name().equals(name)) {
                actual.add(window);
                int start = window.fromMinute() - MINUTES_OF_DAY;
                if (start >= 0 && start < MINUTES_OF_DAY) {
                    int length = window.untilMinute() - window.fromMinute();
                    for (int day = 0; day < 7; day++) {
                        add(name, day * MINUTES_OF_DAY + start, length, repeated);
                    }
                    text.add("daily " + time(start) + "-" + time((start + length) % MINUTES_OF_DAY));
                }
            }
        }
        repeated.sort(Comparator.comparingInt(Window::fromMinute));
        return repeated.equals(actual) ? text.toString() : null;
    }

    private static String text(int minute) {
        int within = minute % MINUTES_OF_WEEK;
        return DAYS.get(within / MINUTES_OF_DAY) + " " + time(within % MINUTES_OF_DAY);
    }

    private static String time(int minuteOfDay) {
        return String.format(Locale.ROOT, "%02d:%02d", minuteOfDay / 60, minuteOfDay % 60);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Hours that && windows.equals(that.windows);
    }

    @Override
    public int hashCode() {
        return windows.hashCode();
    }

    @Override
    public String toString() {
        return toText().toString();
    }
}
