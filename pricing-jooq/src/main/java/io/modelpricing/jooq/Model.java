package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import io.modelpricing.CanonicalModelId;
import org.jspecify.annotations.Nullable;

/**
 * One provider's offering of a model, as far as the catalog describes it. It has no price: prices are written by the
 * {@link io.modelpricing.PricingRepository} alone.
 *
 * @param provider the slug of its provider, null for a model without one
 * @param providerModelId the provider's own id of it
 * @param canonicalId the API name that it shares with other providers' offerings
 * @param name what people call it
 * @param description what it is for, null if nobody said
 * @param contextLength how many tokens it takes, null if nobody said
 * @param modality what goes in and comes out, such as {@code text->text}, null if nobody said
 * @param isActive whether it can be used
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
     * Checks that nothing is null that must not be.
     *
     * @param provider the slug of its provider, null for a model without one
     * @param providerModelId the provider's own id of it
     * @param canonicalId the API name that it shares with other providers' offerings
     * @param name what people call it
     * @param description what it is for, null if nobody said
     * @param contextLength how many tokens it takes, null if nobody said
     * @param modality what goes in and comes out, such as {@code text->text}, null if nobody said
     * @param isActive whether it can be used
     */
    public Model {
        requireNonNull(providerModelId, "providerModelId");
        requireNonNull(canonicalId, "canonicalId");
        requireNonNull(name, "name");
    }

    /**
     * Returns an active text model of which no more is known than its names.
     *
     * @param provider the slug of its provider
     * @param providerModelId the provider's own id of it
     * @param canonicalId the API name
     * @return the model, called by its canonical id
     */
    public static Model named(String provider, String providerModelId, CanonicalModelId canonicalId) {
        return new Model(provider, providerModelId, canonicalId, canonicalId.value(), null, null, "text->text", true);
    }
}
