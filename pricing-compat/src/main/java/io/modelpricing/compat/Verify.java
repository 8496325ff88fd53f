package io.modelpricing.compat;

import io.modelpricing.Identified;
import io.modelpricing.ModelId;
import io.modelpricing.PricingType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * Compares the legacy prices with {@code model_pricing}: every model and all four legacy columns, in both directions
 * and in one snapshot. Before {@link Contract} it compares the columns with the current prices; afterwards, the
 * archived cells with the versions that they showed. It changes nothing and does not wait for locks of writers.
 *
 * <p>One difference is allowed: a legacy column that cannot show a price exactly, if that was recorded when the price
 * was written.
 *
 * <p>This class is thread-safe.
 */
public final class Verify {

    /** PostgreSQL's code for rows or tables that the role may not read. */
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final Step step;

    /**
     * The result.
     *
     * @param passed whether there are models to compare, all of them could be read, and there are no findings
     * @param modelsChecked the number of compared models
     * @param findings the findings, in the order of the models
     * @param byType the number of prices by type
     * @param countCheck the check of the original plan, which compares two counts; null if nothing could be compared
     * @param paidAtZero the number of prices that are paid and have no rate above zero; null if nothing could be
     *     compared
     * @param pricingTiersRows the number of rows of {@code pricing_tiers}; null if there is no such table
     * @param requests the costs of all requests by both sides; null if there is no table of requests
     */
    public record Report(
            boolean passed,
            long modelsChecked,
            List<Finding> findings,
            Map<PricingType, Long> byType,
            @Nullable CountCheck countCheck,
            @Nullable Long paidAtZero,
            @Nullable Long pricingTiersRows,
            @Nullable Requests requests) {

        /**
         * Copies the collections.
         *
         * @param passed whether there are no findings
         * @param modelsChecked the number of compared models
         * @param findings the findings
         * @param byType the number of prices by type
         * @param countCheck the check of the original plan
         * @param paidAtZero the number of paid prices without a rate above zero
         * @param pricingTiersRows the number of rows of {@code pricing_tiers}
         * @param requests the costs of all requests
         */
        public Report {
            findings = List.copyOf(findings);
            byType = Collections.unmodifiableMap(new LinkedHashMap<>(byType));
        }
    }

    /** The kind of a finding. */
    public enum Kind implements Identified {
        /** A legacy cell and the price differ. */
        VALUE("value"),
        /** The types differ, such as paid and missing. */
        TYPE("type"),
        /** The model has no row in {@code model_pricing}. */
        NO_PRICE("no_price"),
        /** The unit of a legacy cell is not declared. */
        UNDECLARED("undeclared"),
        /** A legacy cell cannot be a price. */
        UNREADABLE("unreadable"),
        /** A price differs from its version: the row was changed without the triggers. */
        VERSION("version"),
        /** A legacy cell was changed while triggers were off, to a value with the same meaning. */
        UNSEEN("unseen"),
        /** Archived cells were changed or deleted. */
        ARCHIVE("archive"),
        /** A price belongs to a model that does not exist. */
        NO_MODEL("no_model"),
        /** There are no models to compare. */
        VACUOUS("vacuous"),
        /** The role may not read all rows. */
        NOT_VISIBLE("not_visible");

        private final String id;

        Kind(String id) {
            this.id = id;
        }

        @Override
        public String id() {
            return id;
        }

        static Kind parse(String id) {
            return Identified.parse(Kind.class, "kind of finding", id);
        }

        @Override
        public String toString() {
            return id;
        }
    }

    /**
     * A difference, or a reason why the comparison is impossible.
     *
     * @param kind the kind
     * @param model the model; null for {@link Kind#VACUOUS} and {@link Kind#NOT_VISIBLE}
     * @param column the legacy column; null if the finding is not about one
     * @param expected the legacy value, converted to US dollars for one token, image or request
     * @param actual the value of {@code model_pricing}
     */
    public record Finding(
            Kind kind,
            @Nullable ModelId model,
            @Nullable LegacyColumn column,
            @Nullable String expected,
            @Nullable String actual) {}

    /**
     * The check of the original plan, which only compares two counts.
     *
     * @param modelsWithPricing the number of models with a legacy prompt or completion price
     * @param pricingEntries the number of rows of {@code model_pricing}
     * @param passed whether the second number is at least the first
     */
    public record CountCheck(long modelsWithPricing, long pricingEntries, boolean passed) {}

    /**
     * The costs of the input and output tokens of all requests, by the legacy prices and by {@code model_pricing}.
     *
     * @param checked the number of requests
     * @param different the number of requests of models whose two sums differ
     * @param legacyCost the sum by the legacy prices, in US dollars
     * @param cost the sum by {@code model_pricing}, in US dollars
     */
    public record Requests(long checked, long different, BigDecimal legacyCost, BigDecimal cost) {}

    /**
     * Creates the step.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @throws IllegalArgumentException if the context is not on a data source
     */
    public Verify(DSLContext database) {
        step = new Step("verify", database, LockRetry.DEFAULT);
    }

    /**
     * Compares all models.
     *
     * @return the result
     * @throws IllegalStateException if there are no pricing tables, or populate has not run yet
     */
    public Report run() {
        try {
            return step.inSnapshot(Verify::report);
        } catch (DataAccessException e) {
            if (INSUFFICIENT_PRIVILEGE.equals(e.sqlState())) {
                return nothing(new Finding(Kind.NOT_VISIBLE, null, null, "every row", Step.message(e)));
            }
            throw e;
        }
    }

    private static Report nothing(Finding finding) {
        return new Report(false, 0, List.of(finding), Map.of(), null, null, null, null);
    }

    static Report report(DSLContext ctx) {
        if (!Step.isInstalled(ctx)) {
            throw new IllegalStateException(
                    "populate has not run yet, so there is nothing to verify; run populate first if models has legacy columns");
        }
        boolean hasColumns = Phase.hasLegacyColumns(ctx);
        long models = count(ctx, "select count(*) from legacy_price_proof");
        if (models == 0) {
            return nothing(new Finding(Kind.VACUOUS, null, null, "models", "no models to compare"));
        }
        List<Finding> findings = new ArrayList<>(ctx.fetch("""
                        select kind, model_id, column_name, expected, actual
                        from legacy_price_finding
                        order by model_id, column_name nulls first, kind
                        """)
                .map(row -> new Finding(
                        Kind.parse(row.get(0, String.class)),
                        new ModelId(row.get(1, Long.class)),
                        row.get(2) == null ? null : LegacyColumn.parse(row.get(2, String.class)),
                        row.get(3, String.class),
                        row.get(4, String.class))));
        Map<PricingType, Long> byType = new LinkedHashMap<>();
        ctx.fetch(
                        "select pricing_type, count(*) from model_pricing group by pricing_type order by count(*) desc, pricing_type")
                .forEach(row -> byType.put(PricingType.parse(row.get(0, String.class)), row.get(1, Long.class)));
        String cells = hasColumns ? "models" : "legacy_price_archive";
        long withPricing = count(
                ctx,
                "select count(*) from " + cells
                        + " where pricing_prompt is not null or pricing_completion is not null");
        long entries = count(ctx, "select count(*) from model_pricing");
        return new Report(
                findings.isEmpty(),
                models,
                findings,
                byType,
                new CountCheck(withPricing, entries, entries >= withPricing),
                count(ctx, """
                        select count(*)
                        from model_pricing p
                        where p.pricing_type = 'paid'
                          and coalesce(p.price_per_input_token, 0) = 0 and coalesce(p.price_per_output_token, 0) = 0
                          and coalesce(p.price_per_image_token, 0) = 0 and coalesce(p.price_per_request, 0) = 0
                          and not exists (
                            select from model_pricing_card_rate r where r.rate_set_id = p.rate_set_id and r.price > 0)
                        """),
                ifThere(ctx, "pricing_tiers", () -> count(ctx, "select count(*) from pricing_tiers")),
                ifThere(ctx, "chat_completion_requests", () -> requests(ctx)));
    }

    private static Requests requests(DSLContext ctx) {
        // Token counts are summed by model first, so that the table of requests is read once.
        Record sums = ctx.fetchSingle("""
                select
                    coalesce(sum(r.requests), 0), coalesce(sum(r.requests) filter (where p.legacy is distinct from p.price), 0),
                    coalesce(sum(p.legacy), 0), coalesce(sum(p.price), 0)
                from (
                    select model_id, count(*) as requests, sum(input_tokens) as input, sum(output_tokens) as output
                    from chat_completion_requests
                    group by model_id
                ) r
                join legacy_price_proof c on c.model_id = r.model_id
                cross join lateral (
                    select
                        r.input * c.to_input + r.output * c.to_output as legacy,
                        r.input * c.price_per_input_token + r.output * c.price_per_output_token as price
                ) p
                where num_nonnulls(p.legacy, p.price) > 0
                """);
        return new Requests(
                sums.get(0, Long.class),
                sums.get(1, Long.class),
                sums.get(2, BigDecimal.class),
                sums.get(3, BigDecimal.class));
    }

    private static <T> @Nullable T ifThere(DSLContext ctx, String table, Supplier<T> read) {
        return count(ctx, "select count(to_regclass('" + table + "'))") == 0 ? null : read.get();
    }

    private static long count(DSLContext ctx, String query) {
        return ctx.fetchSingle(query).get(0, Long.class);
    }
}
