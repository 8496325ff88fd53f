package io.modelpricing.jooq;

import static java.util.stream.Collectors.joining;

import java.util.List;

/**
 * The outcome of a synchronisation, provider by provider.
 *
 * @param providers the outcome of each provider, in the order of the feeds
 */
public record SyncReport(List<ProviderSync> providers) {

    /**
     * Copies the list.
     *
     * @param providers the outcome of each provider, in the order of the feeds
     */
    public SyncReport {
        providers = List.copyOf(providers);
    }

    /**
     * Returns the providers that failed.
     *
     * @return the failures, each with its reason
     */
    public List<ProviderSync.Failed> failures() {
        return providers.stream()
                .filter(ProviderSync.Failed.class::isInstance)
                .map(ProviderSync.Failed.class::cast)
                .toList();
    }

    /**
     * Returns whether every provider was synchronised.
     *
     * @return false if a provider failed, or there was no provider
     */
    public boolean isSuccess() {
        return !providers.isEmpty() && failures().isEmpty();
    }

    /**
     * Returns this report if every provider was synchronised. Rows that were written for other providers stay.
     *
     * @return this report
     * @throws IllegalStateException if a provider failed, or there was no provider; the message names each failed
     *     provider with its reason, and the cause is the first exception
     */
    public SyncReport orElseThrow() {
        if (isSuccess()) {
            return this;
        }
        List<ProviderSync.Failed> failed = failures();
        throw new IllegalStateException(
                failed.isEmpty()
                        ? "the sync has no provider; pass the list of at least one"
                        : failed.stream()
                                .map(failure -> failure.provider() + ": " + failure.reason())
                                .collect(joining(
                                        "; ", failed.size() + " of " + providers.size() + " providers failed: ", "")),
                failed.stream()
                        .map(ProviderSync.Failed::cause)
                        .filter(cause -> cause != null)
                        .findFirst()
                        .orElse(null));
    }
}
