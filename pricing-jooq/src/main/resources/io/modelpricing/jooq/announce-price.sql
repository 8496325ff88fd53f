-- Announces the price of a model from an instant of the future on. Locks the model, and replaces an announcement for
-- the same start.
--
-- Returns one row: the result, and the instants that explain it. Results: inserted, updated, unchanged,
-- valid_from_not_in_future, unknown_model, observed_in_future, stale.
--
-- To run it with psql, in this directory, set the variables and pass the file to it.

\set schema public
\set insert_rates `cat insert-rates.sql`
-- The first instant at which the price applies.
\set valid_from 2027-01-01T00:00:00Z
-- Who announces it, and why (NULL: no reason).
\set actor ops
\set reason 'price list'
-- How far an observation may be ahead of the database's clock.
\set clock_tolerance '5 minutes'
-- The columns of model_pricing; last_updated is the time at which the source stated the announcement.
\set price '{"model_id": 17, "last_updated": "2026-01-31T12:00:00Z", "pricing_type": "paid", "pricing_source": "provider", "price_per_input_token": 0.0000025}'
-- Further rates, as in upsert-prices.sql.
\set rate_set_ids '{}'
\set rate_set_hours '{}'
\set rate_tiers '{}'
\set rate_units '{}'
\set rate_variants '{}'
\set rate_regions '{}'
\set rate_hours '{}'
\set rate_starts '{}'
\set rate_prices '{}'
\set rate_charged_as '{}'

with price as materialized (
    select *
    from jsonb_to_record(:'price'::jsonb) p (
        model_id bigint, last_updated timestamptz, pricing_type text, missing_reason text,
        price_per_input_token numeric, price_per_output_token numeric, price_per_image_token numeric,
        price_per_request numeric, rate_set_id uuid, pricing_source text)
), locked as materialized (
    select m.id
    from :"schema".models m
    where m.id = (select p.model_id from price p)
    for no key update
-- The clock is read after the lock is taken.
), audited as materialized (
    select clock_timestamp() as now
    from (select count(*) from locked) after_locks
), :insert_rates, open as materialized (
    select a.*
    from :"schema".model_pricing_announcement a
    join locked l on l.id = a.model_id
    where a.resolution is null and a.valid_from = :'valid_from'::timestamptz
), judged as materialized (
    select
        p.*, o.id as open_id, o.observed_at as stored_at, a.now,
        case
            when :'valid_from'::timestamptz <= a.now then 'valid_from_not_in_future'
            when l.id is null then 'unknown_model'
            when p.last_updated > a.now + :'clock_tolerance'::interval then 'observed_in_future'
            when o.id is null then 'inserted'
            when (p.pricing_type, p.missing_reason, p.price_per_input_token, p.price_per_output_token,
                    p.price_per_image_token, p.price_per_request, p.rate_set_id, p.pricing_source)
                is not distinct from
                (o.pricing_type, o.missing_reason, o.price_per_input_token, o.price_per_output_token,
                    o.price_per_image_token, o.price_per_request, o.rate_set_id, o.pricing_source) then 'unchanged'
            when p.last_updated <= o.observed_at then 'stale'
            else 'updated'
        end as result
    from price p
    cross join audited a
    left join locked l on true
    left join open o on true
), replaced as (
    update :"schema".model_pricing_announcement a
    set resolution = 'replaced', resolved_at = j.now, resolved_by = :'actor', resolution_reason = :'reason'
    from judged j
    where a.id = j.open_id and j.result = 'updated'
    returning a.id
), announced as (
    insert into :"schema".model_pricing_announcement (
        model_id, valid_from, pricing_type, missing_reason, price_per_input_token, price_per_output_token,
        price_per_image_token, price_per_request, rate_set_id, pricing_source, observed_at, actor, reason)
    select
        j.model_id, :'valid_from'::timestamptz, j.pricing_type, j.missing_reason, j.price_per_input_token,
        j.price_per_output_token, j.price_per_image_token, j.price_per_request, j.rate_set_id, j.pricing_source,
        j.last_updated, :'actor', :'reason'
    from judged j
    cross join (select count(*) from replaced) after_replaced
    cross join (select count(*) from new_rates) after_rates
    where j.result in ('inserted', 'updated')
)
select j.result, j.last_updated as observed_at, j.stored_at, j.now
from judged j;
