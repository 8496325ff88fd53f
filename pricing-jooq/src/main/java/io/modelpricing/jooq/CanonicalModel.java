package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import io.modelpricing.CanonicalModelId;
import org.jspecify.annotations.Nullable;

/**
 * A model that several providers offer, with the cheapest of its offerings.
 *
 * @param id the canonical model id of the offerings
 * @param offerings the number of offerings
 * @param priced the number of offerings whose compared price is known
 * @param cheapest the cheapest offering, the first by id among equals; null if no price is known
 */
public record CanonicalModel(
        CanonicalModelId id,
        int offerings,
        int priced,
        @Nullable CatalogEntry cheapest) {

    /**
     * Checks that the id is present.
     *
     * @param id the canonical model id of the offerings
     * @param offerings the number of offerings
     * @param priced the number of offerings whose compared price is known
     * @param cheapest the cheapest offering; null if no price is known
     */
    public CanonicalModel {
        requireNonNull(id, "id");
    }
}
