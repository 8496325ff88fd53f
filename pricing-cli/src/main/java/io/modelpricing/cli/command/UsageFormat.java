package io.modelpricing.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelpricing.BillingUnit;
import io.modelpricing.ServiceTier;
import io.modelpricing.Usage;
import io.modelpricing.cli.output.Failure;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Parses usage written as {@code input=1000,output=500} or as a JSON object with the same names. */
final class UsageFormat {

    private static final String SERVICE_TIER = "service_tier";
    private static final String REMEDY = "write names and counts, such as input=1000,output=500,cache_read=200";

    private UsageFormat() {}

    static Usage parse(String text) {
        return checked(() -> {
            Usage.Builder usage = Usage.inclusive();
            Set<String> seen = new HashSet<>();
            for (String part : text.split(",", -1)) {
                int equals = part.indexOf('=');
                if (equals < 0) {
                    throw new IllegalArgumentException("\"" + part + "\" "
                            + (part.equals(text) ? "" : "in \"" + text + "\" ") + "is not of the form NAME=COUNT");
                }
                String name = part.substring(0, equals);
                String value = part.substring(equals + 1);
                if (!seen.add(name)) {
                    throw new IllegalArgumentException(name + " is given twice in \"" + text + "\"");
                }
                if (name.equals(SERVICE_TIER)) {
                    usage.serviceTier(ServiceTier.parseReported(value));
                } else {
                    usage.count(BillingUnit.parse(name), count(name, value));
                }
            }
            return usage.build();
        });
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
        return checked(() -> {
            if (!json.isObject()) {
                throw new IllegalArgumentException(
                        "\"usage\" must be an object of names and whole numbers, but was " + json);
            }
            Usage.Builder usage = Usage.inclusive();
            for (Map.Entry<String, JsonNode> entry : json.properties()) {
                JsonNode value = entry.getValue();
                if (entry.getKey().equals(SERVICE_TIER) && value.isTextual()) {
                    usage.serviceTier(ServiceTier.parseReported(value.textValue()));
                    continue;
                }
                BillingUnit unit = BillingUnit.parse(entry.getKey());
                if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                    throw new IllegalArgumentException(
                            unit + " must be a whole number from 0 to " + Long.MAX_VALUE + ", but was " + value);
                }
                usage.count(unit, value.longValue());
            }
            return usage.build();
        });
    }

    /** Runs the supplier, and turns its {@link IllegalArgumentException} into a failure about the usage. */
    static <T> T checked(Supplier<T> supplier) {
        try {
            return supplier.get();
        } catch (IllegalArgumentException e) {
            throw Failure.usage("malformed_usage", String.valueOf(e.getMessage()), REMEDY);
        }
    }
}
