-- Requests that a first run left to CostCalculator, with the prices that it found for them. Replaces price-batch.sql in
-- a second run of backfill.sql or compare.sql, which does not read "batch" then.
priced as (
    select
        p.*, v.valid_from is null as is_assumed, v.recorded_at as known_at, v.pricing_type, v.missing_reason,
        v.provider_slug, v.provider_model_id, v.canonical_id, false as needs_calculator
    from unnest(
        :'request_ids'::text[], :'models'::bigint[], :'versions'::integer[], :'created'::timestamptz[],
        :'inputs'::bigint[], :'outputs'::bigint[], :'stored'::numeric[], :'input_prices'::numeric[],
        :'output_prices'::numeric[], :'request_prices'::numeric[], :'fees'::boolean[])
        p (
            request_id, model_id, version, created_at, input, output, stored, input_price, output_price, request_price,
            has_fee)
    cross join lateral (
        select e.*
        from :"schema".model_pricing_every_version e
        where e.model_id = p.model_id and e.number = p.version
        -- Keeps the subquery apart: as a plain join, it would read all versions.
        offset 0
    ) v
)
