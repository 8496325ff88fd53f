-- A comment with a :name and an apostrophe's sign.
\set schema public
\set cost r.total_usd
\set since '2026-02-01 00:00'
\set size 10
\set condition `cat condition.sql`

select :cost::text, 'HH24:MI', '{}'::jsonb, 2 as "a:size" -- and another
from :"schema".request_cost r
where :condition;
