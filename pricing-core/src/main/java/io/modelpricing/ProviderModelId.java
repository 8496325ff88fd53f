package io.modelpricing;

import static java.util.Objects.requireNonNull;

/**
 * The name of one provider's offering of a model: the provider's slug, and the provider's id of the model.
 *
 * @param provider the provider's slug, not blank and without a slash
 * @param modelId the provider's id of the model, not blank; it may contain slashes
 */
public record ProviderModelId(String provider, String modelId) {

    /**
     * Checks the two names.
     *
     * @param provider the provider's slug
     * @param modelId the provider's id of the model
     * @throws IllegalArgumentException if one of them is blank or PostgreSQL cannot store it, or the provider
     *     contains a slash
     */
    public ProviderModelId {
        TextRule.requireStorable("provider", provider);
        TextRule.requireStorable("model id", requireNonNull(modelId, "modelId"));
        if (provider.isBlank()) {
            throw new IllegalArgumentException(
                    "the provider of model " + TextRule.shown(modelId) + " must not be blank");
        }
        if (provider.indexOf('/') >= 0) {
            throw new IllegalArgumentException(
                    "a provider's slug must not contain a slash, but was " + TextRule.shown(provider));
        }
        if (modelId.isBlank()) {
            throw new IllegalArgumentException(
                    "the model id at provider " + TextRule.shown(provider) + " must not be blank");
        }
    }

    /**
     * Reads text of the form {@code provider/provider-model-id}. The first slash ends the provider.
     *
     * @param text for example {@code openrouter/anthropic/claude-sonnet-4}
     * @return the name
     * @throws IllegalArgumentException if the text has no slash, or one of the two parts is not a valid name
     */
    public static ProviderModelId parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("\"" + TextRule.shortened(text)
                    + "\" is not a provider/provider-model-id; expected a slash, as in openai/gpt-4o");
        }
        return new ProviderModelId(text.substring(0, slash), text.substring(slash + 1));
    }

    /** Returns the text that {@link #parse} reads. */
    @Override
    public String toString() {
        return provider + "/" + modelId;
    }
}
