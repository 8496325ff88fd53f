-- The current price of each model, and its views. Creates the table, or converts the table of Phase 1 without losing a
-- row or a digit: model_pricing_original keeps the rows that change meaning, and model_pricing_quarantine the rows that
-- cannot be interpreted.

-- The condition of text that is a name or a reason, for the constraints of all tables. TextRule in pricing-core has the
-- same rule, and a test compares both.
create or replace function model_pricing_text_rule(value text, max_length integer) returns text
language sql immutable
return format(
    '(length(%1$s) <= %2$s and %1$s !~ %3$L and %1$s ~ %4$L)',
    value, max_length,
    -- Control characters, line separators and characters that change the direction of text.
    '[\u0001-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]',
    -- Anything but these, spaces and further characters that have no glyph.
    '[^\u0001-\u0020\u007F-\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u17B4\u17B5\u180B-\u180F\u2000-\u200F'
    '\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\U0001BCA0-\U0001BCA3'
    '\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]');

revoke all on function model_pricing_text_rule from public;

-- 1. The units that rates are for. The rows are those of billing-units.csv in pricing-core; a test compares them.

create table if not exists billing_unit (
    id text,
    position integer not null,
    measure text not null,
    side text not null,
    part_of text[] not null,
    has_variants boolean not null,
    description text not null,
    constraint billing_unit_pkey primary key (id),
    constraint billing_unit_position_key unique (position) deferrable,
    constraint billing_unit_side_check check (side in ('input', 'output'))
);

comment on table billing_unit is
    'The units that a request can be charged for. A newer version of the library adds rows.';
comment on column billing_unit.part_of is
    'The units whose counts include this unit''s count; the units that include these are not repeated.';
comment on column billing_unit.has_variants is
    'Whether the price can depend on a variant, such as the size of an image.';

insert into billing_unit (position, id, measure, side, part_of, has_variants, description) values
    (1, 'input', 'token', 'input', '{}', false,
        'A token of the prompt: text and everything that is part of the prompt'),
    (2, 'output', 'token', 'output', '{}', false,
        'A token of the completion: text and everything that is part of the completion'),
    (3, 'image', 'token', 'input', '{}', false,
        'A token of an image that the provider counts apart from the prompt'),
    (4, 'request', 'request', 'input', '{}', false,
        'A request'),
    (5, 'cache_read', 'token', 'input', '{input}', false,
        'A token of the prompt that was read from the provider''s cache'),
    (6, 'cache_write', 'token', 'input', '{input}', false,
        'A token of the prompt that was written to the cache for 5 minutes or for the provider''s only duration'),
    (7, 'cache_write_1h', 'token', 'input', '{input}', false,
        'A token of the prompt that was written to the cache for 1 hour'),
    (8, 'audio_input', 'token', 'input', '{input}', false,
        'A token of audio in the prompt'),
    (9, 'image_count', 'image', 'input', '{}', true,
        'An image that the model read'),
    (10, 'web_search', 'query', 'input', '{}', true,
        'A web search that the model made'),
    (11, 'reasoning', 'token', 'output', '{output}', false,
        'A token of the completion that is reasoning'),
    (12, 'audio_output', 'token', 'output', '{output}', false,
        'A token of the completion that is audio'),
    (13, 'text_input', 'token', 'input', '{input}', false,
        'A token of text in the prompt'),
    (14, 'image_input', 'token', 'input', '{input}', false,
        'A token of an image in the prompt'),
    (15, 'video_input', 'token', 'input', '{input}', false,
        'A token of video in the prompt'),
    (16, 'cache_read_text', 'token', 'input', '{cache_read,text_input}', false,
        'A token of text that was read from the cache'),
    (17, 'cache_read_audio', 'token', 'input', '{cache_read,audio_input}', false,
        'A token of audio that was read from the cache'),
    (18, 'cache_read_image', 'token', 'input', '{cache_read,image_input}', false,
        'A token of an image that was read from the cache'),
    (19, 'cache_read_video', 'token', 'input', '{cache_read,video_input}', false,
        'A token of video that was read from the cache'),
    (20, 'cache_write_text', 'token', 'input', '{cache_write,text_input}', false,
        'A token of text that was written to the cache for 5 minutes or for the provider''s only duration'),
    (21, 'cache_write_audio', 'token', 'input', '{cache_write,audio_input}', false,
        'A token of audio that was written to the cache for 5 minutes or for the provider''s only duration'),
    (22, 'cache_write_image', 'token', 'input', '{cache_write,image_input}', false,
        'A token of an image that was written to the cache for 5 minutes or for the provider''s only duration'),
    (23, 'cache_write_video', 'token', 'input', '{cache_write,video_input}', false,
        'A token of video that was written to the cache for 5 minutes or for the provider''s only duration'),
    (24, 'cache_write_1h_text', 'token', 'input', '{cache_write_1h,text_input}', false,
        'A token of text that was written to the cache for 1 hour'),
    (25, 'cache_write_1h_audio', 'token', 'input', '{cache_write_1h,audio_input}', false,
        'A token of audio that was written to the cache for 1 hour'),
    (26, 'cache_write_1h_image', 'token', 'input', '{cache_write_1h,image_input}', false,
        'A token of an image that was written to the cache for 1 hour'),
    (27, 'cache_write_1h_video', 'token', 'input', '{cache_write_1h,video_input}', false,
        'A token of video that was written to the cache for 1 hour'),
    (28, 'text_output', 'token', 'output', '{output}', false,
        'A token of the completion that is text'),
    (29, 'image_output', 'token', 'output', '{output}', false,
        'A token of the completion that is an image'),
    (30, 'video_output', 'token', 'output', '{output}', false,
        'A token of the completion that is video'),
    (31, 'citation', 'token', 'output', '{}', false,
        'A token of a cited source that the provider counts apart from the prompt and the completion'),
    (32, 'image_output_count', 'image', 'output', '{}', true,
        'An image that the model made'),
    (33, 'pixel_input', 'pixel', 'input', '{}', false,
        'A pixel of an image that the model read'),
    (34, 'pixel_output', 'pixel', 'output', '{}', false,
        'A pixel of an image that the model made'),
    (35, 'step', 'step', 'output', '{}', true,
        'A step of a diffusion model'),
    (36, 'character_input', 'character', 'input', '{}', false,
        'A character that the model read'),
    (37, 'character_output', 'character', 'output', '{}', false,
        'A character that the model wrote'),
    (38, 'audio_input_ms', 'millisecond', 'input', '{}', true,
        'A millisecond of audio that the model read'),
    (39, 'audio_output_ms', 'millisecond', 'output', '{}', true,
        'A millisecond of audio that the model made'),
    (40, 'video_input_ms', 'millisecond', 'input', '{}', true,
        'A millisecond of video that the model read'),
    (41, 'video_output_ms', 'millisecond', 'output', '{}', true,
        'A millisecond of video that the model made'),
    (42, 'compute_ms', 'millisecond', 'input', '{}', true,
        'A millisecond of the provider''s machines'),
    (43, 'page', 'page', 'input', '{}', true,
        'A page of a document that the model read'),
    (44, 'annotation_page', 'page', 'output', '{}', true,
        'A page of a document that the model annotated'),
    (45, 'query', 'query', 'input', '{}', true,
        'A query of a search or of a ranking'),
    (46, 'web_fetch', 'query', 'input', '{}', false,
        'A web page that the model fetched'),
    (47, 'file_search', 'query', 'input', '{}', false,
        'A search in the caller''s files that the model made'),
    (48, 'maps_search', 'query', 'input', '{}', false,
        'A search in a map that the model made'),
    (49, 'code_session', 'session', 'input', '{}', true,
        'A session of a code interpreter'),
    (50, 'credit', 'credit', 'input', '{}', true,
        'A credit of the provider')
on conflict (id) do update
set position = excluded.position, measure = excluded.measure, side = excluded.side, part_of = excluded.part_of,
    has_variants = excluded.has_variants, description = excluded.description;

-- 2. Rates beyond the four columns, in immutable sets: a price refers to all of its further rates at once.

create table if not exists model_pricing_rate_set (
    id uuid,
    created_at timestamptz not null default now(),
    created_in xid8 not null default pg_current_xact_id(),
    hours jsonb,
    constraint model_pricing_rate_set_pkey primary key (id),
    constraint model_pricing_rate_set_hours_check check (jsonb_typeof(hours) = 'object' and hours <> '{}')
);

comment on table model_pricing_rate_set is
    'An immutable set of rates. Its id is a hash of its rates, so equal sets are one row.';
comment on column model_pricing_rate_set.hours is
    'The windows of the week in UTC by the name of the hours, such as {"off_peak": "daily 16:30-00:30", ...}. Together '
    'they cover each minute once. NULL: no rate depends on the time.';
comment on column model_pricing_rate_set.created_in is
    'The transaction that created the set. Only that transaction can add rates to it.';

create table if not exists model_pricing_card_rate (
    rate_set_id uuid,
    service_tier text,
    unit text,
    from_input_tokens bigint,
    price numeric,
    variant text not null default '',
    region text not null default '',
    hours text not null default '',
    charged_as text,
    constraint model_pricing_card_rate_pkey
        primary key (rate_set_id, service_tier, unit, variant, region, hours, from_input_tokens),
    constraint model_pricing_rate_set_fkey foreign key (rate_set_id) references model_pricing_rate_set (id),
    constraint model_pricing_card_rate_unit_fkey foreign key (unit) references billing_unit (id),
    constraint model_pricing_card_rate_charged_as_fkey foreign key (charged_as) references billing_unit (id),
    constraint model_pricing_card_rate_service_tier_check
        check (service_tier in ('standard', 'batch', 'flex', 'priority', 'fast')),
    constraint model_pricing_card_rate_names_check check (
        variant ~ '^([a-z0-9][a-z0-9_.:/-]{0,63})?$'
        and region ~ '^([a-z0-9][a-z0-9_.:/-]{0,63})?$'
        and hours ~ '^([a-z0-9][a-z0-9_.:/-]{0,63})?$'),
    constraint model_pricing_card_rate_from_check check (from_input_tokens >= 0),
    constraint model_pricing_card_rate_price_check check (price >= 0 and price < 1000000000000 and min_scale(price) <= 30),
    -- The base prices of these four units are columns of model_pricing.
    constraint model_pricing_card_rate_column_check check (
        not (service_tier = 'standard' and from_input_tokens = 0 and variant = '' and region = '' and hours = ''
            and charged_as is null and unit in ('input', 'output', 'image', 'request'))),
    constraint model_pricing_card_rate_charged_as_check check (
        price is not null and charged_as is null
        or price is null and from_input_tokens = 0 and charged_as is not null and charged_as <> unit
        or price is null and from_input_tokens = 0 and charged_as is null
            and unit in ('cache_read', 'cache_write', 'cache_write_1h', 'audio_input', 'reasoning', 'audio_output'))
);

comment on column model_pricing_card_rate.price is
    'US dollars for one unit; NULL: charged as another unit.';
comment on column model_pricing_card_rate.charged_as is
    'The unit whose price is charged. NULL without a price: cached and audio input as input, reasoning and audio output '
    'as output, a 1-hour cache write as a 5-minute one that has a price.';
comment on column model_pricing_card_rate.variant is 'What kind of the unit is charged, such as 1080p; empty: any.';
comment on column model_pricing_card_rate.region is 'The region of the requests that the rate applies to; empty: any.';
comment on column model_pricing_card_rate.hours is
    'The name of the hours that the rate applies in, a key of model_pricing_rate_set.hours; empty: at any time.';
comment on column model_pricing_card_rate.from_input_tokens is
    'The minimum number of input tokens of a request, cached ones included, that the price applies to; 0: base price.';

-- The first version of the library reads and writes this view. It would charge a regional price everywhere, and cannot
-- read a unit that it does not know. Without these rates, it reports a cost that needs one as incomplete.
create or replace view model_pricing_rate with (security_invoker = true) as
select r.rate_set_id, r.service_tier, r.unit, r.from_input_tokens, r.price
from model_pricing_card_rate r
where r.variant = '' and r.region = '' and r.hours = '' and r.charged_as is null and r.service_tier <> 'fast'
  and r.unit in (
    'input', 'output', 'image', 'request', 'cache_read', 'cache_write', 'cache_write_1h', 'audio_input', 'image_count',
    'web_search', 'reasoning', 'audio_output')
with check option;

comment on view model_pricing_rate is
    'The rates of model_pricing_card_rate that the first version of the library knows. New code reads the table.';

-- 3. The originals of converted rows, and the rows that need a decision.

create table if not exists model_pricing_original (
    id bigint generated always as identity,
    model_id bigint not null,
    original jsonb not null,
    change text not null,
    archived_at timestamptz not null default now(),
    constraint model_pricing_original_pkey primary key (id)
);

comment on table model_pricing_original is 'Rows of model_pricing as they were before the expansion converted them.';

create table if not exists model_pricing_quarantine (
    id bigint generated always as identity,
    model_id bigint not null,
    origin text not null,
    original jsonb not null,
    reason text not null,
    quarantined_at timestamptz not null default now(),
    resolution text,
    resolved_at timestamptz,
    resolved_by text,
    resolution_reason text,
    constraint model_pricing_quarantine_pkey primary key (id),
    constraint model_pricing_quarantine_origin_check check (origin in ('model_pricing', 'models')),
    constraint model_pricing_quarantine_resolution_check check (
        num_nulls(resolution, resolved_at, resolved_by, resolution_reason) in (0, 4)
        and resolution in ('accepted', 'retried', 'superseded'))
);

create unique index if not exists model_pricing_quarantine_open_key
    on model_pricing_quarantine (model_id, origin) where resolution is null;

comment on table model_pricing_quarantine is
    'Prices that could not be interpreted, unchanged, until an operator decides.';

-- 4. The views are dropped and created again, because they depend on the columns that change and, through m.*, on the
--    legacy columns. Views of the application that depend on them, or on these columns, block the expansion.

do $$
declare
    blockers text;
    view record;
begin
    create temporary table pricing_saved_view (position serial, name text, statement text) on commit drop;

    with recursive ours as (
        select c.oid, c.relname
        from pg_class c
        where c.relnamespace = quote_ident(current_schema())::regnamespace
          and c.relkind = 'v'
          and c.relname in
              ('models_with_pricing', 'models_pricing_classified', 'models_pricing_status', 'model_usage_analytics')
    ), touched as (
        select o.oid, 0 as attnum, o.relname as name from ours o
        union all
        select c.oid, a.attnum, c.relname || '.' || a.attname
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = quote_ident(current_schema())::regnamespace
          and c.relname = 'model_pricing'
          and a.attname in (
              'price_per_input_token', 'price_per_output_token', 'price_per_image_token', 'price_per_request')
          and a.atttypmod <> -1
    )
    select string_agg(distinct format('%s reads %s', v.oid::regclass, t.name), '; ')
    into blockers
    from touched t
    join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid
        and (t.attnum = 0 or d.refobjsubid = t.attnum)
    join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
    join pg_class v on v.oid = r.ev_class
    where v.oid not in (select oid from ours);
    if blockers is not null then
        raise exception 'views of the application block the expansion: %', blockers
            using errcode = 'dependent_objects_still_exist',
                hint = 'Drop or rewrite these views, run the expansion again, then create them again.';
    end if;

    -- Saves the owner, options, comments and grants of each view.
    for view in
        select c.oid, c.relname, c.relowner, c.relacl, c.reloptions
        from pg_class c
        where c.relnamespace = quote_ident(current_schema())::regnamespace
          and c.relkind = 'v'
          and c.relname in
              ('models_with_pricing', 'models_pricing_classified', 'models_pricing_status', 'model_usage_analytics')
    loop
        insert into pricing_saved_view (name, statement)
        select view.relname, format('alter view %I set (%s)', view.relname, option)
        from unnest(view.reloptions) option
        where option not like 'security_invoker=%';

        insert into pricing_saved_view (name, statement)
        select view.relname, format('comment on view %I is %L', view.relname, d.description)
        from pg_description d
        where d.classoid = 'pg_class'::regclass and d.objoid = view.oid and d.objsubid = 0;

        insert into pricing_saved_view (name, statement)
        select view.relname, format('comment on column %I.%I is %L', view.relname, a.attname, d.description)
        from pg_description d
        join pg_attribute a on a.attrelid = d.objoid and a.attnum = d.objsubid
        where d.classoid = 'pg_class'::regclass and d.objoid = view.oid
          and a.attname not in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request');

        insert into pricing_saved_view (name, statement)
        select view.relname, format('grant %s on %I to %s%s', g.privilege_type, view.relname,
                case g.grantee when 0 then 'public' else g.grantee::regrole::text end,
                case when g.is_grantable then ' with grant option' else '' end)
        from aclexplode(coalesce(view.relacl, acldefault('r', view.relowner))) g
        order by g.grantee <> view.relowner;

        insert into pricing_saved_view (name, statement)
        select view.relname, format('grant %s (%I) on %I to %s%s', g.privilege_type, a.attname, view.relname,
                case g.grantee when 0 then 'public' else g.grantee::regrole::text end,
                case when g.is_grantable then ' with grant option' else '' end)
        from pg_attribute a, aclexplode(a.attacl) g
        where a.attrelid = view.oid
          and a.attname not in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request');

        insert into pricing_saved_view (name, statement)
        values (view.relname, format('alter view %I owner to %s', view.relname, view.relowner::regrole));

        execute format('drop view %I', view.relname);
    end loop;
end
$$;

-- 5. The table.

create table if not exists model_pricing (
    id bigserial,
    model_id bigint not null,
    price_per_input_token numeric,
    price_per_output_token numeric,
    price_per_image_token numeric,
    price_per_request numeric,
    pricing_source text not null,
    last_updated timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    pricing_type text not null,
    constraint model_pricing_pkey primary key (id),
    constraint model_pricing_model_id_key unique (model_id),
    constraint model_pricing_model_id_fkey foreign key (model_id) references models (id) on delete cascade
);

do $$
declare
    found record;
begin
    -- Replaces the constraint names of Phase 1, and drops its redundant indexes and its trigger: the version trigger
    -- sets updated_at.
    drop trigger if exists update_model_pricing_updated_at on model_pricing;
    for found in
        select c.conname, c.contype
        from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and c.conkey = array[a.attnum]
        where c.conrelid = 'model_pricing'::regclass and c.contype in ('u', 'f') and a.attname = 'model_id'
          and c.conname not in ('model_pricing_model_id_key', 'model_pricing_model_id_fkey')
    loop
        execute format('alter table model_pricing rename constraint %I to %s', found.conname,
            case found.contype when 'u' then 'model_pricing_model_id_key' else 'model_pricing_model_id_fkey' end);
    end loop;
    for found in
        select i.indexrelid::regclass as name
        from pg_index i
        join pg_class c on c.oid = i.indexrelid
        where i.indrelid = 'model_pricing'::regclass
          and c.relname in (
            'idx_model_pricing_model_id', 'idx_model_pricing_last_updated', 'idx_model_pricing_pricing_type')
    loop
        execute format('drop index %s', found.name);
    end loop;
    for found in
        select a.attname
        from pg_attribute a
        where a.attrelid = 'model_pricing'::regclass and a.atttypmod <> -1
          and a.attname in (
              'price_per_input_token', 'price_per_output_token', 'price_per_image_token', 'price_per_request')
    loop
        execute format('alter table model_pricing alter column %I type numeric', found.attname);
    end loop;
end
$$;

alter table model_pricing
    alter column price_per_input_token drop not null,
    alter column price_per_input_token drop default,
    alter column price_per_output_token drop not null,
    alter column price_per_output_token drop default,
    alter column pricing_source set default 'provider',
    alter column pricing_type drop default,
    alter column last_updated set default now(),
    add column if not exists missing_reason text,
    add column if not exists rate_set_id uuid,
    add column if not exists version integer;

-- 6. Rows of Phase 1. A zero means unknown unless the row is free, because the columns could not hold NULL.

-- A source that is no name is cut to its maximum length, or unknown.
do $$
begin
    execute format(
        'create temporary table pricing_phase1_source on commit drop as '
        'select model_id, case when %s then left(pricing_source, 200) else ''unknown'' end as source from model_pricing',
        model_pricing_text_rule('left(pricing_source, 200)', 200));
end
$$;

create temporary table pricing_phase1 on commit drop as
select r.model_id, r.source, r.change[1] as action, r.change[2] as reason, r.change[3] as missing_reason
from (
    select
        model_id,
        source,
        -- What is done with the row, why, and the reason of a price that becomes missing.
        case
            when has_nan then array['quarantine', 'not a number', 'ambiguous']
            when pricing_type not in ('paid', 'free', 'deprecated', 'missing')
                then array['quarantine', 'unknown pricing type', 'ambiguous']
            when has_negative then array['quarantine', 'negative', 'ambiguous']
            when has_dynamic and has_positive then array['quarantine', 'dynamic and priced', 'ambiguous']
            when has_dynamic then array['missing', 'dynamic', 'dynamic']
            when has_positive and pricing_type = 'free' then array['quarantine', 'free and priced', 'ambiguous']
            when has_positive and pricing_type = 'missing' and missing_reason is null
                then array['quarantine', 'missing and priced', 'ambiguous']
            when has_positive and pricing_type is null then array['paid', 'has a price above zero', null]
            when not has_positive and rate_set_id is null and pricing_type is distinct from 'free'
                and missing_reason is null
                then array['missing', 'zero was not stated', 'never_known']
            when source is distinct from pricing_source
                then array['completed', 'no source', null]
            when num_nulls(last_updated, created_at, updated_at) > 0 then array['completed', 'no time', null]
        end as change
    from (
        select
            mp.*,
            s.source,
            'NaN' = any (prices) as has_nan,
            exists (select from unnest(prices) p where p < 0 and p <> -1) as has_negative,
            -1 = any (prices) as has_dynamic,
            exists (select from unnest(prices) p where p > 0) as has_positive
        from model_pricing mp
        join pricing_phase1_source s on s.model_id = mp.model_id
        cross join
            array_remove(
                array[price_per_input_token, price_per_output_token, price_per_image_token, price_per_request],
                null) prices
    ) mp
) r;

insert into model_pricing_original (model_id, original, change)
select mp.model_id, to_jsonb(mp), p.action || ': ' || p.reason
from model_pricing mp
join pricing_phase1 p on p.model_id = mp.model_id
where p.action <> 'quarantine'
order by mp.model_id;

insert into model_pricing_quarantine (model_id, origin, original, reason)
select mp.model_id, 'model_pricing', to_jsonb(mp), p.reason
from model_pricing mp
join pricing_phase1 p on p.model_id = mp.model_id
where p.action = 'quarantine'
order by mp.model_id;

update model_pricing mp
set price_per_input_token = null,
    price_per_output_token = null,
    price_per_image_token = null,
    price_per_request = null,
    pricing_type = 'missing',
    missing_reason = p.missing_reason
from pricing_phase1 p
where p.model_id = mp.model_id and p.missing_reason is not null;

update model_pricing mp
set pricing_type = coalesce(mp.pricing_type, 'paid'),
    created_at = coalesce(mp.created_at, now()),
    updated_at = coalesce(mp.updated_at, now()),
    pricing_source = p.source,
    last_updated = coalesce(mp.last_updated, mp.created_at, now())
from pricing_phase1 p
where p.model_id = mp.model_id
  and (mp.pricing_type is null
    or mp.pricing_source is distinct from p.source
    or num_nulls(mp.last_updated, mp.created_at, mp.updated_at) > 0);

update model_pricing set version = 1 where version is null;

-- 7. The constraints of a price, the same as in Java: every row can be read, and every Java value can be stored.

alter table model_pricing
    alter column pricing_source set not null,
    alter column pricing_type set not null,
    alter column last_updated set not null,
    alter column version set not null,
    alter column created_at set not null,
    alter column updated_at set not null,
    drop constraint if exists model_pricing_pricing_type_check,
    drop constraint if exists model_pricing_missing_reason_check,
    drop constraint if exists model_pricing_pricing_source_check,
    drop constraint if exists model_pricing_version_check,
    drop constraint if exists model_pricing_price_range_check,
    drop constraint if exists model_pricing_price_scale_check,
    drop constraint if exists model_pricing_price_type_check,
    drop constraint if exists model_pricing_rate_set_fkey;

alter table model_pricing
    add constraint model_pricing_pricing_type_check check (pricing_type in ('paid', 'free', 'deprecated', 'missing')),
    add constraint model_pricing_missing_reason_check check (
        (pricing_type = 'missing') = (missing_reason is not null)
        and missing_reason in ('never_known', 'dynamic', 'ambiguous')),
    add constraint model_pricing_version_check check (version > 0),
    -- NaN sorts above every number, so this refuses it.
    add constraint model_pricing_price_range_check check (
        price_per_input_token >= 0 and price_per_input_token < 1000000000000
        and price_per_output_token >= 0 and price_per_output_token < 1000000000000
        and price_per_image_token >= 0 and price_per_image_token < 1000000000000
        and price_per_request >= 0 and price_per_request < 1000000000000),
    add constraint model_pricing_price_scale_check check (
        greatest(
            min_scale(price_per_input_token), min_scale(price_per_output_token),
            min_scale(price_per_image_token), min_scale(price_per_request)) <= 30),
    add constraint model_pricing_price_type_check check (
        case pricing_type
            when 'missing' then
                num_nonnulls(price_per_input_token, price_per_output_token, price_per_image_token, price_per_request,
                    rate_set_id) = 0
            when 'free' then
                num_nonnulls(price_per_input_token, price_per_output_token, price_per_image_token, price_per_request,
                    rate_set_id) > 0
                and coalesce(greatest(
                    price_per_input_token, price_per_output_token, price_per_image_token, price_per_request), 0) = 0
            else
                rate_set_id is not null
                or coalesce(greatest(
                    price_per_input_token, price_per_output_token, price_per_image_token, price_per_request), 0) > 0
        end),
    add constraint model_pricing_rate_set_fkey foreign key (rate_set_id) references model_pricing_rate_set (id),
    -- Leaves room for updates of last_updated within the page.
    set (fillfactor = 70);

create index if not exists model_pricing_type_idx on model_pricing (pricing_type, model_id);

comment on table model_pricing is 'The current price of each model.';
comment on column model_pricing.price_per_input_token is 'US dollars for one input token; NULL: no price.';
comment on column model_pricing.price_per_output_token is 'US dollars for one output token; NULL: no price.';
comment on column model_pricing.price_per_image_token is 'US dollars for one image token; NULL: no price.';
comment on column model_pricing.price_per_request is 'US dollars for one request; NULL: no fee.';
comment on column model_pricing.rate_set_id is 'The further rates of this price; NULL: none.';
comment on column model_pricing.last_updated is 'When the source was last observed to state this price.';
comment on column model_pricing.version is 'The number of this version in model_pricing_version.';

-- 8. Writers of Phase 1 set prices without a type. These triggers derive the type from the prices, by the rules of
--    section 6. An insert that sets the type is not changed.

create or replace function model_pricing_complete() returns trigger
language plpgsql as $$
declare
    prices numeric[] := array_remove(
        array[
            new.price_per_input_token, new.price_per_output_token, new.price_per_image_token, new.price_per_request],
        null);
    has_positive boolean := exists (select from unnest(prices) p where p > 0);
    is_dynamic boolean := -1 = any (prices);
begin
    if tg_op = 'UPDATE' and new.pricing_type = 'free' and prices = '{}' then
        -- An upsert of zeros, which the insert trigger has replaced by NULL in the excluded row: the model stays free.
        new.price_per_input_token := old.price_per_input_token;
        new.price_per_output_token := old.price_per_output_token;
        new.price_per_image_token := old.price_per_image_token;
        new.price_per_request := old.price_per_request;
    elsif has_positive or exists (select from unnest(prices) p where p < 0 and p <> -1) then
        -- The constraints refuse NaN and negative prices.
        new.pricing_type := 'paid';
        new.missing_reason := null;
    else
        new.price_per_input_token := null;
        new.price_per_output_token := null;
        new.price_per_image_token := null;
        new.price_per_request := null;
        new.missing_reason := case when is_dynamic then 'dynamic' else coalesce(new.missing_reason, 'never_known') end;
        new.pricing_type := 'missing';
    end if;
    return new;
end
$$;

create or replace trigger model_pricing_complete_insert
    before insert on model_pricing
    for each row
    when (new.pricing_type is null and new.rate_set_id is null)
    execute function model_pricing_complete();
-- Runs for an update that leaves the type and sets prices that the type does not allow.
create or replace trigger model_pricing_complete_update
    before update on model_pricing
    for each row
    when (
        new.rate_set_id is null
        and (new.pricing_type, new.missing_reason, new.rate_set_id)
            is not distinct from (old.pricing_type, old.missing_reason, old.rate_set_id)
        and (new.price_per_input_token, new.price_per_output_token, new.price_per_image_token, new.price_per_request)
            is distinct from (
                old.price_per_input_token, old.price_per_output_token, old.price_per_image_token, old.price_per_request)
        and case new.pricing_type
            when 'missing' then
                num_nonnulls(new.price_per_input_token, new.price_per_output_token, new.price_per_image_token,
                    new.price_per_request) > 0
            when 'free' then
                num_nonnulls(new.price_per_input_token, new.price_per_output_token, new.price_per_image_token,
                    new.price_per_request) = 0
                or greatest(new.price_per_input_token, new.price_per_output_token, new.price_per_image_token,
                    new.price_per_request) <> 0
                or least(new.price_per_input_token, new.price_per_output_token, new.price_per_image_token,
                    new.price_per_request) <> 0
            else
                coalesce(greatest(new.price_per_input_token, new.price_per_output_token, new.price_per_image_token,
                    new.price_per_request), 0) <= 0
        end)
    execute function model_pricing_complete();

-- 9. The versions of each price. The triggers that write them are created by the next file.

create table if not exists model_pricing_version (
    model_id bigint,
    number integer,
    kind text not null,
    valid_from timestamptz,
    recorded_at timestamptz not null,
    actor text not null,
    reason text,
    pricing_type text not null,
    missing_reason text,
    price_per_input_token numeric,
    price_per_output_token numeric,
    price_per_image_token numeric,
    price_per_request numeric,
    rate_set_id uuid,
    pricing_source text not null,
    last_updated timestamptz,
    provider_slug text,
    provider_model_id text not null,
    canonical_id text not null,
    model_name text not null,
    constraint model_pricing_version_pkey primary key (model_id, number),
    constraint model_pricing_version_number_check check (number > 0),
    constraint model_pricing_version_kind_check check (kind in ('change', 'correction', 'deletion')),
    constraint model_pricing_version_rate_set_fkey foreign key (rate_set_id) references model_pricing_rate_set (id)
);

comment on table model_pricing_version is
    'All versions of all prices, insert-only. They outlive their models, so there is no foreign key to models.';
comment on column model_pricing_version.number is 'Starts at 1 for each model and has no gaps.';
comment on column model_pricing_version.valid_from is
    'When the price begins to apply, until a version with a higher number applies; NULL: no start date.';
comment on column model_pricing_version.recorded_at is
    'When the version was recorded; of an announced price, when it was announced.';
comment on column model_pricing_version.actor is
    'The actor of the audit context; the database user if the writer set none.';

-- 10. Prices that are announced for a later time, and the current prices, which include them from their start on.

create table if not exists model_pricing_announcement (
    id bigint generated always as identity,
    model_id bigint not null,
    valid_from timestamptz not null,
    pricing_type text not null,
    missing_reason text,
    price_per_input_token numeric,
    price_per_output_token numeric,
    price_per_image_token numeric,
    price_per_request numeric,
    rate_set_id uuid,
    pricing_source text not null,
    observed_at timestamptz not null,
    actor text not null,
    reason text,
    announced_at timestamptz not null default clock_timestamp(),
    last_version integer not null default 0,
    resolution text,
    resolved_at timestamptz,
    resolved_by text,
    resolution_reason text,
    applied_version integer,
    constraint model_pricing_announcement_pkey primary key (id),
    constraint model_pricing_announcement_start_check check (isfinite(valid_from)),
    constraint model_pricing_announcement_resolution_check check (
        num_nulls(resolution, resolved_at, resolved_by) in (0, 3)
        and resolution in ('applied', 'overridden', 'replaced', 'withdrawn', 'deleted')
        and (resolution is not distinct from 'applied') = (applied_version is not null)
        and (resolution is not null or resolution_reason is null)),
    constraint model_pricing_announcement_rate_set_fkey
        foreign key (rate_set_id) references model_pricing_rate_set (id),
    -- The constraints of model_pricing, so that every announced price can be applied.
    constraint model_pricing_announcement_pricing_type_check check (
        pricing_type in ('paid', 'free', 'deprecated', 'missing')),
    constraint model_pricing_announcement_missing_reason_check check (
        (pricing_type = 'missing') = (missing_reason is not null)
        and missing_reason in ('never_known', 'dynamic', 'ambiguous')),
    -- A manual override is set when it begins.
    constraint model_pricing_announcement_not_manual_check check (pricing_source <> 'manual'),
    constraint model_pricing_announcement_price_range_check check (
        price_per_input_token >= 0 and price_per_input_token < 1000000000000
        and price_per_output_token >= 0 and price_per_output_token < 1000000000000
        and price_per_image_token >= 0 and price_per_image_token < 1000000000000
        and price_per_request >= 0 and price_per_request < 1000000000000),
    constraint model_pricing_announcement_price_scale_check check (
        greatest(
            min_scale(price_per_input_token), min_scale(price_per_output_token),
            min_scale(price_per_image_token), min_scale(price_per_request)) <= 30),
    constraint model_pricing_announcement_price_type_check check (
        case pricing_type
            when 'missing' then
                num_nonnulls(price_per_input_token, price_per_output_token, price_per_image_token, price_per_request,
                    rate_set_id) = 0
            when 'free' then
                num_nonnulls(price_per_input_token, price_per_output_token, price_per_image_token, price_per_request,
                    rate_set_id) > 0
                and coalesce(greatest(
                    price_per_input_token, price_per_output_token, price_per_image_token, price_per_request), 0) = 0
            else
                rate_set_id is not null
                or coalesce(greatest(
                    price_per_input_token, price_per_output_token, price_per_image_token, price_per_request), 0) > 0
        end)
);

-- The open announcements. Usually few models have one, so a probe finds an empty index.
create unique index if not exists model_pricing_announcement_open_key
    on model_pricing_announcement (model_id, valid_from) where resolution is null;
create unique index if not exists model_pricing_announcement_applied_key
    on model_pricing_announcement (model_id, applied_version) where applied_version is not null;

comment on table model_pricing_announcement is
    'Prices announced for a later time. Readers see an announced price from its start on, without any write: it is open '
    '(resolution is NULL) until the next write of the model''s price makes a version of it.';
comment on column model_pricing_announcement.valid_from is 'The first instant at which the price applies.';
comment on column model_pricing_announcement.observed_at is 'When the source stated the announcement.';
comment on column model_pricing_announcement.last_version is
    'The number of the last version when the price was announced; 0: there was none.';
comment on column model_pricing_announcement.resolution is
    'NULL: open. applied: a version was made of it. overridden: a manual override was in force at its start. replaced: '
    'another price was announced for the same start. withdrawn: it was withdrawn before its start. deleted: the price '
    'of the model was deleted before its start.';
comment on column model_pricing_announcement.applied_version is
    'The number in model_pricing_version, which is valid from the start of the announcement.';

-- A price is looked up with one probe for each model. A join could be planned as a nested loop over all of them.
create or replace view model_pricing_current with (security_invoker = true) as
select
    m.id as model_id,
    case when d.id is null then p.price_per_input_token else d.price_per_input_token end as price_per_input_token,
    case when d.id is null then p.price_per_output_token else d.price_per_output_token end as price_per_output_token,
    case when d.id is null then p.price_per_image_token else d.price_per_image_token end as price_per_image_token,
    case when d.id is null then p.price_per_request else d.price_per_request end as price_per_request,
    case when d.id is null then p.pricing_source else d.pricing_source end as pricing_source,
    greatest(p.last_updated, d.valid_from) as last_updated,
    case when d.id is null then p.pricing_type else d.pricing_type end as pricing_type,
    case when d.id is null then p.missing_reason else d.missing_reason end as missing_reason,
    case when d.id is null then p.rate_set_id else d.rate_set_id end as rate_set_id,
    case when d.id is null then p.version else d.number end as version
from models m
left join model_pricing p on p.model_id = m.id
left join lateral (
    select
        a.*,
        coalesce(p.version, a.last_version)
        + (
            select count(*)::integer
            from model_pricing_announcement e
            where e.model_id = a.model_id and e.resolution is null and e.valid_from <= a.valid_from
        ) as number
    from model_pricing_announcement a
    where a.model_id = m.id and a.resolution is null and a.valid_from <= statement_timestamp()
      and p.pricing_source is distinct from 'manual'
    order by a.valid_from desc
    limit 1
) d on true;

comment on view model_pricing_current is
    'The price of each model at the time of the statement; NULL: none. It has the columns of model_pricing, and differs '
    'from it where the start of an announced price has passed and no version of it is recorded yet.';

-- Roles that read prices read the announced ones too, because the views read with the rights of their caller.
do $$
declare
    grantee record;
begin
    for grantee in
        select distinct case g.grantee when 0 then 'public' else g.grantee::regrole::text end as name
        from pg_class c
        cross join lateral (
            select g.* from aclexplode(c.relacl) g
            union all
            select g.* from pg_attribute a, aclexplode(a.attacl) g where a.attrelid = c.oid
        ) g
        where c.oid = 'model_pricing'::regclass and g.privilege_type = 'SELECT' and g.grantee <> c.relowner
    loop
        execute format(
            'grant select on billing_unit, model_pricing_announcement, model_pricing_current to %s', grantee.name);
    end loop;
end
$$;

-- 11. The views. They name their columns, because an asterisk would depend on the legacy columns.

do $$
declare
    model_columns text;
    saved record;
    grantee record;
    has_requests boolean := to_regclass(format('%I.chat_completion_requests', current_schema())) is not null;
begin
    select string_agg(format('m.%I', a.attname), ', ' order by a.attnum)
    into model_columns
    from pg_attribute a
    where a.attrelid = 'models'::regclass and a.attnum > 0 and not a.attisdropped
      and a.attname not in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request');

    execute format($view$
        create view models_with_pricing with (security_invoker = true) as
        select %s,
            mp.price_per_input_token, mp.price_per_output_token, mp.price_per_image_token, mp.price_per_request,
            mp.pricing_source, mp.last_updated as pricing_last_updated,
            coalesce(mp.pricing_type, 'missing') as pricing_type
        from models m
        left join model_pricing_current mp on mp.model_id = m.id
    $view$, model_columns);

    execute format($view$
        create view models_pricing_classified with (security_invoker = true) as
        select %s,
            mp.price_per_input_token, mp.price_per_output_token, mp.price_per_image_token, mp.price_per_request,
            coalesce(mp.pricing_type, 'missing') as pricing_type, mp.pricing_source,
            mp.last_updated as pricing_last_updated,
            case
                when mp.pricing_type = 'paid' then 'Paid Model'
                when mp.pricing_type = 'free' then 'Free Model'
                when mp.pricing_type = 'deprecated' then 'Deprecated'
                when not m.is_active then 'Inactive (Likely Deprecated)'
                else 'Missing Pricing Data'
            end as pricing_classification
        from models m
        left join model_pricing_current mp on mp.model_id = m.id
    $view$, model_columns);

    create view models_pricing_status with (security_invoker = true) as
    select
        m.id, m.model_id, m.model_name, p.name as provider_name, m.is_active, m.health_status, m.last_health_check_at,
        coalesce(mp.pricing_type, 'missing') as pricing_type, mp.price_per_input_token, mp.price_per_output_token,
        case coalesce(mp.pricing_type, 'missing')
            when 'paid' then '✅ Paid'
            when 'free' then '🆓 Free'
            when 'deprecated' then '⚠️ Deprecated'
            else '❓ Missing'
        end as status_display,
        case
            when mp.pricing_type is null then 'Not in pricing table'
            when mp.pricing_type = 'paid' then 'Has pricing data'
            when mp.pricing_type = 'free' then 'Confirmed free model'
            when mp.pricing_type = 'deprecated' then 'No longer available'
            when m.is_active then 'Active but pricing unknown'
            else 'Unknown'
        end as status_description
    from models m
    left join providers p on p.id = m.provider_id
    left join model_pricing_current mp on mp.model_id = m.id;

    -- The cost is NULL if the price of used tokens is unknown.
    if has_requests then
        create view model_usage_analytics with (security_invoker = true) as
        select
            u.model_id, u.model_name, u.model_identifier, u.provider_model_id, u.provider_name, u.provider_slug,
            u.successful_requests, u.total_input_tokens, u.total_output_tokens, u.total_tokens,
            round(u.total_input_tokens / u.successful_requests, 2) as avg_input_tokens_per_request,
            round(u.total_output_tokens / u.successful_requests, 2) as avg_output_tokens_per_request,
            round(u.total_tokens / u.successful_requests, 2) as avg_total_tokens_per_request,
            u.input_token_price, u.output_token_price,
            u.input_cost_usd + u.output_cost_usd as total_cost_usd, u.input_cost_usd, u.output_cost_usd,
            round((u.input_cost_usd + u.output_cost_usd) / u.successful_requests, 6) as avg_cost_per_request_usd,
            u.avg_processing_time_ms, u.context_length, u.modality, u.health_status, u.is_active,
            u.first_request_at, u.last_request_at
        from (
            select
                m.id as model_id, m.model_name, m.model_id as model_identifier, m.provider_model_id,
                p.name as provider_name, p.slug as provider_slug,
                count(*)::numeric as successful_requests,
                sum(r.input_tokens)::numeric as total_input_tokens,
                sum(r.output_tokens)::numeric as total_output_tokens,
                sum(r.input_tokens)::numeric + sum(r.output_tokens) as total_tokens,
                mp.price_per_input_token as input_token_price,
                mp.price_per_output_token as output_token_price,
                case when sum(r.input_tokens) = 0 and mp.pricing_type <> 'missing' then 0
                    else sum(r.input_tokens) * mp.price_per_input_token end as input_cost_usd,
                case when sum(r.output_tokens) = 0 and mp.pricing_type <> 'missing' then 0
                    else sum(r.output_tokens) * mp.price_per_output_token end as output_cost_usd,
                round(avg(r.processing_time_ms), 2) as avg_processing_time_ms,
                m.context_length, m.modality, m.health_status, m.is_active,
                min(r.created_at) as first_request_at, max(r.created_at) as last_request_at
            from models m
            join chat_completion_requests r on r.model_id = m.id and r.status = 'completed'
            left join providers p on p.id = m.provider_id
            left join model_pricing_current mp on mp.model_id = m.id
            group by m.id, p.id, mp.price_per_input_token, mp.price_per_output_token, mp.pricing_type
        ) u;
    end if;

    for saved in select distinct name from pricing_saved_view loop
        if to_regclass(quote_ident(saved.name)) is null then
            raise exception 'view % cannot be created again: there is no table chat_completion_requests', saved.name
                using hint = 'Drop the view, or create the table, and run the expansion again.';
        end if;
        -- Revokes what default privileges granted on the new view to roles that could not read the old view.
        for grantee in
            select distinct case g.grantee when 0 then 'public' else g.grantee::regrole::text end as name
            from pg_class c, aclexplode(c.relacl) g
            where c.oid = to_regclass(quote_ident(saved.name)) and g.grantee <> c.relowner
        loop
            execute format('revoke all on %I from %s', saved.name, grantee.name);
        end loop;
    end loop;
    for saved in select statement from pricing_saved_view order by position loop
        execute saved.statement;
    end loop;
end
$$;

drop table pricing_saved_view;
drop table pricing_phase1;
drop table pricing_phase1_source;

-- 12. The constraints of names and reasons.

do $$
declare
    checked record;
begin
    for checked in
        select
            c.name,
            string_agg(
                format(
                    'drop constraint if exists %1$s, add constraint %1$s check %2$s',
                    c.name || '_' || c.attname || '_check', model_pricing_text_rule(c.attname, c.max_length)),
                ', ') as clauses
        from (values
            ('model_pricing', 'pricing_source', 200),
            ('model_pricing_version', 'pricing_source', 200),
            ('model_pricing_version', 'actor', 200),
            ('model_pricing_version', 'reason', 2000),
            ('model_pricing_announcement', 'pricing_source', 200),
            ('model_pricing_announcement', 'actor', 200),
            ('model_pricing_announcement', 'reason', 2000),
            ('model_pricing_announcement', 'resolved_by', 200),
            ('model_pricing_announcement', 'resolution_reason', 2000),
            ('model_pricing_quarantine', 'resolved_by', 200),
            ('model_pricing_quarantine', 'resolution_reason', 2000)) c (name, attname, max_length)
        group by c.name
    loop
        execute format('alter table %s %s', checked.name, checked.clauses);
    end loop;
end
$$;
