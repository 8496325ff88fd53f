-- Creates the triggers that keep the legacy columns and model_pricing equal, or, for place 'archive', drops those of
-- the columns.
create or replace function legacy_price_create_triggers(place text) returns void
language plpgsql
set search_path from current set jit = off as $function$
begin
    drop trigger if exists legacy_price_import_insert on models;
    drop trigger if exists legacy_price_import_update on models;
    if place = 'columns' then
        -- For these columns only: health checks update other columns of models all the time.
        create trigger legacy_price_import_insert
            after insert on models
            for each row execute function legacy_price_import_row();
        create trigger legacy_price_import_update
            after update of pricing_prompt, pricing_completion, pricing_image, pricing_request on models
            for each row
            when (
                (new.pricing_prompt, new.pricing_completion, new.pricing_image, new.pricing_request)
                is distinct from
                (old.pricing_prompt, old.pricing_completion, old.pricing_image, old.pricing_request)
                and coalesce(current_setting('model_pricing.sync', true), '') <> 'off')
            execute function legacy_price_import_row();
        -- These stay after contract and do nothing then. A writer of a price locks model_pricing first and models
        -- second, so a step that has locked models must not lock model_pricing to drop them.
        if not exists (
            select from pg_trigger
            where tgrelid = 'model_pricing'::regclass and tgname = 'legacy_price_export_delete')
        then
            create trigger legacy_price_export_insert
                after insert on model_pricing
                referencing new table as new_rows
                for each statement execute function legacy_price_export_rows();
            create trigger legacy_price_export_update
                after update on model_pricing
                referencing old table as old_rows new table as new_rows
                for each statement execute function legacy_price_export_rows();
            create trigger legacy_price_export_delete
                after delete on model_pricing
                referencing old table as old_rows
                for each statement execute function legacy_price_export_rows();
        end if;
    end if;
end
$function$;

-- Imports the cells that a legacy client has written. A manual override stays, so its price is written back to the
-- cells.
create or replace function legacy_price_import_row() returns trigger
language plpgsql security definer
set search_path from current set jit = off
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $function$
declare
    sync text := coalesce(current_setting('model_pricing.sync', true), '');
    imported record;
begin
    -- An announced price that has started comes first: it is written to the cells, except those that are written now.
    if tg_op = 'UPDATE' and exists (select from model_pricing_apply_due(array[new.id::bigint])) then
        perform set_config('model_pricing.sync', 'off', true);
        update models m
        set pricing_prompt = case
                when new.pricing_prompt is distinct from old.pricing_prompt then new.pricing_prompt
                else m.pricing_prompt
            end,
            pricing_completion = case
                when new.pricing_completion is distinct from old.pricing_completion then new.pricing_completion
                else m.pricing_completion
            end,
            pricing_image = case
                when new.pricing_image is distinct from old.pricing_image then new.pricing_image
                else m.pricing_image
            end,
            pricing_request = case
                when new.pricing_request is distinct from old.pricing_request then new.pricing_request
                else m.pricing_request
            end
        where m.id = new.id;
        perform set_config('model_pricing.sync', sync, true);
    end if;
    for imported in
        select *
        from legacy_price_import(
            array[new.id::bigint],
            session_user || coalesce(' (' || nullif(current_setting('application_name', true), '') || ')', ''),
            'legacy: the price columns of models were written', false)
    loop
        if imported.outcome = 'kept' then
            perform legacy_price_export(array[new.id::bigint]);
        end if;
    end loop;
    perform legacy_price_archive_cells(array[new.id::bigint]);
    return null;
end
$function$;

-- Writes the prices of the given models to their legacy cells, and records those that a column cannot show exactly.
create or replace function legacy_price_export(targets bigint[]) returns void
language plpgsql security definer
set search_path from current set jit = off as $function$
declare
    sync text := coalesce(current_setting('model_pricing.sync', true), '');
begin
    perform set_config('model_pricing.sync', 'off', true);
    -- The number of a cell without a declared unit stays: it may be the only copy of a price.
    update models m
    set pricing_prompt = case when c.has_copy and c.hides_prompt then m.pricing_prompt else c.shows_prompt end,
        pricing_completion = case
            when c.has_copy and c.hides_completion then m.pricing_completion
            else c.shows_completion
        end,
        pricing_image = case when c.has_copy and c.hides_image then m.pricing_image else c.shows_image end,
        pricing_request = case when c.has_copy and c.hides_request then m.pricing_request else c.shows_request end
    from (
        select *, kind = 'undeclared' as has_copy
        from legacy_price_comparison
        where model_id = any (targets)
        offset 0
    ) c
    where c.model_id = m.id and not c.is_same and not c.is_shown;
    -- A price has replaced the cells that could not be read.
    update model_pricing_quarantine q
    set resolution = 'superseded', resolved_at = clock_timestamp(), resolved_by = session_user,
        resolution_reason = 'the price in model_pricing was written to the legacy cells'
    from legacy_price_comparison c
    where c.model_id = any (targets) and c.kind not in ('unreadable', 'undeclared')
      and q.model_id = c.model_id and q.origin = 'models' and q.resolution is null;
    delete from legacy_price_inexact where model_id = any (targets);
    insert into legacy_price_inexact (model_id, column_name, version, exact, shown)
    select distinct c.model_id, d.column_name, c.version, d.price, d.cell
    from legacy_price_comparison c
    cross join lateral (values
        ('pricing_prompt', c.pricing_prompt, c.to_input, c.price_per_input_token),
        ('pricing_completion', c.pricing_completion, c.to_output, c.price_per_output_token),
        ('pricing_image', c.pricing_image, c.to_image, c.price_per_image_token),
        ('pricing_image', c.pricing_image, c.to_image_count, c.image_count),
        ('pricing_request', c.pricing_request, c.to_request, c.price_per_request)
    ) d (column_name, cell, stated, price)
    where c.model_id = any (targets) and c.version is not null and not c.is_same and c.is_shown
      and d.stated is distinct from d.price;
    perform legacy_price_archive_cells(targets);
    perform set_config('model_pricing.sync', sync, true);
end
$function$;

-- Exports the rows of model_pricing that a statement has written.
create or replace function legacy_price_export_rows() returns trigger
language plpgsql security definer
set search_path from current set jit = off
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $function$
declare
    targets bigint[];
begin
    if coalesce(current_setting('model_pricing.sync', true), '') = 'off' then
        return null;
    end if;
    -- The lock keeps contract and rollback from dropping or adding the columns until this transaction ends.
    lock table models in row exclusive mode;
    if not exists (
        select
        from pg_attribute a
        where a.attrelid = 'models'::regclass and a.attname = 'pricing_prompt' and not a.attisdropped)
    then
        return null;
    end if;
    if tg_op = 'INSERT' then
        targets := array(select n.model_id from new_rows n order by n.model_id);
    elsif tg_op = 'DELETE' then
        targets := array(select o.model_id from old_rows o order by o.model_id);
    else
        -- Not a join: its cached plan, made for one row, would be quadratic for many.
        targets := array(
            select n.model_id
            from (select model_id, version from new_rows except select model_id, version from old_rows) n
            order by n.model_id);
    end if;
    if targets <> '{}' then
        perform legacy_price_export(targets);
    end if;
    return null;
end
$function$;

revoke all on function
    legacy_price_create_triggers,
    legacy_price_import_row,
    legacy_price_export,
    legacy_price_export_rows
    from public;
