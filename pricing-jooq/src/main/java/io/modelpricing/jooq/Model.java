package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.TextRule;
import org.jspecify.annotations.Nullable;

/**
 * The description of one provider's offering of a model. The price is not part of it:
 * {@link io.modelpricing.PricingRepository} writes prices.
 *
 * @param provider the slug of its provider, null for a model without one
 * @param providerModelId the provider's id of the model
 * @param canonicalId the canonical model id, which other providers' offerings share
 * @param name the display name
 * @param description a text about the model; null if unknown
 * @param contextLength the maximum number of tokens of a request; null if unknown
 * @param modality the kinds of input and output, such as {@code text->text}; null if unknown
 * @param isActive whether requests may use it
 */
public record Model(
        @Nullable String provider,
        String providerModelId,
        CanonicalModelId canonicalId,
        String name,
        @Nullable String description,
        @Nullable Integer contextLength,
        @Nullable String modality,
        boolean isActive) {

    /**
     * Checks that the ids and the name are present, and that PostgreSQL can store the texts.
     *
     * @param provider the slug of its provider, null for a model without one
     * @param providerModelId the provider's id of the model
     * @param canonicalId the canonical model id, which other providers' offerings share
     * @param name the display name
     * @param description a text about the model; null if unknown
     * @param contextLength the maximum number of tokens of a request; null if unknown
     * @param modality the kinds of input and output, such as {@code text->text}; null if unknown
     * @param isActive whether requests may use it
     * @throws IllegalArgumentException if a text has the character NUL or an unpaired surrogate
     */
    public Model {
        TextRule.requireStorable("provider model id", providerModelId);
        requireNonNull(canonicalId, "canonicalId");
        TextRule.requireStorable("name", name);
        requireStorable("provider", provider);
        requireStorable("description", description);
        requireStorable("modality", modality);
    }

    private static void requireStorable(String what, @Nullable String text) {
        if (text != null) {
            TextRule.requireStorable(what, text);
        }
    }

    /**
     * Returns an active text model with no other description.
     *
     * @param provider the slug of its provider
     * @param providerModelId the provider's id of the model
     * @param canonicalId the canonical model id
     * @return the model, with the canonical id as its display name
     */
    public static Model of(String provider, String providerModelId, CanonicalModelId canonicalId) {
        return new Model(provider, providerModelId, canonicalId, canonicalId.value(), null, null, "text->text", true);
    }
}
