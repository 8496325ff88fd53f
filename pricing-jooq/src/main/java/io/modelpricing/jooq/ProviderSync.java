package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of the synchronisation of one provider. */
public sealed interface ProviderSync {

    /**
     * Returns the provider.
     *
     * @return its slug
     */
    String provider();

    /**
     * Returns what was written of the models themselves; a pricing sync writes none.
     *
     * @return how many
     */
    Counts models();

    /**
     * Returns what was written of their prices.
     *
     * @return how many
     */
    Counts prices();

    /**
     * Returns what was not written.
     *
     * @return each model or price with its reason
     */
    List<Rejection> rejections();

    /**
     * How many rows were written in which way.
     *
     * @param inserted rows that were not there
     * @param updated rows that changed
     * @param unchanged rows that were so already
     */
    record Counts(int inserted, int updated, int unchanged) {

        static final Counts NONE = new Counts(0, 0, 0);

        /**
         * Returns how many rows are as the list says.
         *
         * @return the sum
         */
        public int total() {
            return inserted + updated + unchanged;
        }
    }

    /**
     * Something that was listed and not written.
     *
     * @param providerModelId the provider's own id of the model
     * @param reason what stands against it and what to do
     */
    record Rejection(String providerModelId, String reason) {

        /**
         * Checks that nothing is null.
         *
         * @param providerModelId the provider's own id of the model
         * @param reason what stands against it and what to do
         */
        public Rejection {
            requireNonNull(providerModelId, "providerModelId");
            requireNonNull(reason, "reason");
        }
    }

    /**
     * The list was read, and something of it is written or confirmed.
     *
     * @param provider its slug
     * @param models what was written of the models themselves
     * @param prices what was written of their prices
     * @param rejections what was not written
     */
    record Done(String provider, Counts models, Counts prices, List<Rejection> rejections) implements ProviderSync {

        /**
         * Copies the list.
         *
         * @param provider its slug
         * @param models what was written of the models themselves
         * @param prices what was written of their prices
         * @param rejections what was not written
         */
        public Done {
            rejections = List.copyOf(rejections);
        }
    }

    /**
     * The list could not be read or written, or it ended without a row written or confirmed.
     *
     * @param provider its slug
     * @param reason what went wrong
     * @param cause the exception, null if there was none
     * @param models what was written of the models before
     * @param prices what was written of their prices before: none
     * @param rejections what was not written
     */
    record Failed(
            String provider,
            String reason,
            @Nullable Exception cause,
            Counts models,
            Counts prices,
            List<Rejection> rejections)
            implements ProviderSync {

        /**
         * Copies the list.
         *
         * @param provider its slug
         * @param reason what went wrong
         * @param cause the exception, null if there was none
         * @param models what was written of the models before
         * @param prices what was written of their prices before
         * @param rejections what was not written
         */
        public Failed {
            requireNonNull(reason, "reason");
            rejections = List.copyOf(rejections);
        }
    }
}
