package io.modelpricing.cli;

import static org.jooq.impl.DSL.val;

import java.util.List;

/** The columns of {@code models} that held prices before there was a table of prices. */
final class LegacyColumns {

    static final List<String> NAMES =
            List.of("pricing_prompt", "pricing_completion", "pricing_image", "pricing_request");

    /**
     * What depends on the columns {1} of {0}.models. The database knows all that but for the bodies of functions, which are
     * text to it: those that mention a column are named.
     */
    static final String DEPENDENTS = """
            with legacy as (
                select a.attrelid, a.attnum, a.attname
                from pg_attribute a
                where a.attrelid = to_regclass(format('%I.models', {0}::text))
                  and a.attname = any ({1}::text[]) and not a.attisdropped
            ), known as (
                select
                    o.type as kind,
                    o.identity as name,
                    l.attname
                from legacy l
                join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = l.attrelid
                    and d.refobjsubid = l.attnum
                left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
                left join pg_class v on v.oid = r.ev_class
                cross join lateral pg_identify_object(
                    case when v.oid is null then d.classid else 'pg_class'::regclass end,
                    coalesce(v.oid, d.objid),
                    case when v.oid is null then d.objsubid else 0 end) o
                union
                select 'function', (pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity, l.attname
                from legacy l
                join pg_proc p on p.prosrc ~ ('\\m' || l.attname || '\\M')
                join pg_namespace n on n.oid = p.pronamespace
                where n.nspname not in ('pg_catalog', 'information_schema')
                  and p.prolang in (select oid from pg_language where lanname not in ('c', 'internal'))
            )
            select kind, name, array_agg(attname::text order by attname)
            from known
            group by kind, name
            order by kind, name
            """;

    private LegacyColumns() {}

    /** Returns those that are there. */
    static List<String> of(Session session) {
        return session.ctx()
                .fetch("""
                        select a.attname::text
                        from pg_attribute a
                        where a.attrelid = to_regclass(format('%I.models', {0}::text))
                          and a.attname = any ({1}::text[]) and not a.attisdropped
                        order by a.attnum
                        """, val(session.schema()), val(NAMES.toArray(String[]::new)))
                .map(row -> String.valueOf(row.get(0)));
    }
}
