package io.modelpricing.cli.output;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Masks secrets in text that is printed: the passwords that the command uses, which a server could send back, and what
 * looks like a password, because the database driver puts whole URLs into its messages.
 */
public final class Secrets {

    private static final String MASK = "***";

    /** A shorter secret is masked only as a word, because it can be a part of other words. */
    private static final int SHORTEST_IN_WORDS = 6;

    private static final Pattern SECRET_NAME = Pattern.compile("pass|pwd|secret");

    private final Set<String> known = new LinkedHashSet<>();

    /** Adds a secret that is to be masked from now on. */
    public void add(@Nullable String secret) {
        if (secret != null && !secret.isBlank()) {
            known.add(secret);
        }
    }

    /** Returns text with masks instead of secrets, in time that is linear in its length. */
    public String masked(String text) {
        String masked = text;
        for (String secret : known) {
            masked = secret.length() < SHORTEST_IN_WORDS
                    ? Pattern.compile("(?<![\\p{L}\\p{N}])" + Pattern.quote(secret) + "(?![\\p{L}\\p{N}])")
                            .matcher(masked)
                            .replaceAll(Matcher.quoteReplacement(MASK))
                    : masked.replace(secret, MASK);
        }
        return withoutUserInfo(withoutParameters(masked));
    }

    /** Masks the value of each parameter whose name suggests a secret, up to the next space or ampersand. */
    private static String withoutParameters(String text) {
        StringBuilder masked = new StringBuilder();
        int copied = 0;
        int nameStart = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '=') {
                String name = text.substring(nameStart, i).toLowerCase(Locale.ROOT);
                int end = i + 1;
                if (SECRET_NAME.matcher(name).find()) {
                    while (end < text.length() && text.charAt(end) != '&' && !isSpace(text.charAt(end))) {
                        end++;
                    }
                    masked.append(text, copied, i + 1).append(MASK);
                    copied = end;
                    i = end - 1;
                }
                nameStart = end;
            } else if (!isNamePart(c)) {
                nameStart = i + 1;
            }
        }
        return masked.append(text, copied, text.length()).toString();
    }

    /** Masks the password in {@code //user:password@host}, up to the last at sign before the next space. */
    private static String withoutUserInfo(String text) {
        StringBuilder masked = new StringBuilder();
        int copied = 0;
        int wordEnd = 0;
        int lastAt = -1;
        for (int i = text.indexOf("//"); i >= 0; i = text.indexOf("//", i)) {
            if (i >= wordEnd) {
                wordEnd = i;
                lastAt = -1;
                for (; wordEnd < text.length() && !isSpace(text.charAt(wordEnd)); wordEnd++) {
                    lastAt = text.charAt(wordEnd) == '@' ? wordEnd : lastAt;
                }
            }
            int colon = i + 2;
            while (colon < wordEnd && ":@/".indexOf(text.charAt(colon)) < 0) {
                colon++;
            }
            if (colon < lastAt && text.charAt(colon) == ':') {
                masked.append(text, copied, colon + 1).append(MASK);
                copied = lastAt;
                i = wordEnd;
            } else {
                i = colon;
            }
        }
        return masked.append(text, copied, text.length()).toString();
    }

    private static boolean isNamePart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c);
    }
}
