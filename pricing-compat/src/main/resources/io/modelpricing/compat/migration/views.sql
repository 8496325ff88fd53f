-- Creates the views over the legacy cells. place is where the cells are: 'columns' (of models) or 'archive' (after
-- contract).
--
--   legacy_price_comparison  the cells compared with model_pricing
--   legacy_price_proof       what verify compares; after contract, each archived row with the version that it showed
--   legacy_price_archived    the archived cells compared with the current prices, announced ones included
--   legacy_price_cells       the cells that the compatibility views show
--   legacy_price_finding     the differences that verify reports
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
    archived constant text := legacy_price_comparison_query(archive, 'model_pricing_current', 'version');
    -- The archived cells where the price is still the version that they showed, else the cells of the new price.
    cells constant text := $cells$
        select
            model_id,
            case when is_current then pricing_prompt else shows_prompt end as pricing_prompt,
            case when is_current then pricing_completion else shows_completion end as pricing_completion,
            case when is_current then pricing_image else shows_image end as pricing_image,
            case when is_current then pricing_request else shows_request end as pricing_request
        from (
            select *, cells_version is not distinct from version as is_current from legacy_price_archived
        ) a
        $cells$;
begin
    execute 'create or replace view legacy_price_comparison with (security_invoker = true) as '
        || case place
            when 'columns' then legacy_price_comparison_query(source, 'model_pricing', 'version')
            else archived
        end;
    execute 'create or replace view legacy_price_proof with (security_invoker = true) as '
        || case place
            when 'columns' then 'select * from legacy_price_comparison'
            else legacy_price_comparison_query(
                source || ' where a.model_id is not null', 'model_pricing_version', 'number')
        end;
    -- Replaced only if the definition has changed, because replacing a view waits for its readers. A reader locks the
    -- view first and models second, so a step that has locked models would deadlock with it.
    if to_regclass(quote_ident(current_schema()) || '.legacy_price_cells') is null
        or not exists (select from legacy_price_view v where v.name = 'legacy_price_archived' and v.query = archived)
        or not exists (select from legacy_price_view v where v.name = 'legacy_price_cells' and v.query = cells)
    then
        execute 'create or replace view legacy_price_archived with (security_invoker = true) as ' || archived;
        execute 'create or replace view legacy_price_cells with (security_invoker = true) as ' || cells;
        insert into legacy_price_view (name, query)
        values ('legacy_price_archived', archived), ('legacy_price_cells', cells)
        on conflict (name) do update set query = excluded.query;
    end if;

    -- Each cell that differs from the price, except where legacy_price_inexact records that the column cannot hold it.
    execute format($finding$
    create or replace view legacy_price_finding with (security_invoker = true) as
    select c.model_id, f.kind, f.column_name, f.expected, f.actual
    from (
        select
            p.*, a.model_id is not null as is_archived,
            a.pricing_prompt as archived_prompt, a.pricing_completion as archived_completion,
            a.pricing_image as archived_image, a.pricing_request as archived_request
        from legacy_price_proof p
        left join legacy_price_archive a on a.model_id = p.model_id
    ) c
    cross join lateral (
        select
            case when c.kind in ('undeclared', 'unreadable') then c.kind else 'value' end as kind,
            d.column_name,
            case when c.kind in ('undeclared', 'unreadable') then d.cell else d.stated end::text as expected,
            trim_scale(d.price)::text as actual
        from (values
            ('pricing_prompt', c.pricing_prompt, c.to_input, c.price_per_input_token),
            ('pricing_completion', c.pricing_completion, c.to_output, c.price_per_output_token),
            ('pricing_image', c.pricing_image, c.to_image, c.price_per_image_token),
            ('pricing_image', c.pricing_image, c.to_image_count, c.image_count),
            ('pricing_request', c.pricing_request, c.to_request, c.price_per_request)
        ) d (column_name, cell, stated, price)
        where not c.is_same and c.version is not null
          and case
                when c.kind in ('undeclared', 'unreadable') then d.cell is not null and not c.is_shown
                    and (d.column_name <> 'pricing_image' or d.stated is not null or c.to_image is null)
                else d.stated is distinct from d.price
                    and not (c.is_shown and exists (
                        select
                        from legacy_price_inexact i
                        where i.model_id = c.model_id and i.column_name = d.column_name and i.version = c.version
                          and i.exact is not distinct from d.price and i.shown is not distinct from d.cell))
            end
        union
        -- A model needs no row if its cells are empty and its last version, if any, is a deletion.
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
        -- Cells that state the stored price, but differ from the archive: they were written while triggers were off.
        select 'unseen', d.column_name, d.archived::text, d.cell::text
        from (values
            ('pricing_prompt', c.pricing_prompt, c.archived_prompt),
            ('pricing_completion', c.pricing_completion, c.archived_completion),
            ('pricing_image', c.pricing_image, c.archived_image),
            ('pricing_request', c.pricing_request, c.archived_request)
        ) d (column_name, cell, archived)
        where c.is_archived and (c.is_same or c.is_shown) and d.cell is distinct from d.archived
    ) f
    where not c.is_same
       or (c.pricing_prompt, c.pricing_completion, c.pricing_image, c.pricing_request)
            is distinct from (c.archived_prompt, c.archived_completion, c.archived_image, c.archived_request)
    union all
    -- Rows of model_pricing without a model, or that differ from their version.
    select
        p.model_id, case when m.id is null then 'no_model' else 'version' end, null,
        case when m.id is null then 'a model' else 'the price of version ' || p.version end,
        case when m.id is null then 'none' else 'another price' end
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
    select a.model_id, 'archive', null, 'the archived cells', 'other cells'
    from legacy_price_archive a
    where %1$L = 'archive'
      and a.seal is distinct from md5(row(a.model_id, a.pricing_prompt, a.pricing_completion, a.pricing_image,
        a.pricing_request, a.version)::text)
    union all
    -- After contract, every model that had a price at contract has a row in the archive.
    select m.id, 'archive', null, 'the archived cells', null
    from models m
    where %1$L = 'archive'
      and not exists (select from legacy_price_archive a where a.model_id = m.id)
      and exists (
        select
        from model_pricing_version v
        where v.model_id = m.id
          and greatest(v.recorded_at, v.valid_from)
              < (select max(g.at) from legacy_price_step g where g.step = 'contract'))
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
