package io.modelpricing;

import static java.util.Objects.requireNonNull;

/**
 * The name of one provider's offering of a model: the provider's slug and the id that this provider uses for the model.
 *
 * @param provider the provider's slug, without a slash
 * @param modelId the provider's own id for the model, which may contain slashes
 */
public record ProviderModelId(String provider, String modelId) {

    /**
     * Checks the two names.
     *
     * @param provider the provider's slug, without a slash
     * @param modelId the provider's own id for the model, which may contain slashes
     * @throws IllegalArgumentException if one of them is blank, or the provider contains a slash
     */
    public ProviderModelId {
        if (requireNonNull(provider, "provider").isBlank()) {
            throw new IllegalArgumentException("the provider of model \"" + modelId + "\" is blank");
        }
        if (provider.indexOf('/') >= 0) {
            throw new IllegalArgumentException("a provider's slug has no slash, but was \"" + provider + "\"");
        }
        if (requireNonNull(modelId, "modelId").isBlank()) {
            throw new IllegalArgumentException("the model id at provider \"" + provider + "\" is blank");
        }
    }

    /**
     * Reads the form {@code provider/provider-model-id}; the first slash ends the provider.
     *
     * @param text for example {@code openrouter/anthropic/claude-sonnet-4}
     * @return the name
     * @throws IllegalArgumentException if the text has no slash, or a blank part
     */
    public static ProviderModelId parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("\"" + text + "\" is no provider/provider-model-id: it has no slash");
        }
        return new ProviderModelId(text.substring(0, slash), text.substring(slash + 1));
    }

    /** Returns the form that {@link #parse} reads. */
    @Override
    public String toString() {
        return provider + "/" + modelId;
    }
}
