-- Inserts the further rates of prices. Included by upsert-prices.sql and create-model.sql. Both define "audited", which
-- runs after the models are locked or created, and so do these inserts.
new_rate_sets as (
    insert into :"schema".model_pricing_rate_set (id, hours)
    select distinct s.id, s.hours
    from unnest(:'rate_set_ids'::uuid[], :'rate_set_hours'::jsonb[]) s (id, hours)
    cross join audited
    order by s.id
    on conflict do nothing
    returning id
), new_rates as (
    insert into :"schema".model_pricing_card_rate (
        rate_set_id, service_tier, unit, variant, region, hours, from_input_tokens, price, charged_as)
    select
        r.rate_set_id, r.service_tier, r.unit, r.variant, r.region, r.hours, r.from_input_tokens, r.price, r.charged_as
    from unnest(
        :'rate_set_ids'::uuid[], :'rate_tiers'::text[], :'rate_units'::text[], :'rate_variants'::text[],
        :'rate_regions'::text[], :'rate_hours'::text[], :'rate_starts'::bigint[], :'rate_prices'::numeric[],
        :'rate_charged_as'::text[])
        r (rate_set_id, service_tier, unit, variant, region, hours, from_input_tokens, price, charged_as)
    cross join audited
    order by r.rate_set_id, r.service_tier, r.unit, r.variant, r.region, r.hours, r.from_input_tokens
    on conflict do nothing
    returning rate_set_id
)
