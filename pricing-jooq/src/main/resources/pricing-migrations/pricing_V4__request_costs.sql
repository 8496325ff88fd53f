-- What requests cost, recorded once and never changed: the price that made a cost may change, its model and its request may
-- be deleted, the record stays. While the application's requests have columns for their cost, these follow the records.

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
    reported_usd numeric,
    is_byok boolean not null default false,
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
    constraint request_cost_corrects_fkey foreign key (request_id, corrects) references request_cost (request_id, number),
    constraint request_cost_corrects_check check (
        number = 1 and num_nonnulls(corrects, actor, reason) = 0
        or number > 1 and corrects is not null and corrects = 1 and num_nulls(actor, reason) = 0
            and actor ~ '\S' and reason ~ '\S'),
    constraint request_cost_basis_check check (
        case basis when 'provider_cost' then markup is null when 'charge' then markup is not null else false end),
    -- NaN is larger than every number, and so is refused here.
    constraint request_cost_amount_check check (
        markup > 0 and markup < 'Infinity'
        and input_usd >= 0 and output_usd >= 0 and total_usd = input_usd + output_usd and total_usd < 'Infinity'
        and reported_usd >= 0 and reported_usd < 'Infinity'),
    constraint request_cost_complete_check check (
        num_nulls(total_usd, input_usd, output_usd)
            = case when missing_reason is null and unpriced = '{}' then 0 else 3 end),
    constraint request_cost_missing_reason_check check (missing_reason in ('never_known', 'dynamic', 'ambiguous')),
    constraint request_cost_json_check check (jsonb_typeof(usage) = 'object' and jsonb_typeof(lines) = 'array'),
    constraint request_cost_service_tier_check check (service_tier in ('standard', 'batch', 'flex', 'priority')),
    constraint request_cost_version_check check (price_version > 0 and calculator > 0),
    constraint request_cost_origin_check check (origin in ('live', 'recost'))
);

comment on table request_cost is
    'What each request cost, insert-only. It outlives models and requests, and so has their names and no foreign key to them.';
comment on column request_cost.number is 'Counted from 1 for each request; the record with the highest number counts.';
comment on column request_cost.corrects is 'The number of the record that this one corrects: the first; NULL: this is the first.';
comment on column request_cost.basis is
    'provider_cost: what the provider is owed by its prices; charge: that times the markup, what a customer pays.';
comment on column request_cost.total_usd is 'US dollars, exact; NULL: not known, because a used unit has no price.';
comment on column request_cost.input_usd is 'US dollars, exact: prompt, cache, images, requests and searches.';
comment on column request_cost.output_usd is 'US dollars, exact: completion, reasoning and audio output.';
comment on column request_cost.unpriced is 'The used units that have no price.';
comment on column request_cost.usage is 'How many of each unit; input and output contain their parts.';
comment on column request_cost.lines is
    'What each used unit adds: unit, quantity without its parts, price in US dollars for one, amount in US dollars.';
comment on column request_cost.reported_usd is 'US dollars that the provider itself said the request cost; NULL: it did not say.';
comment on column request_cost.is_byok is 'The caller brought a key of their own, and so pays the provider directly.';
comment on column request_cost.price_version is 'The number in model_pricing_version; NULL: the model never had a price.';
comment on column request_cost.is_assumed is
    'The price is only assumed to have applied then: it was found later, and stands as valid since ever.';
comment on column request_cost.calculator is 'The version of the arithmetic that made this record.';
comment on column request_cost.origin is 'live: recorded by who served the request; recost: filled in afterwards.';
comment on column request_cost.occurred_at is 'When the request ran.';

create or replace trigger request_cost_refuse
    before update or delete or truncate on request_cost
    for each statement execute function model_pricing_refuse('recorded costs are never changed; correct them by a further one');

-- Brings the cost columns of requests in line with the records that count: the total is rounded once, half up, to the scale
-- of its column, and its parts are shares of that. Returns how many requests changed. The columns are the application's, and
-- may be dropped or not be there at all: what there is is looked up each time.
create or replace function model_pricing_fill_request_costs(request_ids text[]) returns bigint
language plpgsql as $$
declare
    requests regclass := to_regclass('chat_completion_requests');
    scale integer;
    columns text;
    same text;
    key text;
    filled bigint;
begin
    if requests is null then
        return 0;
    end if;
    select
        string_agg(format('%I = %s', a.attname, c.value), ', ' order by c.position),
        string_agg(format('r.%I is not distinct from %s', a.attname, c.value), ' and ' order by c.position),
        -- The scale of a numeric is in the low bits of its modifier; a column without one takes what comes.
        max(case when c.name = 'cost_usd' and a.atttypmod <> -1 then (((a.atttypmod - 4) & 2047) # 1024) - 1024 end)
    into columns, same, scale
    from (values
        (1, 'cost_usd', 'c.total'),
        (2, 'input_cost_usd', 'c.total - c.output'),
        (3, 'output_cost_usd', 'c.output'),
        (4, 'pricing_source', 'c.basis')) c (position, name, value)
    join pg_attribute a on a.attrelid = requests and a.attname = c.name and not a.attisdropped;
    if columns is null then
        return 0;
    end if;
    -- Some requests are known by their key only.
    select case a.attname
        when 'request_id' then 'r.request_id = i.id'
        else format('r.id = case when i.id ~ ''^[0-9]{1,18}$'' then i.id::bigint end')
    end
    into key
    from pg_attribute a
    where a.attrelid = requests and not a.attisdropped
      and (a.attname = 'request_id' or a.attname = 'id' and a.atttypid in ('int4'::regtype, 'int8'::regtype))
    order by a.attname desc
    limit 1;
    if key is null then
        return 0;
    end if;
    -- Each line is rounded down, and what the total has more goes to the lines that lost most, the first of them if they lost
    -- the same. Of up to two lines, what goes to the output can be seen from the sides.
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
            -- Not to be computed again for each column.
            offset 0
        ) c
        where %s and not (%s)
        $fill$, requests, columns, key, same)
    using request_ids, scale, power(10::numeric, -scale), array['output', 'reasoning', 'audio_output'];
    get diagnostics filled = row_count;
    return filled;
end
$$;

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

-- As those of the prices: they find their tables in this schema whoever calls them, nobody calls them but whom somebody
-- lets, and they find single requests among all by an index, however few or many the planner believes there are.
do $$
declare
    routine regprocedure;
begin
    for routine in
        select p.oid
        from pg_proc p
        where p.pronamespace = quote_ident(current_schema())::regnamespace
          and p.proname in ('model_pricing_fill_request_costs', 'model_pricing_follow_request_costs')
    loop
        execute format('alter function %s set search_path = pg_catalog, %I, pg_temp', routine, current_schema());
        execute format('alter function %s set enable_seqscan = off', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
end
$$;
