package io.modelpricing;

import java.util.regex.Pattern;

/** Checks the names that a price list gives to variants, regions and hours. */
final class Name {

    private static final Pattern ALLOWED = Pattern.compile("[a-z0-9][a-z0-9_.:/-]{0,63}");

    private Name() {}

    static String requireValid(String what, String name) {
        if (!ALLOWED.matcher(name).matches()) {
            throw new IllegalArgumentException("a " + what + " must have 1 to 64 of the characters a-z, 0-9, _ . : / -"
                    + " and begin with a letter or a digit, but was \"" + TextRule.shortened(name) + "\"");
        }
        return name;
    }
}
