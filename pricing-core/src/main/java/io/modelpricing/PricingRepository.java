package io.modelpricing;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and writes the prices of models.
 *
 * <p>A model without a price reads as missing. An empty result only ever means that the model does not exist: a failed
 * query throws the exception of the implementation.
 *
 * <p>An implementation is thread-safe if the connection or context that it was created with is.
 */
public interface PricingRepository {

    /**
     * Finds the current price of a model.
     *
     * @param model the model
     * @return its price; empty only if the model does not exist
     */
    Optional<ModelPricing> find(ModelId model);

    /**
     * Finds the current price of one provider's offering.
     *
     * @param model the provider, and the provider's id of the model
     * @return its price; empty only if the model does not exist
     */
    Optional<ModelPricing> find(ProviderModelId model);

    /**
     * Finds the current prices of a model at all of its providers.
     *
     * @param model the canonical model id
     * @return one price for each provider's row, in the order of their ids; empty only if the model does not exist
     */
    List<ModelPricing> findAll(CanonicalModelId model);

    /**
     * Finds the current prices of many models in one query.
     *
     * @param models any number of models
     * @return the price of each model that exists, in the order of their ids
     */
    Map<ModelId, ModelPricing> findAll(Collection<ModelId> models);

    /**
     * Lists the current prices of a pricing type, a page at a time. Models without a price row are listed as missing.
     *
     * @param type the type
     * @param page the page to return
     * @return the prices in the order of their models' ids
     * @throws IllegalArgumentException if the cursor is not from a page of this method
     */
    Page<ModelPricing> list(PricingType type, PageRequest page);

    /**
     * Finds the price that applies to a model at an instant, by everything that is recorded now: at an instant of the
     * future, the price that is announced for it.
     *
     * @param model the model, which may have been deleted since
     * @param validAt the instant
     * @return the price, missing if none applied then; empty only if the model never existed
     */
    default Optional<ModelPricing> findAt(ModelId model, Instant validAt) {
        return findAt(model, AsOf.validAt(validAt));
    }

    /**
     * Finds the price that applied to a model at a point in its history, such as the price that an earlier bill used.
     *
     * @param model the model, which may have been deleted since
     * @param asOf the instant that the price must apply to, and the instant after which records are ignored
     * @return the price, missing if none was known to apply; empty only if the model never existed
     */
    Optional<ModelPricing> findAt(ModelId model, AsOf asOf);

    /**
     * Returns the full price history of a model.
     *
     * @param model the model, which may have been deleted since
     * @return its versions in the order of their numbers, up to the price that applies now; empty for a model that has
     *     never had a price
     */
    List<PriceVersion> versions(ModelId model);

    /**
     * Writes the statement of a source about one model, as {@link #upsertAll} does.
     *
     * @param update the statement
     * @param by the actor that writes it
     * @return whether the price was written, and otherwise why not
     * @throws IllegalArgumentException if the source is manual; use {@link #setManual}
     */
    default UpsertOutcome upsert(PriceUpdate update, Attribution by) {
        return upsertAll(List.of(update), by).outcomes().get(0);
    }

    /**
     * Writes the statements of sources about many models, in one statement. A rejected update does not prevent the
     * others from being written. If the database fails, none is written.
     *
     * <p>A manual override is never replaced. Otherwise the later observation wins. An update that does not change the
     * price only moves {@code last_updated}.
     *
     * @param updates any number of statements, of sources other than {@link PricingSource#MANUAL}
     * @param by the actor that writes them
     * @return the outcome of each update
     * @throws IllegalArgumentException if the source of an update is manual; use {@link #setManual}
     */
    UpsertReport upsertAll(Collection<PriceUpdate> updates, Attribution by);

    /**
     * Corrects the recorded price of a model from an instant on. The correction replaces every version recorded before
     * it, as far as that version applies from that instant on. Announced prices that have not started stay. A manual
     * override cannot be corrected; set another one.
     *
     * @param update the correct price; its {@code observedAt} may be earlier than the stored one
     * @param validFrom when the correct price began to apply, not in the future
     * @param by the actor of the correction, with a reason
     * @return whether the correction was written, and otherwise why not
     * @throws IllegalArgumentException if the attribution has no reason, or the source is manual
     */
    UpsertOutcome correct(PriceUpdate update, ValidFrom validFrom, Attribution by);

    /**
     * Announces a price from an instant of the future on. It takes effect at that instant by itself: from then on every
     * reader finds it, as a version that is valid from that instant. Writes before the start do not change it; a write
     * after the start replaces it as any other price. An announcement for the same start replaces the earlier one if it
     * was observed later.
     *
     * <p>A manual override that is in force at the start stays, and the announced price then never takes effect.
     * Deleting the price of the model before the start ends the announcement. The transaction must end before the
     * start.
     *
     * @param update the price; its {@code observedAt} is when the source announced it
     * @param validFrom the first instant at which the price applies, in the future by the database's clock; rounded up
     *     to microseconds
     * @param by the actor that announces it
     * @return inserted; updated or unchanged if a price was announced for this start; otherwise why it was rejected
     * @throws IllegalArgumentException if the start is not in the future, or the source is manual
     */
    UpsertOutcome announce(PriceUpdate update, Instant validFrom, Attribution by);

    /**
     * Returns the announced prices of a model that are neither withdrawn nor recorded as a version.
     *
     * @param model the model
     * @return the announced prices in the order of their starts
     */
    List<AnnouncedPrice> announcements(ModelId model);

    /**
     * Lists the announced prices of all models that are neither withdrawn nor recorded as a version, a page at a time.
     *
     * @param page the page to return
     * @return the announced prices in the order of their starts
     * @throws IllegalArgumentException if the cursor is not from a page of this method
     */
    Page<AnnouncedPrice> announcements(PageRequest page);

    /**
     * Withdraws an announced price before its start. To change a price that has taken effect, write or correct it.
     *
     * @param model the model
     * @param validFrom the start that the price was announced for; rounded up to microseconds
     * @param by the actor that withdraws it, with a reason
     * @return {@link Outcome#NOTHING_TO_DO} if no price is announced for this start, or the start has passed
     * @throws IllegalArgumentException if the attribution has no reason
     */
    Outcome withdraw(ModelId model, Instant validFrom, Attribution by);

    /**
     * Sets a manual override. It stays until it is {@linkplain #release released}, even if sources state another price.
     *
     * @param model the model
     * @param pricing the price
     * @param by the actor that sets it, with a reason
     * @return inserted, updated, unchanged or unknown model
     * @throws IllegalArgumentException if the attribution has no reason
     */
    UpsertOutcome setManual(ModelId model, Pricing pricing, Attribution by);

    /**
     * Releases a manual override. The price stays in place until a source states one that was observed after the
     * override was set.
     *
     * @param model the model
     * @param by the actor that releases it, with a reason
     * @return {@link Outcome#NOTHING_TO_DO} if the price is not a manual override, or the model does not exist
     * @throws IllegalArgumentException if the attribution has no reason
     */
    Outcome release(ModelId model, Attribution by);

    /**
     * Deletes the price of a model. The model stays and reads as missing. Its price history stays, with one more
     * version of the kind {@link PriceVersion.Kind#DELETION}.
     *
     * @param model the model
     * @param by the actor that deletes it, with a reason
     * @return {@link Outcome#NOTHING_TO_DO} if the model has no price row
     * @throws IllegalArgumentException if the attribution has no reason
     */
    Outcome delete(ModelId model, Attribution by);
}
