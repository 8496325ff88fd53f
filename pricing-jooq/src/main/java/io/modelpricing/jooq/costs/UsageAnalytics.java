package io.modelpricing.jooq.costs;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static io.modelpricing.jooq.schema.Tables.REQUEST_COST;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.sql;
import static org.jooq.impl.DSL.val;

import io.modelpricing.ModelId;
import io.modelpricing.PricingType;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * What was used and what it cost, by the costs that were recorded: a price that changes later changes nothing here, and a
 * request whose cost is not known is counted as such, be it on record or, in {@code chat_completion_requests}, only served.
 *
 * <p>Provider costs and charges are never summed together: an object of this class looks at one of the two. The record that
 * counts for a request is its last one. All times are those when requests ran; days are those of UTC. The schema is that of the
 * context. A failing statement throws jOOQ's {@link org.jooq.exception.DataAccessException}.
 */
public final class UsageAnalytics {

    /** The most rows of a page. */
    public static final int MAX_PAGE = 1_000;

    private final DSLContext ctx;
    private final String basis;

    /** What costs are summed by. */
    public enum Grouping {
        /** The canonical model id, {@code unknown} where nobody knew it. */
        MODEL("coalesce(r.canonical_id, 'unknown')"),
        /** The provider's slug, {@code none} for models without one. */
        PROVIDER("coalesce(r.provider_slug, 'none')"),
        /** The day in UTC, such as {@code 2026-01-31}. */
        DAY("to_char(r.occurred_at at time zone 'UTC', 'YYYY-MM-DD')");

        private final String key;

        Grouping(String key) {
            this.key = key;
        }
    }

    /** What groups are sorted by, the largest first; equal ones by their key. */
    public enum SortKey {
        /** The known cost. */
        COST("cost"),
        /** How many requests there were. */
        REQUESTS("requests"),
        /** How many input tokens were used. */
        INPUT_TOKENS("input_tokens"),
        /** How many output tokens were used. */
        OUTPUT_TOKENS("output_tokens");

        private final String column;

        SortKey(String column) {
            this.column = column;
        }
    }

    /**
     * A time from an instant to another, which is not part of it.
     *
     * @param from when it begins
     * @param until when it has ended
     */
    public record Period(Instant from, Instant until) {

        /**
         * Checks the order.
         *
         * @param from when it begins
         * @param until when it has ended
         * @throws IllegalArgumentException if it would end before it begins
         */
        public Period {
            if (until.isBefore(from)) {
                throw new IllegalArgumentException("a period from " + from + " cannot end at " + until);
            }
        }
    }

    /**
     * The requests of one model, provider or day.
     *
     * @param key which one
     * @param requests how many there were
     * @param withoutCost how many of these have no known cost: a unit that they used has no price, or nothing is on record
     * @param inputTokens all input tokens, cached ones included
     * @param outputTokens all output tokens
     * @param cost US dollars, exact, of those whose cost is known
     * @param inputCost US dollars of the input side
     * @param outputCost US dollars of the output side
     * @param assumedCost how much of the cost comes from prices that are only assumed to have applied then
     */
    public record Group(
            String key,
            long requests,
            long withoutCost,
            BigDecimal inputTokens,
            BigDecimal outputTokens,
            BigDecimal cost,
            BigDecimal inputCost,
            BigDecimal outputCost,
            BigDecimal assumedCost) {}

    /**
     * Some groups in their order.
     *
     * @param groups the groups
     * @param next where the next page begins; null after the last one
     */
    public record Page(List<Group> groups, @Nullable Cursor next) {

        /**
         * Copies the list.
         *
         * @param groups the groups
         * @param next where the next page begins
         */
        public Page {
            groups = List.copyOf(groups);
        }
    }

    /**
     * The last group of a page, after which the next one begins.
     *
     * @param value what it was sorted by
     * @param key its key
     */
    public record Cursor(BigDecimal value, String key) {}

    /**
     * A model that was used and has no price.
     *
     * @param model the model
     * @param provider its provider's slug, null if it has none
     * @param providerModelId the provider's id of it
     * @param requests how many requests it served
     * @param tokens how many tokens these used, input and output
     */
    public record UnpricedModel(
            ModelId model, @Nullable String provider, String providerModelId, long requests, BigDecimal tokens) {}

    private UsageAnalytics(DSLContext ctx, String basis) {
        this.ctx = requireNonNull(ctx, "ctx");
        this.basis = basis;
    }

    /**
     * Looks at what the gateway owes to providers.
     *
     * @param ctx the context, whose connection and transaction are used as they are
     * @return the analytics
     */
    public static UsageAnalytics ofProviderCosts(DSLContext ctx) {
        return new UsageAnalytics(ctx, "provider_cost");
    }

    /**
     * Looks at what customers are charged.
     *
     * @param ctx the context, whose connection and transaction are used as they are
     * @return the analytics
     */
    public static UsageAnalytics ofCharges(DSLContext ctx) {
        return new UsageAnalytics(ctx, "charge");
    }

    /**
     * Sums the costs of a period.
     *
     * @param period when the requests ran
     * @param by what they are grouped by
     * @param sort what the groups are sorted by
     * @param after where the page before this one ended; null for the first
     * @param limit how many groups at most, from 1 to {@value #MAX_PAGE}
     * @return the groups
     * @throws IllegalArgumentException if the limit is outside of that
     */
    public Page groups(Period period, Grouping by, SortKey sort, @Nullable Cursor after, int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new IllegalArgumentException(
                    "a page has 1 to " + MAX_PAGE + " groups, but " + limit + " were asked for");
        }
        List<Record> rows = ctx.fetch(
                """
                select g.*, {0} as sorted_by
                from (
                    select
                        {1} collate "C" as key, count(*) as requests, count(*) - count(r.total_usd) as without_cost,
                        coalesce(sum(r.input), 0) as input_tokens, coalesce(sum(r.output), 0) as output_tokens,
                        coalesce(sum(r.total_usd), 0) as cost, coalesce(sum(r.input_usd), 0) as input_cost,
                        coalesce(sum(r.output_usd), 0) as output_cost,
                        coalesce(sum(r.total_usd) filter (where r.is_assumed), 0) as assumed_cost
                    from ({2}) r
                    group by 1
                ) g
                where {3} is null or {0} < {3} or ({0} = {3} and g.key > {4})
                order by {0} desc, g.key
                limit {5}
                """,
                sql("g." + sort.column),
                sql(by.key),
                requests(period),
                val(after == null ? null : after.value(), SQLDataType.NUMERIC),
                val(after == null ? null : after.key(), SQLDataType.VARCHAR),
                val(limit + 1));
        List<Group> groups =
                rows.stream().limit(limit).map(UsageAnalytics::group).toList();
        Record last = rows.size() > limit ? rows.get(limit - 1) : null;
        return new Page(
                groups,
                last == null
                        ? null
                        : new Cursor(last.get("sorted_by", BigDecimal.class), last.get("key", String.class)));
    }

    private static Group group(Record row) {
        return new Group(
                row.get("key", String.class),
                row.get("requests", Long.class),
                row.get("without_cost", Long.class),
                row.get("input_tokens", BigDecimal.class),
                row.get("output_tokens", BigDecimal.class),
                row.get("cost", BigDecimal.class),
                row.get("input_cost", BigDecimal.class),
                row.get("output_cost", BigDecimal.class),
                row.get("assumed_cost", BigDecimal.class));
    }

    /** The requests of a period: those with a record of the basis, and those that have none of any. */
    private SQL requests(Period period) {
        SQL recorded = sql("""
                select
                    c.model_id, c.canonical_id, c.provider_slug, c.occurred_at, (c.usage ->> 'input')::numeric as input,
                    (c.usage ->> 'output')::numeric as output, c.total_usd, c.input_usd, c.output_usd, c.is_assumed
                from {0} c
                where {1}
                """, REQUEST_COST, counts(period, null));
        return GatewayRequests.of(ctx)
                .map(table -> sql(
                        """
                        {0}
                        union all
                        select
                            s.model_id, m.model_id, v.slug, s.created_at, s.input_tokens, s.output_tokens, null, null, null, null
                        from {1} s
                        left join {2} m on m.id = s.model_id
                        left join {3} v on v.id = m.provider_id
                        where s.status = 'completed' and s.created_at >= {4} and s.created_at < {5}
                          and not exists (select from {6} c where c.request_id = s.%s::text)
                        """.formatted(table.key()),
                        recorded,
                        GatewayRequests.TABLE,
                        MODELS,
                        PROVIDERS,
                        val(period.from(), SQLDataType.INSTANT),
                        val(period.until(), SQLDataType.INSTANT),
                        REQUEST_COST))
                .orElse(recorded);
    }

    /** The record that counts of each request: its last, or the last that was known at an instant. */
    private SQL counts(Period period, @Nullable Instant knownAt) {
        return sql(
                """
                c.basis = {0} and c.occurred_at >= {1} and c.occurred_at < {2}
                and ({3} is null or c.recorded_at <= {3})
                and not exists (
                    select from {4} later
                    where later.request_id = c.request_id and later.number > c.number
                      and ({3} is null or later.recorded_at <= {3}))
                """,
                inline(basis),
                val(period.from(), SQLDataType.INSTANT),
                val(period.until(), SQLDataType.INSTANT),
                val(knownAt, SQLDataType.INSTANT),
                REQUEST_COST);
    }

    /**
     * Writes the statement of a period: one line of comma-separated values for each request, a line of names before them and
     * one of sums after. Run again with the same arguments it is the same, byte for byte, whatever was recorded, corrected or
     * priced since.
     *
     * @param period when the requests ran
     * @param knownAt what is recorded later is left out, corrections too; not in the future
     * @param line takes each line, without an end of line
     * @return how many requests it has
     * @throws IllegalStateException if what was recorded by then can still change: it is in the future, or a transaction that
     *     began before has not ended
     */
    public long statement(Period period, Instant knownAt, Consumer<String> line) {
        settled(knownAt);
        line.accept("request_id,record,occurred_at,provider,model,usage,price_version,input_usd,output_usd,total_usd");
        BigDecimal total = BigDecimal.ZERO;
        long requests = 0;
        try (Stream<Record> rows =
                ctx.resultQuery("""
                        select
                            c.request_id, c.number::text,
                            to_char(c.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                            c.provider_slug, c.canonical_id, c.usage::text, c.price_version::text,
                            trim_scale(c.input_usd)::text, trim_scale(c.output_usd)::text, trim_scale(c.total_usd)::text
                        from {0} c
                        where {1}
                        order by c.occurred_at, c.request_id collate "C"
                        """, REQUEST_COST, counts(period, knownAt)).fetchSize(1_000).stream()) {
            for (Record row : (Iterable<Record>) rows::iterator) {
                StringBuilder text = new StringBuilder();
                for (int i = 0; i < row.size(); i++) {
                    text.append(i == 0 ? "" : ",").append(quoted(row.get(i, String.class)));
                }
                line.accept(text.toString());
                String amount = row.get(9, String.class);
                total = amount == null ? total : total.add(new BigDecimal(amount));
                requests++;
            }
        }
        line.accept(
                "total," + requests + ",,,,,,,," + total.stripTrailingZeros().toPlainString());
        return requests;
    }

    /** A record has the time at which its transaction began, and is seen when that has ended. */
    private void settled(Instant knownAt) {
        Record open = ctx.fetchOne("""
                        select 'it is ' || now(), 'ask when it has passed'
                        where {0} > now()
                        union all
                        select 'process ' || a.pid || ' is in a transaction since ' || a.xact_start, 'ask when it has ended'
                        from pg_stat_activity a
                        where a.datname = current_database() and a.pid <> pg_backend_pid() and a.xact_start <= {0}
                          and a.backend_type = 'client backend'
                        limit 1
                        """, val(knownAt, SQLDataType.INSTANT));
        if (open != null) {
            throw new IllegalStateException("what is recorded by " + knownAt + " can still change: "
                    + open.get(0, String.class) + "; " + open.get(1, String.class));
        }
    }

    private static String quoted(@Nullable String value) {
        if (value == null) {
            return "";
        }
        return value.matches("(?s).*[\",\r\n].*") ? '"' + value.replace("\"", "\"\"") + '"' : value;
    }

    /**
     * Counts the models of each pricing type; a model without a row is missing.
     *
     * @return all four types, in their order
     */
    public Map<PricingType, Long> types() {
        Map<PricingType, Long> types = new LinkedHashMap<>();
        for (PricingType type : PricingType.values()) {
            types.put(type, 0L);
        }
        ctx.fetch("""
                        select coalesce(p.pricing_type, 'missing'), count(*)
                        from {0} m
                        left join {1} p on p.model_id = m.id
                        group by 1
                        """, MODELS, MODEL_PRICING)
                .forEach(row -> types.put(PricingType.parse(row.get(0, String.class)), row.get(1, Long.class)));
        return types;
    }

    /**
     * Finds the models without a price that served requests, the most used first: what they lack is worth most.
     *
     * @param period when the requests ran
     * @param after the last model of the page before this one; null for the first
     * @param limit how many at most, from 1 to {@value #MAX_PAGE}
     * @return the models
     * @throws IllegalArgumentException if the limit is outside of that
     */
    public List<UnpricedModel> unpricedByTraffic(Period period, @Nullable UnpricedModel after, int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new IllegalArgumentException(
                    "a list has 1 to " + MAX_PAGE + " models, but " + limit + " were asked for");
        }
        return ctx.fetch(
                        """
                        select
                            m.id, v.slug, m.provider_model_id, count(*),
                            coalesce(sum(r.input), 0) + coalesce(sum(r.output), 0) as tokens
                        from ({0}) r
                        join {1} m on m.id = r.model_id
                        left join {2} v on v.id = m.provider_id
                        left join {3} p on p.model_id = m.id
                        where coalesce(p.pricing_type, 'missing') = 'missing'
                        group by m.id, v.slug, m.provider_model_id
                        having {4} is null or (-coalesce(sum(r.input), 0) - coalesce(sum(r.output), 0), m.id) > (-{4}, {5})
                        order by tokens desc, m.id
                        limit {6}
                        """,
                        requests(period),
                        MODELS,
                        PROVIDERS,
                        MODEL_PRICING,
                        val(after == null ? null : after.tokens(), SQLDataType.NUMERIC),
                        val(after == null ? null : after.model().value(), SQLDataType.BIGINT),
                        val(limit))
                .map(row -> new UnpricedModel(
                        new ModelId(row.get(0, Long.class)),
                        row.get(1, String.class),
                        row.get(2, String.class),
                        row.get(3, Long.class),
                        row.get(4, BigDecimal.class)));
    }
}
