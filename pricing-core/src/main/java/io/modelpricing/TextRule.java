package io.modelpricing;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rules for text that is stored: a name, a reason, or an id that another system has chosen. The tables have the
 * same rules as constraints.
 *
 * <p>A name or a reason must have a visible character, and none that changes how a terminal or a browser shows the text
 * around it. An id of another system can have any character that PostgreSQL can store.
 */
public final class TextRule {

    /** The maximum length of a name, such as an actor or a pricing source, in characters. */
    public static final int MAX_NAME_LENGTH = 200;

    /** The maximum length of a reason, in characters. */
    public static final int MAX_REASON_LENGTH = 2_000;

    private static final int MAX_SHOWN = 100;

    /** NUL and unpaired surrogates, of which PostgreSQL refuses the first and the driver replaces the others. */
    private static final String UNSTORABLE = "\\x{0}\\x{D800}-\\x{DFFF}";

    /** Control characters, line separators and characters that change the direction of text. */
    private static final String CONTROL =
            "\\x{1}-\\x{1F}\\x{7F}-\\x{9F}\\x{61C}\\x{200E}\\x{200F}\\x{2028}-\\x{202E}\\x{2066}-\\x{2069}";

    /** Spaces, and further characters that have no glyph. */
    private static final String INVISIBLE = "\\x{20}\\x{A0}\\x{AD}\\x{34F}\\x{115F}\\x{1160}\\x{1680}\\x{17B4}\\x{17B5}"
            + "\\x{180B}-\\x{180F}\\x{2000}-\\x{200F}\\x{202F}\\x{205F}-\\x{206F}\\x{2800}\\x{3000}\\x{3164}"
            + "\\x{FE00}-\\x{FE0F}\\x{FEFF}\\x{FFA0}\\x{FFF0}-\\x{FFFB}\\x{1BCA0}-\\x{1BCA3}\\x{1D173}-\\x{1D17A}"
            + "\\x{E0000}-\\x{E0FFF}";

    private static final Pattern HAS_UNSTORABLE = Pattern.compile("[" + UNSTORABLE + "]");
    private static final Pattern HAS_CONTROL = Pattern.compile("[" + UNSTORABLE + CONTROL + "]");
    private static final Pattern HAS_VISIBLE = Pattern.compile("[^" + UNSTORABLE + CONTROL + INVISIBLE + "]");

    private TextRule() {}

    /**
     * Returns whether text is a name: 1 to {@value #MAX_NAME_LENGTH} characters, at least one of them visible, and no
     * control character, no character that changes the direction of text and no unpaired surrogate.
     *
     * @param text the text
     * @return true for a name
     */
    public static boolean isName(String text) {
        return problem(text, MAX_NAME_LENGTH) == null;
    }

    /**
     * Returns text if it is a name.
     *
     * @param what what the text is, such as {@code actor}, for the message of the error
     * @param text the text
     * @return the text
     * @throws IllegalArgumentException if {@link #isName} is false
     */
    public static String requireName(String what, String text) {
        return require(what, text, MAX_NAME_LENGTH);
    }

    /**
     * Returns text if it is a reason. The rule is that of a name, with up to {@value #MAX_REASON_LENGTH} characters.
     *
     * @param what what the text is, such as {@code reason}, for the message of the error
     * @param text the text
     * @return the text
     * @throws IllegalArgumentException if it is not a reason
     */
    public static String requireReason(String what, String text) {
        return require(what, text, MAX_REASON_LENGTH);
    }

    /**
     * Returns text if PostgreSQL can store it unchanged, so if it has neither the character NUL nor an unpaired
     * surrogate.
     *
     * @param what what the text is, such as {@code model id}, for the message of the error
     * @param text the text
     * @return the text
     * @throws IllegalArgumentException if PostgreSQL cannot store it
     */
    public static String requireStorable(String what, String text) {
        if (HAS_UNSTORABLE.matcher(requireNonNull(text, what)).find()) {
            throw new IllegalArgumentException(
                    what + " must not have the character NUL or an unpaired surrogate, but was " + shown(text)
                            + "; remove it, because PostgreSQL cannot store it");
        }
        return text;
    }

    /**
     * Returns text in which control characters, characters without a glyph that format text, and unpaired surrogates
     * are written as in JSON, such as <code>&#92;u001B</code>. Line breaks are control characters.
     *
     * @param text any text
     * @return text that a terminal shows and does not execute
     */
    public static String escaped(String text) {
        StringBuilder escaped = null;
        int length = text.length();
        for (int i = 0, width; i < length; i += width) {
            int character = text.codePointAt(i);
            width = Character.charCount(character);
            if (needsEscape(character)) {
                escaped = escaped == null ? new StringBuilder(length + 16).append(text, 0, i) : escaped;
                for (int unit = i; unit < i + width; unit++) {
                    escaped.append(String.format("\\u%04X", (int) text.charAt(unit)));
                }
            } else if (escaped != null) {
                escaped.append(text, i, i + width);
            }
        }
        return escaped == null ? text : escaped.toString();
    }

    private static boolean needsEscape(int character) {
        if (character >= ' ' && character < 0x7F) {
            return false;
        }
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }

    /** Returns the first characters in quotes and {@link #escaped}, so that the message of an error stays readable. */
    static String shown(String text) {
        return '"' + shortened(text) + '"';
    }

    /** Returns at most the first {@value #MAX_SHOWN} characters, {@link #escaped}. */
    static String shortened(String text) {
        if (text.length() <= MAX_SHOWN) {
            return escaped(text);
        }
        int end = Character.isHighSurrogate(text.charAt(MAX_SHOWN - 1)) ? MAX_SHOWN - 1 : MAX_SHOWN;
        return escaped(text.substring(0, end)) + "…";
    }

    private static String require(String what, String text, int maxLength) {
        String problem = problem(requireNonNull(text, what), maxLength);
        if (problem != null) {
            throw new IllegalArgumentException(
                    what + " must have 1 to " + maxLength + " characters, at least one of them"
                            + " visible, and no control character, but " + shown(text) + " has " + problem);
        }
        return text;
    }

    private static @Nullable String problem(String text, int maxLength) {
        int length = text.codePointCount(0, text.length());
        if (length > maxLength) {
            return length + "; shorten it";
        }
        if (HAS_CONTROL.matcher(text).find()) {
            return "a control character, a character that changes the direction of text or an unpaired surrogate; remove"
                    + " it";
        }
        return HAS_VISIBLE.matcher(text).find() ? null : "no visible character; give one that readers recognize";
    }
}
