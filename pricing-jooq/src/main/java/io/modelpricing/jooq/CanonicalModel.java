package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import io.modelpricing.CanonicalModelId;
import org.jspecify.annotations.Nullable;

/**
 * A model that several providers offer, with the cheapest of its offerings.
 *
 * @param id the API name that the offerings share
 * @param offerings how many there are
 * @param priced how many of them have the number that was compared
 * @param cheapest the one with the smallest number, the first by id where several have it; null if none has one
 */
public record CanonicalModel(
        CanonicalModelId id,
        int offerings,
        int priced,
        @Nullable CatalogEntry cheapest) {

    /**
     * Checks that there is an id.
     *
     * @param id the API name that the offerings share
     * @param offerings how many there are
     * @param priced how many of them have the number that was compared
     * @param cheapest the one with the smallest number, null if none has one
     */
    public CanonicalModel {
        requireNonNull(id, "id");
    }
}
