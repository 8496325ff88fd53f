-- Everything that depends on the legacy columns of models or on pricing_tiers. PostgreSQL records these dependencies,
-- except those of function bodies, which it stores as text: each function whose text contains the name of a column is
-- listed.
--
-- This file is a query, without a semicolon. "pricing status" runs it as it is, also where populate has not installed
-- anything yet, and the installation makes the function legacy_price_dependents() of it. The schema of the pricing
-- tables must be the first on the search path.
with legacy as (
    select a.attrelid, a.attnum, a.attname::text as attname
    from pg_attribute a
    where a.attrelid = 'models'::regclass and not a.attisdropped
      and a.attname in ('pricing_prompt', 'pricing_completion', 'pricing_image', 'pricing_request')
    union all
    select c.oid, 0, 'pricing_tiers'
    from pg_class c
    where c.oid = to_regclass(quote_ident(current_schema()) || '.pricing_tiers')
), own_function (name) as (
    -- The functions of the migration whose text contains the name of a column.
    values
        ('legacy_price_add_history'), ('legacy_price_archive_cells'), ('legacy_price_cell_errors'),
        ('legacy_price_changed_models'), ('legacy_price_column_definitions'), ('legacy_price_comparison_query'),
        ('legacy_price_contract_refusals'), ('legacy_price_contract_statements'), ('legacy_price_create_triggers'),
        ('legacy_price_create_views'), ('legacy_price_dependents'), ('legacy_price_drop_view_statements'),
        ('legacy_price_export'), ('legacy_price_export_rows'), ('legacy_price_fence_statements'),
        ('legacy_price_import'), ('legacy_price_import_row'), ('legacy_price_rollback_refusals'),
        ('legacy_price_rollback_statements'), ('legacy_price_view_price'), ('legacy_price_view_row'),
        ('legacy_price_view_statements')
), depends as (
    select d.classid, d.objid, d.objsubid, d.deptype, l.attname, l.attrelid, l.attnum
    from legacy l
    join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = l.attrelid
        and (l.attnum = 0 or d.refobjsubid = l.attnum)
    -- Parts of pricing_tiers are dropped and restored together with it.
    where not (l.attnum = 0 and d.deptype in ('a', 'i') and d.classid in (
        'pg_class'::regclass, 'pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_attrdef'::regclass,
        'pg_type'::regclass))
), known as (
    select
        o.type as kind, o.identity as name, d.attname,
        (v.relnamespace = quote_ident(current_schema())::regnamespace
                and v.relname in ('legacy_price_comparison', 'legacy_price_proof',
                    'legacy_price_cells', 'legacy_price_finding', 'models_legacy_pricing'))
            or v.relnamespace = to_regnamespace('pricing_legacy')
            or (d.classid = 'pg_trigger'::regclass and exists (
                select from pg_trigger t
                where t.oid = d.objid and t.tgrelid = 'models'::regclass
                  and t.tgname in ('legacy_price_import_insert', 'legacy_price_import_update')))
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
      -- The default of a legacy column goes with the column. A generated column that reads it is a dependent.
      and not exists (
            select from pg_attrdef f
            where d.classid = 'pg_attrdef'::regclass and f.oid = d.objid
              and f.adrelid = d.attrelid and f.adnum = d.attnum)
    union
    -- A table that inherits from models loses the column together with it.
    select 'table', i.inhrelid::regclass::text, l.attname, false
    from legacy l
    join pg_inherits i on i.inhparent = l.attrelid
    union
    select
        case p.prokind when 'p' then 'procedure' else 'function' end,
        (pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity, l.attname,
        p.pronamespace = quote_ident(current_schema())::regnamespace
            and (p.proname in (select f.name from own_function f)
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
-- A transaction's snapshot may still show an object that another one has dropped since; its name is NULL then.
where k.name is not null
group by k.kind, k.name
order by k.kind, k.name
