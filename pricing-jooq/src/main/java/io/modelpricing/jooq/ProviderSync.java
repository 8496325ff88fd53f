package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The outcome of synchronising one provider. */
public sealed interface ProviderSync {

    /**
     * Returns the provider.
     *
     * @return its slug
     */
    String provider();

    /**
     * Returns how many models were written; a pricing sync writes none.
     *
     * @return the counts
     */
    Counts models();

    /**
     * Returns how many prices were written.
     *
     * @return the counts
     */
    Counts prices();

    /**
     * Returns the models and prices that were not written.
     *
     * @return each with its reason
     */
    List<Rejection> rejections();

    /**
     * The numbers of rows that were inserted, updated and unchanged.
     *
     * @param inserted rows that did not exist
     * @param updated rows that changed
     * @param unchanged rows that matched already
     */
    record Counts(int inserted, int updated, int unchanged) {

        static final Counts NONE = new Counts(0, 0, 0);

        /**
         * Returns the number of rows that match the list.
         *
         * @return the sum
         */
        public int total() {
            return inserted + updated + unchanged;
        }
    }

    /**
     * A listed model or price that was not written.
     *
     * @param providerModelId the provider's id of the model
     * @param reason why it was rejected, and what to do
     */
    record Rejection(String providerModelId, String reason) {

        /**
         * Checks that both are present.
         *
         * @param providerModelId the provider's id of the model
         * @param reason why it was rejected, and what to do
         */
        public Rejection {
            requireNonNull(providerModelId, "providerModelId");
            requireNonNull(reason, "reason");
        }
    }

    /**
     * The list was read, and at least one row was written or confirmed.
     *
     * @param provider its slug
     * @param models the models that were written
     * @param prices the prices that were written
     * @param rejections the models and prices that were not written
     */
    record Done(String provider, Counts models, Counts prices, List<Rejection> rejections) implements ProviderSync {

        /**
         * Copies the list.
         *
         * @param provider its slug
         * @param models the models that were written
         * @param prices the prices that were written
         * @param rejections the models and prices that were not written
         */
        public Done {
            rejections = List.copyOf(rejections);
        }
    }

    /**
     * The list could not be read or written, or no row was written or confirmed.
     *
     * @param provider its slug
     * @param reason why it failed
     * @param cause the exception, null if there was none
     * @param models the models that were written before it failed
     * @param prices the prices that were written before it failed: none
     * @param rejections the models and prices that were not written
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
         * @param reason why it failed
         * @param cause the exception, null if there was none
         * @param models the models that were written before it failed
         * @param prices the prices that were written before it failed
         * @param rejections the models and prices that were not written
         */
        public Failed {
            requireNonNull(reason, "reason");
            rejections = List.copyOf(rejections);
        }
    }
}
