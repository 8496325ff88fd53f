package io.modelpricing;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request is charged for: something that is counted, and has a price for one.
 *
 * <p>Tokens of a <em>part</em> are counted within their {@link #parent}: input tokens contain the cached and the audio
 * ones, output tokens the reasoning ones. Costing takes the parts out of the parent, so that each token is charged once.
 */
public enum BillingUnit implements Identified {
    /** Tokens of the prompt, with its cached and audio tokens. */
    INPUT("input", Side.INPUT, null),
    /** Tokens of the completion, with its reasoning and audio tokens. */
    OUTPUT("output", Side.OUTPUT, null),
    /** Tokens of images, where a provider counts them apart from the input tokens. */
    IMAGE("image", Side.INPUT, null),
    /** Requests: a fee for each, whatever its size. */
    REQUEST("request", Side.INPUT, null),
    /** Input tokens read from the provider's cache. */
    CACHE_READ("cache_read", Side.INPUT, INPUT),
    /** Input tokens written to the provider's cache for five minutes, or for its only duration. */
    CACHE_WRITE("cache_write", Side.INPUT, INPUT),
    /** Input tokens written to the provider's cache for one hour. */
    CACHE_WRITE_1H("cache_write_1h", Side.INPUT, INPUT),
    /** Input tokens of audio. */
    AUDIO_INPUT("audio_input", Side.INPUT, INPUT),
    /** Images, counted as pieces. */
    IMAGE_COUNT("image_count", Side.INPUT, null),
    /** Web searches that the model made. */
    WEB_SEARCH("web_search", Side.INPUT, null),
    /** Output tokens of reasoning: charged as {@link #OUTPUT} unless a card lists them. */
    REASONING("reasoning", Side.OUTPUT, OUTPUT),
    /** Output tokens of audio. */
    AUDIO_OUTPUT("audio_output", Side.OUTPUT, OUTPUT);

    /** The side of a cost that a unit's amount is added to. */
    public enum Side {
        /** The prompt, and everything else that is not produced by the model. */
        INPUT,
        /** What the model produced. */
        OUTPUT
    }

    private static final List<BillingUnit> ALL = List.of(values());
    private static final Map<String, BillingUnit> BY_ID = byId();

    private final String id;
    private final Side side;
    private final @Nullable BillingUnit parent;

    BillingUnit(String id, Side side, @Nullable BillingUnit parent) {
        this.id = id;
        this.side = side;
        this.parent = parent;
    }

    private static Map<String, BillingUnit> byId() {
        Map<String, BillingUnit> byId = new HashMap<>();
        ALL.forEach(unit -> byId.put(unit.id, unit));
        return Collections.unmodifiableMap(byId);
    }

    /**
     * Reads the unit with an id.
     *
     * @param id for example {@code cache_read}
     * @return the unit
     * @throws IllegalArgumentException if no unit has this id; the message lists the ids that exist
     */
    public static BillingUnit parse(String id) {
        BillingUnit unit = BY_ID.get(id);
        return unit == null ? Identified.parse(BillingUnit.class, "billing unit", id) : unit;
    }

    /** Returns the unit of an ordinal, without the copy that {@link #values()} makes. */
    static BillingUnit at(int ordinal) {
        return ALL.get(ordinal);
    }

    static int count() {
        return ALL.size();
    }

    @Override
    public String id() {
        return id;
    }

    /**
     * Returns the side of a cost that this unit's amount is added to.
     *
     * @return the side
     */
    public Side side() {
        return side;
    }

    /**
     * Returns the unit whose counts contain this one's.
     *
     * @return the parent, empty for a unit that is part of no other
     */
    public Optional<BillingUnit> parent() {
        return Optional.ofNullable(parent);
    }

    @Nullable
    BillingUnit parentOrNull() {
        return parent;
    }

    @Override
    public String toString() {
        return id;
    }
}
