-- The cost of each request of "batch" at the price valid when it ran, by the rules of CostCalculator: one request of
-- plain input and output tokens in the standard tier. Included by backfill.sql and compare.sql.
priced as (
    select
        p.*, v.number as version, v.valid_from is null as is_assumed, v.pricing_type, v.missing_reason,
        v.provider_slug, v.provider_model_id, v.canonical_id,
        trim_scale(input.price) as input_price, trim_scale(output.price) as output_price,
        trim_scale(request.price) as request_price,
        v.price_per_request is not null or v.rate_set_id is not null and exists (
            select
            from :"schema".model_pricing_rate r
            where r.rate_set_id = v.rate_set_id and r.unit = 'request') as has_fee
    from batch p
    left join lateral (
        select v.*
        from :"schema".model_pricing_version v
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
), costed as materialized (
    select
        q.*,
        case
            when num_nulls(q.input, q.output, q.created_at) > 0 or q.input < 0 or q.output < 0 then 'unusable'
            when q.version is null then
                case when exists (select from :"schema".model_pricing_version v where v.model_id = q.model_id)
                    then 'no_price_then' else 'never_known' end
            when q.pricing_type = 'missing' then q.missing_reason
            when q.input > 0 and q.input_price is null
                or q.output > 0 and q.output_price is null
                or q.has_fee and q.request_price is null then 'incomplete'
            else 'costed'
        end as outcome,
        case when q.input > 0 then q.input * q.input_price * :markup else 0 end as input_amount,
        case when q.output > 0 then q.output * q.output_price * :markup else 0 end as output_amount,
        case when q.has_fee then q.request_price * :markup else 0 end as fee
    from priced q
)
