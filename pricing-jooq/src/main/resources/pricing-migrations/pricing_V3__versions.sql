-- The versions of each price. Triggers write them, so that changes by any client are recorded.

create table if not exists model_pricing_version (
    model_id bigint,
    number integer,
    kind text not null,
    valid_from timestamptz,
    recorded_at timestamptz not null,
    actor text not null,
    reason text,
    pricing_type text not null,
    missing_reason text,
    price_per_input_token numeric,
    price_per_output_token numeric,
    price_per_image_token numeric,
    price_per_request numeric,
    rate_set_id uuid,
    pricing_source text not null,
    last_updated timestamptz,
    provider_slug text,
    provider_model_id text not null,
    canonical_id text not null,
    model_name text not null,
    constraint model_pricing_version_pkey primary key (model_id, number),
    constraint model_pricing_version_number_check check (number > 0),
    constraint model_pricing_version_kind_check check (kind in ('change', 'correction', 'deletion')),
    constraint model_pricing_version_actor_check check (actor ~ '\S'),
    constraint model_pricing_version_rate_set_fkey foreign key (rate_set_id) references model_pricing_rate_set (id)
);

comment on table model_pricing_version is
    'All versions of all prices, insert-only. They outlive their models, so there is no foreign key to models.';
comment on column model_pricing_version.number is 'Starts at 1 for each model and has no gaps.';
comment on column model_pricing_version.valid_from is
    'When the price begins to apply, until a version with a higher number applies; NULL: no start date.';
comment on column model_pricing_version.recorded_at is 'When the version was recorded.';
comment on column model_pricing_version.actor is
    'The actor of the audit context; the database user if the writer set none.';

-- The version with the highest number among those that apply at an instant is the price at that instant. So a version
-- ends where any later version begins, and two versions never overlap.
create or replace view model_pricing_timeline with (security_invoker = true) as
select
    t.model_id, t.number, t.kind, t.valid_from, t.valid_to, t.recorded_at, t.actor, t.reason, t.pricing_type,
    t.missing_reason, t.price_per_input_token, t.price_per_output_token, t.price_per_image_token, t.price_per_request,
    t.rate_set_id, t.pricing_source, t.last_updated, t.provider_slug, t.provider_model_id, t.canonical_id, t.model_name
from (
    select v.*, min(coalesce(v.valid_from, '-infinity')) over later as valid_to
    from model_pricing_version v
    window later as (partition by v.model_id order by v.number rows between 1 following and unbounded following)
) t
where t.valid_to is null or t.valid_to > coalesce(t.valid_from, '-infinity');

comment on view model_pricing_timeline is
    'The price of each model at every instant, as known now. Versions that are replaced entirely are omitted.';

create table if not exists model_pricing_revision (
    singleton boolean default true,
    revision bigint not null,
    constraint model_pricing_revision_pkey primary key (singleton),
    constraint model_pricing_revision_singleton_check check (singleton)
);

insert into model_pricing_revision (revision) values (0) on conflict do nothing;

comment on table model_pricing_revision is
    'One row: a number that grows by one with every committed transaction that changed prices.';

-- Numbers the versions of a row. Security definer, because writers need no right to read versions and rates.
create or replace function model_pricing_number_version() returns trigger
language plpgsql security definer as $$
begin
    if tg_op = 'INSERT' then
        new.version := 1 + coalesce(
            (select max(v.number) from model_pricing_version v where v.model_id = new.model_id), 0);
    elsif new.model_id <> old.model_id then
        raise exception 'model_id of a price cannot change, but changed from % to %', old.model_id, new.model_id
            using errcode = 'restrict_violation', hint = 'Delete the row and insert another.';
    else
        new.version := old.version + 1;
        new.updated_at := now();
    end if;
    -- The table's constraint checks the type against the four columns; further rates are checked here.
    if new.rate_set_id is not null
        and (new.pricing_type = 'free') is distinct from (
            select max(p.price) = 0
            from (
                select r.price from model_pricing_rate r where r.rate_set_id = new.rate_set_id
                union all
                values (new.price_per_input_token), (new.price_per_output_token), (new.price_per_image_token),
                    (new.price_per_request)
            ) p)
    then
        raise exception 'rate set % of model % does not match type %', new.rate_set_id, new.model_id, new.pricing_type
            using errcode = 'check_violation',
                hint = 'Free: every price is zero. Paid and deprecated: at least one price is above zero.';
    end if;
    return new;
end
$$;

-- Writes a version for each changed row of a statement. The writer sets the audit context (actor, reason, validFrom) in
-- the same statement. It holds the timestamp of the statement, so that later statements do not inherit it.
create or replace function model_pricing_record_version() returns trigger
language plpgsql security definer as $$
declare
    audit jsonb := nullif(current_setting('model_pricing.audit_context', true), '');
    has_rows boolean;
begin
    if tg_op = 'DELETE' then
        has_rows := exists (select from old_rows);
    else
        has_rows := exists (select from new_rows);
    end if;
    if not has_rows then
        return null;
    end if;
    if audit ->> 'statement' is distinct from statement_timestamp()::text then
        audit := '{}';
    end if;
    if (audit ->> 'validFrom')::timestamptz > clock_timestamp() then
        raise exception 'a correction must be valid from an instant of the past, but was valid from %',
            audit ->> 'validFrom'
            using errcode = 'check_violation', hint = 'Write a future price when it takes effect.';
    end if;
    -- Executed as text, so that each statement is planned for its number of rows: a plan for one row is quadratic for
    -- ten thousand, and a plan for ten thousand reads all versions for one row.
    if tg_op = 'DELETE' then
        execute $deletion$
            insert into model_pricing_version (
                model_id, number, kind, valid_from, recorded_at, actor, reason, pricing_type, missing_reason,
                pricing_source, provider_slug, provider_model_id, canonical_id, model_name)
            select
                o.model_id, o.version + 1, 'deletion',
                greatest($1, l.valid_from + interval '1 microsecond'),
                greatest($1, l.recorded_at + interval '1 microsecond'),
                coalesce($2 ->> 'actor', session_user), $2 ->> 'reason', 'missing', 'never_known', o.pricing_source,
                l.provider_slug, l.provider_model_id, l.canonical_id, l.model_name
            from old_rows o
            join model_pricing_version l on l.model_id = o.model_id and l.number = o.version
            order by o.model_id
            $deletion$ using clock_timestamp(), audit;
        return null;
    end if;
    execute format($change$
        insert into model_pricing_version (
            model_id, number, kind, valid_from, recorded_at, actor, reason, pricing_type, missing_reason,
            price_per_input_token, price_per_output_token, price_per_image_token, price_per_request, rate_set_id,
            pricing_source, last_updated, provider_slug, provider_model_id, canonical_id, model_name)
        select
            n.model_id, n.version,
            case
                when $2 ? 'replaces' and l.number is not null then 'correction'
                else coalesce($2 ->> 'kind', 'change')
            end,
            case
                when $2 ? 'replaces' and l.number is not null then l.valid_from
                when $2 ? 'validFrom' then ($2 ->> 'validFrom')::timestamptz
                when $2 ? 'firstHasNoStartDate' and n.version = 1 then null
                else greatest($1, l.valid_from + interval '1 microsecond')
            end,
            greatest($1, l.recorded_at + interval '1 microsecond'),
            coalesce($2 ->> 'actor', session_user), $2 ->> 'reason', n.pricing_type, n.missing_reason,
            n.price_per_input_token, n.price_per_output_token, n.price_per_image_token, n.price_per_request,
            n.rate_set_id, n.pricing_source, n.last_updated, p.slug, m.provider_model_id, m.model_id, m.model_name
        from new_rows n
        %s
        join models m on m.id = n.model_id
        left join providers p on p.id = m.provider_id
        left join model_pricing_version l on l.model_id = n.model_id and l.number = n.version - 1
        order by n.model_id
        $change$,
        case tg_op when 'UPDATE' then 'join old_rows o on o.model_id = n.model_id and o.version <> n.version' end)
        using clock_timestamp(), audit;
    return null;
end
$$;

create or replace function model_pricing_increment_revision() returns trigger
language plpgsql security definer as $$
begin
    update model_pricing_revision set revision = revision + 1;
    if not found then
        raise exception 'model_pricing_revision has no row'
            using hint = 'Insert a row whose revision is higher than every earlier one.';
    end if;
    return null;
end
$$;

create or replace function model_pricing_refuse() returns trigger
language plpgsql as $$
begin
    raise exception '% of % is refused: %', tg_op, tg_table_name, tg_argv[0] using errcode = 'restrict_violation';
end
$$;

-- A set is complete when the transaction that created it commits. It never changes after that.
create or replace function model_pricing_check_rates() returns trigger
language plpgsql as $$
declare
    wrong text;
begin
    select string_agg(distinct n.rate_set_id::text, ', ') into wrong
    from new_rows n
    join model_pricing_rate_set s on s.id = n.rate_set_id
    where s.created_in <> pg_current_xact_id();
    if wrong is not null then
        raise exception 'rate set % is complete, so rates cannot be added to it', wrong
            using errcode = 'restrict_violation', hint = 'Create a new set, and set rate_set_id of the price to it.';
    end if;
    select string_agg(distinct n.unit, ', ') into wrong
    from new_rows n
    join model_pricing_rate r
        on r.rate_set_id = n.rate_set_id and r.service_tier = n.service_tier and r.unit = n.unit
        and r.variant = n.variant and r.region = n.region and r.hours = n.hours
    where (n.price is null) <> (r.price is null);
    if wrong is not null then
        raise exception '% cannot both have a price and be charged as another unit', wrong
            using errcode = 'check_violation', hint = 'Insert the prices, or one rate without a price.';
    end if;
    select string_agg(distinct n.unit || '/' || n.variant, ', ') into wrong
    from new_rows n
    join billing_unit u on u.id = n.unit
    where n.variant <> '' and not u.has_variants;
    if wrong is not null then
        raise exception 'rates name variants of units that have none: %', wrong using errcode = 'check_violation';
    end if;
    select string_agg(distinct n.hours, ', ') into wrong
    from new_rows n
    join model_pricing_rate_set s on s.id = n.rate_set_id
    where n.hours <> '' and (s.hours ? n.hours) is not true;
    if wrong is not null then
        raise exception 'rates name hours that their set does not define: %', wrong
            using errcode = 'check_violation', hint = 'Insert the set with these hours.';
    end if;
    return null;
end
$$;

create or replace trigger model_pricing_number_first
    before insert on model_pricing
    for each row execute function model_pricing_number_version();
-- An update that does not change the price, such as of last_updated, makes no version, unless it is a correction.
create or replace trigger model_pricing_number_next
    before update on model_pricing
    for each row
    when (
        (new.pricing_type, new.missing_reason, new.price_per_input_token, new.price_per_output_token,
            new.price_per_image_token, new.price_per_request, new.rate_set_id, new.pricing_source)
        is distinct from
        (old.pricing_type, old.missing_reason, old.price_per_input_token, old.price_per_output_token,
            old.price_per_image_token, old.price_per_request, old.rate_set_id, old.pricing_source)
        or new.version <> old.version
        or new.model_id <> old.model_id
        or nullif(current_setting('model_pricing.audit_context', true), '')::jsonb
            @> jsonb_build_object('kind', 'correction', 'statement', statement_timestamp()::text))
    execute function model_pricing_number_version();
create or replace trigger model_pricing_record_insert
    after insert on model_pricing
    referencing new table as new_rows
    for each statement execute function model_pricing_record_version();
create or replace trigger model_pricing_record_update
    after update on model_pricing
    referencing old table as old_rows new table as new_rows
    for each statement execute function model_pricing_record_version();
create or replace trigger model_pricing_record_delete
    after delete on model_pricing
    referencing old table as old_rows
    for each statement execute function model_pricing_record_version();
create or replace trigger model_pricing_refuse_truncate
    before truncate on model_pricing
    for each statement execute function model_pricing_refuse('delete the rows instead, so that versions record it');
create or replace trigger model_pricing_version_refuse
    before update or delete or truncate on model_pricing_version
    for each statement execute function model_pricing_refuse('versions are immutable');
create or replace trigger model_pricing_rate_refuse
    before update or delete or truncate on model_pricing_rate
    for each statement execute function model_pricing_refuse('rate sets are immutable');
create or replace trigger model_pricing_rate_set_refuse
    before update or delete or truncate on model_pricing_rate_set
    for each statement execute function model_pricing_refuse('rate sets are immutable');
create or replace trigger model_pricing_check_rates
    after insert on model_pricing_rate
    referencing new table as new_rows
    for each statement execute function model_pricing_check_rates();

-- Deferred, so that the row lock is held during the commit only. The condition is true for the first version of a
-- transaction; a setting that ends with the transaction makes it false for the others.
drop trigger if exists model_pricing_increment_revision on model_pricing_version;
create constraint trigger model_pricing_increment_revision
    after insert on model_pricing_version
    deferrable initially deferred
    for each row
    when (case
        when current_setting('model_pricing.revision', true) = 'incremented' then false
        else set_config('model_pricing.revision', 'incremented', true) = 'incremented'
    end)
    execute function model_pricing_increment_revision();

-- The first version of each price that was written before this file ran. It has no start date.
insert into model_pricing_version (
    model_id, number, kind, recorded_at, actor, reason, pricing_type, missing_reason,
    price_per_input_token, price_per_output_token, price_per_image_token, price_per_request, rate_set_id,
    pricing_source, last_updated, provider_slug, provider_model_id, canonical_id, model_name)
select
    n.model_id, n.version, 'change', clock_timestamp(), session_user, 'expand: recorded before versions existed',
    n.pricing_type, n.missing_reason, n.price_per_input_token, n.price_per_output_token, n.price_per_image_token,
    n.price_per_request, n.rate_set_id, n.pricing_source, n.last_updated, p.slug, m.provider_model_id, m.model_id,
    m.model_name
from model_pricing n
join models m on m.id = n.model_id
left join providers p on p.id = m.provider_id
where not exists (select from model_pricing_version v where v.model_id = n.model_id)
order by n.model_id;

-- Deletes a model with its price, unless rows of the application would be deleted too. Returns
-- {deleted}, {unknown}, or {refused, the first table with such rows}. A function, because it must read the tables after
-- it locked the model.
create or replace function model_pricing_delete_model(target bigint) returns text[]
language plpgsql as $$
declare
    child record;
    has_rows boolean;
begin
    perform from models m where m.id = target for update;
    if not found then
        return array['unknown'];
    end if;
    for child in
        select c.conrelid::regclass as name, a.attname
        from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and c.conkey = array[a.attnum]
        where c.contype = 'f' and c.confrelid = 'models'::regclass and c.confdeltype = 'c'
          and c.conrelid <> 'model_pricing'::regclass
        order by c.conrelid::regclass::text
    loop
        execute format('select exists (select from %s where %I = $1)', child.name, child.attname)
            into has_rows using target;
        if has_rows then
            return array['refused', child.name::text];
        end if;
    end loop;
    delete from models m where m.id = target;
    return array['deleted'];
end
$$;

-- The functions find their tables in this schema for every caller. Execute is revoked from public.
do $$
declare
    routine regprocedure;
begin
    for routine in
        select p.oid
        from pg_proc p
        where p.pronamespace = quote_ident(current_schema())::regnamespace
          and p.proname in (
            'model_pricing_complete', 'model_pricing_number_version', 'model_pricing_record_version',
            'model_pricing_increment_revision', 'model_pricing_refuse', 'model_pricing_check_rates',
            'model_pricing_delete_model')
    loop
        execute format('alter function %s set search_path = pg_catalog, %I, pg_temp', routine, current_schema());
        -- A session keeps plans that it made while the tables were empty: a sequential scan for each row of a batch.
        execute format('alter function %s set enable_seqscan = off', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
end
$$;
