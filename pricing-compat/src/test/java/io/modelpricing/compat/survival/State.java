package io.modelpricing.compat.survival;

import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.sql.DataSource;

/**
 * The rows and the catalog of a database, without what differs between equal runs: times, transaction ids, surrogate
 * keys and the order of columns. Equal rows of the log of steps count once.
 *
 * @param parts the rows of each table, and the objects of each kind, as text in order
 */
record State(SortedMap<String, List<String>> parts) {

    private static final String CATALOG = script();

    static State of(DataSource dataSource) {
        return of(dataSource, false);
    }

    /** Includes the times in tables of the application. */
    static State withTimes(DataSource dataSource) {
        return of(dataSource, true);
    }

    private static State of(DataSource dataSource, boolean withTimes) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set jit = off");
            SortedMap<String, List<String>> parts = new TreeMap<>();
            read(statement, CATALOG, parts);
            read(statement, rows(statement, withTimes), parts);
            return new State(parts);
        } catch (SQLException e) {
            throw new IllegalStateException("the state cannot be read: " + e.getMessage(), e);
        }
    }

    private static void read(Statement statement, String query, SortedMap<String, List<String>> parts)
            throws SQLException {
        try (ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                parts.computeIfAbsent(rows.getString(1), kind -> new ArrayList<>())
                        .add(rows.getString(2));
            }
        }
    }

    private static String rows(Statement statement, boolean withTimes) throws SQLException {
        List<String> queries = new ArrayList<>();
        try (ResultSet tables = statement.executeQuery("""
                select
                    c.relname,
                    quote_literal(coalesce(array_agg(a.attname) filter (
                        where a.atttypid = 'xid8'::regtype
                           or (a.attname = 'id' and c.relname ~ '^(model_pricing|legacy_price)')
                           or (a.atttypid = 'timestamptz'::regtype and (not %s or c.relname ~ '^(model_pricing|legacy_price)'))), '{}'))
                from pg_class c
                join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'pricing_schema_history'
                group by c.relname
                order by c.relname
                """.formatted(withTimes))) {
            while (tables.next()) {
                queries.add("(select %2$s 'rows of %1$s', (to_jsonb(t) - %3$s::text[])::text from %1$s t order by 2)"
                        .formatted(
                                tables.getString(1),
                                tables.getString(1).equals("legacy_price_step") ? "distinct" : "",
                                tables.getString(2)));
            }
        }
        return String.join(" union all ", queries);
    }

    private static String script() {
        String schemas = "('public', 'pricing_legacy')";
        return """
                select 'schemas', concat_ws(' ', n.nspname, %2$s, obj_description(n.oid, 'pg_namespace'))
                from pg_namespace n
                cross join lateral (select n.nspacl as acl, n.nspowner as owner, 'n'::"char" as kind) x
                where n.nspname in %1$s
                union all
                select 'relations', concat_ws(' ', c.oid::regclass, c.relkind, c.relowner::regrole, c.reloptions, c.relrowsecurity,
                    obj_description(c.oid, 'pg_class'), %2$s,
                    case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
                    case when c.relkind = 'i' then pg_get_indexdef(c.oid) end,
                    (select concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle)
                        from pg_sequence s where s.seqrelid = c.oid))
                from pg_class c
                cross join lateral (
                    select c.relacl as acl, c.relowner as owner, (case c.relkind when 'S' then 's' else 'r' end)::"char" as kind
                ) x
                where c.relnamespace::regnamespace::text in %1$s and c.relname !~ '^pricing_schema_history'
                union all
                select 'columns', concat_ws(' ', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                    a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum),
                    coalesce(a.attstattarget, -1), a.attstorage, a.attcollation,
                    (select string_agg(g::text, ',' order by g::text) from unnest(a.attacl) g))
                from pg_class c
                join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
                where c.relnamespace::regnamespace::text in %1$s and c.relkind in ('r', 'v', 'm') and c.relname !~ '^pricing_schema_history'
                union all
                select 'constraints', concat_ws(' ', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid), c.convalidated,
                    obj_description(c.oid, 'pg_constraint'))
                from pg_constraint c
                where c.connamespace::regnamespace::text in %1$s and c.conrelid <> 0
                  and c.conrelid::regclass::text !~ 'pricing_schema_history'
                union all
                select 'triggers', concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
                from pg_trigger t
                where not t.tgisinternal
                union all
                select 'policies', concat_ws(' ', p.polrelid::regclass, p.polname, p.polcmd, pg_get_expr(p.polqual, p.polrelid))
                from pg_policy p
                union all
                select 'functions', concat_ws(' ', p.oid::regprocedure, md5(pg_get_functiondef(p.oid)), %2$s)
                from pg_proc p
                cross join lateral (select p.proacl as acl, p.proowner as owner, 'f'::"char" as kind) x
                where p.pronamespace::regnamespace::text in %1$s
                order by 1, 2
                """.formatted(
                        schemas,
                        "(select string_agg(g::text, ',' order by g::text)"
                                + " from unnest(coalesce(x.acl, acldefault(x.kind, x.owner))) g)");
    }

    /** Returns the differences as text. */
    String differs(State other) {
        SortedMap<String, List<String>> both = new TreeMap<>(parts);
        both.putAll(other.parts);
        return both.keySet().stream()
                .map(kind -> difference(
                        kind, parts.getOrDefault(kind, List.of()), other.parts.getOrDefault(kind, List.of())))
                .filter(difference -> !difference.isEmpty())
                .collect(joining("\n"));
    }

    private static String difference(String kind, List<String> ours, List<String> theirs) {
        List<String> only = new ArrayList<>();
        List<String> more = new ArrayList<>(ours);
        theirs.forEach(more::remove);
        more.forEach(line -> only.add(kind + " - " + line));
        List<String> less = new ArrayList<>(theirs);
        ours.forEach(less::remove);
        less.forEach(line -> only.add(kind + " + " + line));
        return String.join("\n", only);
    }
}
