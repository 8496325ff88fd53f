-- Returns what rollback refuses: the prices that the restored legacy columns could not hold exactly.
create or replace function legacy_price_rollback_refusals(widen boolean)
returns table (kind text, name text, reason text)
language plpgsql stable
set search_path from current set jit = off as $function$
begin
    return query
    select
        'price', 'model ' || c.model_id || ' ' || d.column_name,
        case
            when d.hides then 'its unit is not declared: declare it with populate --unit'
            when d.other > 0 and c.image_unit = 'per-image' then
                format('the column is declared as per image, but there is also a price of %s US dollars for one image'
                    ' token: remove that price first', trim_scale(d.other))
            when d.other > 0 then
                format('the column is declared as per image token, but there is also a price of %s US dollars for one'
                    ' image: remove that price first', trim_scale(d.other))
            else format('%s does not fit the column: --widen restores it without a limit', trim_scale(d.exact))
        end
    from legacy_price_comparison c
    cross join lateral (values
        ('pricing_prompt', c.hides_prompt, c.exact_prompt, c.shows_prompt, null::numeric),
        ('pricing_completion', c.hides_completion, c.exact_completion, c.shows_completion, null),
        -- The column shows the price of an image or of an image token, and old services cannot see the other.
        ('pricing_image', c.hides_image, c.exact_image, c.shows_image,
            case c.image_unit when 'per-image' then c.price_per_image_token else c.image_count end),
        ('pricing_request', c.hides_request, c.exact_request, c.shows_request, null)
    ) d (column_name, hides, exact, shows, other)
    where c.cells_version is distinct from c.version
      and (d.hides or d.other > 0 or (not widen and d.exact is distinct from d.shows))
    order by c.model_id, d.column_name;
end
$function$;

-- Fails with up to 20 of the refusals.
create or replace function legacy_price_refuse_rollback(widen boolean) returns void
language plpgsql
set search_path from current set jit = off as $function$
declare
    refused text;
begin
    select string_agg(format('%s %s: %s', r.kind, r.name, r.reason), '; ') into refused
    from (select * from legacy_price_rollback_refusals(widen) limit 20) r;
    if refused is not null then
        raise exception 'rollback is refused: %', refused using errcode = 'numeric_value_out_of_range';
    end if;
end
$function$;

-- Returns the statements of rollback that depend on what contract has recorded, in their order.
create or replace function legacy_price_rollback_statements(widen boolean) returns setof text
language plpgsql stable
set search_path from current set jit = off as $function$
declare
    contracted jsonb := (
        select s.details from legacy_price_step s where s.step = 'contract' order by s.id desc limit 1);
    wide text[] := '{}';
begin
    if widen then
        wide := array(
            select distinct c.column_name
            from legacy_price_comparison p
            cross join lateral (values
                ('pricing_prompt', p.exact_prompt, p.shows_prompt),
                ('pricing_completion', p.exact_completion, p.shows_completion),
                ('pricing_image', p.exact_image, p.shows_image),
                ('pricing_request', p.exact_request, p.shows_request)
            ) c (column_name, exact, shows)
            where p.cells_version is distinct from p.version and c.exact is distinct from c.shows);
    end if;
    return query
    select case
        when c.definition ->> 'name' = any (wide) then
            format('alter table models add column %I numeric', c.definition ->> 'name')
        else c.definition ->> 'sql'
    end
    from jsonb_array_elements(contracted -> 'columns') with ordinality c (definition, position)
    order by c.position;
    -- Only these four columns change: the application's triggers, such as one that sets updated_at, do not fire.
    return query
    select format('alter table models disable trigger %I', t.tgname)
    from pg_trigger t
    where t.tgrelid = 'models'::regclass and not t.tgisinternal and t.tgenabled <> 'D'
    order by t.tgname;
    return query
    select 'update models m set ' || string_agg(format(
            'pricing_%1$s = case when c.cells_version is not distinct from c.version'
                ' then c.pricing_%1$s else c.%2$s_%1$s end',
            n, case when 'pricing_' || n = any (wide) then 'exact' else 'shows' end), ', ')
        || ' from legacy_price_comparison c'
        || ' where c.model_id = m.id and (c.kind <> ''empty'' or c.pricing_type is not null)'
    from unnest(array['prompt', 'completion', 'image', 'request']) n;
    return query
    select format('alter table models enable %s trigger %I',
        case t.tgenabled when 'A' then 'always' when 'R' then 'replica' else '' end, t.tgname)
    from pg_trigger t
    where t.tgrelid = 'models'::regclass and not t.tgisinternal and t.tgenabled <> 'D'
    order by t.tgname;
    return query
    select b.sql
    from jsonb_array_elements_text(contracted -> 'afterUpdate') with ordinality b (sql, position)
    order by b.position;
    return next 'select legacy_price_create_views(''columns'')';
    return next 'select legacy_price_create_triggers(''columns'')';
    return next 'select legacy_price_archive_cells(legacy_price_changed_models())';
end
$function$;

revoke all on function
    legacy_price_rollback_refusals,
    legacy_price_refuse_rollback,
    legacy_price_rollback_statements
    from public;
