-- The price of each request of "batch" that was valid when it ran: one request of plain input and output tokens in the
-- standard tier. Included by backfill.sql and compare.sql.
priced as (
    select
        p.*, v.number as version, v.valid_from is null as is_assumed, v.recorded_at as known_at, v.pricing_type,
        v.missing_reason, v.provider_slug, v.provider_model_id, v.canonical_id,
        trim_scale(input.price) as input_price, trim_scale(output.price) as output_price,
        trim_scale(request.price) as request_price,
        v.price_per_request is not null or v.rate_set_id is not null and exists (
            select
            from :"schema".model_pricing_card_rate r
            where r.rate_set_id = v.rate_set_id and r.unit = 'request') as has_fee,
        -- model_pricing_rate_at knows neither hours nor units that are charged as others.
        v.rate_set_id is not null and exists (
            select
            from :"schema".model_pricing_card_rate r
            where r.rate_set_id = v.rate_set_id and r.service_tier = 'standard' and r.region = ''
              and r.unit in ('input', 'output', 'request')
              and (r.hours <> '' or r.charged_as is not null)) as needs_calculator
    from batch p
    left join lateral (
        select v.*
        from :"schema".model_pricing_every_version v
        where v.model_id = p.model_id and (v.valid_from <= p.created_at or v.valid_from is null)
        order by v.number desc
        limit 1
    ) v on true
    cross join lateral :"schema".model_pricing_rate_at(
        v.rate_set_id, 'input', p.input, v.price_per_input_token) input (price)
    cross join lateral :"schema".model_pricing_rate_at(
        v.rate_set_id, 'output', p.input, v.price_per_output_token) output (price)
    cross join lateral :"schema".model_pricing_rate_at(
        v.rate_set_id, 'request', p.input, v.price_per_request) request (price)
)
