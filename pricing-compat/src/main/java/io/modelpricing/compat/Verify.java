package io.modelpricing.compat;

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
 * The proof that both places say the same: every model, all four legacy columns, both directions, in one snapshot. Before
 * {@link Contract} it compares the columns with {@code model_pricing}; after it, the archived cells with the versions that
 * they showed. It changes nothing, and waits for nobody.
 *
 * <p>A difference is accepted in one case: the legacy column cannot show a price as it is, and that was put on record when the
 * price was written.
 *
 * <p>This class is thread-safe.
 */
public final class Verify {

    /** PostgreSQL's code for rows or tables that the role may not see. */
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private final Step step;

    /**
     * What was found.
     *
     * @param passed whether there was something to verify, all of it could be seen, and nothing was found
     * @param modelsChecked how many models were compared
     * @param findings what was found, in the order of the models
     * @param byType how many prices there are of each type
     * @param countCheck the check of the original plan, run beside this one: it looks at two numbers; null where nothing could be
     *     verified
     * @param paidAtZero how many prices are paid, and zero for both input and output tokens; null where nothing could be verified
     * @param pricingTiersRows how many rows {@code pricing_tiers} has; null if there is no such table
     * @param requests all requests costed by both; null if there is no table of requests
     */
    public record Report(
            boolean passed,
            long modelsChecked,
            List<Finding> findings,
            Map<String, Long> byType,
            @Nullable CountCheck countCheck,
            @Nullable Long paidAtZero,
            @Nullable Long pricingTiersRows,
            @Nullable Requests requests) {

        /**
         * Copies the collections.
         *
         * @param passed whether nothing was found
         * @param modelsChecked how many models were compared
         * @param findings what was found
         * @param byType how many prices there are of each type
         * @param countCheck the check of the original plan
         * @param paidAtZero how many prices are paid, and zero
         * @param pricingTiersRows how many rows {@code pricing_tiers} has
         * @param requests all requests costed by both
         */
        public Report {
            findings = List.copyOf(findings);
            byType = Collections.unmodifiableMap(new LinkedHashMap<>(byType));
        }
    }

    /**
     * A difference, or a reason why nothing can be said.
     *
     * @param kind {@code value}, {@code type}, {@code no_price}, {@code undeclared}, {@code unreadable}; of rows that were changed
     *     past the triggers {@code version} (a price is not what its version says), {@code unseen} (a legacy cell means the same
     *     as before, and yet is another), {@code archive} (archived cells were changed, or are gone) and {@code no_model} (a
     *     price is of no model); or {@code vacuous}, {@code not_visible}, which are about no model
     * @param model the model, null for what is about none
     * @param column the legacy column, null for what is about none
     * @param expected what the legacy side says, by the declared unit in US dollars for one token, image or request
     * @param actual what {@code model_pricing} says
     */
    public record Finding(
            String kind,
            @Nullable Long model,
            @Nullable LegacyColumn column,
            @Nullable String expected,
            @Nullable String actual) {}

    /**
     * The plan's own check, which counts.
     *
     * @param modelsWithPricing models with a prompt or completion price in the legacy columns
     * @param pricingEntries rows of {@code model_pricing}
     * @param passed whether there are enough of these
     */
    public record CountCheck(long modelsWithPricing, long pricingEntries, boolean passed) {}

    /**
     * All requests of models that have a price on both sides, costed by both: input and output tokens.
     *
     * @param checked how many
     * @param different how many of them cost something else
     * @param legacyCost what all cost by the legacy side, in US dollars
     * @param cost what all cost by {@code model_pricing}, in US dollars
     */
    public record Requests(long checked, long different, BigDecimal legacyCost, BigDecimal cost) {}

    /**
     * Makes the step for a database.
     *
     * @param database a context on a data source, whose render mapping names the schema
     * @throws IllegalArgumentException if the context stands on a connection
     */
    public Verify(DSLContext database) {
        step = new Step("verify", database, LockRetry.DEFAULT);
    }

    /**
     * Compares all.
     *
     * @return what was found
     * @throws IllegalStateException if there are no pricing tables, or nothing was populated yet
     */
    public Report run() {
        try {
            return step.inSnapshot(Verify::report);
        } catch (DataAccessException e) {
            if (INSUFFICIENT_PRIVILEGE.equals(e.sqlState())) {
                return nothing(new Finding("not_visible", null, null, "every row", Step.message(e)));
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
                    "nothing was populated yet, so there is nothing to verify: run populate first");
        }
        boolean hasColumns = Phase.hasLegacyColumns(ctx);
        long models = count(ctx, "select count(*) from legacy_price_proof");
        if (models == 0) {
            return nothing(new Finding("vacuous", null, null, "models", "there are none that could be compared"));
        }
        List<Finding> findings = new ArrayList<>(ctx.fetch("""
                        select kind, model_id, column_name, expected, actual
                        from legacy_price_finding
                        order by model_id, column_name nulls first, kind
                        """)
                .map(row -> new Finding(
                        row.get(0, String.class),
                        row.get(1, Long.class),
                        row.get(2) == null ? null : LegacyColumn.parse(row.get(2, String.class)),
                        row.get(3, String.class),
                        row.get(4, String.class))));
        Map<String, Long> byType = new LinkedHashMap<>();
        ctx.fetch(
                        "select pricing_type, count(*) from model_pricing group by pricing_type order by count(*) desc, pricing_type")
                .forEach(row -> byType.put(row.get(0, String.class), row.get(1, Long.class)));
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
                count(
                        ctx,
                        "select count(*) from model_pricing where pricing_type = 'paid'"
                                + " and coalesce(price_per_input_token, 0) = 0 and coalesce(price_per_output_token, 0) = 0"
                                + " and coalesce(price_per_image_token, 0) = 0 and coalesce(price_per_request, 0) = 0"
                                + " and rate_set_id is null"),
                ifThere(ctx, "pricing_tiers", () -> count(ctx, "select count(*) from pricing_tiers")),
                ifThere(ctx, "chat_completion_requests", () -> requests(ctx)));
    }

    private static Requests requests(DSLContext ctx) {
        // Summed by model first: exact, and no longer than it takes to read the requests once.
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
