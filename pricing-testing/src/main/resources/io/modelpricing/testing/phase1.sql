-- The first phase of the original plan: a table of prices, its views, and the functions that fill it. Run it after
-- legacy.sql.

create table model_pricing (
    id bigserial,
    model_id bigint not null,
    price_per_input_token numeric(20, 15) not null default 0,
    price_per_output_token numeric(20, 15) not null default 0,
    price_per_image_token numeric(20, 15),
    price_per_request numeric(10, 6),
    pricing_source text default 'provider',
    last_updated timestamptz default now(),
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    constraint model_pricing_pkey primary key (id),
    constraint model_pricing_model_id_key unique (model_id),
    constraint model_pricing_model_id_fkey foreign key (model_id) references models (id) on delete cascade
);

create index idx_model_pricing_model_id on model_pricing (model_id);
create index idx_model_pricing_last_updated on model_pricing (last_updated);

create trigger update_model_pricing_updated_at
    before update on model_pricing
    for each row execute function update_updated_at_column();

comment on table model_pricing is 'Prices of models, in US dollars for one token';
comment on column model_pricing.price_per_input_token is 'US dollars for one input token';
comment on column model_pricing.price_per_output_token is 'US dollars for one output token';
comment on column model_pricing.price_per_image_token is 'US dollars for one image token';
comment on column model_pricing.price_per_request is 'US dollars for one request';
comment on column model_pricing.pricing_source is
    'Where the price came from: provider, manual, cross-reference, estimated';
comment on column model_pricing.last_updated is 'When the price was last verified';

create view models_with_pricing as
select
    m.*,
    mp.price_per_input_token,
    mp.price_per_output_token,
    mp.price_per_image_token,
    mp.price_per_request,
    mp.pricing_source,
    mp.last_updated as pricing_last_updated
from models m
left join model_pricing mp on mp.model_id = m.id;

comment on view models_with_pricing is 'Models with their prices';

alter table model_pricing
    add column pricing_type text default 'paid',
    add constraint model_pricing_pricing_type_check
        check (pricing_type in ('paid', 'free', 'deprecated', 'missing'));

create index idx_model_pricing_pricing_type on model_pricing (pricing_type);

comment on column model_pricing.pricing_type is 'paid, free, deprecated or missing';

create view models_pricing_classified as
select
    m.*,
    mp.price_per_input_token,
    mp.price_per_output_token,
    mp.price_per_image_token,
    mp.price_per_request,
    mp.pricing_type,
    mp.pricing_source,
    mp.last_updated as pricing_last_updated,
    case
        when mp.pricing_type = 'paid' then 'Paid Model'
        when mp.pricing_type = 'free' then 'Free Model'
        when mp.pricing_type = 'deprecated' then 'Deprecated'
        when m.is_active = false then 'Inactive (Likely Deprecated)'
        else 'Missing Pricing Data'
    end as pricing_classification
from models m
left join model_pricing mp on mp.model_id = m.id;

comment on view models_pricing_classified is 'Models with their prices and what kind of price it is';

create view models_pricing_status as
select
    m.id,
    m.model_id,
    m.model_name,
    p.name as provider_name,
    m.is_active,
    m.health_status,
    m.last_health_check_at,
    mp.pricing_type,
    mp.price_per_input_token,
    mp.price_per_output_token,
    case
        when mp.id is null then '❌ No Pricing'
        when mp.pricing_type = 'paid' then '✅ Paid'
        when mp.pricing_type = 'free' then '🆓 Free'
        when mp.pricing_type = 'missing' then '⚠️ Missing'
        when mp.pricing_type = 'deprecated' then '🗑️ Deprecated'
        else '❓ Unknown'
    end as status_display,
    case
        when mp.id is null then 'Not in pricing table'
        when mp.pricing_type = 'paid' then 'Has pricing data'
        when mp.pricing_type = 'free' then 'Confirmed free model'
        when mp.pricing_type = 'missing' then 'Active but pricing unknown'
        when mp.pricing_type = 'deprecated' then 'No longer available'
        else 'Unknown'
    end as status_description
from models m
left join providers p on p.id = m.provider_id
left join model_pricing mp on mp.model_id = m.id;

comment on view models_pricing_status is 'Whether each model has a price, and why not';

-- The unit is guessed from the size of the number, as the legacy functions did.
create function populate_model_pricing_table() returns integer
language plpgsql
as $$
declare
    model record;
    input numeric;
    output numeric;
    image numeric;
    written integer := 0;
begin
    for model in
        select id, pricing_prompt, pricing_completion, pricing_image, pricing_request
        from models
        where pricing_prompt is not null or pricing_completion is not null
    loop
        input := coalesce(model.pricing_prompt, 0);
        output := coalesce(model.pricing_completion, 0);
        image := model.pricing_image;
        input := input / case when input >= 1 then 1000000 when input >= 0.001 then 1000 else 1 end;
        output := output / case when output >= 1 then 1000000 when output >= 0.001 then 1000 else 1 end;
        image := image / case when image >= 1 then 1000000 when image >= 0.001 then 1000 else 1 end;
        insert into model_pricing (
            model_id, price_per_input_token, price_per_output_token, price_per_image_token, price_per_request,
            pricing_source, last_updated)
        values (model.id, input, output, image, model.pricing_request, 'provider', now())
        on conflict (model_id) do update set
            price_per_input_token = excluded.price_per_input_token,
            price_per_output_token = excluded.price_per_output_token,
            price_per_image_token = excluded.price_per_image_token,
            price_per_request = excluded.price_per_request,
            last_updated = now();
        written := written + 1;
    end loop;
    return written;
end
$$;

create function populate_model_pricing_simple() returns integer
language plpgsql
as $$
declare
    written integer;
begin
    insert into model_pricing (
        model_id, price_per_input_token, price_per_output_token, price_per_image_token, price_per_request,
        pricing_source, last_updated)
    select
        id,
        coalesce(pricing_prompt, 0)
            / case when pricing_prompt >= 1 then 1000000 when pricing_prompt >= 0.001 then 1000 else 1 end,
        coalesce(pricing_completion, 0)
            / case when pricing_completion >= 1 then 1000000 when pricing_completion >= 0.001 then 1000 else 1 end,
        pricing_image
            / case when pricing_image >= 1 then 1000000 when pricing_image >= 0.001 then 1000 else 1 end,
        pricing_request,
        'provider',
        now()
    from models
    where pricing_prompt is not null or pricing_completion is not null
    on conflict (model_id) do update set
        price_per_input_token = excluded.price_per_input_token,
        price_per_output_token = excluded.price_per_output_token,
        price_per_image_token = excluded.price_per_image_token,
        price_per_request = excluded.price_per_request,
        last_updated = now();
    get diagnostics written = row_count;
    return written;
end
$$;

create function populate_model_pricing_with_classification() returns integer
language plpgsql
as $$
declare
    paid integer;
    free integer;
begin
    insert into model_pricing (
        model_id, price_per_input_token, price_per_output_token, price_per_image_token, price_per_request,
        pricing_type, pricing_source, last_updated)
    select
        id,
        coalesce(pricing_prompt, 0)
            / case when pricing_prompt >= 1 then 1000000 when pricing_prompt >= 0.001 then 1000 else 1 end,
        coalesce(pricing_completion, 0)
            / case when pricing_completion >= 1 then 1000000 when pricing_completion >= 0.001 then 1000 else 1 end,
        pricing_image
            / case when pricing_image >= 1 then 1000000 when pricing_image >= 0.001 then 1000 else 1 end,
        pricing_request,
        'paid',
        'provider',
        now()
    from models
    where pricing_prompt > 0 or pricing_completion > 0
    on conflict (model_id) do update set
        price_per_input_token = excluded.price_per_input_token,
        price_per_output_token = excluded.price_per_output_token,
        price_per_image_token = excluded.price_per_image_token,
        price_per_request = excluded.price_per_request,
        pricing_type = 'paid',
        pricing_source = 'provider',
        last_updated = now();
    get diagnostics paid = row_count;

    insert into model_pricing (
        model_id, price_per_input_token, price_per_output_token, pricing_type, pricing_source, last_updated)
    select m.id, 0, 0, 'free', 'inferred', now()
    from models m
    left join providers p on p.id = m.provider_id
    where m.is_active
        and m.pricing_prompt is null
        and m.pricing_completion is null
        and (p.slug in ('huggingface', 'featherless')
            or lower(m.model_name) like '%free%'
            or lower(m.model_id) like '%free%'
            or lower(m.description) like '%free%'
            or lower(m.metadata::text) like '%free%')
    on conflict (model_id) do update set
        pricing_type = 'free',
        pricing_source = 'inferred',
        last_updated = now()
    where model_pricing.pricing_type != 'paid';
    get diagnostics free = row_count;
    return paid + free;
end
$$;

create function add_active_models_as_missing() returns integer
language plpgsql
as $$
declare
    written integer;
begin
    insert into model_pricing (
        model_id, price_per_input_token, price_per_output_token, pricing_type, pricing_source, last_updated)
    select id, 0, 0, 'missing', 'unknown', now()
    from models
    where is_active
        and pricing_prompt is null
        and pricing_completion is null
    on conflict (model_id) do nothing;
    get diagnostics written = row_count;
    return written;
end
$$;

create function calculate_missing_request_costs() returns integer
language plpgsql
as $$
declare
    written integer;
begin
    update chat_completion_requests r
    set input_cost_usd = round(r.input_tokens * coalesce(m.pricing_prompt, 0), 6),
        output_cost_usd = round(r.output_tokens * coalesce(m.pricing_completion, 0), 6),
        cost_usd = round(
            r.input_tokens * coalesce(m.pricing_prompt, 0) + r.output_tokens * coalesce(m.pricing_completion, 0), 6),
        pricing_source = 'backfilled'
    from models m
    where m.id = r.model_id
        and r.status = 'completed'
        and r.cost_usd is null;
    get diagnostics written = row_count;
    return written;
end
$$;
