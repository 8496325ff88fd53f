package io.modelpricing.jooq.audit;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CURRENT;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_QUARANTINE;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.cast;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.currentInstant;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;

import io.modelpricing.Identified;
import io.modelpricing.MissingReason;
import io.modelpricing.ModelId;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.Price;
import io.modelpricing.PricingSource;
import io.modelpricing.PricingType;
import io.modelpricing.jooq.costs.UsageAnalytics;
import io.modelpricing.jooq.costs.UsageAnalytics.Period;
import io.modelpricing.jooq.costs.UsageAnalytics.UnpricedModel;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Finds active models without a price, and prices that are stale, paid at zero, free by inference, or quarantined.
 *
 * <p>The audit changes nothing. It runs several queries; run it in a transaction of isolation level repeatable read if
 * they must see one state. This class is as thread-safe as its context.
 */
public final class PriceAudit {

    private static final int TRAFFIC_PAGE = 1_000;

    /** 100 years. */
    private static final Duration MAX_PERIOD = Duration.ofDays(36_500);

    private static final PricingSource INFERRED = new PricingSource("inferred");

    private final DSLContext ctx;

    /** The kind of a finding. */
    public enum Kind implements Identified {
        /** An active model has no price. */
        UNPRICED("unpriced"),
        /** The source of a price has not confirmed it for too long. Manual overrides do not become stale. */
        STALE("stale"),
        /** Either input or output costs nothing, and the other does not. */
        PAID_AT_ZERO("paid_at_zero"),
        /** A model is free because a sync inferred it, and no source stated it. */
        FREE_BY_INFERENCE("free_by_inference"),
        /** A price could not be interpreted and is in quarantine. */
        QUARANTINED("quarantined");

        private final String id;

        Kind(String id) {
            this.id = id;
        }

        @Override
        public String id() {
            return id;
        }
    }

    /**
     * A finding about one model.
     *
     * @param kind the kind
     * @param model the model
     * @param provider the slug of its provider; null for a model that has none or was deleted
     * @param providerModelId the provider's name of the model; null if the model was deleted
     * @param detail by kind: the reason why the price is missing, the last confirmation, the two prices, the source, or
     *     the reason of the quarantine
     * @param requests the requests of an unpriced model in the traffic period; 0 for other kinds
     * @param tokens the tokens of these requests; 0 for other kinds
     */
    public record Finding(
            Kind kind,
            ModelId model,
            @Nullable String provider,
            @Nullable String providerModelId,
            @Nullable String detail,
            long requests,
            BigDecimal tokens) {}

    /**
     * The result of an audit.
     *
     * @param modelsChecked the number of active models
     * @param byType the number of models by the type of their price, including inactive ones
     * @param findings the findings by kind; unpriced models in the order of their tokens, the others by model
     */
    public record Report(long modelsChecked, Map<PricingType, Long> byType, List<Finding> findings) {

        /**
         * Copies the collections.
         *
         * @param modelsChecked the number of active models
         * @param byType the number of models by type
         * @param findings the findings
         */
        public Report {
            byType = Collections.unmodifiableMap(new LinkedHashMap<>(byType));
            findings = List.copyOf(findings);
        }

        /**
         * Returns whether there are no findings.
         *
         * @return true if there are none
         */
        public boolean passed() {
            return findings.isEmpty();
        }

        /**
         * Returns the findings of one kind.
         *
         * @param kind the kind
         * @return the findings in their order
         */
        public List<Finding> findings(Kind kind) {
            return findings.stream().filter(finding -> finding.kind() == kind).toList();
        }
    }

    /**
     * Creates the audit of a database.
     *
     * @param ctx a context on the database, whose render mapping names the schema
     */
    public PriceAudit(DSLContext ctx) {
        this.ctx = requireNonNull(ctx, "ctx");
    }

    /**
     * Checks all active models.
     *
     * @param staleAfter a price is stale if its source has not confirmed it for longer than this
     * @param trafficPeriod unpriced models are sorted by their tokens in this period before now
     * @return the result
     * @throws IllegalArgumentException if a duration is not positive, or longer than 36,500 days
     */
    public Report run(Duration staleAfter, Duration trafficPeriod) {
        requirePeriod("staleAfter", staleAfter);
        requirePeriod("trafficPeriod", trafficPeriod);
        Instant now = requireNonNull(ctx.fetchValue(currentInstant()));
        UsageAnalytics analytics = UsageAnalytics.ofProviderCosts(ctx);
        List<Finding> findings =
                new ArrayList<>(unpriced(traffic(analytics, new Period(now.minus(trafficPeriod), now))));
        findings.addAll(stale(now.minus(staleAfter)));
        findings.addAll(paidAtZero());
        findings.addAll(freeByInference());
        findings.addAll(quarantined());
        return new Report(ctx.fetchCount(MODELS, isActive()), analytics.types(), findings);
    }

    private static void requirePeriod(String name, Duration duration) {
        if (duration.isNegative() || duration.isZero() || duration.compareTo(MAX_PERIOD) > 0) {
            throw new IllegalArgumentException(
                    name + " must be positive and at most " + MAX_PERIOD.toDays() + " days, but was " + duration);
        }
    }

    private static Condition isActive() {
        return coalesce(MODELS.IS_ACTIVE, inline(true)).isTrue();
    }

    private static Map<ModelId, UnpricedModel> traffic(UsageAnalytics analytics, Period period) {
        Map<ModelId, UnpricedModel> traffic = new HashMap<>();
        Optional<PageRequest> request = Optional.of(PageRequest.first(TRAFFIC_PAGE));
        while (request.isPresent()) {
            Page<UnpricedModel> page = analytics.unpricedByTraffic(period, request.get());
            page.forEach(model -> traffic.put(model.model(), model));
            request = page.next();
        }
        return traffic;
    }

    private List<Finding> unpriced(Map<ModelId, UnpricedModel> traffic) {
        Field<String> reason = coalesce(
                cast(MODEL_PRICING_CURRENT.MISSING_REASON, SQLDataType.CLOB), inline(MissingReason.NEVER_KNOWN.id()));
        return prices(
                        Kind.UNPRICED,
                        reason,
                        MODEL_PRICING_CURRENT
                                .PRICING_TYPE
                                .isNull()
                                .or(MODEL_PRICING_CURRENT.PRICING_TYPE.eq(PricingType.MISSING)))
                .stream()
                .map(finding -> withTraffic(finding, traffic.get(finding.model())))
                .sorted(comparing(Finding::tokens).reversed())
                .toList();
    }

    private static Finding withTraffic(Finding finding, @Nullable UnpricedModel traffic) {
        return traffic == null
                ? finding
                : new Finding(
                        finding.kind(),
                        finding.model(),
                        finding.provider(),
                        finding.providerModelId(),
                        finding.detail(),
                        traffic.requests(),
                        traffic.tokens());
    }

    private List<Finding> stale(Instant confirmedBefore) {
        return prices(
                Kind.STALE,
                cast(MODEL_PRICING_CURRENT.LAST_UPDATED, SQLDataType.CLOB),
                MODEL_PRICING_CURRENT
                        .LAST_UPDATED
                        .lt(confirmedBefore)
                        .and(MODEL_PRICING_CURRENT.PRICING_TYPE.ne(PricingType.MISSING))
                        .and(MODEL_PRICING_CURRENT.PRICING_SOURCE.ne(PricingSource.MANUAL)));
    }

    private List<Finding> paidAtZero() {
        Field<Price> input = MODEL_PRICING_CURRENT.PRICE_PER_INPUT_TOKEN;
        Field<Price> output = MODEL_PRICING_CURRENT.PRICE_PER_OUTPUT_TOKEN;
        Field<Price> zero = inline(Price.ZERO, input);
        return prices(
                Kind.PAID_AT_ZERO,
                inline("input ").concat(digits(input)).concat(", output ").concat(digits(output)),
                input.eq(zero).and(output.gt(zero)).or(output.eq(zero).and(input.gt(zero))));
    }

    private static Field<String> digits(Field<Price> price) {
        return field("trim_scale({0})::text", SQLDataType.CLOB, price);
    }

    private List<Finding> freeByInference() {
        return prices(
                Kind.FREE_BY_INFERENCE,
                cast(MODEL_PRICING_CURRENT.PRICING_SOURCE, SQLDataType.CLOB),
                MODEL_PRICING_CURRENT
                        .PRICING_TYPE
                        .eq(PricingType.FREE)
                        .and(MODEL_PRICING_CURRENT.PRICING_SOURCE.eq(INFERRED)));
    }

    private List<Finding> prices(Kind kind, Field<String> detail, Condition isFound) {
        return ctx.select(MODELS.ID, PROVIDERS.SLUG, MODELS.PROVIDER_MODEL_ID, detail)
                .from(MODELS)
                .leftJoin(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .leftJoin(MODEL_PRICING_CURRENT)
                .on(MODEL_PRICING_CURRENT.MODEL_ID.eq(MODELS.ID))
                .where(isActive())
                .and(isFound)
                .orderBy(MODELS.ID)
                .fetch(row -> finding(kind, row.value1(), row.value2(), row.value3(), row.value4()));
    }

    private List<Finding> quarantined() {
        return ctx.select(
                        MODEL_PRICING_QUARANTINE.MODEL_ID,
                        PROVIDERS.SLUG,
                        MODELS.PROVIDER_MODEL_ID,
                        MODEL_PRICING_QUARANTINE.REASON)
                .from(MODEL_PRICING_QUARANTINE)
                .leftJoin(MODELS)
                .on(MODELS.ID.eq(MODEL_PRICING_QUARANTINE.MODEL_ID))
                .leftJoin(PROVIDERS)
                .on(PROVIDERS.ID.eq(MODELS.PROVIDER_ID))
                .where(MODEL_PRICING_QUARANTINE.RESOLUTION.isNull())
                .orderBy(MODEL_PRICING_QUARANTINE.ID)
                .fetch(row -> finding(Kind.QUARANTINED, row.value1(), row.value2(), row.value3(), row.value4()));
    }

    private static Finding finding(
            Kind kind,
            ModelId model,
            @Nullable String provider,
            @Nullable String providerModelId,
            @Nullable String detail) {
        return new Finding(kind, model, provider, providerModelId, detail, 0, BigDecimal.ZERO);
    }
}
