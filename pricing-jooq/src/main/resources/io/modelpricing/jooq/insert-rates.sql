-- Inserts the further rates of prices. Included by upsert-prices.sql and create-model.sql. Both define "audited", which
-- runs after the models are locked or created, and so do these inserts.
new_rate_sets as (
    insert into :"schema".model_pricing_rate_set (id)
    select distinct s.id
    from unnest(:'rate_set_ids'::uuid[]) s (id)
    cross join audited
    order by s.id
    on conflict do nothing
    returning id
), new_rates as (
    insert into :"schema".model_pricing_rate (rate_set_id, service_tier, unit, from_input_tokens, price)
    select r.rate_set_id, r.service_tier, r.unit, r.from_input_tokens, r.price
    from unnest(
        :'rate_set_ids'::uuid[], :'rate_tiers'::text[], :'rate_units'::text[], :'rate_starts'::bigint[],
        :'rate_prices'::numeric[]) r (rate_set_id, service_tier, unit, from_input_tokens, price)
    cross join audited
    order by r.rate_set_id, r.service_tier, r.unit, r.from_input_tokens
    on conflict do nothing
    returning rate_set_id
)
