package io.modelpricing;

import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A unit that a request is charged for, such as an input token or a web search. Each unit has its own count and its own
 * price.
 *
 * <p>The count of a unit with a {@link #parent} is contained in the parent's count: input tokens include the cached and
 * the audio tokens, output tokens include the reasoning tokens. Costing subtracts the parts from the parent, so each
 * token is charged once.
 */
public enum BillingUnit implements Identified {
    /** A token of the prompt, including cached and audio tokens. */
    INPUT("input", Side.INPUT, null),
    /** A token of the completion, including reasoning and audio tokens. */
    OUTPUT("output", Side.OUTPUT, null),
    /** A token of an image, where a provider counts these separately from input tokens. */
    IMAGE("image", Side.INPUT, null),
    /** A request: a flat fee per request. */
    REQUEST("request", Side.INPUT, null),
    /** An input token read from the provider's cache. */
    CACHE_READ("cache_read", Side.INPUT, INPUT),
    /**
     * An input token written to the provider's cache for five minutes, or for the only duration that the provider has.
     */
    CACHE_WRITE("cache_write", Side.INPUT, INPUT),
    /** An input token written to the provider's cache for one hour. */
    CACHE_WRITE_1H("cache_write_1h", Side.INPUT, INPUT),
    /** An input token of audio. */
    AUDIO_INPUT("audio_input", Side.INPUT, INPUT),
    /** An image, where a provider charges per image. */
    IMAGE_COUNT("image_count", Side.INPUT, null),
    /** A web search made by the model. */
    WEB_SEARCH("web_search", Side.INPUT, null),
    /** An output token of reasoning, charged as {@link #OUTPUT} unless the card lists a price. */
    REASONING("reasoning", Side.OUTPUT, OUTPUT),
    /** An output token of audio. */
    AUDIO_OUTPUT("audio_output", Side.OUTPUT, OUTPUT);

    /** The side of a cost that a unit's amount is added to. */
    public enum Side {
        /** The prompt, and everything else that the model does not produce. */
        INPUT,
        /** The output of the model. */
        OUTPUT
    }

    /**
     * The units of cached and audio tokens. A card charges them as their {@link #parent} only if it has a rate without
     * a price for them. Reasoning tokens, the other unit with a parent, are charged so unless the card lists a price.
     */
    public static final Set<BillingUnit> CACHED_AND_AUDIO =
            Collections.unmodifiableSet(EnumSet.of(CACHE_READ, CACHE_WRITE, CACHE_WRITE_1H, AUDIO_INPUT, AUDIO_OUTPUT));

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

    /** Returns the unit with an ordinal, without the array copy that {@link #values()} makes. */
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
     * @return input or output
     */
    public Side side() {
        return side;
    }

    /**
     * Returns the unit whose count includes this unit's count.
     *
     * @return the parent; empty for a unit that is not part of another
     */
    public Optional<BillingUnit> parent() {
        return Optional.ofNullable(parent);
    }

    @Nullable
    BillingUnit parentOrNull() {
        return parent;
    }

    /**
     * Returns whether this unit is a token, whose price most lists quote for a thousand or a million.
     *
     * @return false for {@link #REQUEST}, {@link #IMAGE_COUNT} and {@link #WEB_SEARCH}
     */
    public boolean isToken() {
        return switch (this) {
            case REQUEST, IMAGE_COUNT, WEB_SEARCH -> false;
            default -> true;
        };
    }

    @Override
    public String toString() {
        return id;
    }
}
