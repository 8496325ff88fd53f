-- Compares the stored costs of one batch of completed requests with newly calculated ones, and counts the requests by
-- basis and result. Adds a row with the result 'largest' for each of the largest differences. Writes nothing.
--
-- A batch is a range of blocks of chat_completion_requests. With psql, in this directory: psql -f compare.sql, after
-- changing the values below. A request with the result needs_calculator has a row of its own, as in backfill.sql.

\set schema public
\set priced `cat price-batch.sql`
\set costed `cat cost-batch.sql`

-- The requests' id, their stored cost and its scale; without cost columns the cost is the last record's total_usd.
\set request_id r.request_id::text
\set stored_cost r.cost_usd
\set stored_scale 6

-- The batch: all blocks, and requests of all times.
\set first_block '(0,0)'
\set end_block '(4294967294,0)'
\set since null
\set until null

-- Stored charges are compared at their own markup, so costs are calculated without one.
\set markup 1

\set largest 20

with batch as materialized (
    select
        :request_id as request_id, r.model_id::bigint as model_id, r.input_tokens::bigint as input,
        r.output_tokens::bigint as output, r.created_at, :stored_cost as stored
    from :"schema".chat_completion_requests r
    where r.ctid >= :'first_block'::tid and r.ctid < :'end_block'::tid
      and r.status = 'completed'
      and :stored_cost is not null
      and (:since::timestamptz is null or r.created_at >= :since)
      and (:until::timestamptz is null or r.created_at < :until)
), :priced, :costed, recorded as (
    select
        c.*, coalesce(e.basis, 'unstated') as basis,
        case when e.request_id is null then c.stored else e.total_usd end as stored_total,
        case
            when e.request_id is null
                then round(c.input_amount + c.fee + c.output_amount, coalesce(:stored_scale::integer, 30))
            else (c.input_amount + c.fee + c.output_amount) * coalesce(e.markup, 1)
        end as new_total,
        -- The record has more than input and output tokens in the standard tier, or a total not calculated from prices.
        e.request_id is not null and (
            e.basis = 'reported'
            or e.service_tier <> 'standard'
            or e.region <> ''
            or e.usage - array['input', 'output', 'request'] <> '{}'
            or e.usage ->> 'request' is distinct from '1') as is_beyond
    from costed c
    left join lateral (
        select e.*
        from :"schema".request_cost e
        where e.request_id = c.request_id
        order by e.number desc
        limit 1
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
    c.basis, c.result, count(*) as requests, sum(c.input) as input, sum(c.output) as output,
    sum(c.stored_total) as stored, sum(c.new_total) as calculated,
    null as request_id, null::bigint as model_id, null::timestamptz as created_at, null::timestamptz as known_at
from compared c
where c.result <> 'needs_calculator'
group by c.basis, c.result
union all
select
    c.basis, c.result, 1, c.input, c.output, c.stored_total, null, c.request_id, c.model_id, c.created_at::timestamptz,
    c.known_at
from compared c
where c.result = 'needs_calculator'
union all
(
    select c.basis, 'largest', 1, c.input, c.output, c.stored_total, c.new_total, c.request_id, null, null, null
    from compared c
    where c.result = 'different'
    order by abs(c.stored_total - c.new_total) desc, c.request_id
    limit :largest
);
