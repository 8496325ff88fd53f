package io.modelpricing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The text of a page's cursor: the name of the listing and the values of a key, with a checksum by which a truncated
 * cursor is refused.
 */
final class Cursor {

    private static final String SEPARATOR = "\0";
    private static final int CHECKSUM_LENGTH = 8;

    private Cursor() {}

    static String write(String listing, List<String> key) {
        List<String> parts = new ArrayList<>();
        parts.add(listing);
        parts.addAll(key);
        if (parts.stream().anyMatch(part -> part.contains(SEPARATOR))) {
            throw new IllegalArgumentException("a key must not contain the character NUL, but was " + parts);
        }
        String content = String.join(SEPARATOR, parts);
        return Base64.getUrlEncoder().withoutPadding().encodeToString((checksum(content) + content).getBytes(UTF_8));
    }

    static <K> K read(String listing, String cursor, Function<? super List<String>, ? extends K> reader) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), UTF_8);
            String content = text.substring(CHECKSUM_LENGTH);
            List<String> parts = Arrays.asList(content.split(SEPARATOR, -1));
            if (text.startsWith(checksum(content)) && parts.get(0).equals(listing)) {
                return reader.apply(List.copyOf(parts.subList(1, parts.size())));
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw malformed(listing, cursor, e);
        }
        throw malformed(listing, cursor, null);
    }

    private static IllegalArgumentException malformed(String listing, String cursor, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "\"" + TextRule.shortened(cursor) + "\" is not a cursor of the listing " + listing
                        + "; expected the cursor of an earlier page, unchanged; to start again, request the first page",
                cause);
    }

    private static String checksum(String content) {
        CRC32 crc = new CRC32();
        crc.update(content.getBytes(UTF_8));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }
}
