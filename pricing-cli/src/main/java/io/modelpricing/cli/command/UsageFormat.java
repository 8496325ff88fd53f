package io.modelpricing.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.BillingUnit;
import io.modelpricing.ServiceTier;
import io.modelpricing.Usage;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.PriceFormat;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Parses usage written as {@code input=1000,web_search/high=2,region=eu}, or as a JSON object with the same names, in
 * which the variants of a unit are an object: {@code {"input":1000,"web_search":{"high":2},"region":"eu"}}.
 */
final class UsageFormat {

    private static final String SERVICE_TIER = "service_tier";
    private static final String REGION = "region";
    private static final String REMEDY =
            "write names and counts, such as input=1000,output=500,cache_read=200,web_search/high=2,region=eu";
    private static final String JSON_REMEDY =
            "write names and counts, such as {\"input\":1000,\"web_search\":{\"high\":2},\"region\":\"eu\"}";

    private UsageFormat() {}

    /**
     * Parses a usage on the command line.
     *
     * @param terms further names and values, such as {@code region}, which the options of these names give; null values
     *     are ignored
     */
    static Usage parse(String text, Map<String, @Nullable String> terms) {
        return checked(REMEDY, () -> {
            Map<String, String> values = new LinkedHashMap<>();
            for (String part : text.split(",", -1)) {
                int equals = part.indexOf('=');
                if (equals < 0) {
                    throw new IllegalArgumentException("\"" + part + "\" "
                            + (part.equals(text) ? "" : "in \"" + text + "\" ") + "is not of the form NAME=COUNT");
                }
                String name = part.substring(0, equals);
                if (values.put(name, part.substring(equals + 1)) != null) {
                    throw new IllegalArgumentException(name + " is given twice in \"" + text + "\"");
                }
            }
            terms.forEach((name, value) -> {
                if (value != null && values.put(name, value) != null) {
                    throw new IllegalArgumentException(
                            name + " is given twice: in \"" + text + "\" and by --" + name.replace('_', '-'));
                }
            });
            Usage.Builder usage = Usage.inclusive();
            values.forEach((name, value) -> {
                if (isTerm(name)) {
                    addTerm(usage, name, value);
                } else {
                    int slash = name.indexOf('/');
                    String variant = slash < 0 ? "" : name.substring(slash + 1);
                    if (slash == name.length() - 1) {
                        throw new IllegalArgumentException("\"" + name + "\" names no variant after the slash");
                    }
                    usage.count(
                            BillingUnit.parse(slash < 0 ? name : name.substring(0, slash)),
                            variant,
                            count(name, value));
                }
            });
            return usage.build();
        });
    }

    /**
     * Reads a service tier as this library names it, otherwise as a provider reports it. So {@code fast} is Anthropic's
     * fast mode, and not OpenAI's other name of {@code priority}.
     */
    static ServiceTier tier(String text) {
        return Arrays.stream(ServiceTier.values())
                .filter(tier -> tier.id().equals(text))
                .findFirst()
                .orElseGet(() -> ServiceTier.parseReported(text));
    }

    private static boolean isTerm(String name) {
        return name.equals(SERVICE_TIER) || name.equals(REGION);
    }

    private static void addTerm(Usage.Builder usage, String name, String value) {
        if (name.equals(SERVICE_TIER)) {
            usage.serviceTier(tier(value));
        } else {
            usage.region(value);
        }
    }

    private static long count(String name, String value) {
        if (!value.matches("[0-9]+")) {
            throw new IllegalArgumentException(name + " must be a whole number, 0 or more, but was \"" + value + "\"");
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be at most " + Long.MAX_VALUE + ", but was " + value, e);
        }
    }

    static Usage parse(JsonNode json) {
        return checked(JSON_REMEDY, () -> {
            if (!json.isObject()) {
                throw new IllegalArgumentException(
                        "\"usage\" must be an object of names and whole numbers, but was " + json);
            }
            Usage.Builder usage = Usage.inclusive();
            for (Map.Entry<String, JsonNode> entry : json.properties()) {
                String name = entry.getKey();
                JsonNode value = entry.getValue();
                if (isTerm(name)) {
                    addTerm(usage, name, value);
                } else {
                    add(usage, name, value);
                }
            }
            return usage.build();
        });
    }

    /** Sets the service tier or the region; null leaves it as it is. */
    private static void addTerm(Usage.Builder usage, String name, JsonNode value) {
        if (value.isTextual()) {
            addTerm(usage, name, value.textValue());
        } else if (!value.isNull()) {
            throw new IllegalArgumentException(name + " must be a string, but was " + value);
        }
    }

    private static void add(Usage.Builder usage, String name, JsonNode value) {
        BillingUnit unit = BillingUnit.parse(name);
        if (value.isObject()) {
            if (value.isEmpty() || value.has("")) {
                throw new IllegalArgumentException(name + " must be a whole number, or an object with the count of each"
                        + " variant, but was " + value);
            }
            value.properties()
                    .forEach(variant -> usage.count(
                            unit,
                            variant.getKey(),
                            count(PriceFormat.counted(unit, variant.getKey()), variant.getValue())));
        } else {
            usage.count(unit, count(name, value));
        }
    }

    private static long count(String name, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new IllegalArgumentException(
                    name + " must be a whole number from 0 to " + Long.MAX_VALUE + ", but was " + value);
        }
        return value.longValue();
    }

    /** Runs the supplier, and turns its {@link IllegalArgumentException} into a failure about the usage. */
    static <T> T checked(Supplier<T> supplier) {
        return checked(REMEDY, supplier);
    }

    private static <T> T checked(String remedy, Supplier<T> supplier) {
        try {
            return supplier.get();
        } catch (IllegalArgumentException e) {
            throw Failure.usage("malformed_usage", String.valueOf(e.getMessage()), remedy);
        }
    }
}
