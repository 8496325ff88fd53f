package io.modelpricing.compat;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.Hours;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.Terms;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.UpsertReport;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads and writes prices in {@code model_pricing} under the four legacy names {@code pricing_prompt},
 * {@code pricing_completion}, {@code pricing_image} and {@code pricing_request}.
 *
 * <p>This class is for consumers that read or write the columns of {@code models} and move to {@link PricingRepository}
 * in several releases:
 *
 * <ol>
 *   <li>Replace SQL that reads the columns by {@link #find} or {@link #findAll}. Prices are US dollars for one token,
 *       image or request, independent of the declared unit of the column. An unknown price is null, so look for code
 *       that treats null as zero.
 *   <li>Replace SQL that writes the columns by {@link #upsert} or {@link #upsertAll}, which also take the meaning of
 *       zeros, the source of the prices and the time of observation.
 *   <li>Replace lookups by {@link PricingRepository}. It distinguishes paid, free, deprecated and missing, and returns
 *       all rates. Use {@link io.modelpricing.CostCalculator} for the arithmetic, and handle costs with a missing
 *       price.
 *   <li>Write {@link PriceUpdate}s with a card of all rates. {@link LegacyPrices#toPricing} converts legacy prices.
 *   <li>When no code uses this class any more, drop the dependency on this module.
 * </ol>
 *
 * <p>This class is removed with the module {@code io.modelpricing.compat}, after the legacy columns are gone. It is not
 * annotated as deprecated, so that code which moves to it compiles without suppressing a warning.
 *
 * <p>This class is as thread-safe as its repository and throws the same exceptions.
 */
public final class LegacyPricingRepository {

    private final PricingRepository prices;
    private final ModelDeclarations declarations;

    /**
     * Creates a repository of legacy prices on top of another one.
     *
     * @param prices reads and writes the prices
     * @param declarations the units of image prices and the meaning of cached tokens, usually
     *     {@link ModelDeclarations#stored}
     */
    public LegacyPricingRepository(PricingRepository prices, ModelDeclarations declarations) {
        this.prices = requireNonNull(prices, "prices");
        this.declarations = requireNonNull(declarations, "declarations");
    }

    /**
     * Finds the prices of a model.
     *
     * @param model the model
     * @return its prices, all null if the price is missing; empty if the model does not exist
     */
    public Optional<LegacyPrices> find(ModelId model) {
        return Optional.ofNullable(findAll(List.of(model)).get(model));
    }

    /**
     * Finds the prices of several models, with two queries.
     *
     * @param models any number of models
     * @return the prices of each model that exists, in the order of their ids
     */
    public Map<ModelId, LegacyPrices> findAll(Collection<ModelId> models) {
        Map<ModelId, ModelDeclaration> declared = declarations.findAll(models);
        Map<ModelId, LegacyPrices> found = new LinkedHashMap<>();
        prices.findAll(models)
                .forEach((model, pricing) -> found.put(
                        model,
                        LegacyPrices.of(pricing.pricing(), of(declared, model).imageUnit())));
        return found;
    }

    private static ModelDeclaration of(Map<ModelId, ModelDeclaration> declared, ModelId model) {
        return declared.getOrDefault(model, ModelDeclaration.NONE);
    }

    /**
     * Writes the prices of one model, as {@link #upsertAll} does.
     *
     * @param model the model
     * @param stated its prices
     * @param zero the meaning of prices that are all zero
     * @param source where the prices come from, not {@link PricingSource#MANUAL}
     * @param observedAt when the source stated them
     * @param by who writes them
     * @return the outcome
     * @throws IllegalArgumentException as {@link #upsertAll}
     */
    public UpsertOutcome upsert(
            ModelId model, LegacyPrices stated, Zero zero, PricingSource source, Instant observedAt, Attribution by) {
        return upsertAll(Map.of(model, stated), zero, source, observedAt, by)
                .outcomes()
                .get(0);
    }

    /**
     * Writes the prices of several models, with two queries and one statement.
     *
     * <p>All four prices are replaced; a null price removes a stored one. An image price is written to the unit that is
     * declared for the model. What has no legacy name is kept: the other rates of the stored card (cache, audio, other
     * service tiers, larger requests), the type deprecated, and the reason of a price that stays missing. So writing
     * back prices that were just read changes nothing, provided that {@code zero} is what their zeros mean. A model
     * with a kept rate above zero stays paid or deprecated, even if its legacy prices are zero or missing. Cached and
     * audio tokens without a rate are charged as the tokens that they are part of, if that is declared.
     *
     * <p>The kept rates are those that the query returned. If another writer changes them before the statement runs,
     * the later observation wins: this write restores the rates of its query if it was observed later, and is rejected
     * as stale otherwise. To prevent that, run this method in a transaction of isolation level repeatable read or
     * higher: PostgreSQL then fails it with SQLSTATE 40001, and it can be retried.
     *
     * @param stated the prices by model
     * @param zero the meaning of prices that are all zero
     * @param source where the prices come from, not {@link PricingSource#MANUAL}
     * @param observedAt when the source stated them
     * @param by who writes them
     * @return the outcome of each model, in the order of the map
     * @throws IllegalArgumentException if {@link LegacyPrices#toPricing} rejects the prices of a model, which the
     *     message names, or the source is manual; nothing is written then
     */
    public UpsertReport upsertAll(
            Map<ModelId, LegacyPrices> stated, Zero zero, PricingSource source, Instant observedAt, Attribution by) {
        Map<ModelId, ModelDeclaration> declared = declarations.findAll(stated.keySet());
        Map<ModelId, ModelPricing> stored = prices.findAll(stated.keySet());
        return prices.upsertAll(
                stated.entrySet().stream()
                        .map(entry -> {
                            ModelId model = entry.getKey();
                            ModelPricing before = stored.getOrDefault(model, ModelPricing.neverKnown(model));
                            Pricing merged = merged(before, entry.getValue(), zero, of(declared, model));
                            return new PriceUpdate(model, merged, source, observedAt);
                        })
                        .toList(),
                by);
    }

    private static Pricing merged(ModelPricing before, LegacyPrices stated, Zero zero, ModelDeclaration declared) {
        LegacyUnit imageUnit = declared.imageUnit();
        Pricing pricing;
        try {
            pricing = stated.toPricing(zero, imageUnit);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("model " + before.model() + ": " + e.getMessage(), e);
        }
        Pricing stored = before.pricing();
        List<Rate> kept = LegacyPrices.rates(stored).stream()
                .filter(rate -> !LegacyPrices.hasLegacyName(rate, imageUnit) && !LegacyPrices.isReplaced(rate, pricing))
                .toList();
        List<Rate> rates = withCached(
                declared.cached(),
                Stream.concat(LegacyPrices.rates(pricing).stream(), kept.stream())
                        .toList());
        boolean charges = rates.stream().anyMatch(LegacyPricingRepository::charges);
        if (charges) {
            Hours hours =
                    stored instanceof Pricing.Priced priced ? priced.card().hours() : Hours.NONE;
            RateCard card = RateCard.of(hours, rates);
            return stored.type() == PricingType.DEPRECATED ? new Pricing.Deprecated(card) : new Pricing.Paid(card);
        }
        if (pricing.type() == PricingType.FREE) {
            return new Pricing.Free(RateCard.of(rates));
        }
        // Without a legacy price before and after, the stored pricing may be more than legacy names can express.
        boolean isUnchanged =
                stated.isEmpty() && LegacyPrices.of(stored, imageUnit).isEmpty();
        return isUnchanged ? stored : pricing;
    }

    private static List<Rate> withCached(Cached cached, List<Rate> rates) {
        if (cached != Cached.AS_INPUT) {
            return rates;
        }
        Stream<Rate> missing = BillingUnit.CACHED_AND_AUDIO.stream()
                .filter(unit -> rates.stream()
                        .noneMatch(rate -> rate.unit() == unit && rate.serviceTier() == ServiceTier.STANDARD))
                .map(unit -> Rate.chargedAs(
                        unit, unit.defaultWhole(other -> prices(other, rates)).orElseThrow()));
        return Stream.concat(rates.stream(), missing).toList();
    }

    private static boolean prices(BillingUnit unit, List<Rate> rates) {
        return rates.stream()
                .anyMatch(rate -> rate.unit() == unit && rate.terms().equals(Terms.STANDARD) && rate.price() != null);
    }

    private static boolean charges(Rate rate) {
        return rate.price() != null && !rate.price().isZero();
    }
}
