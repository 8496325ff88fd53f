package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import io.modelpricing.TextRule;
import io.modelpricing.offers.ServingStatus;

/**
 * A provider of models.
 *
 * @param slug the name that identifies it, such as {@code openai}; without a slash and not blank
 * @param name its display name
 * @param status whether it is active, its health and its response time, which failover reads
 */
public record Provider(String slug, String name, ServingStatus status) {

    /**
     * Checks the slug and the name.
     *
     * @param slug the name that identifies it
     * @param name its display name
     * @param status whether it is active, its health and its response time
     * @throws IllegalArgumentException if the slug is blank or has a slash, or PostgreSQL cannot store one of them
     */
    public Provider {
        TextRule.requireStorable("slug", slug);
        if (slug.isBlank() || slug.indexOf('/') >= 0) {
            throw new IllegalArgumentException("\"" + TextRule.escaped(slug)
                    + "\" is not a slug of a provider; expected a name without a slash, such as openai");
        }
        TextRule.requireStorable("name", name);
        requireNonNull(status, "status");
    }

    /**
     * Returns an active provider whose health and response time are unknown.
     *
     * @param slug the name that identifies it
     * @param name its display name
     * @return the provider
     * @throws IllegalArgumentException if the slug is blank or has a slash
     */
    public static Provider of(String slug, String name) {
        return new Provider(slug, name, ServingStatus.UNCHECKED);
    }
}
