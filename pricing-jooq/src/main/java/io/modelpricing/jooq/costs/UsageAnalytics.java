package io.modelpricing.jooq.costs;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_CURRENT;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static io.modelpricing.jooq.schema.Tables.REQUEST_COST;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.list;
import static org.jooq.impl.DSL.sql;
import static org.jooq.impl.DSL.val;

import io.modelpricing.ModelId;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.PricingType;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Usage and cost by model, provider, time or attribute, from recorded costs. A later price change does not change them.
 * Requests without a known cost are counted: those recorded without a total, and completed requests of
 * {@code chat_completion_requests} without a record.
 *
 * <p>Costs at the provider and charges are never added up: an object of this class reads one of the two. Amounts on the
 * basis {@link CostBasis#REPORTED} count as costs at the provider. Only the last record of a request counts. Times are
 * those at which requests ran, and hours, days, weeks and months are those of UTC.
 *
 * <p>The context's render mapping names the schema. A failed statement throws jOOQ's
 * {@link org.jooq.exception.DataAccessException}. This class is immutable, and as thread-safe as its context.
 */
public final class UsageAnalytics {

    private final DSLContext ctx;
    private final Set<CostBasis> bases;
    private final Map<String, String> attributes;

    /**
     * What costs are summed by.
     *
     * <p>This class is immutable. Two groupings are equal if they group by the same.
     */
    public static final class Grouping {

        /** The canonical model id. Requests of an unknown model have no key. */
        public static final Grouping MODEL = new Grouping("model", sql("r.canonical_id"));

        /** The provider's slug. Requests of models without a provider have no key. */
        public static final Grouping PROVIDER = new Grouping("provider", sql("r.provider_slug"));

        /** The hour in UTC, such as {@code 2026-01-31T13:00Z}. */
        public static final Grouping HOUR = time("hour", "YYYY-MM-DD\"T\"HH24\":00Z\"");

        /** The day in UTC, such as {@code 2026-01-31}. */
        public static final Grouping DAY = time("day", "YYYY-MM-DD");

        /** The ISO week in UTC, which begins on Monday, such as {@code 2026-W05}. */
        public static final Grouping WEEK = time("week", "IYYY-\"W\"IW");

        /** The month in UTC, such as {@code 2026-01}. */
        public static final Grouping MONTH = time("month", "YYYY-MM");

        private final String name;
        private final SQL key;

        private Grouping(String name, SQL key) {
            this.name = name;
            this.key = key;
        }

        private static Grouping time(String name, String format) {
            return new Grouping(name, sql("to_char(r.occurred_at at time zone 'UTC', {0})", inline(format)));
        }

        /**
         * Returns the grouping by an attribute that the application recorded with the costs.
         *
         * @param name the attribute's name, such as {@code customer}; requests without the attribute have no key
         * @return the grouping
         * @throws IllegalArgumentException if the name cannot be the name of an attribute
         */
        public static Grouping attribute(String name) {
            return new Grouping("attribute " + Attributes.name(name), sql("r.attributes ->> {0}", inline(name)));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Grouping that && name.equals(that.name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }

        /** Returns the name, such as {@code day} or {@code attribute customer}. */
        @Override
        public String toString() {
            return name;
        }
    }

    /** What groups are sorted by: the largest first, equal ones by their key. */
    public enum SortKey {
        /** The known cost. */
        COST("cost"),
        /** The number of requests. */
        REQUESTS("requests"),
        /** The number of input tokens. */
        INPUT_TOKENS("input_tokens"),
        /** The number of output tokens. */
        OUTPUT_TOKENS("output_tokens");

        private final String column;

        SortKey(String column) {
            this.column = column;
        }
    }

    /**
     * A period of time.
     *
     * @param from its start, inclusive
     * @param until its end, exclusive
     */
    public record Period(Instant from, Instant until) {

        /**
         * Checks the order.
         *
         * @param from its start, inclusive
         * @param until its end, exclusive
         * @throws IllegalArgumentException if the end is before the start
         */
        public Period {
            if (until.isBefore(from)) {
                throw new IllegalArgumentException(
                        "the end of a period must not be before its start " + from + ", but was " + until);
            }
        }
    }

    /**
     * The requests of one model, provider, time or attribute value.
     *
     * @param key the model, provider, time or value; null for requests without one
     * @param requests the number of requests
     * @param withoutCost the number of these requests without a known cost
     * @param inputTokens the sum of their input tokens, cached ones included
     * @param outputTokens the sum of their output tokens
     * @param cost the sum of the known costs in US dollars, exact
     * @param inputCost the sum of the input sides in US dollars; reported costs have none
     * @param outputCost the sum of the output sides in US dollars; reported costs have none
     * @param reportedCost the part of the cost that is the amount reported by the provider
     * @param assumedCost the part of the cost that comes from prices only assumed to have applied
     */
    public record Group(
            @Nullable String key,
            long requests,
            long withoutCost,
            BigDecimal inputTokens,
            BigDecimal outputTokens,
            BigDecimal cost,
            BigDecimal inputCost,
            BigDecimal outputCost,
            BigDecimal reportedCost,
            BigDecimal assumedCost) {}

    /**
     * A model that served requests and has no price.
     *
     * @param model the model
     * @param provider the provider's slug; null for a model without a provider
     * @param providerModelId the provider's id of the model
     * @param requests the number of requests it served
     * @param tokens the sum of their input and output tokens
     */
    public record UnpricedModel(
            ModelId model, @Nullable String provider, String providerModelId, long requests, BigDecimal tokens) {}

    private record LastGroup(BigDecimal value, String key) {}

    private record LastModel(BigDecimal tokens, long model) {}

    private UsageAnalytics(DSLContext ctx, Set<CostBasis> bases, Map<String, String> attributes) {
        this.ctx = requireNonNull(ctx, "ctx");
        this.bases = bases;
        this.attributes = attributes;
    }

    /**
     * Creates analytics of costs at the providers: calculated from prices, or reported by the provider.
     *
     * @param ctx the context, whose connection and transaction are used as they are
     * @return the analytics
     */
    public static UsageAnalytics ofProviderCosts(DSLContext ctx) {
        return new UsageAnalytics(ctx, EnumSet.of(CostBasis.PROVIDER_COST, CostBasis.REPORTED), Map.of());
    }

    /**
     * Creates analytics of what customers are charged.
     *
     * @param ctx the context, whose connection and transaction are used as they are
     * @return the analytics
     */
    public static UsageAnalytics ofCharges(DSLContext ctx) {
        return new UsageAnalytics(ctx, EnumSet.of(CostBasis.CHARGE), Map.of());
    }

    /**
     * Returns these analytics for the requests that were recorded with an attribute, such as those of one customer.
     * Requests without a record have no attributes, and are left out.
     *
     * @param attribute the attribute's name
     * @param value its value
     * @return new analytics
     * @throws IllegalArgumentException if the name or the value is invalid
     */
    public UsageAnalytics where(String attribute, String value) {
        return new UsageAnalytics(ctx, bases, Attributes.checked(Attributes.with(attributes, attribute, value)));
    }

    /**
     * Returns statements that create an index for each attribute of {@link #where} that has none. Without it,
     * PostgreSQL reads all costs of the period. This method creates none.
     *
     * @return the statements, to run outside a transaction; none if all indexes exist
     */
    public List<String> missingIndexes() {
        List<String> indexed = ctx.fetch("""
                        select pg_get_indexdef(i.indexrelid, 1, true) from pg_catalog.pg_index i
                        where i.indrelid = to_regclass({0}) and i.indisvalid and i.indpred is null
                        """, val(ctx.render(REQUEST_COST))).getValues(0, String.class);
        return attributes.keySet().stream()
                .filter(name -> !indexed.contains("(attributes ->> '" + name + "'::text)"))
                .map(name -> "create index concurrently on " + ctx.render(REQUEST_COST) + " ((attributes ->> '" + name
                        + "'), occurred_at)")
                .toList();
    }

    /**
     * Sums the costs of a period.
     *
     * @param period when the requests ran
     * @param by what they are grouped by
     * @param sort what the groups are sorted by
     * @param page which groups to return
     * @return the groups
     * @throws IllegalArgumentException if the page's cursor was not made by this listing
     */
    public Page<Group> groups(Period period, Grouping by, SortKey sort, PageRequest page) {
        String listing = "usage by " + by + ", sorted by " + sort.column;
        LastGroup after = page.key(listing, key -> new LastGroup(new BigDecimal(key.get(0)), key.get(1)))
                .orElse(null);
        List<Group> groups = ctx.fetch(
                        """
                        select g.*
                        from (
                            select
                                coalesce({1}, '') collate "C" as key,
                                count(*) as requests, count(*) - count(r.total_usd) as without_cost,
                                coalesce(sum(r.input), 0) as input_tokens, coalesce(sum(r.output), 0) as output_tokens,
                                coalesce(sum(r.total_usd), 0) as cost, coalesce(sum(r.input_usd), 0) as input_cost,
                                coalesce(sum(r.output_usd), 0) as output_cost,
                                coalesce(sum(r.total_usd) filter (where r.is_reported), 0) as reported_cost,
                                coalesce(sum(r.total_usd) filter (where r.is_assumed), 0) as assumed_cost
                            from ({2}) r
                            group by 1
                        ) g
                        where {3} is null or {0} < {3} or ({0} = {3} and g.key > {4})
                        order by {0} desc, g.key
                        limit {5}
                        """,
                        sql("g." + sort.column),
                        by.key,
                        requests(period),
                        val(after == null ? null : after.value(), SQLDataType.NUMERIC),
                        val(after == null ? null : after.key(), SQLDataType.VARCHAR),
                        val(page.limit() + 1L))
                .map(UsageAnalytics::group);
        return Page.of(
                page,
                groups,
                listing,
                group -> List.of(value(group, sort).toPlainString(), group.key() == null ? "" : group.key()));
    }

    private static BigDecimal value(Group group, SortKey sort) {
        return switch (sort) {
            case COST -> group.cost();
            case REQUESTS -> BigDecimal.valueOf(group.requests());
            case INPUT_TOKENS -> group.inputTokens();
            case OUTPUT_TOKENS -> group.outputTokens();
        };
    }

    private static Group group(Record row) {
        String key = row.get("key", String.class);
        return new Group(
                key.isEmpty() ? null : key,
                row.get("requests", Long.class),
                row.get("without_cost", Long.class),
                row.get("input_tokens", BigDecimal.class),
                row.get("output_tokens", BigDecimal.class),
                row.get("cost", BigDecimal.class),
                row.get("input_cost", BigDecimal.class),
                row.get("output_cost", BigDecimal.class),
                row.get("reported_cost", BigDecimal.class),
                row.get("assumed_cost", BigDecimal.class));
    }

    /** The requests of a period with a record of these analytics, and those without any record. */
    private SQL requests(Period period) {
        SQL recorded = sql("""
                select
                    c.model_id, c.canonical_id, c.provider_slug, c.attributes, c.occurred_at,
                    (c.usage ->> 'input')::numeric as input, (c.usage ->> 'output')::numeric as output,
                    c.total_usd, c.input_usd, c.output_usd, c.basis = 'reported' as is_reported, c.is_assumed
                from {0} c
                where {1}
                """, REQUEST_COST, lastRecords(period, null));
        if (!attributes.isEmpty()) {
            return recorded;
        }
        return GatewayRequests.of(ctx)
                .map(table -> sql(
                        """
                        {0}
                        union all
                        select
                            s.model_id, m.model_id, v.slug, null, s.created_at,
                            s.input_tokens, s.output_tokens,
                            null, null, null, null, null
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

    /** The last record of each request, or the last that was recorded by an instant. */
    private SQL lastRecords(Period period, @Nullable Instant knownAt) {
        SQL all = sql(
                """
                c.basis in ({0}) and c.occurred_at >= {1} and c.occurred_at < {2}
                and ({3} is null or c.recorded_at <= {3})
                and not exists (
                    select from {4} later
                    where later.request_id = c.request_id and later.number > c.number
                      and ({3} is null or later.recorded_at <= {3}))
                """,
                list(bases.stream().map(basis -> inline(basis.id())).toList()),
                val(period.from(), SQLDataType.INSTANT),
                val(period.until(), SQLDataType.INSTANT),
                val(knownAt, SQLDataType.INSTANT),
                REQUEST_COST);
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            all = sql("{0} and c.attributes ->> {1} = {2}", all, inline(attribute.getKey()), val(attribute.getValue()));
        }
        return all;
    }

    /**
     * Writes the statement of a period as comma-separated values: a line of names, one line for each request, and a
     * line with the total. The same arguments always give the same bytes: later records, corrections and prices do
     * not change them.
     *
     * @param period when the requests ran
     * @param knownAt records and corrections after this instant are left out; not in the future
     * @param line takes each line, without a line end
     * @return the number of requests
     * @throws IllegalStateException if the records up to {@code knownAt} can still change, because it is in the future
     *     or a transaction that started before it has not ended
     */
    public long statement(Period period, Instant knownAt, Consumer<String> line) {
        requireSettled(knownAt);
        line.accept(
                "request_id,record,basis,occurred_at,provider,model,usage,price_version,input_usd,output_usd,total_usd");
        BigDecimal total = BigDecimal.ZERO;
        long requests = 0;
        try (Stream<Record> rows =
                ctx.resultQuery("""
                        select
                            c.request_id, c.number::text, c.basis,
                            to_char(c.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                            c.provider_slug, c.canonical_id, c.usage::text, c.price_version::text,
                            trim_scale(c.input_usd)::text, trim_scale(c.output_usd)::text, trim_scale(c.total_usd)::text
                        from {0} c
                        where {1}
                        order by c.occurred_at, c.request_id collate "C"
                        """, REQUEST_COST, lastRecords(period, knownAt)).fetchSize(1_000).stream()) {
            for (Record row : (Iterable<Record>) rows::iterator) {
                StringBuilder text = new StringBuilder();
                for (int i = 0; i < row.size(); i++) {
                    text.append(i == 0 ? "" : ",").append(quoted(row.get(i, String.class)));
                }
                line.accept(text.toString());
                String amount = row.get(row.size() - 1, String.class);
                total = amount == null ? total : total.add(new BigDecimal(amount));
                requests++;
            }
        }
        line.accept(
                "total," + requests + ",,,,,,,,," + total.stripTrailingZeros().toPlainString());
        return requests;
    }

    /** A record's recorded_at is the start of its transaction, and the record becomes visible when that commits. */
    private void requireSettled(Instant knownAt) {
        Record open = ctx.fetchOne("""
                select 'the database''s time is ' || now() || '; use an earlier instant'
                where {0} > now()
                union all
                select 'process ' || a.pid || ' has been in a transaction since ' || a.xact_start
                    || '; retry when that has ended'
                from pg_stat_activity a
                where a.datname = current_database() and a.pid <> pg_backend_pid() and a.xact_start <= {0}
                  and a.backend_type = 'client backend'
                limit 1
                """, val(knownAt, SQLDataType.INSTANT));
        if (open != null) {
            throw new IllegalStateException(
                    "the records up to " + knownAt + " can still change: " + open.get(0, String.class));
        }
    }

    private static String quoted(@Nullable String value) {
        if (value == null) {
            return "";
        }
        return value.matches("(?s).*[\",\r\n].*") ? '"' + value.replace("\"", "\"\"") + '"' : value;
    }

    /**
     * Counts the models of each pricing type. A model without a price row is missing.
     *
     * @return the number of models of every type, in the order of the types
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
                        """, MODELS, MODEL_PRICING_CURRENT)
                .forEach(row -> types.put(PricingType.parse(row.get(0, String.class)), row.get(1, Long.class)));
        return types;
    }

    /**
     * Lists the models without a price that served requests, the one with most tokens first.
     *
     * @param period when the requests ran
     * @param page which models to return
     * @return the models
     * @throws IllegalArgumentException if the page's cursor was not made by this listing
     */
    public Page<UnpricedModel> unpricedByTraffic(Period period, PageRequest page) {
        String listing = "models without a price, by tokens";
        LastModel after = page.key(
                        listing, key -> new LastModel(new BigDecimal(key.get(0)), Long.parseLong(key.get(1))))
                .orElse(null);
        List<UnpricedModel> models = ctx.fetch(
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
                        MODEL_PRICING_CURRENT,
                        val(after == null ? null : after.tokens(), SQLDataType.NUMERIC),
                        val(after == null ? null : after.model(), SQLDataType.BIGINT),
                        val(page.limit() + 1L))
                .map(row -> new UnpricedModel(
                        new ModelId(row.get(0, Long.class)),
                        row.get(1, String.class),
                        row.get(2, String.class),
                        row.get(3, Long.class),
                        row.get(4, BigDecimal.class)));
        return Page.of(
                page,
                models,
                listing,
                model -> List.of(
                        model.tokens().toPlainString(),
                        String.valueOf(model.model().value())));
    }
}
