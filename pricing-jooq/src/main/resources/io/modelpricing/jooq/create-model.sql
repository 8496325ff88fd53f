-- Creates a model with its first price, both or neither. Returns one row: the id of the model, or NULL if it was not
-- created, because there is no such provider or because the observation is ahead of the database's clock.
--
-- To run it with psql, in this directory, set the variables and pass the file to it.

\set schema public
\set insert_rates `cat insert-rates.sql`
\set audit '{"actor": "ops", "reason": "new model"}'
-- How far the observation may be ahead of the database's clock.
\set clock_tolerance '5 minutes'
-- The columns of models; provider is the slug of a provider, or null for a model without one.
\set model '{"provider_model_id": "m", "model_id": "m", "model_name": "M", "modality": "text->text", "is_active": true}'
-- The columns of model_pricing.
\set price '{"pricing_type": "free", "price_per_input_token": 0, "pricing_source": "provider", "last_updated": "now"}'
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

with model as materialized (
    select *
    from jsonb_to_record(:'model'::jsonb) m (
        provider text, provider_model_id text, model_id text, model_name text, description text, context_length integer,
        modality text, is_active boolean)
), price as materialized (
    select p.*, clock_timestamp() as now
    from jsonb_to_record(:'price'::jsonb) p (
        last_updated timestamptz, pricing_type text, missing_reason text, price_per_input_token numeric,
        price_per_output_token numeric, price_per_image_token numeric, price_per_request numeric, rate_set_id uuid,
        pricing_source text)
), provider as materialized (
    select p.id
    from :"schema".providers p
    where p.slug = (select m.provider from model m)
), created as (
    insert into :"schema".models (
        provider_id, provider_model_id, model_id, model_name, description, context_length, modality, is_active)
    select
        o.id, m.provider_model_id, m.model_id, m.model_name, m.description, m.context_length, m.modality, m.is_active
    from model m
    cross join price p
    left join provider o on true
    where (o.id is not null or m.provider is null)
      and p.last_updated <= p.now + :'clock_tolerance'::interval
    returning id
), audited as materialized (
    select set_config(
        'model_pricing.audit_context',
        (:'audit'::jsonb || jsonb_build_object('statement', statement_timestamp()::text))::text,
        true) as context
    from (select count(*) from created) after_created
), :insert_rates, priced as (
    insert into :"schema".model_pricing (
        model_id, last_updated, pricing_type, missing_reason, price_per_input_token, price_per_output_token,
        price_per_image_token, price_per_request, rate_set_id, pricing_source)
    select
        c.id, p.last_updated, p.pricing_type, p.missing_reason, p.price_per_input_token, p.price_per_output_token,
        p.price_per_image_token, p.price_per_request, p.rate_set_id, p.pricing_source
    from created c
    cross join price p
    cross join audited
    cross join (select count(*) from new_rates) after_rates
    returning model_id
)
select
    (select c.id from created c) as model_id,
    p.last_updated > p.now + :'clock_tolerance'::interval as is_in_future,
    p.now
from price p;
