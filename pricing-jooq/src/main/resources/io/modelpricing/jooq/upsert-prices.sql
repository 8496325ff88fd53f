-- Writes the prices of models. Locks the models in the order of their ids, compares each price with the stored one, and
-- writes those that win. Returns one row for each price: its position, its result, and the instants that explain it.
--
-- Results: inserted, updated, unchanged (last_updated moves if the observation is later), valid_from_in_future,
-- unknown_model, observed_in_future, manual_override, stale. A row with the result inserted and is_inserted = false
-- lost against a concurrent insert: run the statement again for it. So does announced_applied: an announced price has
-- started, and the statement has written that price instead.
--
-- To run it with psql, in this directory, set the variables and pass the file to it. The arrays have one element for
-- each price, and each model occurs once.

\set schema public
\set insert_rates `cat insert-rates.sql`
-- later_wins: a manual override stays, otherwise the later observation wins
-- corrects:   a manual override stays, every other price is replaced
-- overrides:  every price is replaced
\set rule later_wins
-- The actor and the reason of the versions; a correction adds "kind": "correction" and "validFrom".
\set audit '{"actor": "ops", "reason": "price list"}'
-- How far an observation may be ahead of the database's clock.
\set clock_tolerance '5 minutes'
-- The ids of the models.
\set models '{17}'
-- When the source stated the price; NULL: now, by the database's clock.
\set observed '{2026-01-31T12:00:00Z}'
-- paid, free, deprecated or missing.
\set types '{paid}'
-- The reason of a missing price: never_known, dynamic or ambiguous; NULL for the other types.
\set missing_reasons '{NULL}'
-- US dollars for one unit; NULL: no price.
\set input_prices '{0.0000025}'
\set output_prices '{0.00001}'
\set image_prices '{NULL}'
\set request_prices '{NULL}'
-- The set of further rates, see rate_set_ids; NULL: none.
\set rate_sets '{NULL}'
-- Where the price comes from.
\set sources '{provider}'
-- Further rates, one element for each: the set that it belongs to (a UUID, the hash of the set's rates) and the hours
-- that the set defines, the service tier, the unit, the variant, the region and the name of the hours (empty: any), the
-- fewest input tokens that it applies to (0: the base rate), and US dollars for one unit (NULL: charged as the unit in
-- rate_charged_as, or where this is NULL too, as the unit that it is part of). A set that exists is left as it is.
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

with input as materialized (
    select *
    from unnest(
        :'models'::bigint[], :'observed'::timestamptz[], :'types'::text[], :'missing_reasons'::text[],
        :'input_prices'::numeric[], :'output_prices'::numeric[], :'image_prices'::numeric[],
        :'request_prices'::numeric[], :'rate_sets'::uuid[], :'sources'::text[])
        with ordinality as i (
            model_id, observed_at, pricing_type, missing_reason, price_per_input_token, price_per_output_token,
            price_per_image_token, price_per_request, rate_set_id, pricing_source, position)
), locked as materialized (
    select m.id
    from :"schema".models m
    where m.id in (select i.model_id from input i)
    order by m.id
    for no key update
), applied as materialized (
    select a.model_id
    from (select coalesce(array_agg(l.id), '{}') as ids from locked l) after_locks
    cross join lateral :"schema".model_pricing_apply_due(after_locks.ids) a (model_id)
-- Triggers write the audit context into the versions. It has the timestamp of the statement, because the setting lasts
-- until the end of the transaction and later statements must not inherit it. The clock is read after the locks are
-- taken.
), audited as materialized (
    select
        set_config(
            'model_pricing.audit_context',
            (:'audit'::jsonb || jsonb_build_object('statement', statement_timestamp()::text))::text,
            true) as context,
        clock_timestamp() as now
    from (select count(*) from applied) after_applied
), stored as materialized (
    select
        mp.model_id, mp.last_updated, mp.pricing_type, mp.missing_reason, mp.price_per_input_token,
        mp.price_per_output_token, mp.price_per_image_token, mp.price_per_request, mp.rate_set_id, mp.pricing_source
    from :"schema".model_pricing mp
    join locked l on l.id = mp.model_id
    order by mp.model_id
    for no key update of mp
), :insert_rates,
-- The full joins match every input row as left joins would. A planner without statistics hashes or merges a full join,
-- but would run a left join as nested loops, which is quadratic in the size of the batch. The rates are inserted first,
-- because the trigger that checks a price reads them.
judged as materialized (
    select
        i.position, i.model_id, coalesce(i.observed_at, a.now) as last_updated, i.pricing_type, i.missing_reason,
        i.price_per_input_token, i.price_per_output_token, i.price_per_image_token, i.price_per_request, i.rate_set_id,
        i.pricing_source, s.last_updated as stored_at, a.now,
        case
            when (:'audit'::jsonb ->> 'validFrom')::timestamptz > a.now then 'valid_from_in_future'
            when l.id is null then 'unknown_model'
            when l.id in (select p.model_id from applied p) then 'announced_applied'
            when i.observed_at > a.now + :'clock_tolerance'::interval then 'observed_in_future'
            when s.model_id is null then 'inserted'
            when :'rule'::text <> 'overrides' and s.pricing_source = 'manual' then 'manual_override'
            when :'rule'::text <> 'corrects'
                and i.pricing_type is not distinct from s.pricing_type
                and i.missing_reason is not distinct from s.missing_reason
                and i.price_per_input_token is not distinct from s.price_per_input_token
                and i.price_per_output_token is not distinct from s.price_per_output_token
                and i.price_per_image_token is not distinct from s.price_per_image_token
                and i.price_per_request is not distinct from s.price_per_request
                and i.rate_set_id is not distinct from s.rate_set_id
                and i.pricing_source is not distinct from s.pricing_source then 'unchanged'
            when :'rule'::text = 'later_wins' and i.observed_at <= s.last_updated then 'stale'
            else 'updated'
        end as result
    from input i
    full join locked l on l.id = i.model_id
    full join stored s on s.model_id = i.model_id
    cross join audited a
    cross join (select count(*) from new_rates) after_rates
-- The case expression makes the planner expect half of the rows, and so a hash join. It would expect one row of plain
-- conditions on the result, and run nested loops.
), updated as (
    update :"schema".model_pricing mp
    set pricing_type = j.pricing_type,
        missing_reason = j.missing_reason,
        price_per_input_token = j.price_per_input_token,
        price_per_output_token = j.price_per_output_token,
        price_per_image_token = j.price_per_image_token,
        price_per_request = j.price_per_request,
        rate_set_id = j.rate_set_id,
        pricing_source = j.pricing_source,
        last_updated = greatest(j.last_updated, mp.last_updated)
    from judged j
    where mp.model_id = j.model_id
      and case j.result when 'updated' then true when 'unchanged' then j.last_updated > j.stored_at else false end
    returning mp.model_id
), inserted as (
    insert into :"schema".model_pricing (
        model_id, last_updated, pricing_type, missing_reason, price_per_input_token, price_per_output_token,
        price_per_image_token, price_per_request, rate_set_id, pricing_source)
    select
        j.model_id, j.last_updated, j.pricing_type, j.missing_reason, j.price_per_input_token, j.price_per_output_token,
        j.price_per_image_token, j.price_per_request, j.rate_set_id, j.pricing_source
    from judged j
    where j.result = 'inserted'
    order by j.model_id
    on conflict (model_id) do nothing
    returning model_id
)
select
    j.position, j.result, j.last_updated as observed_at, j.stored_at, j.now,
    j.model_id in (select n.model_id from inserted n) as is_inserted
from judged j
order by j.position;
