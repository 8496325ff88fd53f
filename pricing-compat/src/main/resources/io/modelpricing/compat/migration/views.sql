-- Where the legacy cells are: in the columns of models, or in the archive once these have gone. Makes the views that say
-- what the cells mean, and what they would show of the prices.
create or replace function legacy_price_create_views(place text) returns void
language plpgsql
set search_path from current set jit = off as $function$
declare
    archive constant text :=
        'select o.id, o.provider_id, a.pricing_prompt, a.pricing_completion, a.pricing_image, a.pricing_request,'
        ' a.version from models o left join legacy_price_archive a on a.model_id = o.id';
    source text := case place
        when 'columns' then
            'select id, provider_id, pricing_prompt::numeric, pricing_completion::numeric, pricing_image::numeric,'
            ' pricing_request::numeric, null::integer as version from models'
        else archive
        end;
    archived constant text := legacy_price_comparison_query(archive, 'model_pricing', 'version');
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
        from legacy_price_archived
        $cells$;
begin
    execute 'create or replace view legacy_price_comparison with (security_invoker = true) as '
        || case place
            when 'columns' then legacy_price_comparison_query(source, 'model_pricing', 'version')
            else archived
        end;
    -- What verify looks at: after the columns have gone, each archived row against the version that it showed.
    execute 'create or replace view legacy_price_proof with (security_invoker = true) as '
        || case place
            when 'columns' then 'select * from legacy_price_comparison'
            else legacy_price_comparison_query(source || ' where a.model_id is not null', 'model_pricing_version', 'number')
        end;
    -- What the legacy names show, wherever the columns are. Made again only if it has changed: who reads it has locked it, and
    -- waits for models then, so a step that has locked models cannot have it.
    if obj_description(to_regclass(quote_ident(current_schema()) || '.legacy_price_archived'), 'pg_class')
        is distinct from 'Made from ' || md5(archived || cells)
    then
        execute 'create or replace view legacy_price_archived with (security_invoker = true) as ' || archived;
        execute 'create or replace view legacy_price_cells with (security_invoker = true) as ' || cells;
        execute format('comment on view legacy_price_archived is %L', 'Made from ' || md5(archived || cells));
    end if;

    -- Each cell in which both sides differ, unless the legacy column cannot show the price as it is, and that is on record.
    execute format($finding$
    create or replace view legacy_price_finding with (security_invoker = true) as
    select c.model_id, f.kind, f.column_name, f.expected, f.actual
    from (
        select
            p.*, a.model_id is not null as is_archived,
            a.pricing_prompt as seen_prompt, a.pricing_completion as seen_completion, a.pricing_image as seen_image,
            a.pricing_request as seen_request
        from legacy_price_proof p
        left join legacy_price_archive a on a.model_id = p.model_id
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
                        from legacy_price_inexact i
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
    from legacy_price_archive a
    where %1$L = 'archive'
      and a.seal is distinct from md5(row(a.model_id, a.pricing_prompt, a.pricing_completion, a.pricing_image,
        a.pricing_request, a.version)::text)
    union all
    -- Once the cells are in the archive alone, what was there when the columns went has to be there.
    select m.id, 'archive', null, 'the archived cells', null
    from models m
    where %1$L = 'archive'
      and not exists (select from legacy_price_archive a where a.model_id = m.id)
      and exists (
        select
        from model_pricing_version v
        where v.model_id = m.id
          and v.recorded_at < (select max(g.at) from legacy_price_step g where g.step = 'contract'))
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

revoke all on function legacy_price_create_views from public;
