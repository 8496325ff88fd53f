package io.modelpricing;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The prices of models: the one place to read and to write them.
 *
 * <p>A model without a price reads as missing. Nothing found means only that there is no such model; a failed query throws
 * what its implementation throws for that, and never looks like an empty result.
 *
 * <p>Implementations are thread-safe as far as what they were made with is.
 */
public interface PricingRepository {

    /**
     * Finds the price of a model.
     *
     * @param model the model
     * @return its price, empty only for an unknown model
     */
    Optional<ModelPricing> find(ModelId model);

    /**
     * Finds the price of one provider's offering.
     *
     * @param model the provider, and its id of the model
     * @return its price, empty only for an unknown model
     */
    Optional<ModelPricing> find(ProviderModelId model);

    /**
     * Finds the prices of a model at all its providers.
     *
     * @param model the canonical model id
     * @return a price for each provider's row, in the order of their ids; empty only for an unknown model
     */
    List<ModelPricing> findAll(CanonicalModelId model);

    /**
     * Finds the prices of many models in one query.
     *
     * @param models any number of models
     * @return a price for each model that exists, in the order of their ids
     */
    Map<ModelId, ModelPricing> findAll(Collection<ModelId> models);

    /**
     * Lists the models of a type, a page at a time. Models without a price row are listed as missing.
     *
     * @param type the type
     * @param page which page
     * @return their prices in the order of their ids
     * @throws IllegalArgumentException if the cursor is not from a page of this method
     */
    Page<ModelPricing> list(PricingType type, PageRequest page);

    /**
     * Finds the price that applied to a model at an instant, by everything that is recorded now.
     *
     * @param model the model, which may have been deleted since
     * @param validAt the instant
     * @return the price, missing if none applied then; empty only for a model that never existed
     */
    default Optional<ModelPricing> findAt(ModelId model, Instant validAt) {
        return findAt(model, AsOf.validAt(validAt));
    }

    /**
     * Finds the price that applied to a model at a point in its history.
     *
     * @param model the model, which may have been deleted since
     * @param asOf the instant that the price must apply to, and the instant up to which records count
     * @return the price, missing if none was known to apply; empty only for a model that never existed
     */
    Optional<ModelPricing> findAt(ModelId model, AsOf asOf);

    /**
     * Lists all that was ever recorded of a model's price.
     *
     * @param model the model, which may have been deleted since
     * @return its versions by number
     */
    List<PriceVersion> versions(ModelId model);

    /**
     * Writes what a source stated about one model.
     *
     * @param update what was stated
     * @param by who writes it
     * @return what became of it
     */
    default UpsertOutcome upsert(PriceUpdate update, Attribution by) {
        return upsertAll(List.of(update), by).outcomes().get(0);
    }

    /**
     * Writes what sources stated about many models, in one statement. A rejected update is an answer, and the others are
     * written; if the database fails, nothing is.
     *
     * <p>A price set by hand stays. Otherwise the later observation wins, and one that finds the price unchanged moves only
     * {@code last_updated}.
     *
     * @param updates any number, of sources other than {@link PricingSource#MANUAL}
     * @param by who writes them
     * @return what became of each
     * @throws IllegalArgumentException if the source of one is manual: {@link #setManual} says so in its name
     */
    UpsertReport upsertAll(Collection<PriceUpdate> updates, Attribution by);

    /**
     * Records that what is stored of a model's price was wrong, and what was right since an instant. It wins over every
     * earlier record about that time, a manual one excepted.
     *
     * @param update what is right; its {@code observedAt} does not have to be later than the stored one
     * @param validFrom when it began to be right, not in the future
     * @param by who corrects it, with a reason
     * @return what became of it
     * @throws IllegalArgumentException if the attribution has no reason, or the source is manual
     */
    UpsertOutcome correct(PriceUpdate update, ValidFrom validFrom, Attribution by);

    /**
     * Sets a price by hand. It stays until it is {@linkplain #release released}, whatever sources state.
     *
     * @param model the model
     * @param pricing the price
     * @param by who sets it, with a reason
     * @return what became of it: inserted, updated, unchanged or unknown model
     * @throws IllegalArgumentException if the attribution has no reason
     */
    UpsertOutcome setManual(ModelId model, Pricing pricing, Attribution by);

    /**
     * Gives a price that was set by hand back to the sources: it stays as it is until one of them states a price that it
     * observed after this one was set.
     *
     * @param model the model
     * @param by who releases it, with a reason
     * @return {@link Outcome#NOTHING_TO_DO} if the model does not exist or its price is not a manual override
     * @throws IllegalArgumentException if the attribution has no reason
     */
    Outcome release(ModelId model, Attribution by);

    /**
     * Deletes the price of a model. The model stays, and reads as missing; the versions stay, with one more that says so.
     *
     * @param model the model
     * @param by who deletes it, with a reason
     * @return {@link Outcome#NOTHING_TO_DO} if the model has no price row
     * @throws IllegalArgumentException if the attribution has no reason
     */
    Outcome delete(ModelId model, Attribution by);
}
