-- Returns the rate set with the rates of another set and the given price of one image, and stores it if it is new.
-- With adds_cached, each kind of cached and audio tokens that has no standard rate gets one without a price: it is
-- charged as the unit that it is part of.
-- A unit of "priced" has a price in its column now, so a rate that charges it as another unit is left out.
create or replace function legacy_price_rate_set(
    rates uuid, image_count numeric, adds_cached boolean, priced text[]) returns uuid
language plpgsql
set search_path from current set jit = off as $function$
declare
    content model_pricing_card_rate[];
    set_hours jsonb;
    hashed text;
    made uuid;
begin
    content := array(
        select r
        from model_pricing_card_rate r
        where r.rate_set_id = rates
          and not (r.price is not null
            and (r.unit, r.service_tier, r.variant, r.region, r.hours, r.from_input_tokens)
                = ('image_count', 'standard', '', '', '', 0))
          and not (r.charged_as is not null and r.unit = any (priced)
            and (r.service_tier, r.variant, r.region, r.hours) = ('standard', '', '', ''))
        union all
        select row(null, 'standard', 'image_count', 0, image_count, '', '', '', null)::model_pricing_card_rate
        where image_count is not null
        union all
        select row(null, 'standard', c.unit, 0, null, '', '', '', null)::model_pricing_card_rate
        from unnest(legacy_price_cached_units()) c (unit)
        where adds_cached
          and not exists (
            select
            from model_pricing_card_rate r
            where r.rate_set_id = rates and r.service_tier = 'standard' and r.unit = c.unit));
    set_hours := (select s.hours from model_pricing_rate_set s where s.id = rates);
    -- The Java library hashes the same text, with the rates in the same order, so equal sets get the same id.
    select
        string_agg(
            concat_ws('|', r.service_tier, r.unit, r.from_input_tokens, coalesce(trim_scale(r.price)::text, 'null'))
            || case
                when (r.variant, r.region, r.hours) <> ('', '', '') or r.charged_as is not null
                    then '|' || concat_ws('|', r.variant, r.region, r.hours, coalesce(r.charged_as, ''))
                else ''
            end,
            e'\n'
            order by array_position(array['standard', 'batch', 'flex', 'priority', 'fast'], r.service_tier),
                array_position(
                    array[
                        'input', 'output', 'image', 'request', 'cache_read', 'cache_write', 'cache_write_1h',
                        'audio_input', 'image_count', 'web_search', 'reasoning', 'audio_output'],
                    r.unit),
                r.unit collate "C", r.variant collate "C", r.region collate "C", r.hours collate "C",
                r.from_input_tokens)
    into hashed
    from unnest(content) r;
    if hashed is null then
        return null;
    end if;
    if set_hours is not null then
        hashed := hashed || e'\nhours|{' || (
            select string_agg(format('"%s": "%s"', h.name, h.windows), ', ' order by h.name collate "C")
            from jsonb_each_text(set_hours) h (name, windows)) || '}';
    end if;
    made := encode(substr(sha256(convert_to(hashed, 'UTF8')), 1, 16), 'hex')::uuid;
    insert into model_pricing_rate_set (id, hours) values (made, set_hours) on conflict do nothing;
    if found then
        insert into model_pricing_card_rate (
            rate_set_id, service_tier, unit, from_input_tokens, price, variant, region, hours, charged_as)
        select
            made, r.service_tier, r.unit, r.from_input_tokens, r.price, r.variant, r.region, r.hours, r.charged_as
        from unnest(content) r;
    end if;
    return made;
end
$function$;

-- Returns the cells of a model that cannot be read as prices, each with a message that has its value.
create or replace function legacy_price_cell_errors(
    kind text, cells numeric[], units text[], provider bigint) returns table (column_name text, reason text)
language sql stable
set search_path from current set jit = off as $function$
    select
        n.name,
        format('%s is %s', n.name, c.cell) || case
            when kind = 'undeclared' and p.hi = 0 and c.unit_or_zero then
                ' like every price of the model, but the meaning of zero is not declared for ' || w.who
            when kind = 'undeclared' then ', but its unit is not declared for ' || w.who
            when c.cell >= 'Infinity' or (c.cell < 0 and c.cell <> -1) then
                '; expected a number of 0 or more, or -1 for a dynamic price'
            when c.cell = -1 then ' (a dynamic price), but ' || p.priced
            else '; expected less than 1000000000000 US dollars for one token, image or request, with at most 30'
                ' decimals'
        end
    from (
        select
            max(x) as hi, max(x) > 0 and -1 = any (cells) as both,
            string_agg(format('%s is %s', (array['pricing_prompt', 'pricing_completion', 'pricing_image',
                'pricing_request'])[i], x), ', ' order by i) filter (where x > 0) as priced
        from unnest(cells) with ordinality u (x, i)
    ) p
    cross join (
        select coalesce('provider ' || (select slug from providers where id = provider), 'models without provider')
            as who
    ) w
    cross join (values (1, 'pricing_prompt'), (2, 'pricing_completion'), (3, 'pricing_image'), (4, 'pricing_request'))
        n (i, name)
    cross join lateral (select cells[n.i] as cell, units[5] is null as unit_or_zero) c
    where c.cell is not null
      and case
            when kind = 'undeclared' and p.hi = 0 and c.unit_or_zero then true
            when kind = 'undeclared' then units[n.i] is null and (c.cell <> 0 or n.i = 3)
            when p.both then c.cell = -1 or c.cell >= 'Infinity' or c.cell < 0
            when p.hi >= 'Infinity' or exists (select from unnest(cells) x where x < 0) then
                c.cell >= 'Infinity' or (c.cell < 0 and c.cell <> -1)
            else c.cell * case units[n.i] when 'per-1k' then 0.001 when 'per-1m' then 0.000001 else 1 end >= 1e12
                or min_scale(
                    c.cell * case units[n.i] when 'per-1k' then 0.001 when 'per-1m' then 0.000001 else 1 end) > 30
        end
    order by n.i
$function$;

-- Writes the price that the legacy cells state to model_pricing. The caller has locked the rows of these models. With
-- carries_over (populate), a first version has no start date and replaces a price from before the expansion. Returns
-- one row for each model, with the outcome:
--
--   inserted, updated, unchanged
--               with carries_over, a price that lacks rates of cached tokens is updated if they are declared as-input
--   kept        the stored price stays: it is a manual override, or, with carries_over, was written after the expansion
--   undeclared  nothing is written: the unit of a cell, or the meaning of zero, is not declared
create or replace function legacy_price_import(targets bigint[], actor text, reason text, carries_over boolean)
returns table (model_id bigint, outcome text, was jsonb, becomes jsonb)
language plpgsql security definer
set search_path from current set jit = off as $function$
#variable_conflict use_column
declare
    change text := coalesce(current_setting('model_pricing.audit_context', true), '');
    sync text := coalesce(current_setting('model_pricing.sync', true), '');
    context jsonb := jsonb_build_object('statement', statement_timestamp()::text, 'actor', actor, 'reason', reason);
begin
    if carries_over then
        context := context || '{"firstHasNoStartDate": true, "replaces": true}';
    end if;
    perform
        set_config('model_pricing.audit_context', context::text, true),
        set_config('model_pricing.sync', 'off', true);
    return query
    with judged as materialized (
        select
            v.*,
            case
                when v.verdict not in ('inserted', 'updated') or not v.keeps_rates then null
                when num_nonnulls(v.rate_set_id, v.new_image_count) > 0 then
                    legacy_price_rate_set(
                        v.rate_set_id, case when v.is_unchanged then v.image_count else v.new_image_count end,
                        v.adds_cached,
                        case when v.is_unchanged then '{}' else array_remove(
                            array[
                                case when v.to_input is not null then 'input' end,
                                case when v.to_output is not null then 'output' end,
                                case when v.new_image is not null then 'image' end,
                                case when v.to_request is not null then 'request' end,
                                case when v.new_image_count is not null then 'image_count' end],
                            null) end)
                -- The same set for all of these models: the subquery runs once.
                when v.adds_cached then (select legacy_price_rate_set(null, null, true, '{}'))
            end as to_rates
        from (
            select
                c.*, x.is_unchanged, x.adds_cached, x.new_image, x.new_image_count,
                case
                    when c.kind = 'undeclared' then 'undeclared'
                    when x.is_unchanged
                        and not (carries_over and x.is_imported and x.adds_cached and c.lacks_cached_rates)
                        then 'unchanged'
                    when c.version is null then 'inserted'
                    when c.pricing_source = 'manual' or (carries_over and not x.is_imported)
                        or (x.was_hidden and not x.is_unchanged)
                        then 'kept'
                    else 'updated'
                end as verdict
            from legacy_price_comparison c
            cross join lateral (
                select
                    c.is_same or (c.is_shown and c.kind <> 'unreadable') as is_unchanged,
                    c.kind in ('paid', 'free') and c.cached is not distinct from 'as-input' as adds_cached,
                    c.pricing_source = 'legacy' or c.is_original as is_imported,
                    -- The cells show the price, except where they were empty before their unit was declared.
                    carries_over and c.pricing_source = 'legacy'
                        and (coalesce(c.pricing_prompt, c.shows_prompt),
                            coalesce(c.pricing_completion, c.shows_completion),
                            coalesce(c.pricing_image, c.shows_image), coalesce(c.pricing_request, c.shows_request))
                            is not distinct from
                            (c.shows_prompt, c.shows_completion, c.shows_image, c.shows_request)
                        and exists (
                            select
                            from legacy_price_archive a
                            where a.model_id = c.model_id and a.version = c.version
                              and (a.pricing_prompt, a.pricing_completion, a.pricing_image, a.pricing_request)
                                is not distinct from
                                (c.pricing_prompt, c.pricing_completion, c.pricing_image, c.pricing_request)
                        ) as was_hidden,
                    -- The image price of the other unit is the cell too, if its unit was declared wrongly before.
                    case
                        when carries_over and c.image_unit = 'per-image' and c.pricing_image > 0
                            and c.to_image in (c.pricing_image, c.pricing_image * 0.001, c.pricing_image * 0.000001)
                            then null
                        else c.to_image
                    end as new_image,
                    case
                        when carries_over and c.image_unit <> 'per-image' and c.pricing_image > 0
                            and c.to_image_count = c.pricing_image
                            then null
                        else c.to_image_count
                    end as new_image_count
            ) x
            where c.model_id = any (targets)
            offset 0
        ) v
    ), inserted as (
        insert into model_pricing (
            model_id, pricing_type, missing_reason, price_per_input_token, price_per_output_token,
            price_per_image_token, price_per_request, rate_set_id, pricing_source, last_updated)
        select
            j.model_id, j.to_type, j.to_reason, j.to_input, j.to_output, j.new_image, j.to_request, j.to_rates,
            'legacy', now()
        from judged j
        where j.verdict = 'inserted'
        order by j.model_id
    ), updated as (
        update model_pricing p
        set pricing_type = j.to_type, missing_reason = j.to_reason, price_per_input_token = j.to_input,
            price_per_output_token = j.to_output, price_per_image_token = j.new_image, price_per_request = j.to_request,
            rate_set_id = j.to_rates, pricing_source = 'legacy', last_updated = greatest(p.last_updated, now())
        from judged j
        where p.model_id = j.model_id and j.verdict = 'updated' and not j.is_unchanged
    ), completed as (
        update model_pricing p
        set rate_set_id = j.to_rates, last_updated = greatest(p.last_updated, now())
        from judged j
        where p.model_id = j.model_id and j.verdict = 'updated' and j.is_unchanged
    ), quarantined as (
        insert into model_pricing_quarantine as waiting (model_id, origin, original, reason)
        select
            j.model_id, 'models',
            jsonb_build_object('pricing_prompt', j.pricing_prompt, 'pricing_completion', j.pricing_completion,
                'pricing_image', j.pricing_image, 'pricing_request', j.pricing_request),
            (select string_agg(o.reason, '; ')
                from legacy_price_cell_errors(j.kind,
                    array[j.pricing_prompt, j.pricing_completion, j.pricing_image, j.pricing_request],
                    array[j.prompt_unit, j.completion_unit, j.image_unit, j.request_unit, j.zero], j.provider_id) o)
        from judged j
        where (j.kind = 'unreadable' or (j.kind = 'undeclared' and not carries_over))
          -- Cells that an operator has accepted are not quarantined again. An undecided entry is updated.
          and not exists (
            select
            from model_pricing_quarantine a
            where a.model_id = j.model_id and a.origin = 'models' and a.resolution = 'accepted'
              and a.original = jsonb_build_object('pricing_prompt', j.pricing_prompt, 'pricing_completion',
                j.pricing_completion, 'pricing_image', j.pricing_image, 'pricing_request', j.pricing_request))
        order by j.model_id
        on conflict (model_id, origin) where resolution is null do update
        set original = excluded.original, reason = excluded.reason, quarantined_at = excluded.quarantined_at
        where (waiting.original, waiting.reason) is distinct from (excluded.original, excluded.reason)
    ), superseded as (
        update model_pricing_quarantine q
        set resolution = 'superseded', resolved_at = clock_timestamp(), resolved_by = actor,
            resolution_reason = 'the legacy cells were changed, or their unit was declared'
        from judged j
        where q.model_id = j.model_id and q.origin = 'models' and q.resolution is null
          and j.kind not in ('unreadable', 'undeclared')
    ), exact as (
        delete from legacy_price_inexact i
        using judged j
        where i.model_id = j.model_id and j.verdict in ('inserted', 'updated')
    )
    select
        j.model_id::bigint, j.verdict,
        case when j.version is not null then jsonb_strip_nulls(jsonb_build_object(
            'type', j.pricing_type, 'input', j.price_per_input_token::text, 'output', j.price_per_output_token::text,
            'image', j.price_per_image_token::text, 'request', j.price_per_request::text)) end,
        jsonb_strip_nulls(jsonb_build_object(
            'type', j.to_type, 'input', j.to_input::text, 'output', j.to_output::text,
            'image', coalesce(j.new_image, j.new_image_count)::text, 'request', j.to_request::text,
            'cached', case when j.adds_cached and j.lacks_cached_rates then j.cached end))
    from judged j
    order by j.model_id;
    perform set_config('model_pricing.audit_context', change, true), set_config('model_pricing.sync', sync, true);
end
$function$;

-- Begins a run of populate, or continues one that was interrupted: it continues if the checksum of the files of this
-- folder and the declarations are the same. The run ends at the highest id of now; the triggers import
-- later models.
create or replace function legacy_price_begin_populate(checksum text, begun_by text) returns void
language sql
set search_path from current set jit = off as $function$
    insert into legacy_price_progress as p (step, rules, actor, last_model, target_model, models, total)
    select 'populate', r.rules, begun_by, c.last_model, m.target_model, c.models, c.models + n.left_over
    from (
        select checksum || ' ' || md5(coalesce(string_agg(
            concat_ws(' ', d.scope, d.provider_id, d.subject, d.meaning), ',' order by d.scope, d.provider_id, d.subject),
            '')) as rules
        from legacy_price_declaration d
    ) r
    left join legacy_price_progress o on o.step = 'populate' and o.rules = r.rules and o.ended_at is null
    cross join lateral (select coalesce(o.last_model, 0) as last_model, coalesce(o.models, 0) as models) c
    cross join (select coalesce(max(id), 0) as target_model from models) m
    cross join lateral (select count(*) as left_over from models where id > c.last_model) n
    on conflict (step) do update
    set rules = excluded.rules, actor = excluded.actor, last_model = excluded.last_model,
        target_model = excluded.target_model, models = excluded.models, total = excluded.total, ended_at = null,
        started_at = case when excluded.last_model = 0 then excluded.started_at else p.started_at end,
        updated_at = excluded.updated_at
$function$;

-- Imports the next batch of models of a run, in the order of their ids, in the transaction of the caller. Returns the
-- number of models by outcome, the last id, and the microseconds that the work took; NULL after the last model.
create or replace function legacy_price_populate(batch integer, actor text, lock_timeout_ms integer) returns jsonb
language plpgsql
set search_path from current set jit = off as $function$
declare
    progress legacy_price_progress;
    wanted bigint[];
    targets bigint[];
    kept bigint[];
    rewritten bigint[];
    began timestamptz;
    answer jsonb;
begin
    perform legacy_price_begin_step(lock_timeout_ms);
    select * into strict progress from legacy_price_progress where step = 'populate';
    -- A batch that waited for a row would keep the writers of its other rows waiting. So it ends before the first row
    -- that another transaction has locked, and only a batch of one model waits.
    wanted := array(
        select id from models
        where id > progress.last_model and id <= progress.target_model
        order by id limit batch);
    targets := array(
        select l.id
        from (select id from models where id = any (wanted) order by id for no key update skip locked) l
        order by l.id);
    if targets <> wanted then
        targets := targets[1:(
            select min(w.position) - 1
            from unnest(wanted) with ordinality w (id, position)
            where w.id is distinct from targets[w.position])];
    end if;
    if targets = '{}' then
        targets := array(
            select id from models
            where id > progress.last_model and id <= progress.target_model
            order by id limit 1
            for no key update);
    end if;
    if targets = '{}' then
        update legacy_price_progress set last_model = target_model, updated_at = clock_timestamp() where step = 'populate';
        return null;
    end if;
    began := clock_timestamp();
    perform from model_pricing_apply_due(targets);
    select
        jsonb_build_object(
            'last', max(p.model_id),
            'models', count(*),
            'inserted', count(*) filter (where p.outcome = 'inserted'),
            'updated', count(*) filter (where p.outcome = 'updated'),
            'unchanged', count(*) filter (where p.outcome = 'unchanged'),
            'kept', coalesce(jsonb_agg(p.model_id order by p.model_id) filter (where p.outcome = 'kept'), '[]'),
            'replaced', coalesce(jsonb_agg(jsonb_build_object('modelId', p.model_id, 'old', p.was, 'new', p.becomes)
                order by p.model_id) filter (where p.outcome = 'updated'), '[]')),
        array_agg(p.model_id order by p.model_id) filter (where p.outcome = 'kept'),
        coalesce(array_agg(p.model_id order by p.model_id) filter (where p.outcome <> 'inserted'), '{}')
    into answer, kept, rewritten
    from legacy_price_import(targets, actor, 'populate: imported from the legacy columns', true) p;
    if kept is not null then
        perform legacy_price_add_history(k, actor) from unnest(kept) k;
        perform legacy_price_export(kept);
    end if;
    if exists (select from legacy_price_declaration d where d.subject = 'cached' and d.meaning = 'as-input') then
        rewritten := rewritten || legacy_price_complete_history(targets, actor);
        -- Records the rounded prices again, for the new versions. A price that was inserted now is shown exactly.
        if rewritten <> '{}' then
            rewritten := array(
                select c.model_id
                from legacy_price_comparison c
                where c.model_id = any (rewritten) and c.is_shown and not c.is_same);
        end if;
        if rewritten <> '{}' then
            perform legacy_price_export(rewritten);
        end if;
    end if;
    perform legacy_price_archive_cells(targets);
    update legacy_price_progress p
    set last_model = (answer ->> 'last')::bigint, models = p.models + (answer ->> 'models')::bigint,
        updated_at = clock_timestamp()
    where p.step = 'populate';
    return answer || jsonb_build_object(
        'micros', (extract(epoch from clock_timestamp() - began) * 1000000)::bigint);
end
$function$;

-- Puts the legacy price before a price that was written after the expansion, as a correction without a start date.
create or replace function legacy_price_add_history(target bigint, actor text) returns void
language plpgsql
set search_path from current set jit = off as $function$
declare
    legacy record;
    timeline model_pricing_timeline[];
    first model_pricing_timeline;
begin
    select * into legacy from legacy_price_comparison c where c.model_id = target;
    timeline := array(
        select t
        from model_pricing_timeline t
        where t.model_id = target and t.valid_from <= statement_timestamp()
        order by t.number);
    if legacy.kind not in ('paid', 'free')
        or legacy.pricing_source = 'legacy'
        -- A price without a start date has no price before it.
        or timeline = '{}'
        or exists (
            select
            from model_pricing_version v
            where v.model_id = target and v.kind = 'correction' and v.valid_from is null
              and v.pricing_source = 'legacy')
    then
        return;
    end if;
    -- Without the prices that the cells cannot show.
    first.pricing_type := legacy.kind;
    first.price_per_input_token := case when legacy.pricing_prompt is not null then legacy.to_input end;
    first.price_per_output_token := case when legacy.pricing_completion is not null then legacy.to_output end;
    first.price_per_image_token := case when legacy.image_unit <> 'per-image' then legacy.to_image end;
    first.price_per_request := case when legacy.pricing_request is not null then legacy.to_request end;
    first.rate_set_id := legacy_price_rate_set(
        null, case when legacy.image_unit = 'per-image' then legacy.to_image_count end,
        legacy.cached is not distinct from 'as-input', '{}');
    first.pricing_source := 'legacy';
    perform legacy_price_rewrite_history(
        target, first || timeline, actor, 'populate: the price of the legacy columns, before the stored one');
end
$function$;

-- Adds the rates of cached tokens, where they are declared as-input, to the earlier prices that were imported from the
-- legacy columns, so that earlier requests get a complete cost too.
-- Returns the models whose prices it wrote again.
create or replace function legacy_price_complete_history(targets bigint[], actor text) returns bigint[]
language plpgsql
set search_path from current set jit = off as $function$
declare
    -- The first version has no earlier ones.
    candidates bigint[] := array(
        select p.model_id from model_pricing p where p.model_id = any (targets) and p.version > 1);
    written bigint[] := '{}';
    target bigint;
    timeline model_pricing_timeline[];
    is_lacking boolean;
    rates uuid;
begin
    if candidates = '{}' then
        return written;
    end if;
    for target, timeline in
        select m.id, array_agg(t order by t.number)
        from models m
        join legacy_price_unit u on u.provider_key = coalesce(m.provider_id, 0)
        join model_pricing p on p.model_id = m.id
        join model_pricing_timeline t on t.model_id = m.id
        -- The condition on the timeline keeps the planner from reading all versions.
        where m.id = any (candidates) and t.model_id = any (candidates) and u.cached = 'as-input'
          and (t.valid_from <= statement_timestamp() or t.valid_from is null)
        group by m.id
        having count(*) > 1
        order by m.id
    loop
        is_lacking := false;
        for i in 1 .. cardinality(timeline) loop
            if timeline[i].pricing_source = 'legacy' and timeline[i].pricing_type <> 'missing' then
                rates := legacy_price_rate_set(
                    timeline[i].rate_set_id,
                    (select r.price
                        from model_pricing_card_rate r
                        where r.rate_set_id = timeline[i].rate_set_id and r.service_tier = 'standard'
                          and r.unit = 'image_count' and r.from_input_tokens = 0
                          and r.variant = '' and r.region = '' and r.hours = ''),
                    true, '{}');
                is_lacking := is_lacking or rates is distinct from timeline[i].rate_set_id;
                timeline[i].rate_set_id := rates;
            end if;
        end loop;
        if is_lacking then
            perform legacy_price_rewrite_history(
                target, timeline, actor, 'populate: cached tokens are charged as input, as declared');
            written := written || target;
        end if;
    end loop;
    return written;
end
$function$;

-- Writes all prices of a model again, from the first to the current one, as corrections. All of them, because the
-- version with the highest number takes precedence from its valid_from on.
create or replace function legacy_price_rewrite_history(
    target bigint, timeline model_pricing_timeline[], actor text, reason text) returns void
language plpgsql
set search_path from current set jit = off as $function$
declare
    change text := coalesce(current_setting('model_pricing.audit_context', true), '');
    sync text := coalesce(current_setting('model_pricing.sync', true), '');
    price model_pricing_timeline;
begin
    perform set_config('model_pricing.sync', 'off', true);
    foreach price in array timeline loop
        perform set_config(
            'model_pricing.audit_context',
            jsonb_build_object('statement', statement_timestamp()::text, 'actor', actor, 'reason', reason,
                'kind', 'correction', 'validFrom', price.valid_from)::text,
            true);
        update model_pricing
        set pricing_type = price.pricing_type, missing_reason = price.missing_reason,
            price_per_input_token = price.price_per_input_token, price_per_output_token = price.price_per_output_token,
            price_per_image_token = price.price_per_image_token, price_per_request = price.price_per_request,
            rate_set_id = price.rate_set_id, pricing_source = price.pricing_source
        where model_id = target;
    end loop;
    perform set_config('model_pricing.audit_context', change, true), set_config('model_pricing.sync', sync, true);
end
$function$;

revoke all on function
    legacy_price_rate_set,
    legacy_price_cell_errors,
    legacy_price_import,
    legacy_price_begin_populate,
    legacy_price_populate,
    legacy_price_add_history,
    legacy_price_complete_history,
    legacy_price_rewrite_history
    from public;
