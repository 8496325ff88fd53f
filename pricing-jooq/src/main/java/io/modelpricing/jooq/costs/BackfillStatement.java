package io.modelpricing.jooq.costs;

import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_RATE;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING_VERSION;
import static io.modelpricing.jooq.schema.Tables.REQUEST_COST;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.sql;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import io.modelpricing.CostCalculator;
import io.modelpricing.Markup;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.jooq.DSLContext;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.SQL;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * The statements of {@link CostBackfill}, for the columns that this database's requests have: a batch of requests, the version of
 * the price that counts when each ran, and what each costs by the rules of {@link CostCalculator}.
 *
 * <p>A batch is a range of the table's blocks. So it is found without any index or sorting, read and written where it lies, and
 * no two requests have the same place, as they can have the same time.
 */
final class BackfillStatement {

    private static final Table<Record> REQUESTS = GatewayRequests.TABLE;

    /** A range of blocks: a batch, or the whole table. */
    record Blocks(long from, long to) {}

    private enum Mode {
        HAS_NO_COST("is null", "for no key update of r skip locked"),
        HAS_COST("is not null", "");

        private final String cost;
        private final String lock;

        Mode(String cost, String lock) {
            this.cost = cost;
            this.lock = lock;
        }
    }

    private final GatewayRequests requests;

    private BackfillStatement(GatewayRequests requests) {
        this.requests = requests;
    }

    /**
     * Looks the columns up.
     *
     * @throws IllegalStateException if there are no requests
     */
    static BackfillStatement of(DSLContext ctx) {
        return new BackfillStatement(GatewayRequests.of(ctx)
                .orElseThrow(() -> new IllegalStateException(
                        "there are no requests to cost: no table " + ctx.render(GatewayRequests.TABLE))));
    }

    private String key() {
        return "r." + requests.key() + "::text";
    }

    /** Returns the blocks of the table now, in batches of about as many requests. */
    List<Blocks> batches(DSLContext ctx, int perBatch) {
        // Of a table without statistics, a guess: its rows are of 150 bytes.
        Record size = ctx.select(
                        field(
                                "max(pg_relation_size(c.oid)) / current_setting('block_size')::bigint",
                                SQLDataType.BIGINT),
                        field(
                                "coalesce(ceil(sum(c.reltuples) filter (where c.reltuples > 0)"
                                        + " / nullif(sum(c.relpages), 0)), 50)::bigint",
                                SQLDataType.BIGINT))
                .from(table("pg_catalog.pg_class").as("c"))
                // It, or its partitions.
                .where(condition(
                        "c.oid = to_regclass({0}) or c.oid in (select relid from pg_partition_tree(to_regclass({0})))",
                        val(ctx.render(REQUESTS))))
                .fetchSingle();
        long blocks = size.get(0, Long.class);
        long step = Math.max(1, perBatch / Math.max(1, size.get(1, Long.class)));
        return LongStream.iterate(0, from -> from < blocks, from -> from + step)
                .mapToObj(from -> new Blocks(from, from + step))
                .toList();
    }

    /** Returns statements that make the indexes without which each batch reads all requests. */
    List<String> missingIndexes(DSLContext ctx) {
        List<String> missing = new ArrayList<>();
        Set<String> indexed = ctx.select(field("a.attname", SQLDataType.CLOB))
                .from(
                        table(
                                "pg_catalog.pg_index i join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]"))
                .where(condition("i.indrelid = to_regclass({0})", val(ctx.render(REQUESTS))))
                .and(condition("i.indisvalid and i.indpred is null"))
                .fetchSet(0, String.class);
        if (requests.hasCost() && !indexed.contains(requests.key())) {
            missing.add("create index concurrently on " + ctx.render(REQUESTS) + " (" + requests.key() + ")");
        }
        return missing;
    }

    /** The page, and what each of its requests costs: {@code page} and {@code costed}. */
    private SQL costed(CostBackfill.Scope scope, Mode mode, Blocks blocks, Markup markup) {
        String cost = requests.hasCost()
                ? "r.cost_usd"
                : "(select c.total_usd from {3} c where c.request_id = " + key() + " order by c.number desc limit 1)";
        return sql(
                """
                page as materialized (
                    select %s as request_id, r.model_id::bigint as model_id, r.input_tokens::bigint as input,
                        r.output_tokens::bigint as output, r.created_at, %s as stored
                    from {0} r
                    where r.ctid >= '(%d,0)' and r.ctid < '(%d,0)' and r.status = 'completed' and %s %s %s %s
                    %s
                ), priced as (
                    select
                        p.*, v.number as version, v.valid_from is null as is_assumed, v.pricing_type, v.missing_reason,
                        v.provider_slug, v.provider_model_id, v.canonical_id,
                        trim_scale(case when v.rate_set_id is null then v.price_per_input_token else coalesce(
                            (select r.price from {2} r
                             where r.rate_set_id = v.rate_set_id and r.service_tier = 'standard' and r.unit = 'input'
                               and r.from_input_tokens <= p.input
                             order by r.from_input_tokens desc limit 1), v.price_per_input_token) end) as input_price,
                        trim_scale(case when v.rate_set_id is null then v.price_per_output_token else coalesce(
                            (select r.price from {2} r
                             where r.rate_set_id = v.rate_set_id and r.service_tier = 'standard' and r.unit = 'output'
                               and r.from_input_tokens <= p.input
                             order by r.from_input_tokens desc limit 1), v.price_per_output_token) end) as output_price,
                        trim_scale(case when v.rate_set_id is null then v.price_per_request else coalesce(
                            (select r.price from {2} r
                             where r.rate_set_id = v.rate_set_id and r.service_tier = 'standard' and r.unit = 'request'
                               and r.from_input_tokens <= p.input
                             order by r.from_input_tokens desc limit 1), v.price_per_request) end) as request_price,
                        v.price_per_request is not null or v.rate_set_id is not null and exists (
                            select from {2} r where r.rate_set_id = v.rate_set_id and r.unit = 'request') as has_fee
                    from page p
                    left join lateral (
                        select v.*
                        from {1} v
                        where v.model_id = p.model_id and (v.valid_from <= p.created_at or v.valid_from is null)
                        order by v.number desc
                        limit 1
                    ) v on true
                ), costed as materialized (
                    select
                        q.*,
                        case
                            when num_nulls(q.input, q.output, q.created_at) > 0 or q.input < 0 or q.output < 0 then 'unusable'
                            when q.version is null then
                                case when exists (select from {1} v where v.model_id = q.model_id)
                                    then 'no_price_then' else 'never_known' end
                            when q.pricing_type = 'missing' then q.missing_reason
                            when q.input > 0 and q.input_price is null
                                or q.output > 0 and q.output_price is null
                                or q.has_fee and q.request_price is null then 'incomplete'
                            else 'costed'
                        end as outcome,
                        case when q.input > 0 then q.input * q.input_price * {4} else 0 end as input_amount,
                        case when q.output > 0 then q.output * q.output_price * {4} else 0 end as output_amount,
                        case when q.has_fee then q.request_price * {4} else 0 end as fee
                    from priced q
                )
                """.formatted(
                                key(),
                                cost,
                                blocks.from(),
                                blocks.to(),
                                cost,
                                mode.cost,
                                scope.since() == null ? "" : "and r.created_at >= timestamptz '" + scope.since() + "'",
                                scope.until() == null ? "" : "and r.created_at < timestamptz '" + scope.until() + "'",
                                mode.lock),
                REQUESTS,
                MODEL_PRICING_VERSION,
                MODEL_PRICING_RATE,
                REQUEST_COST,
                inline(markup.factor()));
    }

    /**
     * Costs a page and records it. The rows: a result, how many requests had it, their tokens, their costs, how many of these
     * are by assumed prices, and the costs of those.
     */
    Result<Record> record(DSLContext ctx, CostBackfill.Scope scope, Blocks blocks, @Nullable Markup markup) {
        return ctx.resultQuery(
                        """
                        with {0}, recorded as (
                            insert into {1} (
                                request_id, basis, markup, total_usd, input_usd, output_usd, usage, lines, model_id,
                                provider_slug, provider_model_id, canonical_id, price_version, is_assumed, calculator, origin,
                                occurred_at)
                            select
                                c.request_id, {2}, {3}::numeric, c.input_amount + c.fee + c.output_amount,
                                c.input_amount + c.fee, c.output_amount,
                                jsonb_strip_nulls(jsonb_build_object(
                                    'input', nullif(c.input, 0), 'output', nullif(c.output, 0), 'request', 1)),
                                case when c.input > 0 then jsonb_build_array(jsonb_build_object(
                                    'unit', 'input', 'quantity', c.input, 'price', c.input_price,
                                    'amount', c.input_amount)) else '[]' end
                                || case when c.output > 0 then jsonb_build_array(jsonb_build_object(
                                    'unit', 'output', 'quantity', c.output, 'price', c.output_price,
                                    'amount', c.output_amount)) else '[]' end
                                || case when c.has_fee then jsonb_build_array(jsonb_build_object(
                                    'unit', 'request', 'quantity', 1, 'price', c.request_price,
                                    'amount', c.fee)) else '[]' end,
                                c.model_id, c.provider_slug, c.provider_model_id, c.canonical_id, c.version, c.is_assumed,
                                {4}, 'recost', c.created_at
                            from costed c
                            where c.outcome = 'costed'
                            on conflict (request_id, number) do nothing
                            returning request_id, total_usd
                        ), existing as materialized (
                            select c.request_id, e.total_usd is not null as is_complete
                            from costed c
                            left join recorded r on r.request_id = c.request_id
                            cross join lateral (
                                select e.total_usd from {1} e where e.request_id = c.request_id order by e.number desc limit 1
                            ) e
                            where r.request_id is null
                        ), filled as materialized (
                            select {5}(array_agg(e.request_id)) from existing e where e.is_complete having count(*) > 0
                        ), result as (
                            select
                                c.*, r.total_usd,
                                case
                                    when r.request_id is not null then 'costed'
                                    when e.is_complete or e.request_id is null and c.outcome = 'costed' then 'filled'
                                    when e.request_id is not null then 'recorded_incomplete'
                                    else c.outcome
                                end as result
                            from costed c
                            left join recorded r on r.request_id = c.request_id
                            left join existing e on e.request_id = c.request_id
                        )
                        select
                            result, count(*) as requests, sum(input) as input, sum(output) as output,
                            sum(total_usd) as total,
                            count(total_usd) filter (where is_assumed) as assumed,
                            sum(total_usd) filter (where is_assumed) as assumed_total,
                            (select count(*) from filled) as fillings
                        from result
                        group by result
                        """,
                        costed(scope, Mode.HAS_NO_COST, blocks, markup == null ? Markup.factor("1") : markup),
                        REQUEST_COST,
                        inline(markup == null ? "provider_cost" : "charge"),
                        inline(markup == null ? null : markup.factor(), SQLDataType.NUMERIC),
                        inline(CostCalculator.VERSION),
                        fillFunction())
                .fetch();
    }

    private static QueryPart fillFunction() {
        return table(name("model_pricing_fill_request_costs"));
    }

    /**
     * Costs a page of requests that have a cost, and compares. The rows: a basis, a result, how many requests had it, and
     * their stored and their new costs; or, with the result {@code largest}, one request.
     */
    Result<Record> compare(DSLContext ctx, CostBackfill.Scope scope, Blocks blocks) {
        return ctx.resultQuery(
                        """
                        with {0}, recorded as (
                            select
                                c.*, coalesce(e.basis, 'unstated') as basis,
                                case when e.request_id is null then c.stored else e.total_usd end as stored_total,
                                case when e.request_id is null
                                    then round(c.input_amount + c.fee + c.output_amount, coalesce({2}, 30))
                                    else (c.input_amount + c.fee + c.output_amount) * coalesce(e.markup, 1)
                                end as new_total,
                                e.request_id is not null and (
                                    e.service_tier <> 'standard'
                                    or e.usage - array['input', 'output', 'request'] <> '{}'
                                    or e.usage ->> 'request' is distinct from '1') as is_beyond
                            from costed c
                            left join lateral (
                                select e.* from {1} e where e.request_id = c.request_id order by e.number desc limit 1
                            ) e on true
                        ), compared as materialized (
                            select
                                c.*,
                                case
                                    when c.is_beyond then 'not_comparable'
                                    when c.outcome <> 'costed' then c.outcome
                                    when c.stored_total = c.new_total then 'same'
                                    else 'different'
                                end as result
                            from recorded c
                        )
                        select
                            basis, result, count(*) as requests, sum(input) as input, sum(output) as output,
                            sum(stored_total) as stored, sum(new_total) as recomputed, null as request_id
                        from compared
                        group by basis, result
                        union all
                        (select basis, 'largest', 1, input, output, stored_total, new_total, request_id
                        from compared
                        where result = 'different'
                        order by abs(stored_total - new_total) desc, request_id
                        limit {3})
                        """,
                        costed(scope, Mode.HAS_COST, blocks, Markup.factor("1")),
                        REQUEST_COST,
                        inline(requests.scale(), SQLDataType.INTEGER),
                        inline(CostBackfill.SHOWN))
                .fetch();
    }
}
