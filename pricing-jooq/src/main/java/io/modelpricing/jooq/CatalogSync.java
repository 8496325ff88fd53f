package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingSource;
import io.modelpricing.RateCard;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.UpsertOutcome.Result;
import io.modelpricing.UpsertReport;
import io.modelpricing.jooq.ProviderSync.Counts;
import io.modelpricing.jooq.ProviderSync.Rejection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Synchronises models and prices with the lists of their providers.
 *
 * <p>Each provider's list is read, and then written in two statements: one for its models, and one for its prices. A
 * provider that fails is named in the report, and the others are synchronised. Use a context on a data source, so that
 * every statement is its own transaction: inside a transaction of the caller, PostgreSQL refuses every statement after
 * a failed one, and every later provider fails too.
 *
 * <p>A provider has failed if its list is empty, or if no row of it was written or confirmed.
 */
public final class CatalogSync {

    private static final Logger LOG = LoggerFactory.getLogger(CatalogSync.class);

    private final DSLContext ctx;
    private final PricingSource source;
    private final Attribution by;
    private final boolean chargesUnlistedPartsAsWhole;

    /**
     * Creates a synchronisation on a context.
     *
     * @param ctx the context, whose connection and transaction are used as they are
     * @param source the source of the prices, not manual
     * @param by the actor of the versions, and optionally a reason
     * @throws IllegalArgumentException if the source is manual
     */
    public CatalogSync(DSLContext ctx, PricingSource source, Attribution by) {
        this(ctx, source, by, false);
        JooqPricingRepository.requireStated(source, "the sync by " + by.actor());
    }

    private CatalogSync(DSLContext ctx, PricingSource source, Attribution by, boolean chargesUnlistedPartsAsWhole) {
        this.ctx = requireNonNull(ctx, "ctx");
        this.source = requireNonNull(source, "source");
        this.by = requireNonNull(by, "by");
        this.chargesUnlistedPartsAsWhole = chargesUnlistedPartsAsWhole;
    }

    /**
     * Returns this synchronisation with a declaration: cached and audio tokens without a rate in the list are charged
     * as input or output, as by {@link RateCard#chargingUnlistedPartsAsWhole}. Without the declaration their price is
     * unknown, and the cost of a request that uses them is incomplete. Declare it only if the source charges them so.
     *
     * @return the synchronisation with the declaration
     */
    public CatalogSync chargingUnlistedPartsAsWhole() {
        return new CatalogSync(ctx, source, by, true);
    }

    private Pricing declared(Pricing pricing) {
        if (!chargesUnlistedPartsAsWhole || !(pricing instanceof Pricing.Priced priced)) {
            return pricing;
        }
        RateCard card = priced.card().chargingUnlistedPartsAsWhole();
        return switch (pricing.type()) {
            case PAID -> new Pricing.Paid(card);
            case FREE -> new Pricing.Free(card);
            case DEPRECATED -> new Pricing.Deprecated(card);
            case MISSING -> pricing;
        };
    }

    /**
     * Writes the listed models, and then their prices. A known model stays active or inactive. A model that is not
     * listed is not changed.
     *
     * @param feeds the providers with their lists
     * @param observedAt when the lists were read
     * @return the outcome of each provider
     */
    public SyncReport syncCatalog(Collection<ProviderFeed<ListedModel>> feeds, Instant observedAt) {
        return sync(feeds, (provider, listed) -> new Job(provider, observedAt).models(listed));
    }

    /**
     * Writes the listed prices to {@code model_pricing}, and to no other table. An unknown model is rejected by name.
     *
     * @param feeds the providers with their lists
     * @param observedAt when the lists were read
     * @return the outcome of each provider
     */
    public SyncReport syncPrices(Collection<ProviderFeed<ListedPrice>> feeds, Instant observedAt) {
        return sync(feeds, (provider, listed) -> new Job(provider, observedAt).prices(listed));
    }

    private interface Writing<T> {
        ProviderSync write(String provider, Collection<T> listed);
    }

    private static <T> SyncReport sync(Collection<ProviderFeed<T>> feeds, Writing<T> writing) {
        List<ProviderSync> providers = new ArrayList<>();
        for (ProviderFeed<T> feed : feeds) {
            ProviderSync sync = sync(feed, writing);
            if (sync instanceof ProviderSync.Failed failed) {
                LOG.warn("sync of {} failed: {}", failed.provider(), failed.reason(), failed.cause());
            }
            providers.add(sync);
        }
        return new SyncReport(providers);
    }

    private static <T> ProviderSync sync(ProviderFeed<T> feed, Writing<T> writing) {
        Collection<T> listed;
        try {
            listed = List.copyOf(feed.source().read());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed(feed.provider(), "interrupted while its list was read", e);
        } catch (Exception e) {
            return failed(feed.provider(), "its list could not be read: " + e, e);
        }
        return writing.write(feed.provider(), listed);
    }

    private static ProviderSync failed(String provider, String reason, Exception cause) {
        return new ProviderSync.Failed(provider, reason, cause, Counts.NONE, Counts.NONE, List.of());
    }

    /** The synchronisation of one provider. */
    private final class Job {

        private final String provider;
        private final Instant observedAt;
        private final List<Rejection> rejections = new ArrayList<>();
        private Counts models = Counts.NONE;
        private Counts prices = Counts.NONE;

        Job(String provider, Instant observedAt) {
            this.provider = provider;
            this.observedAt = observedAt;
        }

        ProviderSync models(Collection<ListedModel> listed) {
            List<ListedModel> valid = valid(
                    listed,
                    entry -> entry.model().providerModelId(),
                    entry -> entry.model().provider());
            return written(() -> {
                Map<String, ModelId> ids = valid.isEmpty() ? Map.of() : writeModels(valid);
                Map<String, Pricing> pricings = new LinkedHashMap<>();
                for (ListedModel entry : valid) {
                    if (entry.pricing() != null) {
                        pricings.put(entry.model().providerModelId(), entry.pricing());
                    }
                }
                writePrices(pricings, ids);
                return models.total() > 0 && (pricings.isEmpty() || prices.total() > 0);
            });
        }

        ProviderSync prices(Collection<ListedPrice> listed) {
            List<ListedPrice> valid = valid(
                    listed,
                    entry -> entry.model().modelId(),
                    entry -> entry.model().provider());
            return written(() -> {
                Map<String, Pricing> pricings = new LinkedHashMap<>();
                valid.forEach(entry -> pricings.put(entry.model().modelId(), entry.pricing()));
                writePrices(pricings, new ModelWrite(ctx, provider).find(pricings.keySet()));
                return prices.total() > 0;
            });
        }

        /** Returns the entries that are of this provider and the first of their id, and rejects the others. */
        private <T> List<T> valid(
                Collection<T> listed, Function<T, String> id, Function<T, @Nullable String> ofProvider) {
            Set<String> seen = new HashSet<>();
            List<T> valid = new ArrayList<>();
            for (T entry : listed) {
                if (!provider.equals(ofProvider.apply(entry))) {
                    reject(
                            id.apply(entry),
                            "listed by " + provider + " as a model of " + ofProvider.apply(entry) + "; list it there");
                } else if (id.apply(entry).isBlank()) {
                    reject(id.apply(entry), "its id must not be blank");
                } else if (!seen.add(id.apply(entry))) {
                    reject(id.apply(entry), "listed twice; the first entry is used");
                } else {
                    valid.add(entry);
                }
            }
            return valid;
        }

        private void reject(String providerModelId, String reason) {
            rejections.add(new Rejection(providerModelId, reason));
        }

        private ProviderSync written(BooleanSupplier writing) {
            try {
                if (writing.getAsBoolean()) {
                    return new ProviderSync.Done(provider, models, prices, rejections);
                }
                return failed(
                        rejections.isEmpty()
                                ? "its list is empty; expected at least one entry"
                                : rejections.size() + " rejected and nothing written; the first is "
                                        + rejections.get(0).providerModelId() + ": "
                                        + rejections.get(0).reason(),
                        null);
            } catch (DataAccessException | IllegalArgumentException e) {
                return failed("not written: " + e.getMessage(), e);
            }
        }

        private ProviderSync failed(String reason, @Nullable Exception cause) {
            return new ProviderSync.Failed(provider, reason, cause, models, prices, rejections);
        }

        private void writePrices(Map<String, Pricing> pricings, Map<String, ModelId> ids) {
            Map<ModelId, String> names = new HashMap<>();
            List<PriceUpdate> updates = new ArrayList<>();
            pricings.forEach((name, pricing) -> {
                ModelId model = ids.get(name);
                if (model == null) {
                    reject(name, provider + " has no such model; sync the catalog first");
                } else {
                    names.put(model, name);
                    updates.add(new PriceUpdate(model, declared(pricing), source, observedAt));
                }
            });
            UpsertReport result = new JooqPricingRepository(ctx).upsertAll(updates, by);
            prices = new Counts(
                    result.count(Result.INSERTED), result.count(Result.UPDATED), result.count(Result.UNCHANGED));
            for (UpsertOutcome outcome : result.rejected()) {
                reject(requireNonNull(names.get(outcome.update().model())), outcome.message());
            }
        }

        private Map<String, ModelId> writeModels(List<ListedModel> listed) {
            Map<String, ModelWrite.Written> written = new ModelWrite(ctx, provider)
                    .write(listed.stream().map(ListedModel::model).toList());
            int inserted = (int) written.values().stream()
                    .filter(ModelWrite.Written::isInserted)
                    .count();
            int updated = (int) written.values().stream()
                    .filter(ModelWrite.Written::isUpdated)
                    .count();
            models = new Counts(inserted, updated, written.size() - inserted - updated);
            Map<String, ModelId> ids = new HashMap<>();
            written.forEach((name, model) -> ids.put(name, model.id()));
            return ids;
        }
    }
}
