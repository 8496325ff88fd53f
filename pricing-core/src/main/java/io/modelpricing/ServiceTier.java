package io.modelpricing;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The class of service that a request ran in. Each tier has prices of its own. */
public enum ServiceTier implements Identified {
    /** The provider's ordinary processing. */
    STANDARD("standard"),
    /** Processed within hours, as part of a batch. */
    BATCH("batch"),
    /** Processed when the provider has spare capacity. */
    FLEX("flex"),
    /** Processed ahead of other requests. */
    PRIORITY("priority"),
    /** Produced at a higher speed, as Anthropic's {@code speed: fast}. OpenAI's {@code fast} is {@link #PRIORITY}. */
    FAST("fast");

    private final String id;

    ServiceTier(String id) {
        this.id = id;
    }

    /**
     * Reads the tier with an id. Use {@link #parseReported} for text from a provider.
     *
     * @param id for example {@code batch}
     * @return the tier
     * @throws IllegalArgumentException if no tier has this id; the message lists the ids that exist
     */
    public static ServiceTier parse(String id) {
        return Identified.parse(ServiceTier.class, "service tier", id);
    }

    /**
     * Reads the tier that a provider reports in a response. A response without the field ran in {@link #STANDARD}.
     *
     * <table>
     * <caption>Reported values, in any case</caption>
     * <tr><th>value</th><th>reported by</th><th>result</th></tr>
     * <tr><td>{@code standard}</td><td>Anthropic</td><td>{@link #STANDARD}</td></tr>
     * <tr><td>{@code default}</td><td>OpenAI, Azure, Amazon Bedrock</td><td>{@link #STANDARD}</td></tr>
     * <tr><td>{@code on_demand}</td><td>Groq; Google ({@code trafficType})</td><td>{@link #STANDARD}</td></tr>
     * <tr><td>{@code batch}</td><td>Anthropic</td><td>{@link #BATCH}</td></tr>
     * <tr><td>{@code flex}</td><td>OpenAI, Groq, Amazon Bedrock</td><td>{@link #FLEX}</td></tr>
     * <tr><td>{@code on_demand_flex}</td><td>Google ({@code trafficType})</td><td>{@link #FLEX}</td></tr>
     * <tr><td>{@code priority}</td><td>OpenAI, Azure, Anthropic, Amazon Bedrock</td><td>{@link #PRIORITY}</td></tr>
     * <tr><td>{@code fast}</td><td>OpenAI, its later name of priority</td><td>{@link #PRIORITY}</td></tr>
     * <tr><td>{@code on_demand_priority}</td><td>Google ({@code trafficType})</td><td>{@link #PRIORITY}</td></tr>
     * <tr><td>{@code scale}</td><td>OpenAI</td><td>refused: prepaid capacity</td></tr>
     * <tr><td>{@code performance}</td><td>Groq</td><td>refused: prepaid capacity</td></tr>
     * <tr><td>{@code reserved}</td><td>Amazon Bedrock</td><td>refused: prepaid capacity</td></tr>
     * <tr><td>{@code provisioned_throughput}</td><td>Google ({@code trafficType})</td>
     *     <td>refused: prepaid capacity</td></tr>
     * <tr><td>{@code auto}, {@code standard_only}, {@code traffic_type_unspecified}</td><td>values of a request</td>
     *     <td>refused: they do not name the tier that served it</td></tr>
     * <tr><td>any other</td><td></td><td>refused: unknown</td></tr>
     * </table>
     *
     * <p>Prepaid capacity has no price per token, so no tier gives its cost. If a card has no rates of the reported
     * tier, the cost is incomplete, because the rates of another tier are never used. Anthropic's {@code priority} is
     * such a tier where the capacity is prepaid.
     *
     * @param reported the value of {@code service_tier} or {@code trafficType}
     * @return the tier whose prices apply
     * @throws IllegalArgumentException if the value does not name a tier that is charged per token; the message states
     *     why
     */
    public static ServiceTier parseReported(String reported) {
        return switch (reported.toLowerCase(Locale.ROOT)) {
            case "standard", "default", "on_demand" -> STANDARD;
            case "batch" -> BATCH;
            case "flex", "on_demand_flex" -> FLEX;
            case "priority", "fast", "on_demand_priority" -> PRIORITY;
            case "scale", "performance", "reserved", "provisioned_throughput" ->
                throw notATier(
                        reported,
                        "is prepaid capacity, which is not charged per token",
                        "record the amount that the provider charges, or choose standard to cost at list prices");
            case "auto", "standard_only", "traffic_type_unspecified" ->
                throw notATier(
                        reported,
                        "does not name the service tier that served the request",
                        "read the tier from the response, or choose standard if the response has none");
            default ->
                throw notATier(
                        reported,
                        "is not a service tier that a provider is known to report",
                        "choose the tier whose prices apply");
        };
    }

    private static IllegalArgumentException notATier(String reported, String problem, String remedy) {
        String expected = Arrays.stream(values()).map(ServiceTier::id).collect(Collectors.joining(", "));
        return new IllegalArgumentException("\"" + TextRule.shortened(reported) + "\" " + problem
                + "; expected default, on_demand or one of " + expected + "; " + remedy);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String toString() {
        return id;
    }
}
