-- Returns, for each role with privileges on the legacy columns, the statements that revoke these and the
-- statements that restore them. A privilege on the whole table is replaced by one on each other column.
create or replace function legacy_price_fence_statements(roles text[])
returns table (role text, revokes text[], restores text[])
language sql stable
set search_path from current set jit = off as $function$
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
          and (g.attname is null
            or g.attname in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request'))
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

revoke all on function legacy_price_fence_statements from public;
