package io.modelpricing.jooq;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a catalog.
 *
 * @param entries the models with their prices, in the order that was asked for
 * @param next where the next page begins, null if this is the last
 */
public record CatalogPage(
        List<CatalogEntry> entries, @Nullable CatalogKey next) {

    /**
     * Copies the list.
     *
     * @param entries the models with their prices
     * @param next where the next page begins, null if this is the last
     */
    public CatalogPage {
        entries = List.copyOf(entries);
    }
}
