-- What the migration from the legacy columns needs in the database, beside the pricing tables: what was declared, how far it
-- has come, and both worlds kept equal while both live. Run with the schema first on the search path, as often as one likes.

-- 1. What is kept.

create table if not exists model_pricing_migration (
    id bigint generated always as identity,
    step text not null,
    phase text not null,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    details jsonb not null default '{}',
    constraint model_pricing_migration_pkey primary key (id),
    constraint model_pricing_migration_phase_check check (phase in ('expanded', 'populated', 'contracted'))
);

comment on table model_pricing_migration is
    'The steps of the migration from the legacy columns that were done; the last one says how far it has come.';

create table if not exists model_pricing_legacy_declaration (
    scope text not null,
    provider_id bigint,
    subject text not null,
    meaning text not null,
    declared_at timestamptz not null default clock_timestamp(),
    declared_by text not null,
    constraint model_pricing_legacy_declaration_key unique nulls not distinct (scope, provider_id, subject),
    constraint model_pricing_legacy_declaration_scope_check check (
        scope in ('all', 'no_provider', 'provider') and (scope = 'provider') = (provider_id is not null)),
    constraint model_pricing_legacy_declaration_meaning_check check (
        case subject
            when 'pricing_prompt' then meaning in ('per-token', 'per-1k', 'per-1m')
            when 'pricing_completion' then meaning in ('per-token', 'per-1k', 'per-1m')
            when 'pricing_image' then meaning in ('per-token', 'per-1k', 'per-1m', 'per-image')
            when 'pricing_request' then meaning = 'per-request'
            when 'zero' then meaning in ('free', 'unknown')
            else false
        end)
);

comment on table model_pricing_legacy_declaration is
    'What the numbers in the legacy columns are US dollars for, and what it means if all of a model are zero.';

create table if not exists model_pricing_legacy_archive (
    model_id bigint,
    provider_id bigint,
    pricing_prompt numeric,
    pricing_completion numeric,
    pricing_image numeric,
    pricing_request numeric,
    version integer,
    seal text not null,
    archived_at timestamptz not null default clock_timestamp(),
    constraint model_pricing_legacy_archive_pkey primary key (model_id)
);

comment on table model_pricing_legacy_archive is
    'The legacy cells as they stood, digit for digit; after the columns have gone, what their names show and take.';
comment on column model_pricing_legacy_archive.version is
    'The version of the price that these cells show; NULL: there was no row in model_pricing.';
comment on column model_pricing_legacy_archive.seal is
    'A hash of the model, its cells and the version: a cell that was changed since does not fit it.';

create table if not exists model_pricing_legacy_inexact (
    model_id bigint,
    column_name text,
    version integer not null,
    exact numeric,
    shown numeric,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint model_pricing_legacy_inexact_pkey primary key (model_id, column_name, exact)
);

comment on table model_pricing_legacy_inexact is
    'Prices that a legacy column cannot show as they are: rounded to its scale, or not at all.';
comment on column model_pricing_legacy_inexact.exact is 'US dollars for one token, image or request.';
comment on column model_pricing_legacy_inexact.shown is 'What the legacy column holds, in its own unit.';

-- 2. What is declared, of each provider and of the models without one.

create or replace view model_pricing_legacy_unit with (security_invoker = true) as
select
    coalesce(p.id, 0) as provider_key,
    coalesce(max(d.meaning) filter (where d.subject = 'pricing_prompt' and d.scope <> 'all'),
        max(d.meaning) filter (where d.subject = 'pricing_prompt')) as prompt_unit,
    coalesce(max(d.meaning) filter (where d.subject = 'pricing_completion' and d.scope <> 'all'),
        max(d.meaning) filter (where d.subject = 'pricing_completion')) as completion_unit,
    coalesce(max(d.meaning) filter (where d.subject = 'pricing_image' and d.scope <> 'all'),
        max(d.meaning) filter (where d.subject = 'pricing_image')) as image_unit,
    coalesce(max(d.meaning) filter (where d.subject = 'pricing_request' and d.scope <> 'all'),
        max(d.meaning) filter (where d.subject = 'pricing_request')) as request_unit,
    coalesce(max(d.meaning) filter (where d.subject = 'zero' and d.scope <> 'all'),
        max(d.meaning) filter (where d.subject = 'zero')) as zero
from (select id::bigint from providers union all select null) p (id)
left join model_pricing_legacy_declaration d
    on d.scope = 'all'
    or (d.scope = 'provider' and d.provider_id = p.id)
    or (d.scope = 'no_provider' and p.id is null)
group by p.id;

-- 3. The one reading of legacy cells, and the one way to show a price in them.

-- The query that sets legacy cells against prices, model by model. The source has id, provider_id, the four cells and the
-- version they belong to; the state is model_pricing, or its versions. Text, because the cells stand in the table until
-- they go, and in the archive from then on; and because a view is bound to its tables, whoever reads it.
create or replace function model_pricing_legacy_comparison(source text, state text, state_version text) returns text
language plpgsql stable as $function$
declare
    cell record;
    shows text[];
    rounds text[];
    scale text;
begin
    -- What a column can hold decides what it can show; gone columns are remembered by the step that dropped them.
    for cell in
        select n.name, n.price, n.unit, coalesce(
            (select format_type(a.atttypid, a.atttypmod)
                from pg_attribute a
                where a.attrelid = 'models'::regclass and a.attname = n.name and not a.attisdropped),
            (select g.details -> 'types' ->> n.name
                from model_pricing_migration g
                where g.details -> 'types' ? n.name
                order by g.id desc
                limit 1),
            'numeric(20,10)') as type
        from (values
            (1, 'pricing_prompt', 's.price_per_input_token', 'u.prompt_unit'),
            (2, 'pricing_completion', 's.price_per_output_token', 'u.completion_unit'),
            (3, 'pricing_image',
                'case u.image_unit when ''per-image'' then i.price else s.price_per_image_token end', 'u.image_unit'),
            (4, 'pricing_request', 's.price_per_request', 'u.request_unit')
        ) n (position, name, price, unit)
        order by n.position
    loop
        shows := shows || format($sql$
            case
                when s.model_id is null then null
                when s.missing_reason = 'dynamic' then %1$s
                when s.missing_reason is not null then null
                when (%2$s) = 0 and (%3$s is not null or %4$L <> 'pricing_image') then 0
                when %3$s is not null then (%2$s) * f.up_%5$s
            end as exact_%5$s,
            (%2$s) > 0 and %3$s is null as hides_%5$s$sql$,
            case when cell.name in ('pricing_prompt', 'pricing_completion') then '-1' else 'null' end,
            cell.price, cell.unit, cell.name, replace(cell.name, 'pricing_', ''));
        -- A column without a scale takes every price as it is.
        scale := substring(cell.type from ',(\d+)\)');
        rounds := rounds || format(
            case
                when scale is null then 'e.exact_%1$s as shows_%1$s'
                else 'case when round(e.exact_%1$s, %2$s) < 1e%3$s then round(e.exact_%1$s, %2$s) end as shows_%1$s'
            end,
            replace(cell.name, 'pricing_', ''), scale, substring(cell.type from '\((\d+)')::integer - scale::integer);
    end loop;
    -- Each lateral part ends with "offset 0", so that it is computed once for a row and not again for each use of it.
    return format($sql$
        select
            m.id as model_id, m.provider_id::bigint as provider_id,
            m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request,
            u.prompt_unit, u.completion_unit, u.image_unit, u.request_unit, u.zero,
            k.kind, m.version as cells_version, s.%3$s as version, s.pricing_type, s.missing_reason,
            s.price_per_input_token, s.price_per_output_token, s.price_per_image_token, s.price_per_request,
            i.price as image_count, s.rate_set_id, s.pricing_source,
            t.to_type, t.to_reason, t.to_input, t.to_output, t.to_image, t.to_request, t.to_image_count, k.keeps_rates,
            e.exact_prompt, e.hides_prompt, e.exact_completion, e.hides_completion, e.exact_image, e.hides_image,
            e.exact_request, e.hides_request,
            z.shows_prompt, z.shows_completion, z.shows_image, z.shows_request,
            k.kind <> 'undeclared'
                and (t.to_type, t.to_reason, t.to_input, t.to_output, t.to_image, t.to_request, t.to_image_count)
                    is not distinct from
                    (s.pricing_type, s.missing_reason, s.price_per_input_token, s.price_per_output_token,
                        s.price_per_image_token, s.price_per_request, i.price) as is_same,
            s.%3$s is not null
                and (m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request)
                    is not distinct from
                    (z.shows_prompt, z.shows_completion, z.shows_image, z.shows_request) as is_shown
        from (%1$s) m
        left join model_pricing_legacy_unit u on u.provider_key = coalesce(m.provider_id, 0)
        left join %2$s s on s.model_id = m.id %5$s
        left join model_pricing_rate i
            on i.rate_set_id = s.rate_set_id and i.service_tier = 'standard' and i.unit = 'image_count'
            and i.from_input_tokens = 0
        -- What a number in a column is multiplied by to be US dollars for one, and those to be what the column shows.
        cross join lateral (
            select
                m.pricing_prompt * case u.prompt_unit when 'per-1k' then 0.001 when 'per-1m' then 0.000001 else 1 end
                    as input,
                m.pricing_completion
                    * case u.completion_unit when 'per-1k' then 0.001 when 'per-1m' then 0.000001 else 1 end as output,
                m.pricing_image * case u.image_unit when 'per-1k' then 0.001 when 'per-1m' then 0.000001 else 1 end
                    as image,
                m.pricing_request as request,
                case u.prompt_unit when 'per-1k' then 1000 when 'per-1m' then 1000000 else 1 end as up_prompt,
                case u.completion_unit when 'per-1k' then 1000 when 'per-1m' then 1000000 else 1 end as up_completion,
                case u.image_unit when 'per-1k' then 1000 when 'per-1m' then 1000000 else 1 end as up_image,
                1 as up_request,
                greatest(m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request) as highest,
                -1 in (m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request) is true as is_dynamic,
                (greatest(m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request) >= 'Infinity'
                    or (m.pricing_prompt < 0 and m.pricing_prompt <> -1)
                    or (m.pricing_completion < 0 and m.pricing_completion <> -1)
                    or (m.pricing_image < 0 and m.pricing_image <> -1)
                    or (m.pricing_request < 0 and m.pricing_request <> -1)) is true as is_bad,
                s.rate_set_id is not null and exists (
                    select
                    from model_pricing_rate r
                    where r.rate_set_id = s.rate_set_id and r.price > 0
                      and (r.unit <> 'image_count' or r.service_tier <> 'standard' or r.from_input_tokens <> 0)
                ) as charges_more
            offset 0
        ) f
        cross join lateral (
            select
                q.kind,
                q.kind in ('paid', 'free') as has_cells,
                q.kind in ('paid', 'free') or (q.kind not in ('unreadable', 'undeclared') and f.charges_more) as keeps_rates
            from (
                select
                    case
                        when f.is_bad or (f.highest > 0 and f.is_dynamic) then 'unreadable'
                        when f.highest is null then 'empty'
                        when f.is_dynamic then 'dynamic'
                        when f.highest = 0 and u.zero is null then 'undeclared'
                        when f.highest = 0 and u.zero = 'unknown' then 'unknown'
                        when (m.pricing_prompt <> 0 and u.prompt_unit is null)
                            or (m.pricing_completion <> 0 and u.completion_unit is null)
                            or (m.pricing_image is not null and u.image_unit is null)
                            or (m.pricing_request <> 0 and u.request_unit is null) then 'undeclared'
                        when greatest(f.input, f.output, f.image, f.request) >= 1e12
                            or greatest(min_scale(f.input), min_scale(f.output), min_scale(f.image), min_scale(f.request))
                                > 30 then 'unreadable'
                        when f.highest > 0 then 'paid'
                        else 'free'
                    end as kind
                offset 0
            ) q
            offset 0
        ) k
        -- What legacy names cannot say is kept: rates of other units, that a model is deprecated, why a price is missing that
        -- is still missing.
        cross join lateral (
            select
                case
                    when k.kind = 'free' and not f.charges_more then 'free'
                    when k.keeps_rates then case s.pricing_type when 'deprecated' then 'deprecated' else 'paid' end
                    else 'missing'
                end as to_type,
                case
                    when k.keeps_rates then null
                    when k.kind = 'unreadable' then 'ambiguous'
                    when k.kind = 'dynamic' then 'dynamic'
                    when k.kind = 'empty' then coalesce(s.missing_reason, 'never_known')
                    else 'never_known'
                end as to_reason,
                case when k.has_cells then trim_scale(f.input) end as to_input,
                case when k.has_cells then trim_scale(f.output) end as to_output,
                case when k.has_cells and u.image_unit is distinct from 'per-image' then trim_scale(f.image) end as to_image,
                case when k.has_cells then trim_scale(f.request) end as to_request,
                case when k.has_cells and u.image_unit = 'per-image' then trim_scale(f.image) end as to_image_count
            offset 0
        ) t
        cross join lateral (select %4$s offset 0) e
        cross join lateral (select %6$s offset 0) z
        $sql$, source, state, state_version, array_to_string(shows, ', '),
        case state when 'model_pricing' then '' else 'and s.number = m.version' end, array_to_string(rounds, ', '));
end
$function$;

-- Where the legacy cells are: in the columns of models, or in the archive once these have gone. Makes the views that say
-- what the cells mean, and what they would show of the prices.
create or replace function model_pricing_legacy_connect(place text) returns void
language plpgsql as $function$
declare
    archive constant text :=
        'select o.id, o.provider_id, a.pricing_prompt, a.pricing_completion, a.pricing_image, a.pricing_request,'
        ' a.version from models o left join model_pricing_legacy_archive a on a.model_id = o.id';
    source text := case place
        when 'columns' then
            'select id, provider_id, pricing_prompt::numeric, pricing_completion::numeric, pricing_image::numeric,'
            ' pricing_request::numeric, null::integer as version from models'
        else archive
        end;
    archived constant text := model_pricing_legacy_comparison(archive, 'model_pricing', 'version');
    -- The archived cells of a price that is still the one they showed.
    cells constant text := $cells$
        select
            model_id,
            case when cells_version is not distinct from version then pricing_prompt else shows_prompt end as pricing_prompt,
            case when cells_version is not distinct from version then pricing_completion else shows_completion end
                as pricing_completion,
            case when cells_version is not distinct from version then pricing_image else shows_image end as pricing_image,
            case when cells_version is not distinct from version then pricing_request else shows_request end
                as pricing_request
        from model_pricing_legacy_archived
        $cells$;
begin
    execute 'create or replace view model_pricing_legacy_comparison with (security_invoker = true) as '
        || case place
            when 'columns' then model_pricing_legacy_comparison(source, 'model_pricing', 'version')
            else archived
        end;
    -- What verify looks at: after the columns have gone, each archived row against the version that it showed.
    execute 'create or replace view model_pricing_legacy_proof with (security_invoker = true) as '
        || case place
            when 'columns' then 'select * from model_pricing_legacy_comparison'
            else model_pricing_legacy_comparison(source || ' where a.model_id is not null', 'model_pricing_version', 'number')
        end;
    -- What the legacy names show, wherever the columns are. Made again only if it has changed: who reads it has locked it, and
    -- waits for models then, so a step that has locked models cannot have it.
    if obj_description(to_regclass(quote_ident(current_schema()) || '.model_pricing_legacy_archived'), 'pg_class')
        is distinct from 'Made from ' || md5(archived || cells)
    then
        execute 'create or replace view model_pricing_legacy_archived with (security_invoker = true) as ' || archived;
        execute 'create or replace view model_pricing_legacy_cells with (security_invoker = true) as ' || cells;
        execute format('comment on view model_pricing_legacy_archived is %L', 'Made from ' || md5(archived || cells));
    end if;

    -- Each cell in which both sides differ, unless the legacy column cannot show the price as it is, and that is on record.
    execute format($finding$
    create or replace view model_pricing_legacy_finding with (security_invoker = true) as
    select c.model_id, f.kind, f.column_name, f.expected, f.actual
    from (
        select
            p.*, a.model_id is not null as is_archived,
            a.pricing_prompt as seen_prompt, a.pricing_completion as seen_completion, a.pricing_image as seen_image,
            a.pricing_request as seen_request
        from model_pricing_legacy_proof p
        left join model_pricing_legacy_archive a on a.model_id = p.model_id
    ) c
    cross join lateral (
        select
            case when c.kind in ('undeclared', 'unreadable') then c.kind else 'value' end as kind,
            d.column_name,
            case when c.kind in ('undeclared', 'unreadable') then d.cell else d.says end::text as expected,
            trim_scale(d.price)::text as actual
        from (values
            ('pricing_prompt', c.pricing_prompt, c.to_input, c.price_per_input_token),
            ('pricing_completion', c.pricing_completion, c.to_output, c.price_per_output_token),
            ('pricing_image', c.pricing_image, c.to_image, c.price_per_image_token),
            ('pricing_image', c.pricing_image, c.to_image_count, c.image_count),
            ('pricing_request', c.pricing_request, c.to_request, c.price_per_request)
        ) d (column_name, cell, says, price)
        where not c.is_same and c.version is not null
          and case
                when c.kind in ('undeclared', 'unreadable') then d.cell is not null and not c.is_shown
                    and (d.column_name <> 'pricing_image' or d.says is not null or c.to_image is null)
                else d.says is distinct from d.price
                    and not (c.is_shown and exists (
                        select
                        from model_pricing_legacy_inexact i
                        where i.model_id = c.model_id and i.column_name = d.column_name and i.version = c.version
                          and i.exact is not distinct from d.price and i.shown is not distinct from d.cell))
            end
        union
        -- No price at all is what a model without a row has, if nothing was ever said of it but that it goes.
        select 'no_price', null, c.to_type, null
        where c.version is null
          and not (c.kind = 'empty' and (
              select l.kind = 'deletion' from model_pricing_version l where l.model_id = c.model_id
              order by l.number desc limit 1) is true)
        union all
        select 'type', null, c.to_type || coalesce(' (' || c.to_reason || ')', ''),
            c.pricing_type || coalesce(' (' || c.missing_reason || ')', '')
        where not c.is_same and not c.is_shown and c.kind <> 'undeclared' and c.version is not null
          and (c.to_type, c.to_reason) is distinct from (c.pricing_type, c.missing_reason)
        union all
        -- Cells that mean the same as before, and yet are not those that the triggers saw.
        select 'unseen', d.column_name, d.seen::text, d.cell::text
        from (values
            ('pricing_prompt', c.pricing_prompt, c.seen_prompt),
            ('pricing_completion', c.pricing_completion, c.seen_completion),
            ('pricing_image', c.pricing_image, c.seen_image),
            ('pricing_request', c.pricing_request, c.seen_request)
        ) d (column_name, cell, seen)
        where c.is_archived and (c.is_same or c.is_shown) and d.cell is distinct from d.seen
    ) f
    where not c.is_same
       or (c.pricing_prompt, c.pricing_completion, c.pricing_image, c.pricing_request)
            is distinct from (c.seen_prompt, c.seen_completion, c.seen_image, c.seen_request)
    union all
    -- A price is that of a model, and the one that its version says.
    select
        p.model_id, case when m.id is null then 'no_model' else 'version' end, null,
        case when m.id is null then 'a model' else 'the price of version ' || p.version end, 'another'
    from model_pricing p
    left join models m on m.id = p.model_id
    left join model_pricing_version v on v.model_id = p.model_id and v.number = p.version
    where m.id is null
       or (v.pricing_type, v.missing_reason, v.price_per_input_token, v.price_per_output_token,
            v.price_per_image_token, v.price_per_request, v.rate_set_id, v.pricing_source)
        is distinct from
        (p.pricing_type, p.missing_reason, p.price_per_input_token, p.price_per_output_token,
            p.price_per_image_token, p.price_per_request, p.rate_set_id, p.pricing_source)
    union all
    select a.model_id, 'archive', null, 'the archived cells', 'others'
    from model_pricing_legacy_archive a
    where %1$L = 'archive'
      and a.seal is distinct from md5(row(a.model_id, a.pricing_prompt, a.pricing_completion, a.pricing_image,
        a.pricing_request, a.version)::text)
    union all
    -- Once the cells are in the archive alone, what was there when the columns went has to be there.
    select m.id, 'archive', null, 'the archived cells', null
    from models m
    where %1$L = 'archive'
      and not exists (select from model_pricing_legacy_archive a where a.model_id = m.id)
      and exists (
        select
        from model_pricing_version v
        where v.model_id = m.id
          and v.recorded_at < (select max(g.at) from model_pricing_migration g where g.step = 'contract'))
    union all
    select m.id, 'no_price', null, 'the price of version ' || l.number, null
    from models m
    join model_pricing_version l on l.model_id = m.id
    where %1$L = 'archive'
      and l.kind <> 'deletion'
      and not exists (select from model_pricing p where p.model_id = m.id)
      and not exists (select from model_pricing_version n where n.model_id = m.id and n.number > l.number)
    $finding$, place);
end
$function$;

-- What keeps both worlds equal while the columns are there, or nothing.
create or replace function model_pricing_legacy_couple(place text) returns void
language plpgsql as $function$
begin
    drop trigger if exists model_pricing_legacy_insert on models;
    drop trigger if exists model_pricing_legacy_update on models;
    if place = 'columns' then
        -- Health checks write this table all day: a trigger that is for four columns does not see them.
        create trigger model_pricing_legacy_insert
            after insert on models
            for each row execute function model_pricing_legacy_pull_row();
        create trigger model_pricing_legacy_update
            after update of pricing_prompt, pricing_completion, pricing_image, pricing_request on models
            for each row
            when (
                (new.pricing_prompt, new.pricing_completion, new.pricing_image, new.pricing_request)
                is distinct from
                (old.pricing_prompt, old.pricing_completion, old.pricing_image, old.pricing_request)
                and coalesce(current_setting('model_pricing.sync', true), '') <> 'off')
            execute function model_pricing_legacy_pull_row();
        -- These stay when the columns go, and do nothing then: who writes a price has locked model_pricing and waits for models,
        -- so a step that has locked models must not wait for model_pricing.
        if not exists (
            select from pg_trigger
            where tgrelid = 'model_pricing'::regclass and tgname = 'model_pricing_legacy_push_delete')
        then
            create trigger model_pricing_legacy_push_insert
                after insert on model_pricing
                referencing new table as new_rows
                for each statement execute function model_pricing_legacy_push();
            create trigger model_pricing_legacy_push_update
                after update on model_pricing
                referencing old table as old_rows new table as new_rows
                for each statement execute function model_pricing_legacy_push();
            create trigger model_pricing_legacy_push_delete
                after delete on model_pricing
                referencing old table as old_rows
                for each statement execute function model_pricing_legacy_push();
        end if;
    end if;
end
$function$;

-- 4. Both worlds kept equal.

-- The rate set that has these rates and that price of one image.
create or replace function model_pricing_legacy_rate_set(rates uuid, image_count numeric) returns uuid
language plpgsql as $function$
declare
    text text;
    made uuid;
begin
    -- The same text that the library hashes: in the order of a rate card.
    select string_agg(
        concat_ws('|', r.service_tier, r.unit, r.from_input_tokens::text, coalesce(trim_scale(r.price)::text, 'null')),
        e'\n'
        order by array_position(array['standard', 'batch', 'flex', 'priority'], r.service_tier),
            array_position(array['input', 'output', 'image', 'request', 'cache_read', 'cache_write', 'cache_write_1h',
                'audio_input', 'image_count', 'web_search', 'reasoning', 'audio_output'], r.unit),
            r.from_input_tokens)
    into text
    from (
        select service_tier, unit, from_input_tokens, price
        from model_pricing_rate
        where rate_set_id = rates and (unit <> 'image_count' or service_tier <> 'standard' or from_input_tokens <> 0)
        union all
        select 'standard', 'image_count', 0, image_count where image_count is not null
    ) r;
    if text is null then
        return null;
    end if;
    made := encode(substr(sha256(convert_to(text, 'UTF8')), 1, 16), 'hex')::uuid;
    insert into model_pricing_rate_set (id) values (made) on conflict do nothing;
    if found then
        insert into model_pricing_rate (rate_set_id, service_tier, unit, from_input_tokens, price)
        select made, service_tier, unit, from_input_tokens, price
        from model_pricing_rate
        where rate_set_id = rates and (unit <> 'image_count' or service_tier <> 'standard' or from_input_tokens <> 0)
        union all
        select made, 'standard', 'image_count', 0, image_count where image_count is not null;
    end if;
    return made;
end
$function$;

-- What stands against the cells of a row, each with its value.
create or replace function model_pricing_legacy_objections(
    kind text, cells numeric[], units text[], provider bigint) returns table (column_name text, reason text)
language sql stable as $function$
    select
        n.name,
        format('%s is %s', n.name, c.cell) || case
            when kind = 'undeclared' and p.hi = 0 and c.unit_or_zero then
                ' like every price of the model, and nothing says what that means for ' || w.who
            when kind = 'undeclared' then ', and no unit is declared for ' || w.who
            when c.cell >= 'Infinity' or (c.cell < 0 and c.cell <> -1) then
                ': a price is a number of zero or more, or -1 for one that is dynamic'
            when c.cell = -1 then ', which says that the price is dynamic, but ' || p.priced
            else ': a price is below 1000000000000 US dollars for one token, image or request, with 30 decimals at most'
        end
    from (
        select
            max(x) as hi, max(x) > 0 and -1 = any (cells) as both,
            string_agg(format('%s is %s', (array['pricing_prompt', 'pricing_completion', 'pricing_image',
                'pricing_request'])[i], x), ', ' order by i) filter (where x > 0) as priced
        from unnest(cells) with ordinality u (x, i)
    ) p
    cross join (
        select coalesce('provider ' || (select slug from providers where id = provider), 'models without provider') as who
    ) w
    cross join (values (1, 'pricing_prompt'), (2, 'pricing_completion'), (3, 'pricing_image'), (4, 'pricing_request'))
        n (i, name)
    cross join lateral (select cells[n.i] as cell, units[5] is null as unit_or_zero) c
    where c.cell is not null
      and case
            when kind = 'undeclared' and p.hi = 0 and c.unit_or_zero then true
            when kind = 'undeclared' then units[n.i] is null and (c.cell <> 0 or n.i = 3)
            when p.both then c.cell = -1 or c.cell >= 'Infinity' or c.cell < 0
            when p.hi >= 'Infinity' or exists (select from unnest(cells) x where x < 0) then
                c.cell >= 'Infinity' or (c.cell < 0 and c.cell <> -1)
            else c.cell * case units[n.i] when 'per-1k' then 0.001 when 'per-1m' then 0.000001 else 1 end >= 1e12
                or min_scale(c.cell * case units[n.i] when 'per-1k' then 0.001 when 'per-1m' then 0.000001 else 1 end) > 30
        end
    order by n.i
$function$;

-- Legacy cells into model_pricing, for models whose rows the caller has locked. Answers for each what became of it:
-- inserted, updated, unchanged, kept (somebody has written since the expansion, or set it by hand), undeclared, unreadable.
create or replace function model_pricing_legacy_pull(targets bigint[], actor text, reason text, carries_over boolean)
returns table (model_id bigint, outcome text, was jsonb, becomes jsonb)
language plpgsql security definer as $function$
#variable_conflict use_column
declare
    change text := coalesce(current_setting('model_pricing.change', true), '');
    sync text := coalesce(current_setting('model_pricing.sync', true), '');
    context jsonb := jsonb_build_object('statement', statement_timestamp()::text, 'actor', actor, 'reason', reason);
begin
    if carries_over then
        context := context || '{"firstSinceEver": true, "replaces": true}';
    end if;
    perform set_config('model_pricing.change', context::text, true), set_config('model_pricing.sync', 'off', true);
    return query
    with judged as materialized (
        select
            c.*,
            case
                when c.kind = 'undeclared' then 'undeclared'
                when c.is_same or (c.is_shown and c.kind <> 'unreadable') then 'unchanged'
                when c.version is null then 'inserted'
                when c.pricing_source = 'manual' then 'kept'
                when carries_over and c.pricing_source <> 'legacy' and not exists (
                    select
                    from model_pricing_version v
                    where v.model_id = c.model_id and v.number = c.version and c.version = 1 and v.valid_from is null
                      and v.reason = 'expand: stood here before there were versions')
                    then 'kept'
                else 'updated'
            end as verdict,
            case
                when not c.is_same and c.keeps_rates
                    and (c.rate_set_id is not null or c.to_image_count is not null) then
                    model_pricing_legacy_rate_set(c.rate_set_id, c.to_image_count)
            end as to_rates
        from model_pricing_legacy_comparison c
        where c.model_id = any (targets)
    ), inserted as (
        insert into model_pricing (
            model_id, pricing_type, missing_reason, price_per_input_token, price_per_output_token, price_per_image_token,
            price_per_request, rate_set_id, pricing_source, last_updated)
        select
            j.model_id, j.to_type, j.to_reason, j.to_input, j.to_output, j.to_image, j.to_request, j.to_rates, 'legacy',
            now()
        from judged j
        where j.verdict = 'inserted'
        order by j.model_id
    ), updated as (
        update model_pricing p
        set pricing_type = j.to_type, missing_reason = j.to_reason, price_per_input_token = j.to_input,
            price_per_output_token = j.to_output, price_per_image_token = j.to_image, price_per_request = j.to_request,
            rate_set_id = j.to_rates, pricing_source = 'legacy', last_updated = greatest(p.last_updated, now())
        from judged j
        where p.model_id = j.model_id and j.verdict = 'updated'
    ), quarantined as (
        insert into model_pricing_quarantine as waiting (model_id, origin, original, reason)
        select
            j.model_id, 'models',
            jsonb_build_object('pricing_prompt', j.pricing_prompt, 'pricing_completion', j.pricing_completion,
                'pricing_image', j.pricing_image, 'pricing_request', j.pricing_request),
            (select string_agg(o.reason, '; ')
                from model_pricing_legacy_objections(j.kind,
                    array[j.pricing_prompt, j.pricing_completion, j.pricing_image, j.pricing_request],
                    array[j.prompt_unit, j.completion_unit, j.image_unit, j.request_unit, j.zero], j.provider_id) o)
        from judged j
        where (j.kind = 'unreadable' or (j.kind = 'undeclared' and not carries_over))
          -- What a human has accepted as it is stays accepted; what waits already is brought up to date.
          and not exists (
            select
            from model_pricing_quarantine a
            where a.model_id = j.model_id and a.origin = 'models' and a.resolution = 'accepted'
              and a.original = jsonb_build_object('pricing_prompt', j.pricing_prompt, 'pricing_completion',
                j.pricing_completion, 'pricing_image', j.pricing_image, 'pricing_request', j.pricing_request))
        order by j.model_id
        on conflict (model_id, origin) where resolution is null do update
        set original = excluded.original, reason = excluded.reason, quarantined_at = excluded.quarantined_at
        where (waiting.original, waiting.reason) is distinct from (excluded.original, excluded.reason)
    ), superseded as (
        update model_pricing_quarantine q
        set resolution = 'superseded', resolved_at = clock_timestamp(), resolved_by = actor,
            resolution_reason = 'the legacy cells were written again, or declared'
        from judged j
        where q.model_id = j.model_id and q.origin = 'models' and q.resolution is null
          and j.kind not in ('unreadable', 'undeclared')
    ), exact as (
        delete from model_pricing_legacy_inexact i
        using judged j
        where i.model_id = j.model_id and j.verdict in ('inserted', 'updated')
    )
    select
        j.model_id::bigint, j.verdict,
        case when j.version is not null then jsonb_strip_nulls(jsonb_build_object(
            'type', j.pricing_type, 'input', j.price_per_input_token::text, 'output', j.price_per_output_token::text,
            'image', j.price_per_image_token::text, 'request', j.price_per_request::text)) end,
        jsonb_strip_nulls(jsonb_build_object(
            'type', j.to_type, 'input', j.to_input::text, 'output', j.to_output::text,
            'image', coalesce(j.to_image, j.to_image_count)::text, 'request', j.to_request::text))
    from judged j
    order by j.model_id;
    perform set_config('model_pricing.change', change, true), set_config('model_pricing.sync', sync, true);
end
$function$;

-- One legacy write. A price set by hand stays, so the legacy cells show that again; anything else is carried over.
create or replace function model_pricing_legacy_pull_row() returns trigger
language plpgsql security definer as $function$
declare
    pulled record;
begin
    for pulled in
        select *
        from model_pricing_legacy_pull(
            array[new.id::bigint],
            session_user || coalesce(' (' || nullif(current_setting('application_name', true), '') || ')', ''),
            'legacy: written to the columns of models', false)
    loop
        if pulled.outcome = 'kept' then
            perform model_pricing_legacy_show(array[new.id::bigint]);
        end if;
    end loop;
    perform model_pricing_legacy_archive_cells(array[new.id::bigint]);
    return null;
end
$function$;

-- Prices into the legacy cells that do not show them yet, and on record what they cannot show.
create or replace function model_pricing_legacy_show(targets bigint[]) returns void
language plpgsql security definer as $function$
declare
    sync text := coalesce(current_setting('model_pricing.sync', true), '');
begin
    perform set_config('model_pricing.sync', 'off', true);
    -- A cell whose unit nobody declared stays: it may hold the only copy of a price.
    update models m
    set pricing_prompt = case when c.hides_prompt then m.pricing_prompt else c.shows_prompt end,
        pricing_completion = case when c.hides_completion then m.pricing_completion else c.shows_completion end,
        pricing_image = case when c.hides_image then m.pricing_image else c.shows_image end,
        pricing_request = case when c.hides_request then m.pricing_request else c.shows_request end
    from (
        select *
        from model_pricing_legacy_comparison
        where model_id = any (targets)
        offset 0
    ) c
    where c.model_id = m.id and not c.is_same and not c.is_shown;
    -- What nobody could read has made room for a price, so there is nothing left to decide.
    update model_pricing_quarantine q
    set resolution = 'superseded', resolved_at = clock_timestamp(), resolved_by = session_user,
        resolution_reason = 'model_pricing has a price, which the legacy cells show now'
    from model_pricing_legacy_comparison c
    where c.model_id = any (targets) and c.kind not in ('unreadable', 'undeclared')
      and q.model_id = c.model_id and q.origin = 'models' and q.resolution is null;
    delete from model_pricing_legacy_inexact where model_id = any (targets);
    insert into model_pricing_legacy_inexact (model_id, column_name, version, exact, shown)
    select distinct c.model_id, d.column_name, c.version, d.price, d.cell
    from model_pricing_legacy_comparison c
    cross join lateral (values
        ('pricing_prompt', c.pricing_prompt, c.to_input, c.price_per_input_token),
        ('pricing_completion', c.pricing_completion, c.to_output, c.price_per_output_token),
        ('pricing_image', c.pricing_image, c.to_image, c.price_per_image_token),
        ('pricing_image', c.pricing_image, c.to_image_count, c.image_count),
        ('pricing_request', c.pricing_request, c.to_request, c.price_per_request)
    ) d (column_name, cell, says, price)
    where c.model_id = any (targets) and c.version is not null and not c.is_same and c.is_shown
      and d.says is distinct from d.price;
    perform model_pricing_legacy_archive_cells(targets);
    perform set_config('model_pricing.sync', sync, true);
end
$function$;

create or replace function model_pricing_legacy_push() returns trigger
language plpgsql security definer as $function$
declare
    targets bigint[];
begin
    if coalesce(current_setting('model_pricing.sync', true), '') = 'off' then
        return null;
    end if;
    -- Whether there are columns is known when no step is about to drop them, or to bring them back.
    lock table models in row exclusive mode;
    if not exists (
        select
        from pg_attribute a
        where a.attrelid = 'models'::regclass and a.attname = 'pricing_prompt' and not a.attisdropped)
    then
        return null;
    end if;
    if tg_op = 'INSERT' then
        targets := array(select n.model_id from new_rows n order by n.model_id);
    elsif tg_op = 'DELETE' then
        targets := array(select o.model_id from old_rows o order by o.model_id);
    else
        -- Not joined: a plan that was made for one row would take the square of many.
        targets := array(
            select n.model_id
            from (select model_id, version from new_rows except select model_id, version from old_rows) n
            order by n.model_id);
    end if;
    if targets <> '{}' then
        perform model_pricing_legacy_show(targets);
    end if;
    return null;
end
$function$;

-- 5. Carrying over.

-- The next models in the order of their ids, as one short transaction. Says which was the last, and what became of them.
create or replace function model_pricing_legacy_populate(after_model bigint, batch integer, actor text) returns jsonb
language plpgsql as $function$
declare
    targets bigint[] := array(
        select l.id from (select id from models where id > after_model order by id limit batch for no key update) l order by l.id);
    answer jsonb;
begin
    select jsonb_build_object(
        'last', max(p.model_id),
        'models', count(*),
        'inserted', count(*) filter (where p.outcome = 'inserted'),
        'updated', count(*) filter (where p.outcome = 'updated'),
        'unchanged', count(*) filter (where p.outcome = 'unchanged'),
        'kept', coalesce(jsonb_agg(p.model_id order by p.model_id) filter (where p.outcome = 'kept'), '[]'),
        'replaced', coalesce(jsonb_agg(jsonb_build_object('modelId', p.model_id, 'old', p.was, 'new', p.becomes)
            order by p.model_id) filter (where p.outcome = 'updated'), '[]'))
    into answer
    from model_pricing_legacy_pull(targets, actor, 'populate: carried over from the legacy columns', true) p;
    perform model_pricing_legacy_remember((k.value)::bigint, actor) from jsonb_array_elements(answer -> 'kept') k;
    perform model_pricing_legacy_show(array(select (k.value)::bigint from jsonb_array_elements(answer -> 'kept') k));
    perform model_pricing_legacy_archive_cells(targets);
    return answer;
end
$function$;

-- A price that somebody has written since the expansion stays the current one, and the legacy price is the one before it:
-- valid since ever, as a correction, after which everything is said again that was said since.
create or replace function model_pricing_legacy_remember(target bigint, actor text) returns void
language plpgsql as $function$
declare
    legacy record;
    remembered text := 'populate: what the legacy columns said before';
    change text := coalesce(current_setting('model_pricing.change', true), '');
    sync text := coalesce(current_setting('model_pricing.sync', true), '');
    context jsonb := jsonb_build_object(
        'statement', statement_timestamp()::text, 'actor', actor, 'reason', remembered, 'kind', 'correction');
    timeline model_pricing_timeline[];
    said model_pricing_timeline;
begin
    select * into legacy from model_pricing_legacy_comparison c where c.model_id = target;
    timeline := array(
        select t from model_pricing_timeline t where t.model_id = target and t.valid_from is not null order by t.number);
    if legacy.kind not in ('paid', 'free')
        -- Nothing was before a price that is valid since ever and set by hand.
        or timeline = '{}'
        or exists (
            select from model_pricing_version v where v.model_id = target and v.reason = remembered)
    then
        return;
    end if;
    perform set_config('model_pricing.sync', 'off', true);
    perform set_config('model_pricing.change', (context || '{"validFrom": null}')::text, true);
    update model_pricing
    set pricing_type = legacy.to_type, missing_reason = legacy.to_reason, price_per_input_token = legacy.to_input,
        price_per_output_token = legacy.to_output, price_per_image_token = legacy.to_image,
        price_per_request = legacy.to_request,
        rate_set_id = model_pricing_legacy_rate_set(null, legacy.to_image_count),
        pricing_source = 'legacy'
    where model_id = target;
    foreach said in array timeline loop
        perform set_config('model_pricing.change', (context || jsonb_build_object('validFrom', said.valid_from))::text, true);
        update model_pricing
        set pricing_type = said.pricing_type, missing_reason = said.missing_reason,
            price_per_input_token = said.price_per_input_token, price_per_output_token = said.price_per_output_token,
            price_per_image_token = said.price_per_image_token, price_per_request = said.price_per_request,
            rate_set_id = said.rate_set_id, pricing_source = said.pricing_source
        where model_id = target;
    end loop;
    perform set_config('model_pricing.change', change, true), set_config('model_pricing.sync', sync, true);
end
$function$;

-- 6. The legacy cells digit for digit.

-- Brings the archive of some models up to date, and says how many rows it wrote.
create or replace function model_pricing_legacy_archive_cells(targets bigint[]) returns bigint
language plpgsql as $function$
declare
    archived bigint;
begin
    insert into model_pricing_legacy_archive as a (
        model_id, provider_id, pricing_prompt, pricing_completion, pricing_image, pricing_request, version, seal)
    select
        m.id, m.provider_id, m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request, p.version,
        md5(row(m.id, m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request, p.version)::text)
    from models m
    left join model_pricing p on p.model_id = m.id
    left join model_pricing_legacy_archive o on o.model_id = m.id
    where m.id = any (targets)
      and (o.model_id is null
       or (o.provider_id, o.pricing_prompt, o.pricing_completion, o.pricing_image, o.pricing_request, o.version)
            is distinct from
            (m.provider_id, m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request, p.version)
       -- Equal numbers may have been written with other zeros behind the point.
       or (scale(o.pricing_prompt), scale(o.pricing_completion), scale(o.pricing_image), scale(o.pricing_request))
            is distinct from
            (scale(m.pricing_prompt), scale(m.pricing_completion), scale(m.pricing_image), scale(m.pricing_request)))
    on conflict (model_id) do update
    set provider_id = excluded.provider_id, pricing_prompt = excluded.pricing_prompt,
        pricing_completion = excluded.pricing_completion, pricing_image = excluded.pricing_image,
        pricing_request = excluded.pricing_request, version = excluded.version, seal = excluded.seal,
        archived_at = clock_timestamp();
    get diagnostics archived = row_count;
    return archived;
end
$function$;

-- The models whose cells, or price, are not those that were archived.
create or replace function model_pricing_legacy_changed() returns bigint[]
language sql stable as $function$
    select array(
        select m.id
        from models m
        left join model_pricing p on p.model_id = m.id
        left join model_pricing_legacy_archive o on o.model_id = m.id
        where o.model_id is null
           or (o.provider_id, o.pricing_prompt, o.pricing_completion, o.pricing_image, o.pricing_request, o.version)
                is distinct from
                (m.provider_id, m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request, p.version)
           -- Equal numbers may have been written with other zeros behind the point.
           or (scale(o.pricing_prompt), scale(o.pricing_completion), scale(o.pricing_image), scale(o.pricing_request))
                is distinct from
                (scale(m.pricing_prompt), scale(m.pricing_completion), scale(m.pricing_image), scale(m.pricing_request)))
$function$;

-- 7. What goes with the columns, and what stands in the way.

-- Everything that depends on the legacy columns or on pricing_tiers. The database knows all of it but for the bodies of
-- functions, which are text to it: those that mention a column are named.
create or replace function model_pricing_legacy_dependents() returns table (
    kind text, name text, columns text[], is_ours boolean)
language sql stable as $function$
    with legacy as (
        select a.attrelid, a.attnum, a.attname::text as attname
        from pg_attribute a
        where a.attrelid = 'models'::regclass and not a.attisdropped
          and a.attname in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request')
        union all
        select c.oid, 0, 'pricing_tiers'
        from pg_class c
        where c.oid = to_regclass(quote_ident(current_schema()) || '.pricing_tiers')
    ), depends as (
        select d.classid, d.objid, d.objsubid, d.deptype, l.attname, l.attrelid, l.attnum
        from legacy l
        join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = l.attrelid
            and (l.attnum = 0 or d.refobjsubid = l.attnum)
        -- What is a part of pricing_tiers goes with it, and comes back with it.
        where not (l.attnum = 0 and d.deptype in ('a', 'i') and d.classid in (
            'pg_class'::regclass, 'pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_attrdef'::regclass,
            'pg_type'::regclass))
    ), known as (
        select
            o.type as kind, o.identity as name, d.attname,
            (v.relnamespace = quote_ident(current_schema())::regnamespace
                    and v.relname in ('model_pricing_legacy_comparison', 'model_pricing_legacy_proof',
                        'model_pricing_legacy_cells', 'model_pricing_legacy_finding', 'models_legacy_pricing'))
                or v.relnamespace = to_regnamespace('pricing_legacy')
                or (d.classid = 'pg_trigger'::regclass
                    and o.identity ~ '^model_pricing_legacy_(insert|update) on ')
                or (d.classid = 'pg_class'::regclass and d.objid = to_regclass(
                    quote_ident(current_schema()) || '.idx_models_pricing'))
                or d.classid = 'pg_attrdef'::regclass as is_ours
        from depends d
        left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid and r.rulename = '_RETURN'
        left join pg_class v on v.oid = r.ev_class
        cross join lateral pg_identify_object(
            case when v.oid is null then d.classid else 'pg_class'::regclass end,
            coalesce(v.oid, d.objid),
            case when v.oid is null then d.objsubid else 0 end) o
        where not (d.classid = 'pg_constraint'::regclass and exists (
                select from pg_constraint c where c.oid = d.objid and c.contype = 'n'))
          -- The default of a legacy column is a part of it; what another column is computed from is not.
          and not exists (
                select from pg_attrdef f
                where d.classid = 'pg_attrdef'::regclass and f.oid = d.objid
                  and f.adrelid = d.attrelid and f.adnum = d.attnum)
        union
        -- A table that inherits a column loses it together with its parent.
        select 'table', i.inhrelid::regclass::text, l.attname, false
        from legacy l
        join pg_inherits i on i.inhparent = l.attrelid
        union
        select
            case p.prokind when 'p' then 'procedure' else 'function' end,
            (pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity, l.attname,
            p.pronamespace = quote_ident(current_schema())::regnamespace
                and (p.proname ~ '^model_pricing_legacy_'
                    or (p.proname in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request')
                        and p.proargtypes[0] = (select reltype from pg_class where oid = 'models'::regclass)))
        from legacy l
        join pg_proc p on p.prosrc ~ ('\m' || l.attname || '\M')
        join pg_namespace n on n.oid = p.pronamespace
        where n.nspname not in ('pg_catalog', 'information_schema')
          and p.prolang in (select oid from pg_language where lanname not in ('c', 'internal'))
    )
    select
        k.kind, k.name, array_agg(distinct k.attname order by k.attname),
        bool_and(coalesce(k.is_ours, false) and k.kind <> 'default value')
    from known k
    -- The catalog is read as of the snapshot, names as of now: what has none was dropped meanwhile, by another runner.
    where k.name is not null
    group by k.kind, k.name
    order by k.kind, k.name
$function$;

-- Why contract would not do it now: all of it, or only what changed since the cells were archived.
create or replace function model_pricing_legacy_refusals(only_changed boolean, accepted text[])
returns table (kind text, name text, reason text)
language plpgsql stable as $function$
declare
    tiers bigint := 0;
    changed constant bigint[] := case when only_changed then model_pricing_legacy_changed() end;
begin
    return query
    with dependent as materialized (
        select d.*, d.kind in ('function', 'procedure') and d.name = any (accepted) as is_accepted
        from model_pricing_legacy_dependents() d
        where not d.is_ours
    )
    select d.kind, d.name, format('it depends on %s: drop it, or rewrite it without them', array_to_string(d.columns, ', '))
    from dependent d
    where not d.is_accepted
    union all
    select 'accepted', a.name, 'no function of this name mentions a legacy column: leave it out, or write it as a refusal does'
    from unnest(accepted) a (name)
    where not exists (select from dependent d where d.is_accepted and d.name = a.name);
    if to_regclass(quote_ident(current_schema()) || '.pricing_tiers') is not null then
        execute 'select count(*) from pricing_tiers' into tiers;
        if tiers > 0 then
            return query select 'table'::text, 'pricing_tiers'::text,
                format('it has %s rows, which would be lost: keep them elsewhere and empty it', tiers);
        end if;
    end if;
    return query
    select
        'quarantine'::text, 'model ' || q.model_id,
        q.reason || ': decide on entry ' || q.id || ' with quarantine accept or retry'
    from model_pricing_quarantine q
    where q.resolution is null
    order by q.id;
    return query
    select
        f.kind, 'model ' || f.model_id || coalesce(' ' || f.column_name, ''),
        format('the legacy column says %s, model_pricing %s: run verify, and populate what is not declared',
            coalesce(f.expected, 'nothing'), coalesce(f.actual, 'nothing'))
    from model_pricing_legacy_finding f
    where not only_changed or f.model_id = any (changed);
end
$function$;

-- One step at a time, and never waiting for long.
create or replace function model_pricing_legacy_begin(lock_timeout_ms integer) returns void
language plpgsql as $function$
begin
    perform set_config('lock_timeout', lock_timeout_ms || 'ms', true);
    if not pg_try_advisory_xact_lock(hashtextextended('model_pricing_migration ' || current_schema(), 0))
    then
        raise exception 'another step of the migration is running' using errcode = 'lock_not_available';
    end if;
end
$function$;

create or replace function model_pricing_legacy_refuse(step text, only_changed boolean, accepted text[]) returns void
language plpgsql as $function$
declare
    refused text;
begin
    select string_agg(format('%s %s: %s', r.kind, r.name, r.reason), '; ') into refused
    from (select * from model_pricing_legacy_refusals(only_changed, accepted) limit 20) r;
    if refused is not null then
        raise exception '% is refused: %', step, refused using errcode = 'dependent_objects_still_exist';
    end if;
end
$function$;

-- The last look at the cells, when nobody else can write any more: what changed since they were archived is compared, and
-- archived again.
create or replace function model_pricing_legacy_settle() returns void
language plpgsql as $function$
declare
    changed constant bigint[] := model_pricing_legacy_changed();
    refused text;
begin
    if changed = '{}' then
        return;
    end if;
    select string_agg(format('%s model %s', f.kind, f.model_id), '; ') into refused
    from (select * from model_pricing_legacy_finding where model_id = any (changed) limit 20) f;
    if refused is not null then
        raise exception 'contract is refused: %', refused using errcode = 'dependent_objects_still_exist';
    end if;
    perform model_pricing_legacy_archive_cells(changed);
end
$function$;

-- What brings the columns and pricing_tiers back as they are now, statement by statement.
create or replace function model_pricing_legacy_definition() returns jsonb
language plpgsql stable as $function$
declare
    tiers regclass := to_regclass(quote_ident(current_schema()) || '.pricing_tiers');
    before text[] := '{}';
    behind text[] := '{}';
    names text[] := array['pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request'];
begin
    select array_agg(format('alter table models add column %I %s%s%s', a.attname,
            format_type(a.atttypid, a.atttypmod),
            coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''), '') order by a.attnum)
    into before
    from pg_attribute a
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = 'models'::regclass and a.attname = any (names);

    behind := behind || array(
        select s.sql
        from (
            select 1 as rank, a.attnum::integer as place, format('alter table models alter column %I set not null', a.attname) as sql
            from pg_attribute a
            where a.attrelid = 'models'::regclass and a.attname = any (names) and a.attnotnull
            union all
            select 2, a.attnum, format('alter table models alter column %I set statistics %s', a.attname, a.attstattarget)
            from pg_attribute a
            where a.attrelid = 'models'::regclass and a.attname = any (names) and coalesce(a.attstattarget, -1) <> -1
            union all
            select 3, a.attnum, format('comment on column models.%I is %L', a.attname, d.description)
            from pg_attribute a
            join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = a.attrelid and d.objsubid = a.attnum
            where a.attrelid = 'models'::regclass and a.attname = any (names)
            union all
            select 4, a.attnum, format('grant %s (%I) on models to %s%s', g.privilege_type, a.attname,
                case g.grantee when 0 then 'public' else g.grantee::regrole::text end,
                case when g.is_grantable then ' with grant option' else '' end)
            from pg_attribute a, aclexplode(a.attacl) g
            where a.attrelid = 'models'::regclass and a.attname = any (names)
            union all
            select 5, 0, pg_get_indexdef(i.indexrelid)
            from pg_index i
            join pg_class c on c.oid = i.indexrelid
            where i.indrelid = 'models'::regclass and c.relname = 'idx_models_pricing'
            union all
            select 6, 0, format('comment on index %s is %L', i.indexrelid::regclass, d.description)
            from pg_index i
            join pg_class c on c.oid = i.indexrelid
            join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = i.indexrelid and d.objsubid = 0
            where i.indrelid = 'models'::regclass and c.relname = 'idx_models_pricing'
        ) s
        order by s.rank, s.place);

    if tiers is not null then
        behind := behind || array(
            select s.sql
            from (
                select 1 as rank, 0 as place,
                    format('create sequence %s as %s increment %s minvalue %s maxvalue %s start %s cache %s%s',
                        q.seqrelid::regclass, format_type(q.seqtypid, null), q.seqincrement, q.seqmin, q.seqmax, q.seqstart,
                        q.seqcache, case when q.seqcycle then ' cycle' else '' end) as sql
                from pg_depend d
                join pg_sequence q on q.seqrelid = d.objid
                where d.classid = 'pg_class'::regclass and d.refobjid = tiers and d.deptype = 'a'
                union all
                select 2, 0, format('create table pricing_tiers (%s)', (
                    select string_agg(format('%I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                        case a.attidentity when 'a' then ' generated always as identity'
                            when 'd' then ' generated by default as identity' else '' end,
                        case
                            when a.attgenerated <> '' then ' generated always as (' || pg_get_expr(f.adbin, f.adrelid) || ') stored'
                            else coalesce(' default ' || pg_get_expr(f.adbin, f.adrelid), '')
                        end,
                        case when a.attnotnull then ' not null' else '' end), ', ' order by a.attnum)
                    from pg_attribute a
                    left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
                    where a.attrelid = tiers and a.attnum > 0 and not a.attisdropped))
                union all
                select 3, 0, format('alter sequence %s owned by pricing_tiers.%I', q.seqrelid::regclass, a.attname)
                from pg_depend d
                join pg_sequence q on q.seqrelid = d.objid
                join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                where d.classid = 'pg_class'::regclass and d.refobjid = tiers and d.deptype = 'a'
                union all
                select 4, case c.contype when 'p' then 0 else 1 end,
                    format('alter table pricing_tiers add constraint %I %s', c.conname, pg_get_constraintdef(c.oid))
                from pg_constraint c
                where c.conrelid = tiers and c.contype <> 'n'
                union all
                select 5, 0, pg_get_indexdef(i.indexrelid)
                from pg_index i
                where i.indrelid = tiers
                  and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
                union all
                select 6, 0, pg_get_triggerdef(t.oid) from pg_trigger t where t.tgrelid = tiers and not t.tgisinternal
                union all
                select 7, d.objsubid, case d.objsubid
                    when 0 then format('comment on table pricing_tiers is %L', d.description)
                    else format('comment on column pricing_tiers.%I is %L', a.attname, d.description) end
                from pg_description d
                left join pg_attribute a on a.attrelid = d.objoid and a.attnum = d.objsubid and d.objsubid > 0
                where d.classoid = 'pg_class'::regclass and d.objoid = tiers
                union all
                select 8, 0, 'alter table pricing_tiers enable row level security'
                from pg_class c where c.oid = tiers and c.relrowsecurity
                union all
                select 9, case when g.grantee = c.relowner then 0 else 1 end, format('grant %s on pricing_tiers to %s%s',
                    g.privilege_type, case g.grantee when 0 then 'public' else g.grantee::regrole::text end,
                    case when g.is_grantable then ' with grant option' else '' end)
                from pg_class c, aclexplode(c.relacl) g
                where c.oid = tiers
                union all
                select 10, 0, format('alter table pricing_tiers owner to %s', c.relowner::regrole)
                from pg_class c where c.oid = tiers
            ) s
            order by s.rank, s.place);
    end if;
    return jsonb_build_object(
        'columns', to_jsonb(before), 'behind', to_jsonb(behind),
        'types', (
            select jsonb_object_agg(a.attname, format_type(a.atttypid, a.atttypmod))
            from pg_attribute a
            where a.attrelid = 'models'::regclass and a.attname = any (names)),
        'order', (
            select jsonb_agg(a.attname order by a.attnum)
            from pg_attribute a
            where a.attrelid = 'models'::regclass and a.attnum > 0 and not a.attisdropped));
end
$function$;

-- 8. The way back.

-- What the legacy columns could not hold as it is, if they came back now.
create or replace function model_pricing_legacy_losses(widen boolean)
returns table (kind text, name text, reason text)
language plpgsql stable as $function$
begin
    return query
    select
        'price', 'model ' || c.model_id || ' ' || d.column_name,
        case
            when d.hides then 'no unit is declared for it, so nobody knows what to write: declare it with populate --unit'
            when d.other > 0 then format('%s US dollars is the price of the other of images and image tokens than the'
                ' column is declared to hold', trim_scale(d.other))
            else format('%s does not fit the column: --widen makes it wider', trim_scale(d.exact))
        end
    from model_pricing_legacy_comparison c
    cross join lateral (values
        ('pricing_prompt', c.hides_prompt, c.exact_prompt, c.shows_prompt, null::numeric),
        ('pricing_completion', c.hides_completion, c.exact_completion, c.shows_completion, null),
        ('pricing_image', c.hides_image, c.exact_image, c.shows_image,
            case c.image_unit when 'per-image' then c.price_per_image_token else c.image_count end),
        ('pricing_request', c.hides_request, c.exact_request, c.shows_request, null)
    ) d (column_name, hides, exact, shows, other)
    where c.cells_version is distinct from c.version
      and (d.hides or d.other > 0 or (not widen and d.exact is distinct from d.shows))
    order by c.model_id, d.column_name;
end
$function$;

create or replace function model_pricing_legacy_refuse_rollback(widen boolean) returns void
language plpgsql as $function$
declare
    refused text;
begin
    select string_agg(format('%s %s: %s', r.kind, r.name, r.reason), '; ') into refused
    from (select * from model_pricing_legacy_losses(widen) limit 20) r;
    if refused is not null then
        raise exception 'rollback is refused: %', refused using errcode = 'numeric_value_out_of_range';
    end if;
end
$function$;

-- The statements of a step that are written from what the catalog says, to be run in this order in one transaction.
create or replace function model_pricing_legacy_contract_statements() returns setof text
language plpgsql stable as $function$
begin
    -- One lock, and the strongest at once: who has read models and is about to write it would wait for a weaker one, and a
    -- step that has that would wait for the reader. Whoever writes a price locks rows of models first, so it is for both tables.
    return next 'lock table models in access exclusive mode';
    return next 'select model_pricing_legacy_settle()';
    return next 'select model_pricing_legacy_couple(''archive'')';
    return next 'select model_pricing_legacy_connect(''archive'')';
    return query
    select 'alter table models ' || string_agg(format('drop column %I', a.attname), ', ' order by a.attnum)
    from pg_attribute a
    where a.attrelid = 'models'::regclass and not a.attisdropped
      and a.attname in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request')
    having count(*) > 0;
    if to_regclass(quote_ident(current_schema()) || '.pricing_tiers') is not null then
        return next 'drop table pricing_tiers';
    end if;
end
$function$;

create or replace function model_pricing_legacy_rollback_statements(widen boolean) returns setof text
language plpgsql stable as $function$
declare
    gone jsonb := (select m.details from model_pricing_migration m where m.step = 'contract' order by m.id desc limit 1);
    wide text[] := '{}';
begin
    if widen then
        wide := array(
            select distinct c.column_name
            from model_pricing_legacy_comparison p
            cross join lateral (values
                ('pricing_prompt', p.exact_prompt, p.shows_prompt),
                ('pricing_completion', p.exact_completion, p.shows_completion),
                ('pricing_image', p.exact_image, p.shows_image),
                ('pricing_request', p.exact_request, p.shows_request)
            ) c (column_name, exact, shows)
            where p.cells_version is distinct from p.version and c.exact is distinct from c.shows);
    end if;
    return query
    select case when c.name = any (wide) then format('alter table models add column %I numeric', c.name) else s.sql end
    from jsonb_array_elements_text(gone -> 'columns') with ordinality s (sql, position)
    cross join lateral (select substring(s.sql from 'add column (\w+)') as name) c
    order by s.position;
    -- Nothing but these four columns is to change: not updated_at, nor whatever else a trigger of the host's keeps.
    return query
    select format('alter table models disable trigger %I', t.tgname)
    from pg_trigger t
    where t.tgrelid = 'models'::regclass and not t.tgisinternal and t.tgenabled <> 'D'
    order by t.tgname;
    return query
    select 'update models m set ' || string_agg(format(
            'pricing_%1$s = case when c.cells_version is not distinct from c.version then c.pricing_%1$s else c.%2$s_%1$s end',
            n, case when 'pricing_' || n = any (wide) then 'exact' else 'shows' end), ', ')
        || ' from model_pricing_legacy_comparison c where c.model_id = m.id and c.kind || coalesce(c.pricing_type, '''') <> ''empty'''
    from unnest(array['prompt', 'completion', 'image', 'request']) n;
    return query
    select format('alter table models enable %s trigger %I',
        case t.tgenabled when 'A' then 'always' when 'R' then 'replica' else '' end, t.tgname)
    from pg_trigger t
    where t.tgrelid = 'models'::regclass and not t.tgisinternal and t.tgenabled <> 'D'
    order by t.tgname;
    return query select b.sql from jsonb_array_elements_text(gone -> 'behind') with ordinality b (sql, position) order by b.position;
    return next 'select model_pricing_legacy_connect(''columns'')';
    return next 'select model_pricing_legacy_couple(''columns'')';
    return next 'select model_pricing_legacy_archive_cells(model_pricing_legacy_changed())';
end
$function$;

-- 9. The right to use the legacy columns, taken away for a time to see who misses it.

create or replace function model_pricing_legacy_fence_statements(roles text[])
returns table (role text, takes text[], gives_back text[])
language sql stable as $function$
    with owned as (
        select c.relowner, coalesce(c.relacl, acldefault('r', c.relowner)) as acl
        from pg_class c where c.oid = 'models'::regclass
    ), granted as (
        select g.grantee, null::name as attname, g.privilege_type, g.is_grantable
        from owned o, aclexplode(o.acl) g
        where g.grantee <> o.relowner
        union all
        select g.grantee, a.attname, g.privilege_type, g.is_grantable
        from owned o
        cross join pg_attribute a
        cross join aclexplode(a.attacl) g
        where a.attrelid = 'models'::regclass and not a.attisdropped and g.grantee <> o.relowner
    ), fenced as (
        select distinct g.grantee, case g.grantee when 0 then 'public' else g.grantee::regrole::text end as role
        from granted g
        where g.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
          and (g.attname is null or g.attname in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request'))
          and (roles is null or (case g.grantee when 0 then 'public' else g.grantee::regrole::text end) = any (roles))
    )
    select
        f.role,
        array[format('revoke select, insert, update, references on models from %s', f.role)] || array(
            select format('grant %s (%s) on models to %s%s', g.privilege_type,
                string_agg(distinct quote_ident(c.attname), ', '), f.role,
                case when g.is_grantable then ' with grant option' else '' end)
            from granted g
            join pg_attribute c on c.attrelid = 'models'::regclass and c.attnum > 0 and not c.attisdropped
                and c.attname not in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request')
                and (g.attname is null or c.attname = g.attname)
            where g.grantee = f.grantee and g.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
            group by g.privilege_type, g.is_grantable
            order by g.privilege_type, g.is_grantable),
        array[format('revoke select, insert, update, references on models from %s', f.role)] || array(
            select format('grant %s%s on models to %s%s', g.privilege_type,
                case when g.attname is null then '' else format(' (%I)', g.attname) end, f.role,
                case when g.is_grantable then ' with grant option' else '' end)
            from granted g
            where g.grantee = f.grantee and g.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
            order by g.attname nulls first, g.privilege_type)
    from fenced f
    order by f.role
$function$;

-- 10. Views of the legacy shape, for SQL that still names what has gone.

-- Everything of a row but its price, with the rights of who writes.
create or replace function model_pricing_legacy_view_row() returns trigger
language plpgsql as $function$
declare
    target constant text := tg_argv[0];
    changed text[];
    -- execute says how many rows it wrote, but does not set "found".
    written bigint;
begin
    if tg_op = 'DELETE' then
        execute format('delete from %s where id = $1', target) using old.id;
        get diagnostics written = row_count;
        return case written when 0 then null else old end;
    end if;
    select array_agg(a.attname order by a.attnum)
    into changed
    from pg_attribute a
    join pg_attribute v on v.attrelid = tg_relid and v.attname = a.attname and v.attnum > 0 and not v.attisdropped
    where a.attrelid = target::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      and a.attname not in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request')
      and case tg_op
            when 'INSERT' then a.attidentity = '' or to_jsonb(new) -> a.attname::text <> 'null'
            else to_jsonb(new) -> a.attname::text is distinct from to_jsonb(old) -> a.attname::text
        end;
    if tg_op = 'INSERT' then
        execute format('insert into %s (%s) values (%s) returning id', target,
            (select string_agg(quote_ident(c), ', ' order by i) from unnest(changed) with ordinality u (c, i)),
            (select string_agg(format('($1).%I', c), ', ' order by i) from unnest(changed) with ordinality u (c, i)))
            into new.id using new;
    elsif changed is not null then
        execute format('update %s set %s where id = $2', target,
            (select string_agg(format('%I = ($1).%I', c, c), ', ' order by i) from unnest(changed) with ordinality u (c, i)))
            using new, old.id;
        get diagnostics written = row_count;
        if written = 0 then
            return null;
        end if;
    end if;
    return new;
end
$function$;

-- The price of a row: into the columns while they are there, and read as a legacy write either way.
create or replace function model_pricing_legacy_view_price() returns trigger
language plpgsql security definer as $function$
declare
    before model_pricing_legacy_archive;
    pulled record;
begin
    if tg_op = 'UPDATE' and (new.pricing_prompt, new.pricing_completion, new.pricing_image, new.pricing_request)
        is not distinct from (old.pricing_prompt, old.pricing_completion, old.pricing_image, old.pricing_request)
    then
        return new;
    end if;
    perform from models m where m.id = new.id for no key update;
    if not found then
        return null;
    end if;
    if exists (
        select
        from pg_attribute a
        where a.attrelid = 'models'::regclass and a.attname = 'pricing_prompt' and not a.attisdropped)
    then
        execute 'update models set pricing_prompt = $1, pricing_completion = $2, pricing_image = $3, pricing_request = $4'
            ' where id = $5'
            using new.pricing_prompt, new.pricing_completion, new.pricing_image, new.pricing_request, new.id;
        return new;
    end if;
    select * into before from model_pricing_legacy_archive a where a.model_id = new.id;
    insert into model_pricing_legacy_archive (
        model_id, provider_id, pricing_prompt, pricing_completion, pricing_image, pricing_request, seal)
    values (
        new.id, new.provider_id, new.pricing_prompt, new.pricing_completion, new.pricing_image, new.pricing_request, '')
    on conflict (model_id) do update
    set provider_id = excluded.provider_id, pricing_prompt = excluded.pricing_prompt,
        pricing_completion = excluded.pricing_completion, pricing_image = excluded.pricing_image,
        pricing_request = excluded.pricing_request, version = null, archived_at = clock_timestamp();
    for pulled in
        select *
        from model_pricing_legacy_pull(
            array[new.id::bigint],
            session_user || coalesce(' (' || nullif(current_setting('application_name', true), '') || ')', ''),
            'legacy: written through a view of the legacy shape', false)
    loop
        if pulled.outcome = 'kept' then
            -- A price set by hand stays, and so does what showed it.
            delete from model_pricing_legacy_archive a where a.model_id = new.id;
            insert into model_pricing_legacy_archive select (before).* where before.model_id is not null;
        else
            update model_pricing_legacy_archive a
            set version = v.version,
                seal = md5(row(a.model_id, a.pricing_prompt, a.pricing_completion, a.pricing_image, a.pricing_request,
                    v.version)::text)
            from (select (select p.version from model_pricing p where p.model_id = new.id) as version) v
            where a.model_id = new.id;
        end if;
    end loop;
    return new;
end
$function$;

-- What makes the views of the legacy shape, in this order.
create or replace function model_pricing_legacy_compat_statements() returns setof text
language plpgsql stable as $function$
declare
    here constant text := quote_ident(current_schema());
    details jsonb := coalesce(
        (select m.details from model_pricing_migration m where m.details ? 'order' order by m.id desc limit 1), '{}');
    prices constant text[] := array['pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request'];
    types jsonb;
    places jsonb;
    legacy text;
    plain text;
    view record;
    grantee record;
    cells constant text := here || '.model_pricing_legacy_cells';
begin
    -- The columns in their order of old: as the table has them, or had them when they were dropped; newer ones at the end.
    select jsonb_object_agg(p.name, coalesce(
            (select format_type(a.atttypid, a.atttypmod) from pg_attribute a
                where a.attrelid = 'models'::regclass and a.attname = p.name and not a.attisdropped),
            details -> 'types' ->> p.name, 'numeric(20,10)'))
    into types
    from unnest(prices) p (name);
    select string_agg(
            case when c.name = any (prices)
                then format('(select c.%1$I from %2$s c where c.model_id = m.id)::%3$s as %1$I', c.name, cells, types ->> c.name)
                else format('m.%I', c.name) end,
            ', ' order by c.place, c.attnum),
        string_agg(format('m.%I', c.name), ', ' order by c.attnum) filter (where c.name <> all (prices))
            || (select string_agg(format(', (select c.%1$I from %2$s c where c.model_id = m.id)::%3$s as %1$I',
                p, cells, types ->> p), '' order by i) from unnest(prices) with ordinality u (p, i))
    into legacy, plain
    from (
        select a.attname::text as name, a.attnum::integer as attnum,
            coalesce(
                (select o.i from jsonb_array_elements_text(details -> 'order') with ordinality o (name, i)
                    where o.name = a.attname and not exists (
                        select from pg_attribute x
                        where x.attrelid = 'models'::regclass and x.attname = 'pricing_prompt' and not x.attisdropped)),
                a.attnum + 10000) as place
        from pg_attribute a
        where a.attrelid = 'models'::regclass and a.attnum > 0 and not a.attisdropped
        union all
        select p.name, 2000 + p.i::integer,
            coalesce((select o.i from jsonb_array_elements_text(details -> 'order') with ordinality o (name, i)
                where o.name = p.name), 5000)
        from unnest(prices) with ordinality p (name, i)
        where not exists (
            select from pg_attribute a
            where a.attrelid = 'models'::regclass and a.attname = p.name and not a.attisdropped)
    ) c;

    return next 'create schema pricing_legacy';
    return next format('comment on schema pricing_legacy is %L',
        'Views of the legacy shape over the tables in ' || current_schema() || ', for SQL that still names what has gone.');
    return next format('create view pricing_legacy.models with (security_invoker = true) as select %s from %s.models m',
        legacy, here);
    return next format('create view %1$s.models_legacy_pricing with (security_invoker = true) as select %2$s from %1$s.models m',
        here, plain);
    for view in
        select * from (values
            ('pricing_legacy', 'models', 'pricing_legacy.models'),
            (here, 'models_legacy_pricing', here || '.models_legacy_pricing')) v (schema, name, full_name)
    loop
        -- Who inserts without naming a column gets the default of the table.
        return query
        select format('alter view %s alter column %I set default %s', view.full_name, a.attname,
            pg_get_expr(d.adbin, d.adrelid))
        from pg_attribute a
        join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = 'models'::regclass and not a.attisdropped and a.attgenerated = ''
        order by a.attnum;
        return next format('create trigger model_pricing_legacy_1_row instead of insert or update or delete on %s'
            ' for each row execute function %s.model_pricing_legacy_view_row(%L)', view.full_name, here, here || '.models');
        return next format('create trigger model_pricing_legacy_2_price instead of insert or update on %s'
            ' for each row execute function %s.model_pricing_legacy_view_price()', view.full_name, here);
    end loop;
    for view in
        select v.name
        from unnest(array['models_with_pricing', 'models_pricing_classified']) v (name)
        where to_regclass(here || '.' || v.name) is not null
    loop
        return next format('create view pricing_legacy.%1$I with (security_invoker = true) as select m.*, %2$s'
            ' from pricing_legacy.models m join %3$s.%1$I v on v.id = m.id', view.name,
            (select string_agg(format('v.%I', a.attname), ', ' order by a.attnum)
                from pg_attribute a
                where a.attrelid = to_regclass(here || '.' || view.name) and a.attnum > 0 and not a.attisdropped
                  and not exists (
                    select from pg_attribute b
                    where b.attrelid = 'models'::regclass and b.attname = a.attname and not b.attisdropped)),
            here);
    end loop;
    return query
    select format('create function %1$s.%2$I(%1$s.models) returns %3$s language sql stable as '
        '''select c.%2$I::%3$s from %4$s c where c.model_id = $1.id''', here, p, types ->> p, cells)
    from unnest(prices) p;
    return query
    select format('revoke all on function %1$s.%2$I(%1$s.models) from public', here, p) from unnest(prices) p;

    -- The rights on the views follow those on the table. What the views read, they read with the reader's rights.
    for grantee in
        select g.grantee, case g.grantee when 0 then 'public' else g.grantee::regrole::text end as role,
            string_agg(distinct lower(g.privilege_type), ', ') as rights
        from (
            select g.grantee, g.privilege_type
            from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g
            where c.oid = 'models'::regclass and g.grantee <> c.relowner
            union
            select g.grantee, g.privilege_type
            from pg_class c
            join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
            cross join aclexplode(a.attacl) g
            where c.oid = 'models'::regclass and g.grantee <> c.relowner
              and (g.privilege_type = 'SELECT' or a.attname = any (prices))
        ) g
        where g.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
        group by g.grantee
        order by 2
    loop
        return next format('grant usage on schema pricing_legacy to %s', grantee.role);
        return next format('grant %s on pricing_legacy.models, %s.models_legacy_pricing to %s', grantee.rights, here, grantee.role);
        if grantee.rights ~ 'select' then
            return query
            select format('grant select on %s to %s', c.oid::regclass, grantee.role)
            from pg_class c
            where c.oid in (
                to_regclass(here || '.model_pricing_legacy_cells'), to_regclass(here || '.model_pricing_legacy_archived'),
                to_regclass(here || '.model_pricing_legacy_unit'), to_regclass(here || '.model_pricing_legacy_archive'),
                to_regclass(here || '.model_pricing_legacy_declaration'), to_regclass(here || '.model_pricing_rate'))
            order by c.relname;
            return next format('grant select (model_id, pricing_type, missing_reason, price_per_input_token,'
                ' price_per_output_token, price_per_image_token, price_per_request, rate_set_id, pricing_source, version)'
                ' on %s.model_pricing to %s', here, grantee.role);
            return next format('grant select (id) on %s.providers to %s', here, grantee.role);
            return query
            select format('grant select on pricing_legacy.%I to %s', v, grantee.role)
            from unnest(array['models_with_pricing', 'models_pricing_classified']) v
            where to_regclass(here || '.' || v) is not null;
            return query
            select format('grant execute on function %1$s.%2$I(%1$s.models) to %3$s', here, p, grantee.role)
            from unnest(prices) p;
        end if;
    end loop;
end
$function$;

create or replace function model_pricing_legacy_compat_drop_statements() returns setof text
language plpgsql stable as $function$
declare
    here constant text := quote_ident(current_schema());
    name text;
begin
    foreach name in array array['models_pricing_classified', 'models_with_pricing', 'models'] loop
        if to_regclass('pricing_legacy.' || name) is not null then
            return next 'drop view pricing_legacy.' || name;
        end if;
    end loop;
    if to_regnamespace('pricing_legacy') is not null then
        return next 'drop schema pricing_legacy';
    end if;
    if to_regclass(here || '.models_legacy_pricing') is not null then
        return next format('drop view %s.models_legacy_pricing', here);
    end if;
    foreach name in array array['pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request'] loop
        if to_regprocedure(format('%1$s.%2$I(%1$s.models)', here, name)) is not null then
            return next format('drop function %1$s.%2$I(%1$s.models)', here, name);
        end if;
    end loop;
end
$function$;

-- 11. Everything finds its tables in this schema whoever calls it, and nobody calls it but whom somebody lets.
do $$
declare
    routine regprocedure;
begin
    for routine in
        select p.oid
        from pg_proc p
        where p.pronamespace = quote_ident(current_schema())::regnamespace and p.proname ~ '^model_pricing_legacy_'
    loop
        -- Who writes to a view of the legacy shape brings its own rights, and its own path for the functions of the host.
        if routine::text !~ 'model_pricing_legacy_view_row\(' then
            execute format('alter function %s set search_path = %I, pg_temp', routine, current_schema());
        end if;
        -- These queries are long and their rows are few: compiling them takes longer than running them.
        execute format('alter function %s set jit = off', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
    -- What comes one row at a time is planned once, for tables that grow.
    foreach routine in array '{model_pricing_legacy_pull_row(), model_pricing_legacy_push()}'::regprocedure[] loop
        execute format('alter function %s set plan_cache_mode = force_generic_plan', routine);
        execute format('alter function %s set enable_seqscan = off', routine);
    end loop;
end
$$;
