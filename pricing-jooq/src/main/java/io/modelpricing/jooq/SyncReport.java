package io.modelpricing.jooq;

import static java.util.stream.Collectors.joining;

import java.util.List;

/**
 * What became of a synchronisation, provider by provider.
 *
 * @param providers one for each, in the order they were given
 */
public record SyncReport(List<ProviderSync> providers) {

    /**
     * Copies the list.
     *
     * @param providers one for each, in the order they were given
     */
    public SyncReport {
        providers = List.copyOf(providers);
    }

    /**
     * Returns the providers that failed.
     *
     * @return each with its reason
     */
    public List<ProviderSync.Failed> failures() {
        return providers.stream()
                .filter(ProviderSync.Failed.class::isInstance)
                .map(ProviderSync.Failed.class::cast)
                .toList();
    }

    /**
     * Tells whether all went well.
     *
     * @return false if a provider failed, or there was none to synchronise
     */
    public boolean isSuccess() {
        return !providers.isEmpty() && failures().isEmpty();
    }

    /**
     * Throws if something went wrong; what was written for the other providers stays.
     *
     * @return this report
     * @throws IllegalStateException if a provider failed, or there was none; it names each with its reason, and has the first
     *     exception as its cause
     */
    public SyncReport orElseThrow() {
        if (isSuccess()) {
            return this;
        }
        List<ProviderSync.Failed> failed = failures();
        throw new IllegalStateException(
                failed.isEmpty()
                        ? "there was no provider to synchronise"
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
