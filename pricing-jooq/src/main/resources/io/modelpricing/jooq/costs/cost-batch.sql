-- The cost of each request of "priced", by the rules of CostCalculator. Included by backfill.sql and compare.sql.
costed as materialized (
    select
        q.*,
        case
            when num_nulls(q.input, q.output, q.created_at) > 0 or q.input < 0 or q.output < 0
                or not isfinite(q.created_at) then 'unusable'
            when q.version is null then
                case when exists (select from :"schema".model_pricing_every_version v where v.model_id = q.model_id)
                    then 'no_price_then' else 'never_known' end
            when q.pricing_type = 'missing' then q.missing_reason
            when q.needs_calculator then 'needs_calculator'
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
