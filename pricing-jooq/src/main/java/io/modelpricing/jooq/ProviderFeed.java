package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import java.util.Collection;

/**
 * Where the list of a provider comes from.
 *
 * @param provider the slug of the provider
 * @param source reads the list; whatever it throws is the failure of this provider alone
 * @param <T> what is listed
 */
public record ProviderFeed<T>(String provider, Source<T> source) {

    /**
     * Checks that nothing is null.
     *
     * @param provider the slug of the provider
     * @param source reads the list
     */
    public ProviderFeed {
        requireNonNull(provider, "provider");
        requireNonNull(source, "source");
    }

    /**
     * Reads a list, for example from the provider's API.
     *
     * @param <T> what is listed
     */
    @FunctionalInterface
    public interface Source<T> {

        /**
         * Reads the list.
         *
         * @return all that the provider lists
         * @throws Exception if the list cannot be read, or not all of it
         */
        Collection<T> read() throws Exception;
    }
}
