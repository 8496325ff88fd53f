package io.modelpricing.cli.command;

import io.modelpricing.Usage;
import io.modelpricing.cli.output.Failure;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the terms of a request that its price can depend on. */
final class TermsOptions {

    @Option(
            names = "--service-tier",
            paramLabel = "TIER",
            description =
                    "Service tier: standard, batch, flex, priority or fast (Anthropic's fast mode). Default: standard.")
    private @Nullable String serviceTier;

    @Option(
            names = "--region",
            paramLabel = "REGION",
            description = "Region that the request ran in, such as eu, where it has prices of its own.")
    private @Nullable String region;

    boolean areGiven() {
        return serviceTier != null || region != null;
    }

    /**
     * Returns a usage on these terms.
     *
     * @param counts the value of the option --usage
     * @throws Failure if a value cannot be read
     */
    Usage usage(String counts) {
        if (serviceTier != null) {
            try {
                UsageFormat.tier(serviceTier);
            } catch (IllegalArgumentException e) {
                throw Failure.usage(
                        "unknown_service_tier",
                        String.valueOf(e.getMessage()),
                        "write --service-tier standard, batch, flex, priority or fast");
            }
        }
        Map<String, @Nullable String> terms = new HashMap<>();
        terms.put("service_tier", serviceTier);
        terms.put("region", region);
        return UsageFormat.parse(counts, terms);
    }
}
