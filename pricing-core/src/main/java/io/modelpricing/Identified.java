package io.modelpricing;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A constant with a text id, which tables, JSON and the command line use for it. */
public interface Identified {

    /**
     * Returns the text id.
     *
     * @return lower-case text without spaces, such as {@code batch}
     */
    String id();

    /**
     * Reads the constant with an id.
     *
     * @param type the enum to search
     * @param noun what a constant of that enum is called in the message of an error, such as {@code service tier}
     * @param id the id, in the exact case
     * @param <E> the enum
     * @return the constant
     * @throws IllegalArgumentException if no constant has this id; the message lists the ids that exist
     */
    static <E extends Enum<E> & Identified> E parse(Class<E> type, String noun, String id) {
        E[] constants = type.getEnumConstants();
        for (E constant : constants) {
            if (constant.id().equals(id)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(TextRule.shown(id) + " is not a " + noun + "; expected one of "
                + Arrays.stream(constants).map(Identified::id).collect(Collectors.joining(", ")));
    }
}
