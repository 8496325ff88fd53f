package io.modelpricing.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.BillingUnit;
import io.modelpricing.ServiceTier;
import io.modelpricing.Usage;
import io.modelpricing.cli.output.Failure;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Usage as it is written: {@code input=1000,output=500}, or a JSON object of the same names. */
final class UsageFormat {

    private static final String SERVICE_TIER = "service_tier";
    private static final String REMEDY = "write names and whole numbers: input=1000,output=500,cache_read=200";

    private UsageFormat() {}

    static Usage ofText(String text) {
        return malformed(() -> {
            Usage.Builder usage = Usage.inclusive();
            Set<String> seen = new HashSet<>();
            for (String part : text.split(",", -1)) {
                int equals = part.indexOf('=');
                if (equals < 0) {
                    throw new IllegalArgumentException("\"" + part + "\" in \"" + text + "\" is no NAME=COUNT");
                }
                String name = part.substring(0, equals);
                String value = part.substring(equals + 1);
                if (!seen.add(name)) {
                    throw new IllegalArgumentException(name + " is given twice in \"" + text + "\"");
                }
                if (name.equals(SERVICE_TIER)) {
                    usage.serviceTier(ServiceTier.parse(value));
                } else {
                    usage.count(BillingUnit.parse(name), count(name, value));
                }
            }
            return usage.build();
        });
    }

    private static long count(String name, String value) {
        if (!value.matches("[0-9]+")) {
            throw new IllegalArgumentException(
                    name + " is \"" + value + "\", which is no whole number of zero or more");
        }
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " is " + value + ", more than " + Long.MAX_VALUE, e);
        }
    }

    static Usage ofJson(JsonNode json) {
        return malformed(() -> {
            if (!json.isObject()) {
                throw new IllegalArgumentException("\"usage\" is no object of names and whole numbers, but " + json);
            }
            Usage.Builder usage = Usage.inclusive();
            for (Map.Entry<String, JsonNode> entry : json.properties()) {
                JsonNode value = entry.getValue();
                if (entry.getKey().equals(SERVICE_TIER) && value.isTextual()) {
                    usage.serviceTier(ServiceTier.parse(value.textValue()));
                    continue;
                }
                BillingUnit unit = BillingUnit.parse(entry.getKey());
                if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                    throw new IllegalArgumentException(
                            unit + " is " + value + ", which is no whole number of zero to " + Long.MAX_VALUE);
                }
                usage.count(unit, value.longValue());
            }
            return usage.build();
        });
    }

    /** Reads, or costs: either says what is wrong with a usage. */
    static <T> T malformed(java.util.function.Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            throw Failure.usage("malformed_usage", String.valueOf(e.getMessage()), REMEDY);
        }
    }
}
