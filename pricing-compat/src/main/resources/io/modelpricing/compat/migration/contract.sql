-- Returns what contract refuses: for all models, or only for those that have changed since their cells were archived.
create or replace function legacy_price_contract_refusals(only_changed boolean, accepted text[])
returns table (kind text, name text, reason text)
language plpgsql stable
set search_path from current set jit = off as $function$
declare
    tiers bigint := 0;
    changed constant bigint[] := case when only_changed then legacy_price_changed_models() end;
begin
    return query
    with dependent as materialized (
        select d.*, d.kind in ('function', 'procedure') and d.name = any (accepted) as is_accepted
        from legacy_price_dependents() d
        where not d.is_ours
    )
    select
        d.kind, d.name,
        format('it depends on %s: drop it, or rewrite it without them', array_to_string(d.columns, ', '))
    from dependent d
    where not d.is_accepted
    union all
    select
        'unknown_function', a.name,
        'no function with this name mentions a legacy column: remove it, or copy the name from the refusal'
    from unnest(accepted) a (name)
    where not exists (select from dependent d where d.is_accepted and d.name = a.name);
    if to_regclass(quote_ident(current_schema()) || '.pricing_tiers') is not null then
        execute 'select count(*) from pricing_tiers' into tiers;
        if tiers > 0 then
            return query select 'table'::text, 'pricing_tiers'::text,
                format('it has %s rows, which contract would delete: copy them elsewhere and empty it', tiers);
        end if;
    end if;
    return query
    select
        'quarantine'::text, 'model ' || q.model_id,
        q.reason || ': resolve entry ' || q.id || ' with quarantine accept or quarantine retry'
    from model_pricing_quarantine q
    where q.resolution is null
    order by q.id;
    return query
    select
        f.kind, 'model ' || f.model_id || coalesce(' ' || f.column_name, ''),
        format('verify expects %s, but finds %s: %s', coalesce(f.expected, 'nothing'), coalesce(f.actual, 'nothing'),
            case f.kind
                when 'undeclared' then 'declare it with populate'
                when 'unreadable' then 'decide on its quarantine entry'
                when 'no_price' then 'run populate'
                else 'run verify, and write the right price'
            end)
    from legacy_price_finding f
    where not only_changed or f.model_id = any (changed);
end
$function$;

-- Fails with up to 20 of the refusals.
create or replace function legacy_price_refuse_contract(only_changed boolean, accepted text[]) returns void
language plpgsql
set search_path from current set jit = off as $function$
declare
    refused text;
begin
    select string_agg(format('%s %s: %s', r.kind, r.name, r.reason), '; ') into refused
    from (select * from legacy_price_contract_refusals(only_changed, accepted) limit 20) r;
    if refused is not null then
        raise exception 'contract is refused: %', refused using errcode = 'dependent_objects_still_exist';
    end if;
end
$function$;

-- Verifies and archives the models that have changed since they were archived. The caller has locked models against
-- writers.
create or replace function legacy_price_archive_changed() returns void
language plpgsql
set search_path from current set jit = off as $function$
declare
    changed constant bigint[] := legacy_price_changed_models();
    refused text;
begin
    if changed = '{}' then
        return;
    end if;
    select string_agg(format('%s model %s', f.kind, f.model_id), '; ') into refused
    from (select * from legacy_price_finding where model_id = any (changed) limit 20) f;
    if refused is not null then
        raise exception 'contract is refused: %', refused using errcode = 'dependent_objects_still_exist';
    end if;
    perform legacy_price_archive_cells(changed);
end
$function$;

-- Returns the statements of contract that depend on the catalog, in their order. They run under an exclusive lock on
-- models.
create or replace function legacy_price_contract_statements() returns setof text
language plpgsql stable
set search_path from current set jit = off as $function$
begin
    return next 'select legacy_price_archive_changed()';
    return next 'select legacy_price_create_triggers(''archive'')';
    return next 'select legacy_price_create_views(''archive'')';
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

revoke all on function
    legacy_price_contract_refusals,
    legacy_price_refuse_contract,
    legacy_price_archive_changed,
    legacy_price_contract_statements
    from public;
