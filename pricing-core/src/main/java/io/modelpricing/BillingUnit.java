package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A unit that a request is charged for, such as an input token or a web search. Each unit has its own count and its own
 * price.
 *
 * <p>A unit can be part of others: the count of input tokens includes the cached tokens, and cached audio is part of
 * both the cached and the audio tokens. Costing charges each token once, as the most specific unit that was counted.
 *
 * <p>The file {@code billing-units.csv} beside this class defines every unit. The constants are the units that Java
 * code names most; {@link #parse} reads any of them. There is one instance of each unit, so units can be compared by
 * identity. Units are ordered as in the file.
 */
public final class BillingUnit implements Comparable<BillingUnit> {

    /** The side of a cost that a unit's amount is added to. */
    public enum Side {
        /** The prompt, and everything else that the model does not produce. */
        INPUT,
        /** The output of the model. */
        OUTPUT
    }

    private static final String FILE = "billing-units.csv";
    private static final Map<String, BillingUnit> KNOWN = read();
    private static final List<BillingUnit> ALL = List.copyOf(KNOWN.values());
    private static final List<BillingUnit> PARTS = ALL.stream()
            .filter(unit -> !unit.wholes.isEmpty())
            .sorted(Comparator.comparing((BillingUnit unit) -> unit.wholes.size())
                    .reversed())
            .toList();
    private static final ConcurrentMap<String, BillingUnit> UNKNOWN = new ConcurrentHashMap<>();

    /** A token of the prompt, including its cached, audio, image and video tokens. */
    public static final BillingUnit INPUT = parse("input");
    /** A token of the completion, including its reasoning, audio, image and video tokens. */
    public static final BillingUnit OUTPUT = parse("output");
    /** A token of an image that the provider counts apart from the prompt. */
    public static final BillingUnit IMAGE = parse("image");
    /** A request: a flat fee per request. */
    public static final BillingUnit REQUEST = parse("request");
    /** An input token read from the provider's cache. */
    public static final BillingUnit CACHE_READ = parse("cache_read");
    /**
     * An input token written to the provider's cache for five minutes, or for the only duration that the provider has.
     */
    public static final BillingUnit CACHE_WRITE = parse("cache_write");
    /** An input token written to the provider's cache for one hour. */
    public static final BillingUnit CACHE_WRITE_1H = parse("cache_write_1h");
    /** An input token of audio. */
    public static final BillingUnit AUDIO_INPUT = parse("audio_input");
    /** An input token of audio that was read from the provider's cache. */
    public static final BillingUnit CACHE_READ_AUDIO = parse("cache_read_audio");
    /** An input token of an image: part of the prompt, unlike {@link #IMAGE}. */
    public static final BillingUnit IMAGE_INPUT = parse("image_input");
    /** An image that the model read, where a provider charges per image. */
    public static final BillingUnit IMAGE_COUNT = parse("image_count");
    /** An image that the model made, where a provider charges per image. */
    public static final BillingUnit IMAGE_OUTPUT_COUNT = parse("image_output_count");
    /** A web search made by the model. Its variant is the context size that the search was asked for. */
    public static final BillingUnit WEB_SEARCH = parse("web_search");
    /** An output token of reasoning, charged as {@link #OUTPUT} unless the card lists a price. */
    public static final BillingUnit REASONING = parse("reasoning");
    /** An output token of audio. */
    public static final BillingUnit AUDIO_OUTPUT = parse("audio_output");
    /** An output token of an image. */
    public static final BillingUnit IMAGE_OUTPUT = parse("image_output");
    /** A millisecond of video that the model made. Its variant is the resolution. */
    public static final BillingUnit VIDEO_OUTPUT_MS = parse("video_output_ms");

    /** The units that {@link RateCard#chargingUnlistedPartsAsWhole} adds rates for. */
    public static final Set<BillingUnit> CACHED_AND_AUDIO = Collections.unmodifiableSet(
            new LinkedHashSet<>(List.of(CACHE_READ, CACHE_WRITE, CACHE_WRITE_1H, AUDIO_INPUT, AUDIO_OUTPUT)));

    private final String id;
    private final int index;
    private final @Nullable Measure measure;
    private final Side side;
    private final Set<BillingUnit> wholes;
    private final boolean variants;
    private final String description;

    private BillingUnit(
            String id,
            int index,
            @Nullable Measure measure,
            Side side,
            Set<BillingUnit> wholes,
            boolean variants,
            String description) {
        this.id = id;
        this.index = index;
        this.measure = measure;
        this.side = side;
        this.wholes = wholes;
        this.variants = variants;
        this.description = description;
    }

    private static Map<String, BillingUnit> read() {
        Map<String, BillingUnit> units = new LinkedHashMap<>();
        try (InputStream file = requireNonNull(BillingUnit.class.getResourceAsStream(FILE), FILE);
                BufferedReader lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            lines.lines().skip(1).forEach(line -> {
                String[] cells = line.split(",", 6);
                Set<BillingUnit> wholes = new LinkedHashSet<>();
                for (String whole : cells[3].isEmpty() ? new String[0] : cells[3].split(" ")) {
                    BillingUnit unit = requireNonNull(units.get(whole), whole);
                    wholes.add(unit);
                    wholes.addAll(unit.wholes);
                }
                BillingUnit unit = new BillingUnit(
                        cells[0],
                        units.size(),
                        Measure.parse(cells[1]),
                        Side.valueOf(cells[2].toUpperCase(Locale.ROOT)),
                        Collections.unmodifiableSet(wholes),
                        cells[4].equals("yes"),
                        cells[5]);
                units.put(unit.id, unit);
            });
            return units;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns every unit that this version of the library knows.
     *
     * @return the units in the order of the file that defines them
     */
    public static List<BillingUnit> all() {
        return ALL;
    }

    /** Returns the units that are part of others, the most specific first. */
    static List<BillingUnit> parts() {
        return PARTS;
    }

    static BillingUnit at(int index) {
        return ALL.get(index);
    }

    /**
     * Reads the unit with an id.
     *
     * @param id for example {@code cache_read}
     * @return the unit
     * @throws IllegalArgumentException if no unit has this id; the message lists the ids that exist
     */
    public static BillingUnit parse(String id) {
        BillingUnit unit = KNOWN.get(id);
        if (unit == null) {
            throw new IllegalArgumentException(
                    "\"" + TextRule.shortened(id) + "\" is not a billing unit; expected one of "
                            + ALL.stream().map(BillingUnit::id).collect(Collectors.joining(", ")));
        }
        return unit;
    }

    /**
     * Returns the unit that a stored rate card names. A newer version of this library may have stored units that this
     * version does not know. Such a unit can be read and shown, but not charged: a usage that counts it costs
     * {@link Cost.Incomplete}.
     *
     * @param id the id of a stored unit
     * @return the unit; {@link #isKnown} tells whether this version knows it
     */
    public static BillingUnit ofStored(String id) {
        BillingUnit unit = KNOWN.get(id);
        return unit != null
                ? unit
                : UNKNOWN.computeIfAbsent(
                        id,
                        unknown -> new BillingUnit(
                                unknown, ALL.size(), null, Side.INPUT, Set.of(), true, "Unknown to this version"));
    }

    /** Returns the position of this unit in the file; all unknown units share the position after the last one. */
    int index() {
        return index;
    }

    static int count() {
        return ALL.size();
    }

    /**
     * Returns whether this version of the library knows this unit.
     *
     * @return false for a unit that a newer version stored
     */
    public boolean isKnown() {
        return measure != null;
    }

    /**
     * Returns the text id.
     *
     * @return lower-case text without spaces, such as {@code cache_read}
     */
    public String id() {
        return id;
    }

    /** Returns the text id with a variant, such as {@code web_search/high}; only the id if the variant is empty. */
    String id(String variant) {
        return variant.isEmpty() ? id : id + "/" + variant;
    }

    /**
     * Returns what this unit counts.
     *
     * @return the measure; empty for a unit that is not {@linkplain #isKnown known}
     */
    public Optional<Measure> measure() {
        return Optional.ofNullable(measure);
    }

    /**
     * Returns whether this unit is a token, whose price most lists quote for a thousand or a million.
     *
     * @return true if the measure is {@link Measure#TOKEN}
     */
    public boolean isToken() {
        return measure == Measure.TOKEN;
    }

    /**
     * Returns the side of a cost that this unit's amount is added to.
     *
     * @return input or output
     */
    public Side side() {
        return side;
    }

    /**
     * Returns the units whose counts include this unit's count, directly or through another.
     *
     * @return for cached audio: the cached, the audio and all input tokens; empty for a unit that is part of no other
     */
    public Set<BillingUnit> wholes() {
        return wholes;
    }

    /**
     * Returns the unit that cached, audio and reasoning tokens are charged as where a card only declares that they are
     * charged as the tokens that they are part of: input or output; a 1-hour cache write as the 5-minute one where that
     * has a price.
     *
     * @param isPriced whether a unit has a price
     * @return the unit whose price is charged; empty for any other unit, whose rate must name it
     */
    public Optional<BillingUnit> defaultWhole(Predicate<BillingUnit> isPriced) {
        if (this == CACHE_WRITE_1H && isPriced.test(CACHE_WRITE)) {
            return Optional.of(CACHE_WRITE);
        }
        return this == REASONING || CACHED_AND_AUDIO.contains(this)
                ? Optional.of(side == Side.INPUT ? INPUT : OUTPUT)
                : Optional.empty();
    }

    /**
     * Returns whether the price of this unit can depend on a variant, such as the size of an image or the resolution of
     * a video.
     *
     * @return true if a count and a rate of this unit can name a variant
     */
    public boolean hasVariants() {
        return variants;
    }

    /**
     * Returns what this unit is, in a line of plain English.
     *
     * @return for example {@code An image that the model read}
     */
    public String description() {
        return description;
    }

    /** Orders the units as in the file that defines them; unknown units follow in the order of their ids. */
    @Override
    public int compareTo(BillingUnit other) {
        return index != other.index ? Integer.compare(index, other.index) : id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return id;
    }
}
