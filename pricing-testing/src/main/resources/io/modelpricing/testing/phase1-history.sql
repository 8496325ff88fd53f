-- The history and sync tables that the original system added later; they differ from the library's. Run it after
-- phase1.sql.

create table model_pricing_history (
    id bigserial,
    model_id bigint not null,
    price_per_input_token numeric(20, 15) not null,
    price_per_output_token numeric(20, 15) not null,
    previous_input_price numeric(20, 15),
    previous_output_price numeric(20, 15),
    changed_at timestamptz not null default now(),
    changed_by text not null,
    constraint model_pricing_history_pkey primary key (id),
    constraint model_pricing_history_model_id_fkey foreign key (model_id) references models (id) on delete cascade,
    constraint model_pricing_history_price_per_input_token_check check (price_per_input_token >= 0),
    constraint model_pricing_history_price_per_output_token_check check (price_per_output_token >= 0)
);

create index idx_model_pricing_history_model_id on model_pricing_history (model_id);
create index idx_model_pricing_history_changed_at on model_pricing_history (changed_at desc);
create index idx_model_pricing_history_changed_by on model_pricing_history (changed_by);

comment on column model_pricing_history.changed_by is 'api_sync:PROVIDER or manual:USER';

create table pricing_sync_log (
    id bigserial,
    provider_slug text not null,
    sync_started_at timestamptz not null,
    sync_completed_at timestamptz,
    status text not null,
    models_fetched integer default 0,
    models_updated integer default 0,
    models_skipped integer default 0,
    errors integer default 0,
    error_message text,
    triggered_by text,
    duration_ms integer
        generated always as (extract(epoch from (sync_completed_at - sync_started_at))::integer * 1000) stored,
    constraint pricing_sync_log_pkey primary key (id),
    constraint pricing_sync_log_status_check check (status in ('success', 'failed', 'in_progress')),
    constraint pricing_sync_log_models_fetched_check check (models_fetched >= 0),
    constraint pricing_sync_log_models_updated_check check (models_updated >= 0),
    constraint pricing_sync_log_models_skipped_check check (models_skipped >= 0),
    constraint pricing_sync_log_errors_check check (errors >= 0)
);

create table pricing_sync_lock (
    id bigserial,
    lock_key text not null,
    locked_at timestamptz not null default now(),
    locked_by text not null,
    expires_at timestamptz not null,
    constraint pricing_sync_lock_pkey primary key (id),
    constraint pricing_sync_lock_lock_key_key unique (lock_key),
    constraint pricing_sync_lock_check check (expires_at > locked_at)
);

create table pricing_sync_jobs (
    id uuid default gen_random_uuid(),
    job_id text not null,
    status text not null,
    triggered_by text not null,
    triggered_at timestamptz not null default now(),
    started_at timestamptz,
    completed_at timestamptz,
    providers_synced integer default 0,
    models_updated integer default 0,
    models_skipped integer default 0,
    total_errors integer default 0,
    error_message text,
    result_data jsonb,
    duration_seconds numeric(10, 2) generated always as (extract(epoch from (completed_at - started_at))) stored,
    constraint pricing_sync_jobs_pkey primary key (id),
    constraint pricing_sync_jobs_job_id_key unique (job_id),
    constraint pricing_sync_jobs_status_check check (status in ('queued', 'running', 'completed', 'failed'))
);

create function cleanup_expired_pricing_locks() returns integer
language plpgsql
as $$
declare
    removed integer;
begin
    delete from pricing_sync_lock where expires_at < now();
    get diagnostics removed = row_count;
    return removed;
end
$$;

create function cleanup_old_pricing_jobs() returns integer
language plpgsql
as $$
declare
    removed integer;
begin
    delete from pricing_sync_jobs
    where status in ('completed', 'failed') and completed_at < now() - interval '30 days';
    get diagnostics removed = row_count;
    return removed;
end
$$;
