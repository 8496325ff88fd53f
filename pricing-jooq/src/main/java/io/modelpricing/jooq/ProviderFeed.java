package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import io.modelpricing.TextRule;
import java.util.Collection;

/**
 * A provider, and how its list is read.
 *
 * @param provider the slug of the provider
 * @param source reads the list; an exception fails this provider only
 * @param <T> the type of the entries
 */
public record ProviderFeed<T>(String provider, Source<T> source) {

    /**
     * Checks that both are present.
     *
     * @param provider the slug of the provider
     * @param source reads the list
     * @throws IllegalArgumentException if the slug has the character NUL or an unpaired surrogate
     */
    public ProviderFeed {
        TextRule.requireStorable("provider", provider);
        requireNonNull(source, "source");
    }

    /**
     * Reads a list, for example from the provider's API.
     *
     * @param <T> the type of the entries
     */
    @FunctionalInterface
    public interface Source<T> {

        /**
         * Reads the list.
         *
         * @return every entry of the list
         * @throws Exception if the list cannot be read completely
         */
        Collection<T> read() throws Exception;
    }
}
