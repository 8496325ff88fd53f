package io.modelpricing.jooq;

import static java.util.stream.Collectors.joining;

import io.modelpricing.Hours;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The column {@code model_pricing_rate_set.hours}: a JSON object with the windows of each name. */
final class StoredHours {

    /** Names and windows have no character that JSON escapes. */
    private static final Pattern ENTRY = Pattern.compile("\"([^\"]*)\": *\"([^\"]*)\"");

    private StoredHours() {}

    static String json(Hours hours) {
        return hours.toText().entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\": \"" + entry.getValue() + "\"")
                .collect(joining(", ", "{", "}"));
    }

    static Hours parse(String json) {
        Map<String, String> windows = new LinkedHashMap<>();
        Matcher entry = ENTRY.matcher(json);
        while (entry.find()) {
            windows.put(entry.group(1), entry.group(2));
        }
        return Hours.parse(windows);
    }
}
