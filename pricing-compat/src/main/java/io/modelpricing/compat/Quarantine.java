package io.modelpricing.compat;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_QUARANTINE;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.currentInstant;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;

import io.modelpricing.Attribution;
import io.modelpricing.Identified;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.PriceUpdate;
import io.modelpricing.PriceVersion;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.ValidFrom;
import io.modelpricing.jooq.JooqPricingRepository;
import io.modelpricing.jooq.schema.tables.records.ModelPricingQuarantineRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The prices that expand and populate could not interpret. Each entry keeps the original values until it is accepted,
 * retried, or superseded by a later legacy write. {@link Contract} refuses to run while an entry is open.
 *
 * <p>Methods join the transaction of the context. Call {@link #retry} in a transaction, so that the price and the
 * decision are committed together.
 *
 * <p>This class is as thread-safe as its context.
 */
public final class Quarantine {

    private static final String LISTING = "quarantine by id";

    private final DSLContext ctx;
    private final PricingRepository prices;

    /** The table that an entry comes from. */
    public enum Origin implements Identified {
        /** A row of {@code model_pricing} that existed before the expansion. */
        MODEL_PRICING("model_pricing"),
        /** The legacy columns of a row of {@code models}. */
        MODELS("models");

        private final String id;

        Origin(String id) {
            this.id = id;
        }

        @Override
        public String id() {
            return id;
        }

        static Origin parse(String id) {
            return Identified.parse(Origin.class, "origin of a quarantined price", id);
        }
    }

    /**
     * An open entry.
     *
     * @param id its number
     * @param model the model
     * @param provider the slug of the model's provider; null for a model that has none or was deleted
     * @param providerModelId the provider's name of the model; null if the model was deleted
     * @param origin where the original values are from
     * @param reason why they could not be interpreted
     * @param original the original row, as JSON
     * @param quarantinedAt when the entry was made
     */
    public record Entry(
            long id,
            ModelId model,
            @Nullable String provider,
            @Nullable String providerModelId,
            Origin origin,
            String reason,
            String original,
            Instant quarantinedAt) {}

    /** The result of a decision on an entry. */
    public enum Result implements Identified {
        /** The entry is closed, and the price was not changed. */
        ACCEPTED("accepted"),
        /** The original values were interpreted and are the model's price now; the entry is closed. */
        RETRIED("retried"),
        /** There is no entry with this id. */
        UNKNOWN_ENTRY("unknown_entry"),
        /** The entry was closed before. */
        ALREADY_DECIDED("already_decided"),
        /** The model was deleted. */
        UNKNOWN_MODEL("unknown_model"),
        /** The model has had a price since the entry was made. */
        HAS_PRICE("has_price"),
        /** The original values still cannot be interpreted. */
        STILL_UNREADABLE("still_unreadable"),
        /** The repository rejected the price. */
        REJECTED("rejected");

        private final String id;

        Result(String id) {
            this.id = id;
        }

        @Override
        public String id() {
            return id;
        }

        /**
         * Returns whether the entry was left as it was.
         *
         * @return true for all results but {@link #ACCEPTED} and {@link #RETRIED}
         */
        public boolean isRejection() {
            return this != ACCEPTED && this != RETRIED;
        }
    }

    /**
     * The outcome of a decision. Nothing was changed if {@link Result#isRejection} is true.
     *
     * @param entry the number of the entry
     * @param result the result
     * @param model the model of the entry; null if there is no such entry
     * @param price the price of the model after the decision; null if there is no such entry or model
     * @param message why the decision was rejected; null if it was not
     */
    public record Decision(
            long entry,
            Result result,
            @Nullable ModelId model,
            @Nullable ModelPricing price,
            @Nullable String message) {}

    /**
     * Creates the API for a database with pricing tables.
     *
     * @param ctx a context on the database, whose render mapping names the schema
     */
    public Quarantine(DSLContext ctx) {
        this.ctx = requireNonNull(ctx, "ctx");
        prices = new JooqPricingRepository(ctx);
    }

    /**
     * Lists the open entries.
     *
     * @param page the requested page
     * @return the entries in the order of their ids
     * @throws IllegalArgumentException if the cursor is not from a page of this method
     */
    public Page<Entry> list(PageRequest page) {
        Optional<Long> after = page.key(LISTING, key -> Long.valueOf(key.get(0)));
        List<Entry> entries = ctx.select(
                        MODEL_PRICING_QUARANTINE.ID,
                        MODEL_PRICING_QUARANTINE.MODEL_ID,
                        PROVIDERS.SLUG,
                        MODELS.PROVIDER_MODEL_ID,
                        MODEL_PRICING_QUARANTINE.ORIGIN,
                        MODEL_PRICING_QUARANTINE.REASON,
                        MODEL_PRICING_QUARANTINE.ORIGINAL,
                        MODEL_PRICING_QUARANTINE.QUARANTINED_AT)
                .from(MODEL_PRICING_QUARANTINE)
                .leftJoin(MODELS)
                .on(MODELS.ID.eq(MODEL_PRICING_QUARANTINE.MODEL_ID))
                .leftJoin(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .where(MODEL_PRICING_QUARANTINE.RESOLUTION.isNull())
                .and(after.map(MODEL_PRICING_QUARANTINE.ID::gt).orElse(noCondition()))
                .orderBy(MODEL_PRICING_QUARANTINE.ID)
                .limit(page.limit() + 1)
                .fetch(row -> new Entry(
                        row.value1(),
                        row.value2(),
                        row.value3(),
                        row.value4(),
                        Origin.parse(row.value5()),
                        row.value6(),
                        row.value7().data(),
                        row.value8()));
        return Page.of(page, entries, LISTING, entry -> List.of(Long.toString(entry.id())));
    }

    /**
     * Closes an entry without using its original values: the price of the model stays as it is.
     *
     * @param entry the number of the entry
     * @param by who decides, and why
     * @return {@link Result#ACCEPTED}, {@link Result#UNKNOWN_ENTRY} or {@link Result#ALREADY_DECIDED}
     * @throws IllegalArgumentException if there is no reason
     */
    public Decision accept(long entry, Attribution by) {
        requireReason(by);
        ModelPricingQuarantineRecord row = lock(entry);
        if (row == null || row.getResolution() != null) {
            return notOpen(entry, row);
        }
        close(entry, Result.ACCEPTED, by);
        return new Decision(
                entry,
                Result.ACCEPTED,
                row.getModelId(),
                prices.find(row.getModelId()).orElse(null),
                null);
    }

    /**
     * Interprets the original values of an entry again and makes them the price of the model, if that is possible now.
     * For an entry of {@link Origin#MODELS}, the current values of the legacy columns are read by the current
     * declarations; a price that was announced and has started since is newer, and wins. The values of
     * {@link Origin#MODEL_PRICING} become a correction without a start date.
     *
     * @param entry the number of the entry
     * @param by who decides, and why
     * @return the outcome, not {@link Result#ACCEPTED}
     * @throws IllegalArgumentException if there is no reason
     */
    public Decision retry(long entry, Attribution by) {
        requireReason(by);
        ModelPricingQuarantineRecord row = lock(entry);
        if (row == null || row.getResolution() != null) {
            return notOpen(entry, row);
        }
        ModelId model = row.getModelId();
        Optional<ModelPricing> current = prices.find(model);
        if (current.isEmpty()) {
            return new Decision(
                    entry, Result.UNKNOWN_MODEL, model, null, "model " + model + " of entry " + entry + " was deleted");
        }
        Decision rejection = Origin.parse(row.getOrigin()) == Origin.MODELS
                ? importLegacyCells(row, current.get(), by)
                : writeOriginal(row, current.get(), by);
        if (rejection != null) {
            return rejection;
        }
        close(entry, Result.RETRIED, by);
        return new Decision(entry, Result.RETRIED, model, prices.find(model).orElseThrow(), null);
    }

    private static void requireReason(Attribution by) {
        if (by.reason() == null) {
            throw new IllegalArgumentException(
                    "a decision on a quarantined price needs a reason; add one with Attribution.because");
        }
    }

    private @Nullable ModelPricingQuarantineRecord lock(long entry) {
        return ctx.selectFrom(MODEL_PRICING_QUARANTINE)
                .where(MODEL_PRICING_QUARANTINE.ID.eq(entry))
                .forUpdate()
                .fetchOne();
    }

    private Decision notOpen(long entry, @Nullable ModelPricingQuarantineRecord row) {
        if (row == null) {
            return new Decision(
                    entry,
                    Result.UNKNOWN_ENTRY,
                    null,
                    null,
                    "the quarantine does not have an entry " + entry + "; expected the id of an open entry: list them");
        }
        return new Decision(
                entry,
                Result.ALREADY_DECIDED,
                row.getModelId(),
                prices.find(row.getModelId()).orElse(null),
                "entry " + entry + " was " + row.getResolution() + " by " + row.getResolvedBy() + " at "
                        + row.getResolvedAt() + ": " + row.getResolutionReason());
    }

    /** Overwrites the resolution {@code superseded}, which the import of legacy cells gives to their entry. */
    private void close(long entry, Result resolution, Attribution by) {
        ctx.update(MODEL_PRICING_QUARANTINE)
                .set(MODEL_PRICING_QUARANTINE.RESOLUTION, resolution.id())
                .set(MODEL_PRICING_QUARANTINE.RESOLVED_AT, currentInstant())
                .set(MODEL_PRICING_QUARANTINE.RESOLVED_BY, by.actor())
                .set(MODEL_PRICING_QUARANTINE.RESOLUTION_REASON, by.reason())
                .where(MODEL_PRICING_QUARANTINE.ID.eq(entry))
                .execute();
    }

    private @Nullable Decision importLegacyCells(
            ModelPricingQuarantineRecord row, ModelPricing current, Attribution by) {
        List<PriceVersion> versions = prices.versions(current.model());
        if (!(current.pricing() instanceof Pricing.Missing)
                && since(versions.get(versions.size() - 1)).isAfter(row.getQuarantinedAt())) {
            return hasPrice(row, current);
        }
        // An announced end of the price replaces the cells, which closes the entry.
        ctx.fetch(
                "select from {0}({1})",
                name(Step.schema(ctx), "model_pricing_apply_due"),
                val(new Long[] {current.model().value()}));
        ModelPricingQuarantineRecord after = lock(row.getId());
        if (after == null || after.getResolution() != null) {
            return notOpen(row.getId(), after);
        }
        List<Populate.RefusedCell> refused = Populate.importModel(ctx, current.model(), by);
        return refused.isEmpty()
                ? null
                : stillUnreadable(
                        row,
                        current,
                        refused.stream().map(Populate.RefusedCell::reason).collect(joining("; ")));
    }

    /** Returns when a version became the price; an announced one was recorded earlier. */
    private static Instant since(PriceVersion version) {
        Instant validFrom = version.validFrom();
        return validFrom != null && validFrom.isAfter(version.recordedAt()) ? validFrom : version.recordedAt();
    }

    private @Nullable Decision writeOriginal(ModelPricingQuarantineRecord row, ModelPricing current, Attribution by) {
        if (!(current.pricing() instanceof Pricing.Missing)) {
            return hasPrice(row, current);
        }
        OriginalPrice original = OriginalPrice.read(ctx, row.getOriginal());
        Pricing pricing;
        try {
            pricing = original.pricing();
        } catch (IllegalArgumentException e) {
            return stillUnreadable(row, current, String.valueOf(e.getMessage()));
        }
        ModelId model = current.model();
        UpsertOutcome outcome = original.source().isManual()
                ? prices.setManual(model, pricing, by)
                : prices.correct(
                        new PriceUpdate(model, pricing, original.source(), original.observedAt(row.getQuarantinedAt())),
                        ValidFrom.noStartDate(),
                        by);
        return outcome.result().isRejection() ? rejection(row, current, Result.REJECTED, outcome.message()) : null;
    }

    private static Decision hasPrice(ModelPricingQuarantineRecord row, ModelPricing current) {
        return rejection(
                row,
                current,
                Result.HAS_PRICE,
                "model " + current.model() + " has had a price since entry " + row.getId() + " was quarantined");
    }

    private static Decision stillUnreadable(ModelPricingQuarantineRecord row, ModelPricing current, String why) {
        return rejection(
                row,
                current,
                Result.STILL_UNREADABLE,
                "entry " + row.getId() + " of model " + current.model() + " still cannot be interpreted: " + why);
    }

    private static Decision rejection(
            ModelPricingQuarantineRecord row, ModelPricing current, Result result, String message) {
        return new Decision(row.getId(), result, current.model(), current, message);
    }
}
