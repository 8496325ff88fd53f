-- Begins a step: sets its lock timeout, and fails if another step is running in this schema.
create or replace function legacy_price_begin_step(lock_timeout_ms integer) returns void
language plpgsql
set search_path from current set jit = off as $function$
begin
    perform set_config('lock_timeout', lock_timeout_ms || 'ms', true);
    if not pg_try_advisory_xact_lock(hashtextextended('legacy_price_step ' || current_schema(), 0))
    then
        raise exception 'another step of the migration is running: run this one again when it has ended'
            using errcode = 'lock_not_available';
    end if;
end
$function$;

revoke all on function legacy_price_begin_step from public;
