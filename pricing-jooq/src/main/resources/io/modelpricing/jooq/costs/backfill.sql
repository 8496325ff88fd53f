-- Records the cost of one batch of completed requests that have none, and counts them by result.
--
-- A batch is a range of blocks of chat_completion_requests. Requests that another transaction has locked are left for
-- the next run. With psql, in this directory: psql -f backfill.sql, after changing the values below.
--
-- A request whose price depends on the hours, or is that of another unit, has the result needs_calculator and a row of
-- its own. CostBackfill calculates its price with CostCalculator and runs the statement again for it; psql leaves it.

\set schema public
\set priced `cat price-batch.sql`
\set costed `cat cost-batch.sql`

-- The requests' id, and their cost so far; without cost columns the cost is the last record's total_usd.
\set request_id r.request_id::text
\set stored_cost r.cost_usd

-- The batch: all blocks, and requests of all times.
\set first_block '(0,0)'
\set end_block '(4294967294,0)'
\set since null
\set until null

-- What is recorded: provider_cost with markup 1, or charge with the markup.
\set basis provider_cost
\set recorded_markup null
\set markup 1
\set calculator 2

with batch as materialized (
    select
        :request_id as request_id, r.model_id::bigint as model_id, r.input_tokens::bigint as input,
        r.output_tokens::bigint as output, r.created_at
    from :"schema".chat_completion_requests r
    where r.ctid >= :'first_block'::tid and r.ctid < :'end_block'::tid
      and r.status = 'completed'
      and :stored_cost is null
      and (:since::timestamptz is null or r.created_at >= :since)
      and (:until::timestamptz is null or r.created_at < :until)
    for no key update of r skip locked
), :priced, :costed, recorded as (
    insert into :"schema".request_cost (
        request_id, basis, markup, total_usd, input_usd, output_usd, usage, lines, model_id, provider_slug,
        provider_model_id, canonical_id, price_version, is_assumed, calculator, origin, occurred_at)
    select
        c.request_id, :'basis', :recorded_markup::numeric,
        c.input_amount + c.fee + c.output_amount, c.input_amount + c.fee, c.output_amount,
        jsonb_strip_nulls(jsonb_build_object(
            'input', nullif(c.input, 0), 'output', nullif(c.output, 0), 'request', 1)),
        case when c.input > 0 then jsonb_build_array(jsonb_build_object(
            'unit', 'input', 'quantity', c.input, 'price', c.input_price, 'amount', c.input_amount)) else '[]' end
        || case when c.output > 0 then jsonb_build_array(jsonb_build_object(
            'unit', 'output', 'quantity', c.output, 'price', c.output_price, 'amount', c.output_amount)) else '[]' end
        || case when c.has_fee then jsonb_build_array(jsonb_build_object(
            'unit', 'request', 'quantity', 1, 'price', c.request_price, 'amount', c.fee)) else '[]' end,
        c.model_id, c.provider_slug, c.provider_model_id, c.canonical_id, c.version, c.is_assumed, :calculator,
        'backfill', c.created_at
    from costed c
    where c.outcome = 'costed'
    on conflict (request_id, number) do nothing
    returning request_id, total_usd
), existing as materialized (
    -- Requests of the batch that had a record before, or got one from a live writer meanwhile.
    select c.request_id, e.total_usd is not null as is_complete
    from costed c
    left join recorded r on r.request_id = c.request_id
    cross join lateral (
        select e.total_usd
        from :"schema".request_cost e
        where e.request_id = c.request_id
        order by e.number desc
        limit 1
    ) e
    where r.request_id is null
), filled as materialized (
    select f.*
    from (select array_agg(e.request_id) as ids from existing e where e.is_complete having count(*) > 0) x
    cross join lateral :"schema".model_pricing_fill_request_costs(x.ids) f
), result as (
    select
        c.request_id, c.model_id, c.input, c.output, c.created_at, c.known_at, c.is_assumed, r.total_usd,
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
    r.result, count(*) as requests, sum(r.input) as input, sum(r.output) as output,
    sum(r.total_usd) as total,
    count(r.total_usd) filter (where r.is_assumed) as assumed,
    sum(r.total_usd) filter (where r.is_assumed) as assumed_total,
    -- PostgreSQL runs the query "filled" only because this reads it.
    (select count(*) from filled) as fillings,
    null as request_id, null::bigint as model_id, null::timestamptz as created_at, null::timestamptz as known_at,
    null::numeric as stored
from result r
where r.result <> 'needs_calculator'
group by r.result
union all
select
    r.result, 1, r.input, r.output, null, 0, null, 0, r.request_id, r.model_id, r.created_at::timestamptz, r.known_at,
    null
from result r
where r.result = 'needs_calculator';
