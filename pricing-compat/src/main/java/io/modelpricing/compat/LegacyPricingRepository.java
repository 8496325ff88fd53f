package io.modelpricing.compat;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.UpsertResult;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The four legacy names {@code pricing_prompt}, {@code pricing_completion}, {@code pricing_image} and
 * {@code pricing_request} over {@code model_pricing}, to read and to write by.
 *
 * <p>A consumer that reads the columns of {@code models} moves over in steps, each of which can be released on its own:
 *
 * <ol>
 *   <li>Read through {@link #find} or {@link #findAll} where the SQL read the columns. The names and the unit, US dollars for
 *       one token or request, stay; a price that nobody knows is null now, so look for code that takes null for zero.
 *   <li>Write through {@link #upsert} or {@link #upsertAll} where the SQL wrote them, and say there what zeros mean, who
 *       states the prices and when they were seen.
 *   <li>Ask {@link PricingRepository} instead for the prices that decide something: it tells paid, free, deprecated and
 *       missing apart, and has the rates without a legacy name. Let {@link io.modelpricing.CostCalculator} do the
 *       arithmetic, and decide what to do where it says that a price is missing.
 *   <li>Write {@link PriceUpdate}s with a card of all rates. What still has legacy prices in hand makes one with
 *       {@link LegacyPrices#toPricing}.
 *   <li>When nothing names this class any more, drop the dependency on this module.
 * </ol>
 *
 * <p>This class is as thread-safe as its repository, and fails as that does.
 *
 * @deprecated From the first day: it is a way to {@link PricingRepository}, and goes with the legacy columns.
 */
@Deprecated(since = "0.1.0", forRemoval = true)
@SuppressWarnings("removal") // LegacyPrices goes with this class
public final class LegacyPricingRepository {

    private final PricingRepository prices;

    /**
     * Makes the legacy names available over a repository.
     *
     * @param prices where prices live
     */
    public LegacyPricingRepository(PricingRepository prices) {
        this.prices = requireNonNull(prices, "prices");
    }

    /**
     * Finds the prices of a model.
     *
     * @param model the model
     * @return its prices, all null if its price is missing; empty only for an unknown model
     */
    public Optional<LegacyPrices> find(ModelId model) {
        return prices.find(model).map(found -> LegacyPrices.of(found.pricing()));
    }

    /**
     * Finds the prices of many models in one query.
     *
     * @param models any number of models
     * @return the prices of each model that exists, in the order of their ids
     */
    public Map<ModelId, LegacyPrices> findAll(Collection<ModelId> models) {
        Map<ModelId, LegacyPrices> found = new LinkedHashMap<>();
        prices.findAll(models).forEach((model, pricing) -> found.put(model, LegacyPrices.of(pricing.pricing())));
        return found;
    }

    /**
     * Writes what a source stated about one model, as {@link #upsertAll} does.
     *
     * @param model the model
     * @param stated its prices
     * @param zero what it means if all of them are zero
     * @param source who stated them, not {@link PricingSource#MANUAL}
     * @param observedAt when they were seen
     * @param by who writes them
     * @return what became of it
     * @throws IllegalArgumentException as {@link #upsertAll}
     */
    public UpsertOutcome upsert(
            ModelId model, LegacyPrices stated, Zero zero, PricingSource source, Instant observedAt, Attribution by) {
        return upsertAll(Map.of(model, stated), zero, source, observedAt, by)
                .outcomes()
                .get(0);
    }

    /**
     * Writes what a source stated about many models, with one query and one statement.
     *
     * <p>The four prices that have legacy names are replaced, absent ones too. What legacy names cannot say is kept: the
     * other rates of a stored card (cache, audio, images as pieces, other service tiers, larger requests), that a model is
     * deprecated, and why a price is missing that is still missing. So writing what was read changes nothing, where zeros
     * mean what they meant. A model with such a rate above zero is priced, whatever its legacy prices say.
     *
     * <p>The other rates are those that the query found. If another writer changes them before the statement, the later
     * observation wins as always: this one restores what it found if it was observed later, and is rejected as stale
     * otherwise. A caller who cannot have that runs this in a transaction of isolation repeatable read or higher, which
     * PostgreSQL then fails with SQLSTATE 40001, to be tried again. The versions keep what was replaced.
     *
     * @param stated the prices by model
     * @param zero what it means if all prices of a model are zero
     * @param source who stated them, not {@link PricingSource#MANUAL}
     * @param observedAt when they were seen
     * @param by who writes them
     * @return what became of each, in the order of the map
     * @throws IllegalArgumentException if {@link LegacyPrices#toPricing} refuses the prices of a model, which the message
     *     names, or the source is manual; nothing is written then
     */
    public UpsertResult upsertAll(
            Map<ModelId, LegacyPrices> stated, Zero zero, PricingSource source, Instant observedAt, Attribution by) {
        Map<ModelId, ModelPricing> stored = prices.findAll(stated.keySet());
        return prices.upsertAll(
                stated.entrySet().stream()
                        .map(entry -> {
                            ModelId model = entry.getKey();
                            ModelPricing before = stored.getOrDefault(model, ModelPricing.neverKnown(model));
                            return new PriceUpdate(model, merged(before, entry.getValue(), zero), source, observedAt);
                        })
                        .toList(),
                by);
    }

    private static Pricing merged(ModelPricing before, LegacyPrices stated, Zero zero) {
        Pricing pricing;
        try {
            pricing = stated.toPricing(zero);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("model " + before.model() + ": " + e.getMessage(), e);
        }
        Pricing stored = before.pricing();
        List<Rate> kept = LegacyPrices.rates(stored).stream()
                .filter(rate -> !LegacyPrices.hasLegacyName(rate))
                .toList();
        List<Rate> rates = Stream.concat(LegacyPrices.rates(pricing).stream(), kept.stream())
                .toList();
        boolean charges = rates.stream().anyMatch(LegacyPricingRepository::charges);
        if (charges) {
            RateCard card = RateCard.of(rates);
            return stored.type() == PricingType.DEPRECATED ? new Pricing.Deprecated(card) : new Pricing.Paid(card);
        }
        if (pricing.type() == PricingType.FREE) {
            return new Pricing.Free(RateCard.of(rates));
        }
        // No legacy price at all, and no other above zero: this is all that legacy names can say of these.
        boolean saysNothingNew = stated.isEmpty() && LegacyPrices.of(stored).isEmpty();
        return saysNothingNew ? stored : pricing;
    }

    private static boolean charges(Rate rate) {
        return rate.price() != null && !rate.price().isZero();
    }
}
