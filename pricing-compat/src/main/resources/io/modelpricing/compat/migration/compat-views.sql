-- Views with the legacy columns, for SQL that still uses these before and after contract.

-- Writes a row of such a view to models, except its prices, with the privileges of the caller.
create or replace function legacy_price_view_row() returns trigger
language plpgsql
set jit = off as $function$
declare
    target constant text := tg_argv[0];
    changed text[];
    -- execute does not set "found".
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
            (select string_agg(format('%I = ($1).%I', c, c), ', ' order by i)
                from unnest(changed) with ordinality u (c, i)))
            using new, old.id;
        get diagnostics written = row_count;
        if written = 0 then
            return null;
        end if;
    end if;
    return new;
end
$function$;

-- Writes the prices of a row of such a view: to the columns before contract, to the archive after it, and to
-- model_pricing.
create or replace function legacy_price_view_price() returns trigger
language plpgsql security definer
set search_path from current set jit = off as $function$
declare
    before legacy_price_archive;
    imported record;
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
        execute 'update models set pricing_prompt = $1, pricing_completion = $2, pricing_image = $3,'
            ' pricing_request = $4 where id = $5'
            using new.pricing_prompt, new.pricing_completion, new.pricing_image, new.pricing_request, new.id;
        return new;
    end if;
    perform from model_pricing_apply_due(array[new.id::bigint]);
    select * into before from legacy_price_archive a where a.model_id = new.id;
    insert into legacy_price_archive (
        model_id, provider_id, pricing_prompt, pricing_completion, pricing_image, pricing_request, seal)
    values (
        new.id, new.provider_id, new.pricing_prompt, new.pricing_completion, new.pricing_image, new.pricing_request, '')
    on conflict (model_id) do update
    set provider_id = excluded.provider_id, pricing_prompt = excluded.pricing_prompt,
        pricing_completion = excluded.pricing_completion, pricing_image = excluded.pricing_image,
        pricing_request = excluded.pricing_request, version = null, archived_at = clock_timestamp();
    for imported in
        select *
        from legacy_price_import(
            array[new.id::bigint],
            session_user || coalesce(' (' || nullif(current_setting('application_name', true), '') || ')', ''),
            'legacy: a view with the legacy columns was written', false)
    loop
        if imported.outcome = 'kept' then
            -- A manual override stays, and so do the cells that show it.
            delete from legacy_price_archive a where a.model_id = new.id;
            insert into legacy_price_archive select (before).* where before.model_id is not null;
        else
            update legacy_price_archive a
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

-- Returns the statements that create the views with the legacy columns, in their order.
create or replace function legacy_price_view_statements() returns setof text
language plpgsql stable
set search_path from current set jit = off as $function$
declare
    here constant text := quote_ident(current_schema());
    details jsonb := coalesce(
        (select m.details from legacy_price_step m where m.details ? 'order' order by m.id desc limit 1), '{}');
    prices constant text[] := array['pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request'];
    types jsonb;
    places jsonb;
    legacy text;
    plain text;
    view record;
    grantee record;
    cells constant text := here || '.legacy_price_cells';
begin
    -- The columns in the order of the table, or of the table at contract; columns added since then come last.
    select jsonb_object_agg(p.name, coalesce(
            (select format_type(a.atttypid, a.atttypmod) from pg_attribute a
                where a.attrelid = 'models'::regclass and a.attname = p.name and not a.attisdropped),
            details -> 'types' ->> p.name, 'numeric(20,10)'))
    into types
    from unnest(prices) p (name);
    select string_agg(
            case when c.name = any (prices)
                then format('(select c.%1$I from %2$s c where c.model_id = m.id)::%3$s as %1$I',
                    c.name, cells, types ->> c.name)
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
        'Views with the legacy columns, over the tables in ' || current_schema() || '.');
    return next format('create view pricing_legacy.models with (security_invoker = true) as select %s from %s.models m',
        legacy, here);
    return next format('create view %1$s.models_legacy_pricing with (security_invoker = true) as'
        ' select %2$s from %1$s.models m', here, plain);
    for view in
        select * from (values
            ('pricing_legacy', 'models', 'pricing_legacy.models'),
            (here, 'models_legacy_pricing', here || '.models_legacy_pricing')) v (schema, name, full_name)
    loop
        -- An insert that omits a column gets the default of the table.
        return query
        select format('alter view %s alter column %I set default %s', view.full_name, a.attname,
            pg_get_expr(d.adbin, d.adrelid))
        from pg_attribute a
        join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = 'models'::regclass and not a.attisdropped and a.attgenerated = ''
        order by a.attnum;
        return next format('create trigger legacy_price_1_row instead of insert or update or delete on %s'
            ' for each row execute function %s.legacy_price_view_row(%L)', view.full_name, here, here || '.models');
        return next format('create trigger legacy_price_2_price instead of insert or update on %s'
            ' for each row execute function %s.legacy_price_view_price()', view.full_name, here);
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
    select format('create function %1$s.%2$I(%1$s.models) returns %3$s language sql stable as %4$L',
        here, p, types ->> p,
        format('select c.%I::%s from %s c where c.model_id = $1.id', p, types ->> p, cells))
    from unnest(prices) p;
    return query
    select format('revoke all on function %1$s.%2$I(%1$s.models) from public', here, p) from unnest(prices) p;

    -- Each role gets the privileges on the views that it has on models. The views read with the privileges of the
    -- caller, so the role also gets select on what they read.
    for grantee in
        select g.grantee, case g.grantee when 0 then 'public' else g.grantee::regrole::text end as role,
            string_agg(distinct lower(g.privilege_type), ', ') as rights,
            bool_or(g.privilege_type = 'SELECT') as can_select
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
        return next format('grant %s on pricing_legacy.models, %s.models_legacy_pricing to %s',
            grantee.rights, here, grantee.role);
        if grantee.can_select then
            return query
            select format('grant select on %s to %s', c.oid::regclass, grantee.role)
            from pg_class c
            where c.oid in (
                to_regclass(here || '.legacy_price_cells'), to_regclass(here || '.legacy_price_archived'),
                to_regclass(here || '.legacy_price_unit'), to_regclass(here || '.legacy_price_archive'),
                to_regclass(here || '.legacy_price_declaration'), to_regclass(here || '.model_pricing_card_rate'),
                to_regclass(here || '.model_pricing_current'), to_regclass(here || '.model_pricing_announcement'))
            order by c.relname;
            return next format('grant select (model_id, pricing_type, missing_reason, price_per_input_token,'
                ' price_per_output_token, price_per_image_token, price_per_request, rate_set_id, pricing_source,'
                ' last_updated, version)'
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

-- Returns the statements that drop the views with the legacy columns, in their order.
create or replace function legacy_price_drop_view_statements() returns setof text
language plpgsql stable
set search_path from current set jit = off as $function$
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

revoke all on function
    legacy_price_view_row,
    legacy_price_view_price,
    legacy_price_view_statements,
    legacy_price_drop_view_statements
    from public;
