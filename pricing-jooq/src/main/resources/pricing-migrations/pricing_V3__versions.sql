-- Triggers write the versions of each price, so that changes by any client are recorded, and apply announced prices.

-- The names are those of now; the number can grow until the start, because earlier changes come first.
create or replace view model_pricing_upcoming_version with (security_invoker = true) as
select
    a.model_id,
    coalesce(p.version, a.last_version)
    + (
        select count(*)::integer
        from model_pricing_announcement e
        where e.model_id = a.model_id and e.resolution is null and e.valid_from <= a.valid_from
    ) as number,
    'change' as kind, a.valid_from, a.announced_at as recorded_at, a.actor, a.reason, a.pricing_type, a.missing_reason,
    a.price_per_input_token, a.price_per_output_token, a.price_per_image_token, a.price_per_request, a.rate_set_id,
    a.pricing_source, greatest(p.last_updated, a.valid_from) as last_updated, r.slug::text as provider_slug,
    m.provider_model_id::text as provider_model_id, m.model_id::text as canonical_id, m.model_name::text as model_name
from model_pricing_announcement a
join models m on m.id = a.model_id
left join providers r on r.id = m.provider_id
left join model_pricing p on p.model_id = a.model_id
where a.resolution is null and p.pricing_source is distinct from 'manual';

comment on view model_pricing_upcoming_version is
    'The versions that the open announcements will be. While a manual override is in force, there are none.';

create or replace view model_pricing_every_version with (security_invoker = true) as
select
    v.model_id, v.number, v.kind, v.valid_from, v.recorded_at, v.actor, v.reason, v.pricing_type, v.missing_reason,
    v.price_per_input_token, v.price_per_output_token, v.price_per_image_token, v.price_per_request, v.rate_set_id,
    v.pricing_source, v.last_updated, v.provider_slug, v.provider_model_id, v.canonical_id, v.model_name
from model_pricing_version v
union all
select
    u.model_id, u.number, u.kind, u.valid_from, u.recorded_at, u.actor, u.reason, u.pricing_type, u.missing_reason,
    u.price_per_input_token, u.price_per_output_token, u.price_per_image_token, u.price_per_request, u.rate_set_id,
    u.pricing_source, u.last_updated, u.provider_slug, u.provider_model_id, u.canonical_id, u.model_name
from model_pricing_upcoming_version u;

comment on view model_pricing_every_version is 'The recorded versions, followed by the upcoming ones.';

-- The version with the highest number among those that apply at an instant is the price at that instant. So a version
-- ends where any later version begins, and two versions never overlap.
create or replace view model_pricing_timeline with (security_invoker = true) as
select
    t.model_id, t.number, t.kind, t.valid_from, t.valid_to, t.recorded_at, t.actor, t.reason, t.pricing_type,
    t.missing_reason, t.price_per_input_token, t.price_per_output_token, t.price_per_image_token, t.price_per_request,
    t.rate_set_id, t.pricing_source, t.last_updated, t.provider_slug, t.provider_model_id, t.canonical_id, t.model_name
from (
    select v.*, min(coalesce(v.valid_from, '-infinity')) over later as valid_to
    from model_pricing_every_version v
    window later as (partition by v.model_id order by v.number rows between 1 following and unbounded following)
) t
where t.valid_to is null or t.valid_to > coalesce(t.valid_from, '-infinity');

comment on view model_pricing_timeline is
    'The price of each model at every instant, as known now, with the announced prices. Versions that are replaced '
    'entirely are omitted.';

create table if not exists model_pricing_revision (
    singleton boolean default true,
    revision bigint not null,
    constraint model_pricing_revision_pkey primary key (singleton),
    constraint model_pricing_revision_singleton_check check (singleton)
);

insert into model_pricing_revision (revision) values (0) on conflict do nothing;

comment on table model_pricing_revision is
    'One row: a number that grows by one with every committed transaction that changed or announced prices. The start '
    'of an announced price does not change it.';

-- The table's constraint checks the type against the four columns; this checks the further rates, and that a unit does
-- not have a price in a column and a rate that charges it as another unit.
create or replace function model_pricing_require_type(
    target bigint, type text, rate_set uuid, variadic prices numeric[]) returns void
language plpgsql security definer as $$
declare
    is_free boolean;
    priced_twice text;
begin
    select
        max(p.price) = 0,
        string_agg(p.unit || ' charged as ' || p.charged_as, ', ' order by p.unit) filter (where p.base is not null)
    into is_free, priced_twice
    from (
        select r.price, null, null, null
        from model_pricing_card_rate r
        where r.rate_set_id = rate_set
        union all
        select c.price, r.unit, r.charged_as, c.price
        from unnest(prices, array['input', 'output', 'image', 'request']) c (price, unit)
        left join model_pricing_card_rate r
            on r.rate_set_id = rate_set and r.service_tier = 'standard' and r.unit = c.unit and r.variant = ''
            and r.region = '' and r.hours = '' and r.from_input_tokens = 0
    ) p (price, unit, charged_as, base);
    if (type = 'free') is distinct from is_free then
        raise exception 'rate set % of model % does not match type %', rate_set, target, type
            using errcode = 'check_violation',
                hint = 'Free: every price is zero. Paid and deprecated: at least one price is above zero.';
    end if;
    if priced_twice is not null then
        raise exception 'model % cannot have a price in a column beside the rate %', target, priced_twice
            using errcode = 'check_violation',
                hint = 'Set the price of this unit to NULL, or use a rate set without this rate.';
    end if;
end
$$;

-- Makes versions of the announced prices of a model that started, in the order of their starts. An announcement that
-- started during a manual override has no effect. Returns the last applied announcement, NULL if there is none.
create or replace function model_pricing_apply_announcements(
    target bigint, last_number integer, is_overridden boolean, until timestamptz) returns model_pricing_announcement
language plpgsql security definer as $$
declare
    due model_pricing_announcement;
    applied model_pricing_announcement;
    next_number integer := last_number;
begin
    for due in
        select *
        from model_pricing_announcement a
        where a.model_id = target and a.resolution is null and a.valid_from <= until
        order by a.valid_from
        for update
    loop
        if is_overridden then
            update model_pricing_announcement a
            set resolution = 'overridden', resolved_at = clock_timestamp(), resolved_by = session_user
            where a.id = due.id;
            continue;
        end if;
        next_number := next_number + 1;
        -- A model that is being deleted has no row any more.
        insert into model_pricing_version (
            model_id, number, kind, valid_from, recorded_at, actor, reason, pricing_type, missing_reason,
            price_per_input_token, price_per_output_token, price_per_image_token, price_per_request, rate_set_id,
            pricing_source, last_updated, provider_slug, provider_model_id, canonical_id, model_name)
        select
            target, next_number, 'change', due.valid_from, due.announced_at, due.actor, due.reason, due.pricing_type,
            due.missing_reason, due.price_per_input_token, due.price_per_output_token, due.price_per_image_token,
            due.price_per_request, due.rate_set_id, due.pricing_source, greatest(l.last_updated, due.valid_from),
            case when m.id is null then l.provider_slug else r.slug end,
            coalesce(m.provider_model_id, l.provider_model_id), coalesce(m.model_id, l.canonical_id),
            coalesce(m.model_name, l.model_name)
        from (values (target)) t (id)
        left join models m on m.id = t.id
        left join providers r on r.id = m.provider_id
        left join model_pricing_version l on l.model_id = t.id and l.number = next_number - 1;
        update model_pricing_announcement a
        set resolution = 'applied', resolved_at = clock_timestamp(), resolved_by = session_user,
            applied_version = next_number
        where a.id = due.id
        returning * into applied;
    end loop;
    return applied;
end
$$;

-- Numbers the versions of a row, after those of announced prices that started. Security definer, because writers need
-- no right to read versions, announcements and rates.
create or replace function model_pricing_number_version() returns trigger
language plpgsql security definer as $$
declare
    has_changed boolean := true;
    is_correction boolean := false;
    is_overridden boolean := false;
    -- A statement that began before the start, and waited for a lock, writes a price from before the start.
    until constant timestamptz := statement_timestamp();
    due model_pricing_announcement;
begin
    if tg_op = 'INSERT' then
        new.version := coalesce(
            (select max(v.number) from model_pricing_version v where v.model_id = new.model_id), 0);
    elsif new.model_id <> old.model_id then
        raise exception 'model_id of a price cannot change, but changed from % to %', old.model_id, new.model_id
            using errcode = 'restrict_violation', hint = 'Delete the row and insert another.';
    else
        is_correction := coalesce(
            nullif(current_setting('model_pricing.audit_context', true), '')::jsonb
                @> jsonb_build_object('kind', 'correction', 'statement', statement_timestamp()::text),
            false);
        -- An update that does not change the price, such as of last_updated, makes no version, unless it is a
        -- correction.
        has_changed := is_correction
            or new.version <> old.version
            or (new.pricing_type, new.missing_reason, new.price_per_input_token, new.price_per_output_token,
                new.price_per_image_token, new.price_per_request, new.rate_set_id, new.pricing_source)
            is distinct from
            (old.pricing_type, old.missing_reason, old.price_per_input_token, old.price_per_output_token,
                old.price_per_image_token, old.price_per_request, old.rate_set_id, old.pricing_source);
        is_overridden := old.pricing_source = 'manual';
        new.version := old.version;
    end if;
    if exists (
            select
            from model_pricing_announcement a
            where a.model_id = new.model_id and a.resolution is null and a.valid_from <= until)
        -- An insert that conflicts with a row changes nothing; ON CONFLICT DO UPDATE comes here again.
        and not (tg_op = 'INSERT' and exists (select from model_pricing p where p.model_id = new.model_id))
    then
        due := model_pricing_apply_announcements(new.model_id, new.version, is_overridden, until);
        if due.id is not null then
            new.version := due.applied_version;
            new.last_updated := greatest(new.last_updated, due.valid_from);
            if not has_changed then
                new.pricing_type := due.pricing_type;
                new.missing_reason := due.missing_reason;
                new.price_per_input_token := due.price_per_input_token;
                new.price_per_output_token := due.price_per_output_token;
                new.price_per_image_token := due.price_per_image_token;
                new.price_per_request := due.price_per_request;
                new.rate_set_id := due.rate_set_id;
                new.pricing_source := due.pricing_source;
                new.updated_at := now();
            end if;
            has_changed := is_correction
                or (new.pricing_type, new.missing_reason, new.price_per_input_token, new.price_per_output_token,
                    new.price_per_image_token, new.price_per_request, new.rate_set_id, new.pricing_source)
                is distinct from
                (due.pricing_type, due.missing_reason, due.price_per_input_token, due.price_per_output_token,
                    due.price_per_image_token, due.price_per_request, due.rate_set_id, due.pricing_source);
        end if;
    end if;
    if not has_changed then
        return new;
    end if;
    new.version := new.version + 1;
    if tg_op = 'UPDATE' then
        new.updated_at := now();
    end if;
    if new.rate_set_id is not null then
        perform model_pricing_require_type(
            new.model_id, new.pricing_type, new.rate_set_id, new.price_per_input_token, new.price_per_output_token,
            new.price_per_image_token, new.price_per_request);
    end if;
    return new;
end
$$;

-- Applies the announced prices of a deleted price that started, and ends the others.
create or replace function model_pricing_end_announcements() returns trigger
language plpgsql security definer as $$
declare
    audit jsonb := nullif(current_setting('model_pricing.audit_context', true), '');
begin
    if exists (
        select from model_pricing_announcement a where a.model_id = old.model_id and a.resolution is null)
    then
        if audit ->> 'statement' is distinct from statement_timestamp()::text then
            audit := '{}';
        end if;
        perform model_pricing_apply_announcements(
            old.model_id, old.version, old.pricing_source = 'manual', clock_timestamp());
        update model_pricing_announcement a
        set resolution = 'deleted', resolved_at = clock_timestamp(),
            resolved_by = coalesce(audit ->> 'actor', session_user), resolution_reason = audit ->> 'reason'
        where a.model_id = old.model_id and a.resolution is null;
    end if;
    return old;
end
$$;

-- Applies the announced prices that started, of the given models or of all (NULL), and returns these models. Readers do
-- not need it; it brings model_pricing and what depends on its rows up to date. The triggers of the writes do the work.
-- For all models, it does not wait: a model that another transaction has locked is left to the next call.
create or replace function model_pricing_apply_due(targets bigint[]) returns setof bigint
language plpgsql rows 10 as $$
declare
    due bigint[] := array(
        select distinct a.model_id
        from model_pricing_announcement a
        where a.resolution is null and a.valid_from <= statement_timestamp()
          and (targets is null or a.model_id = any (targets))
          and exists (select from models m where m.id = a.model_id)
        order by a.model_id);
begin
    if due = '{}' then
        return;
    end if;
    if targets is null then
        due := array(select m.id from models m where m.id = any (due) order by m.id for no key update skip locked);
    else
        perform from models m where m.id = any (due) order by m.id for no key update;
    end if;
    update model_pricing p set last_updated = p.last_updated where p.model_id = any (due);
    insert into model_pricing (
        model_id, last_updated, pricing_type, missing_reason, price_per_input_token, price_per_output_token,
        price_per_image_token, price_per_request, rate_set_id, pricing_source)
    select
        c.model_id, c.last_updated, c.pricing_type, c.missing_reason, c.price_per_input_token, c.price_per_output_token,
        c.price_per_image_token, c.price_per_request, c.rate_set_id, c.pricing_source
    from model_pricing_current c
    where c.model_id = any (due) and c.pricing_type is not null
      and not exists (select from model_pricing p where p.model_id = c.model_id)
    order by c.model_id
    on conflict (model_id) do nothing;
    return query select unnest(due);
end
$$;

-- An announced price is checked when it is announced, so that it can be applied without a check. It never changes.
create or replace function model_pricing_check_announcement() returns trigger
language plpgsql security definer as $$
begin
    if tg_op = 'UPDATE' then
        if old.resolution is not null
            or (new.resolution, new.resolved_at, new.resolved_by, new.resolution_reason, new.applied_version)
                is not distinct from
                (old.resolution, old.resolved_at, old.resolved_by, old.resolution_reason, old.applied_version)
            or to_jsonb(new) - '{resolution,resolved_at,resolved_by,resolution_reason,applied_version}'::text[]
                <> to_jsonb(old) - '{resolution,resolved_at,resolved_by,resolution_reason,applied_version}'::text[]
        then
            raise exception 'announcement % of model % cannot change', old.id, old.model_id
                using errcode = 'restrict_violation', hint = 'Withdraw it before its start, and announce another price.';
        end if;
        -- Readers omit an announcement that is not open, so its price must not be lost.
        if new.resolution = 'applied' and not exists (
            select
            from model_pricing_version v
            where v.model_id = new.model_id and v.number = new.applied_version and v.valid_from = new.valid_from)
        then
            raise exception 'announcement % of model % cannot be applied as version %, which does not exist from % on',
                new.id, new.model_id, new.applied_version, new.valid_from
                using errcode = 'restrict_violation', hint = 'Call model_pricing_apply_due, which makes the version.';
        end if;
        if new.resolution = 'overridden' and new.valid_from > clock_timestamp() then
            raise exception 'announcement % of model % cannot be overridden before its start at %',
                new.id, new.model_id, new.valid_from
                using errcode = 'restrict_violation', hint = 'Withdraw it.';
        end if;
        return new;
    end if;
    if new.valid_from <= clock_timestamp() then
        raise exception 'an announced price must be valid from an instant of the future, but was valid from %',
            new.valid_from
            using errcode = 'check_violation', hint = 'Write the price, or correct the recorded one.';
    end if;
    if not exists (select from models m where m.id = new.model_id) then
        raise exception 'model % does not exist', new.model_id
            using errcode = 'foreign_key_violation', hint = 'Create it first.';
    end if;
    if new.rate_set_id is not null then
        perform model_pricing_require_type(
            new.model_id, new.pricing_type, new.rate_set_id, new.price_per_input_token, new.price_per_output_token,
            new.price_per_image_token, new.price_per_request);
    end if;
    -- A model without a price row keeps this number: writing a row applies the announcement, deleting it ends it.
    new.last_version := coalesce(
        (select max(v.number) from model_pricing_version v where v.model_id = new.model_id), 0);
    return new;
end
$$;

-- Refuses, at the commit, to announce or withdraw a price whose start has passed meanwhile: readers would have seen
-- another price since then.
create or replace function model_pricing_check_start() returns trigger
language plpgsql as $$
begin
    if new.valid_from <= clock_timestamp() then
        raise exception 'the price of model % is announced for %, which passed before the transaction ended',
            new.model_id, new.valid_from
            using errcode = 'check_violation', hint = 'Write the price, or correct the recorded one.';
    end if;
    return null;
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
            using errcode = 'check_violation', hint = 'Announce a future price.';
    end if;
    -- Executed as text, so that each statement is planned for its number of rows: a plan for one row is quadratic for
    -- ten thousand, and a plan for ten thousand reads all versions for one row.
    if tg_op = 'DELETE' then
        execute $deletion$
            insert into model_pricing_version (
                model_id, number, kind, valid_from, recorded_at, actor, reason, pricing_type, missing_reason,
                pricing_source, provider_slug, provider_model_id, canonical_id, model_name)
            select
                o.model_id, l.number + 1, 'deletion',
                greatest($1, l.valid_from + interval '1 microsecond'),
                greatest($1, l.recorded_at + interval '1 microsecond'),
                coalesce($2 ->> 'actor', session_user), $2 ->> 'reason', 'missing', 'never_known', l.pricing_source,
                l.provider_slug, l.provider_model_id, l.canonical_id, l.model_name
            from old_rows o
            cross join lateral (
                select v.* from model_pricing_version v where v.model_id = o.model_id order by v.number desc limit 1
            ) l
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
                -- A change that was made before the start of an announced price is valid before it.
                else greatest(
                    least($1, (
                        select min(a.valid_from) - interval '1 microsecond'
                        from model_pricing_announcement a
                        where a.model_id = n.model_id and a.resolution is null)),
                    l.valid_from + interval '1 microsecond')
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
        -- The row of an applied announcement has its version.
        where not exists (
            select
            from model_pricing_announcement a
            where a.model_id = n.model_id and a.applied_version = n.version)
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

-- Refuses hours that do not divide the week, in the words of the class Hours: windows such as daily 16:30-00:30,
-- mon-fri 08:00-18:00 or fri 18:00-mon 08:00, separated by commas. Minutes are counted from Monday 00:00.
create or replace function model_pricing_check_hours() returns trigger
language plpgsql as $$
declare
    day_names constant text := 'montuewedthufrisatsun';
    minutes constant int4multirange := '{[0,10080)}';
    covered int4multirange := '{}';
    part record;
    first_day integer;
    days integer;
    starts integer;
    ends integer;
    start integer;
    piece int4multirange;
begin
    for part in
        select
            e.key as name, w.text,
            regexp_match(
                lower(btrim(w.text) collate "C"),
                '^(?:daily|(mon|tue|wed|thu|fri|sat|sun)(?:-(mon|tue|wed|thu|fri|sat|sun))?)'
                ' ((?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)'
                '-(?:(mon|tue|wed|thu|fri|sat|sun) )?((?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)$') as words
        from jsonb_each_text(new.hours) e
        cross join regexp_split_to_table(coalesce(e.value, ''), ',') w (text)
    loop
        if part.name !~ '^[a-z0-9][a-z0-9_.:/-]{0,63}$' then
            raise exception '"%" of rate set % is not a name of hours', part.name, new.id
                using errcode = 'check_violation',
                    hint = 'Use up to 64 lower-case letters, digits and _ . : / - that begin with a letter or a digit.';
        end if;
        starts := left(part.words[3], 2)::integer * 60 + right(part.words[3], 2)::integer;
        ends := left(part.words[5], 2)::integer * 60 + right(part.words[5], 2)::integer;
        if part.words is null
            or part.words[4] is null and starts = 1440
            or part.words[4] is not null and (part.words[1] is null or part.words[2] is not null)
        then
            raise exception '"%" of the hours % of rate set % is not a window of the week',
                part.text, part.name, new.id
                using errcode = 'check_violation',
                    hint = 'Write for example daily 16:30-00:30, mon-fri 08:00-18:00, sat 00:00-24:00 or '
                        'fri 18:00-mon 08:00, in UTC.';
        end if;
        first_day := coalesce(strpos(day_names, part.words[1]) / 3, 0);
        if part.words[4] is null then
            days := case
                when part.words[1] is null then 7
                when part.words[2] is null then 1
                else (strpos(day_names, part.words[2]) / 3 - first_day + 7) % 7 + 1
            end;
            ends := case when ends > starts then ends - starts else ends - starts + 1440 end;
        else
            days := 1;
            ends := (strpos(day_names, part.words[4]) / 3 - first_day) * 1440 + ends - starts;
            ends := case when ends % 10080 = 0 then 10080 else (ends + 10080) % 10080 end;
        end if;
        for day in first_day .. first_day + days - 1 loop
            start := (day * 1440 + starts) % 10080;
            piece := int4multirange(
                int4range(start, least(start + ends, 10080)), int4range(0, greatest(start + ends - 10080, 0)));
            if covered && piece then
                raise exception '"%" of the hours % of rate set % overlaps other hours at %',
                    part.text, part.name, new.id,
                    to_char(date '2024-01-01' + make_interval(mins => lower(covered * piece)), 'dy HH24:MI')
                    using errcode = 'check_violation',
                        hint = 'Every minute of the week in UTC must belong to exactly one name.';
            end if;
            covered := covered + piece;
        end loop;
    end loop;
    if covered <> minutes then
        raise exception 'no hours of rate set % cover %', new.id,
            to_char(date '2024-01-01' + make_interval(mins => lower(minutes - covered)), 'dy HH24:MI')
            using errcode = 'check_violation',
                hint = 'Every minute of the week in UTC must belong to exactly one name.';
    end if;
    return null;
end
$$;

-- Returns the first units of a tier that are charged as each other in the same request; NULL if there are none. A
-- request finds the rates as described at the class RateCard: the most precise match of region, hours and variant.
create or replace function model_pricing_charging_cycle(rate_set uuid, tier text) returns text
language sql stable as $$
with recursive rate as (
    select distinct
        r.unit, r.variant, r.region, r.hours,
        case
            when r.price is not null then null
            when r.charged_as is not null then r.charged_as
            when r.unit in ('reasoning', 'audio_output') then 'output'
            when r.unit = 'cache_write_1h' and exists (
                select
                from model_pricing_card_rate w
                where w.rate_set_id = rate_set and w.service_tier = tier and w.unit = 'cache_write'
                  and w.region = r.region and w.hours = r.hours and w.price is not null) then 'cache_write'
            else 'input'
        end as charged_as,
        4 * (r.region <> '')::integer + 2 * (r.hours <> '')::integer + (r.variant <> '')::integer as precision
    from model_pricing_card_rate r
    where r.rate_set_id = rate_set and r.service_tier = tier
    union all
    -- Reasoning that has no other rate.
    select 'reasoning', '', '', '', 'output', -1
), request as (
    select g.region, coalesce(h.hours, '') as hours, v.variant
    from (select '' union select r.region from rate r) g (region)
    cross join (select '' union select r.variant from rate r) v (variant)
    cross join model_pricing_rate_set s
    left join lateral jsonb_object_keys(s.hours) h (hours) on true
    where s.id = rate_set
), charged as (
    select *
    from (
        select distinct on (q.region, q.hours, q.variant, r.unit)
            q.region, q.hours, q.variant, r.unit, r.charged_as
        from request q
        join rate r
            on r.region in ('', q.region) and r.hours in ('', q.hours) and r.variant in ('', q.variant)
        order by q.region, q.hours, q.variant, r.unit, r.precision desc
    ) applicable
    where charged_as is not null
), path as (
    select c.region, c.hours, c.variant, c.unit as first, c.unit, c.charged_as
    from charged c
    union
    select p.region, p.hours, p.variant, p.first, c.unit, c.charged_as
    from path p
    join charged c
        on c.region = p.region and c.hours = p.hours and c.variant = p.variant and c.unit = p.charged_as
)
select concat_ws(' ', tier, nullif(p.region, ''), nullif(p.hours, '')) || ': '
    || string_agg(p.unit || ' charged as ' || p.charged_as, ', ' order by p.unit)
from path p
group by p.region, p.hours, p.variant, p.first
having bool_or(p.charged_as = p.first)
order by p.region, p.hours, p.variant, p.first
limit 1
$$;

-- A set is complete when the transaction that created it commits. It never changes after that.
create or replace function model_pricing_check_rates() returns trigger
language plpgsql security definer as $$
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
    join model_pricing_card_rate r
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
    select string_agg(distinct format('%s (%s) as %s (%s)', u.id, u.measure, c.id, c.measure), ', ') into wrong
    from new_rows n
    join billing_unit u on u.id = n.unit
    join billing_unit c on c.id = n.charged_as
    where c.measure <> u.measure;
    if wrong is not null then
        raise exception 'units cannot be charged as units of another measure: %', wrong
            using errcode = 'check_violation', hint = 'Insert prices, or charge them as units of the same measure.';
    end if;
    -- A cycle has at least two units that are charged as another and that another is charged as. Few sets have two.
    select string_agg(c.cycle, '; ') into wrong
    from (
        select r.rate_set_id, r.service_tier
        from (select distinct n.rate_set_id from new_rows n) s
        join model_pricing_card_rate r on r.rate_set_id = s.rate_set_id
        where r.price is null
        group by r.rate_set_id, r.service_tier
        having 1 < (
            select count(*)
            from (
                select unnest(array_agg(r.unit) || array['reasoning'])
                intersect
                -- A rate without charged_as is charged as one of these three units.
                select unnest(array_agg(r.charged_as) || array['input', 'output', 'cache_write'])
            ) on_both_sides
        )
    ) t
    cross join lateral (select model_pricing_charging_cycle(t.rate_set_id, t.service_tier) as cycle offset 0) c;
    if wrong is not null then
        raise exception 'units cannot be charged as each other: %', wrong
            using errcode = 'check_violation', hint = 'Insert a price for one of these units.';
    end if;
    return null;
end
$$;

create or replace trigger model_pricing_number_first
    before insert on model_pricing
    for each row execute function model_pricing_number_version();
create or replace trigger model_pricing_number_next
    before update on model_pricing
    for each row execute function model_pricing_number_version();
create or replace trigger model_pricing_end_announcements
    before delete on model_pricing
    for each row execute function model_pricing_end_announcements();
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
create or replace trigger model_pricing_announcement_check
    before insert or update on model_pricing_announcement
    for each row execute function model_pricing_check_announcement();
create or replace trigger model_pricing_announcement_refuse
    before delete or truncate on model_pricing_announcement
    for each statement execute function model_pricing_refuse('withdraw the announcement instead');
create or replace trigger model_pricing_card_rate_refuse
    before update or delete or truncate on model_pricing_card_rate
    for each statement execute function model_pricing_refuse('rate sets are immutable');
create or replace trigger model_pricing_rate_set_refuse
    before update or delete or truncate on model_pricing_rate_set
    for each statement execute function model_pricing_refuse('rate sets are immutable');
create or replace trigger model_pricing_check_hours
    after insert on model_pricing_rate_set
    for each row when (new.hours is not null) execute function model_pricing_check_hours();
create or replace trigger model_pricing_check_rates
    after insert on model_pricing_card_rate
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

-- An announcement changes prices too, so clients that keep prices until the revision grows read them again.
drop trigger if exists model_pricing_increment_revision on model_pricing_announcement;
create constraint trigger model_pricing_increment_revision
    after insert or update on model_pricing_announcement
    deferrable initially deferred
    for each row
    when (case
        when current_setting('model_pricing.revision', true) = 'incremented' then false
        else set_config('model_pricing.revision', 'incremented', true) = 'incremented'
    end)
    execute function model_pricing_increment_revision();

drop trigger if exists model_pricing_check_announced on model_pricing_announcement;
create constraint trigger model_pricing_check_announced
    after insert on model_pricing_announcement
    deferrable initially deferred
    for each row execute function model_pricing_check_start();
drop trigger if exists model_pricing_check_withdrawn on model_pricing_announcement;
create constraint trigger model_pricing_check_withdrawn
    after update on model_pricing_announcement
    deferrable initially deferred
    for each row when (new.resolution in ('replaced', 'withdrawn')) execute function model_pricing_check_start();

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
    perform from model_pricing_apply_due(array[target]);
    delete from models m where m.id = target;
    -- Deleting the price has ended the announcements of a model that had one.
    update model_pricing_announcement a
    set resolution = 'deleted', resolved_at = clock_timestamp(), resolved_by = session_user
    where a.model_id = target and a.resolution is null;
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
            'model_pricing_check_hours', 'model_pricing_charging_cycle',
            'model_pricing_require_type', 'model_pricing_apply_announcements', 'model_pricing_end_announcements',
            'model_pricing_apply_due', 'model_pricing_check_announcement', 'model_pricing_check_start',
            'model_pricing_delete_model')
    loop
        execute format('alter function %s set search_path = pg_catalog, %I, pg_temp', routine, current_schema());
        -- A session keeps plans that it made while the tables were empty: a sequential scan for each row of a batch.
        execute format('alter function %s set enable_seqscan = off', routine);
        execute format('revoke all on function %s from public', routine);
    end loop;
end
$$;

-- Roles that read versions read the upcoming ones too, and roles that write prices apply the announced ones.
do $$
declare
    grantee record;
begin
    for grantee in
        select distinct
            case g.grantee when 0 then 'public' else g.grantee::regrole::text end as name,
            c.oid = 'model_pricing'::regclass as is_writer
        from pg_class c, aclexplode(c.relacl) g
        where g.grantee <> c.relowner
          and (c.oid = 'model_pricing'::regclass and g.privilege_type = 'UPDATE'
            or c.oid = 'model_pricing_version'::regclass and g.privilege_type = 'SELECT')
    loop
        if grantee.is_writer then
            execute format('grant execute on function model_pricing_apply_due to %s', grantee.name);
        else
            execute format(
                'grant select on model_pricing_upcoming_version, model_pricing_every_version to %s', grantee.name);
        end if;
    end loop;
end
$$;
