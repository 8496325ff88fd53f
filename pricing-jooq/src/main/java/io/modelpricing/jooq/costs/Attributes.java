package io.modelpricing.jooq.costs;

import io.modelpricing.TextRule;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The rules for the attributes of a cost, which are also constraints of {@code request_cost}. */
final class Attributes {

    private static final int MAX = 4;
    private static final int MAX_LENGTH = 200;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,39}");

    private Attributes() {}

    /** Returns the name of an attribute if it is valid. */
    static String name(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + name + "\" is not an attribute name; expected a lower-case letter"
                    + " and up to 39 lower-case letters, digits or underscores, such as customer");
        }
        return name;
    }

    /** Returns a sorted copy of attributes if they are valid. */
    static Map<String, String> checked(Map<String, String> attributes) {
        attributes.forEach((name, value) -> {
            name(name);
            if (value.isBlank() || value.length() > MAX_LENGTH || value.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("the attribute " + name + " must have 1 to " + MAX_LENGTH
                        + " characters, not all of them blank and none of them NUL, but was \""
                        + TextRule.escaped(value) + "\"");
            }
            TextRule.requireStorable("the attribute " + name, value);
        });
        if (attributes.size() > MAX) {
            throw new IllegalArgumentException("a cost can have at most " + MAX + " attributes, but got "
                    + attributes.size() + ": " + new TreeSet<>(attributes.keySet()));
        }
        return Collections.unmodifiableMap(new TreeMap<>(attributes));
    }

    /** Returns attributes with one replaced or added. */
    static Map<String, String> with(Map<String, String> attributes, String name, String value) {
        Map<String, String> more = new TreeMap<>(attributes);
        more.put(name, value);
        return more;
    }
}
