-- The cost of each request, recorded once and never changed. A record stays when the price changes, and when the model
-- or the request is deleted. While chat_completion_requests has cost columns, they are filled from the records.

-- The price of a unit at a request's size: the rate with the highest from_input_tokens up to that size, else the base
-- price in the columns of model_pricing and model_pricing_version. Returns set, so that PostgreSQL inlines it in a FROM
-- clause.
create or replace function model_pricing_rate_at(
    rate_set uuid, billing_unit text, input_tokens bigint, base_price numeric)
returns setof numeric
language sql stable rows 1
return case
    when rate_set is null then base_price
    else coalesce(
        (
            select r.price
            from model_pricing_card_rate r
            where r.rate_set_id = rate_set and r.service_tier = 'standard' and r.unit = billing_unit
              and r.variant = '' and r.region = '' and r.hours = ''
              and r.from_input_tokens <= input_tokens
            order by r.from_input_tokens desc
            limit 1
        ),
        base_price)
end;

comment on function model_pricing_rate_at is
    'The price of one unit in the standard tier, in any region at any time, for a request of that many input tokens; '
    'NULL: no price, or charged as another unit.';

create table if not exists request_cost (
    request_id text,
    number integer default 1,
    corrects integer,
    basis text not null default 'provider_cost',
    markup numeric,
    total_usd numeric,
    input_usd numeric,
    output_usd numeric,
    unpriced text[] not null default '{}',
    missing_reason text,
    usage jsonb not null,
    lines jsonb not null,
    service_tier text not null default 'standard',
    region text not null default '',
    reported_usd numeric,
    uses_own_key boolean not null default false,
    attributes jsonb not null default '{}',
    model_id bigint not null,
    provider_slug text,
    provider_model_id text,
    canonical_id text,
    price_version integer,
    is_assumed boolean not null default false,
    calculator integer not null,
    origin text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    actor text,
    reason text,
    constraint request_cost_pkey primary key (request_id, number),
    constraint request_cost_corrects_fkey foreign key (request_id, corrects)
        references request_cost (request_id, number),
    constraint request_cost_corrects_check check (
        number = 1 and num_nonnulls(corrects, actor, reason) = 0
        or number > 1 and corrects is not null and corrects = 1 and num_nulls(actor, reason) = 0),
    constraint request_cost_basis_check check (
        case basis
            when 'provider_cost' then markup is null
            when 'charge' then markup is not null
            when 'reported' then
                markup is null and reported_usd is not null and total_usd is not distinct from reported_usd
                and num_nonnulls(input_usd, output_usd) = 0 and lines = '[]'
            else false
        end),
    -- NaN is larger than every number, so the upper limits refuse it.
    constraint request_cost_amount_check check (
        markup > 0 and markup < 1000 and min_scale(markup) <= 10
        and input_usd >= 0 and output_usd >= 0 and total_usd = input_usd + output_usd and total_usd < 'Infinity'
        and reported_usd >= 0 and reported_usd < 1e30 and min_scale(reported_usd) <= 60),
    constraint request_cost_complete_check check (
        basis = 'reported'
        or num_nulls(total_usd, input_usd, output_usd)
            = case when missing_reason is null and unpriced = '{}' then 0 else 3 end),
    constraint request_cost_missing_reason_check check (missing_reason in ('never_known', 'dynamic', 'ambiguous')),
    constraint request_cost_json_check check (jsonb_typeof(usage) = 'object' and jsonb_typeof(lines) = 'array'),
    constraint request_cost_attributes_check check (
        jsonb_typeof(attributes) = 'object'
        and jsonb_array_length(jsonb_path_query_array(attributes, '$.keyvalue()')) <= 4
        and not jsonb_path_exists(attributes, '$.keyvalue() ? (
            !(@.key like_regex "^[a-z][a-z0-9_]{0,39}$")
            || @.value.type() != "string"
            || !(@.value like_regex "^.{1,200}$" flag "s" && @.value like_regex "\\S"))')),
    constraint request_cost_service_tier_check check (
        service_tier in ('standard', 'batch', 'flex', 'priority', 'fast')),
    constraint request_cost_version_check check (price_version > 0 and calculator > 0),
    constraint request_cost_origin_check check (origin in ('live', 'backfill'))
);

do $$
begin
    execute format(
        'alter table request_cost '
        'drop constraint if exists request_cost_actor_check, add constraint request_cost_actor_check check %s, '
        'drop constraint if exists request_cost_reason_check, add constraint request_cost_reason_check check %s',
        model_pricing_text_rule('actor', 200), model_pricing_text_rule('reason', 2000));
end
$$;

comment on table request_cost is
    'The cost of each request, insert-only. Rows outlive models and requests: they hold the names, and no foreign key.';
comment on column request_cost.number is
    'Counted from 1 for each request; the record with the highest number is the request''s cost.';
comment on column request_cost.corrects is 'The number of the corrected record, always 1; NULL: the first record.';
comment on column request_cost.basis is
    'provider_cost: usage times the provider''s prices; charge: provider cost times the markup, what a customer pays; '
    'reported: the amount that the provider reported.';
comment on column request_cost.total_usd is 'US dollars, exact; NULL: unknown, because a used unit has no price.';
comment on column request_cost.input_usd is
    'US dollars, exact: prompt, cache, images, requests and searches; NULL: unknown.';
comment on column request_cost.output_usd is
    'US dollars, exact: completion, reasoning and audio output; NULL: unknown.';
comment on column request_cost.unpriced is 'The used units that have no price.';
comment on column request_cost.usage is
    'The number of each unit, by unit or by unit/variant. Input and output tokens contain their parts.';
comment on column request_cost.region is 'The region that the request ran in; empty: not stated.';
comment on column request_cost.lines is
    'The line items: unit, variant if it has one, quantity without its parts, price in US dollars for one, amount in '
    'US dollars.';
comment on column request_cost.reported_usd is
    'US dollars that the provider reported as the cost of the request; NULL: it reported none.';
comment on column request_cost.uses_own_key is
    'The request used the customer''s own key at the provider, and the customer paid the provider directly.';
comment on column request_cost.attributes is
    'Up to four named texts of the application, such as customer and key, to group costs by.';
comment on column request_cost.price_version is
    'The number in model_pricing_version; NULL: the model never had a price.';
comment on column request_cost.is_assumed is
    'The price has no start date (valid_from is NULL) and was found later; it is only assumed to have applied.';
comment on column request_cost.calculator is 'The version of the cost calculation.';
comment on column request_cost.origin is
    'live: recorded when the request was served; backfill: recorded later by CostBackfill.';
comment on column request_cost.occurred_at is 'When the request ran.';

create or replace trigger request_cost_refuse
    before update or delete or truncate on request_cost
    for each statement execute function model_pricing_refuse(
        'recorded costs cannot be changed; record a correction instead');

-- Describes the cost columns of chat_completion_requests. The application owns that table and may drop the columns, so
-- they are looked up at each call. All NULL if the table, its key or every cost column is missing.
create or replace function model_pricing_request_columns(
    out requests regclass,
    out key_condition text, -- finds the request r of the id i.id
    out scale integer, -- of cost_usd; NULL: unlimited
    out assignments text, -- fills the columns from c
    out unchanged text) -- true if the columns have the values of c already
language plpgsql stable as $$
declare
    found regclass := to_regclass('chat_completion_requests');
begin
    select case a.attname
        when 'request_id' then 'r.request_id = i.id'
        else 'r.id = case when i.id ~ ''^[0-9]{1,18}$'' then i.id::bigint end'
    end
    into key_condition
    from pg_attribute a
    where a.attrelid = found and not a.attisdropped
      and (a.attname = 'request_id' or a.attname = 'id' and a.atttypid in ('int4'::regtype, 'int8'::regtype))
    order by a.attname desc
    limit 1;
    select
        string_agg(format('%I = %s', a.attname, c.value), ', ' order by c.position),
        string_agg(format('r.%I is not distinct from %s', a.attname, c.value), ' and ' order by c.position),
        -- The low bits of a numeric's type modifier are its scale.
        max(case when c.name = 'cost_usd' and a.atttypmod <> -1 then (((a.atttypmod - 4) & 2047) # 1024) - 1024 end)
    into assignments, unchanged, scale
    from (values
        (1, 'cost_usd', 'c.total'),
        (2, 'input_cost_usd', 'c.total - c.output'),
        (3, 'output_cost_usd', 'c.output'),
        (4, 'pricing_source', 'c.basis')) c (position, name, value)
    join pg_attribute a on a.attrelid = found and a.attname = c.name and not a.attisdropped;
    if num_nulls(key_condition, assignments) = 0 then
        requests := found;
    end if;
end
$$;

-- Returns whether a request has no row yet whose cost columns could be filled. False without such columns.
create or replace function model_pricing_request_is_absent(request text) returns boolean
language plpgsql stable as $$
declare
    shape record;
    is_present boolean;
begin
    select * into shape from model_pricing_request_columns();
    if shape.requests is null then
        return false;
    end if;
    execute format(
        'select exists (select from %s r, (values ($1)) i (id) where %s)', shape.requests, shape.key_condition)
    into is_present
    using request;
    return not is_present;
end
$$;

-- Fills the cost columns of requests from their last records. The total is rounded once, half up, to the scale of its
-- column; input and output sum to it. Returns the number of requests that changed. The units of the output side are
-- written into the function, because a role that records costs may have no right to read billing_unit.
do $do$
begin
    execute replace($create$
create or replace function model_pricing_fill_request_costs(request_ids text[]) returns bigint
language plpgsql as $$
declare
    shape record;
    filled bigint;
begin
    select * into shape from model_pricing_request_columns();
    if shape.requests is null then
        return 0;
    end if;
    -- Each line item is rounded down. The rest of the rounded total goes, one unit of the last decimal each, to the
    -- line items that lost most by rounding, the first of them on a tie. With up to two line items, these
    -- are found by the amounts of the two sides.
    execute format($fill$
        update %s r
        set %s
        from unnest($1) i (id)
        cross join lateral (
            select c.*
            from request_cost c
            where c.request_id = i.id
            order by c.number desc
            limit 1
        ) e
        cross join lateral (
            select
                round(e.total_usd, coalesce($2, scale(e.total_usd))) as total,
                case
                    when $2 is null then e.output_usd
                    when jsonb_array_length(e.lines) <= 2 then
                        trunc(e.output_usd, $2)
                        + case
                            when round(e.total_usd, $2) - trunc(e.input_usd, $2) - trunc(e.output_usd, $2)
                                > case
                                    sign(e.output_usd - trunc(e.output_usd, $2) - e.input_usd + trunc(e.input_usd, $2))
                                    when 1 then 0
                                    when 0 then case when e.lines -> 0 ->> 'unit' = any ($4) then 0 else $3 end
                                    else $3
                                end
                            then $3 else 0
                        end
                    else (
                        select
                            coalesce(sum(l.down + case when l.rank * $3 <= l.rest then $3 else 0 end)
                                filter (where l.unit = any ($4)), 0)
                        from (
                            select
                                p.unit, p.down,
                                row_number() over (order by p.amount - p.down desc, p.position) as rank,
                                round(e.total_usd, $2) - sum(p.down) over () as rest
                            from (
                                select
                                    line ->> 'unit' as unit, (line ->> 'amount')::numeric as amount,
                                    trunc((line ->> 'amount')::numeric, $2) as down, position
                                from jsonb_array_elements(e.lines) with ordinality x (line, position)
                            ) p
                        ) l)
                end as output,
                e.basis
            -- Computes c once, not again for each column.
            offset 0
        ) c
        where %s and not (%s)
        $fill$, shape.requests, shape.assignments, shape.key_condition, shape.unchanged)
    using request_ids, shape.scale, power(10::numeric, -shape.scale), '{output units}'::text[];
    get diagnostics filled = row_count;
    return filled;
end
$$
        $create$,
        '{output units}',
        (select array_agg(u.id order by u.position)::text from billing_unit u where u.side = 'output'));
end
$do$;

create or replace function model_pricing_follow_request_costs() returns trigger
language plpgsql as $$
begin
    perform model_pricing_fill_request_costs(array(select n.request_id from new_rows n));
    return null;
end
$$;

create or replace trigger request_cost_follow
    after insert on request_cost
    referencing new table as new_rows
    for each statement execute function model_pricing_follow_request_costs();

-- The functions find their tables in this schema for every caller, and single rows by an index even without statistics.
-- Execute is revoked from public. model_pricing_rate_at gets no settings: it is bound to its table, and PostgreSQL does
-- not inline a function with settings.
do $$
declare
    routine record;
begin
    for routine in
        select p.oid::regprocedure as name, p.prosqlbody is null as needs_settings
        from pg_proc p
        where p.pronamespace = quote_ident(current_schema())::regnamespace
          and p.proname in (
            'model_pricing_rate_at', 'model_pricing_request_columns', 'model_pricing_request_is_absent',
            'model_pricing_fill_request_costs', 'model_pricing_follow_request_costs')
    loop
        if routine.needs_settings then
            execute format(
                'alter function %s set search_path = pg_catalog, %I, pg_temp', routine.name, current_schema());
            execute format('alter function %s set enable_seqscan = off', routine.name);
        end if;
        execute format('revoke all on function %s from public', routine.name);
    end loop;
end
$$;
