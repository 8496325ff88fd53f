-- The application's tables of models and providers. Existing tables are not changed; an empty database gets them
-- without the legacy price columns.

create table if not exists providers (
    id bigserial,
    name text not null,
    slug text not null,
    is_active boolean not null default true,
    average_response_time_ms integer,
    health_status text not null default 'unknown',
    last_health_check_at timestamptz,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint providers_pkey primary key (id),
    constraint providers_name_key unique (name),
    constraint providers_slug_key unique (slug),
    constraint providers_health_status_check check (health_status in ('healthy', 'degraded', 'down', 'unknown'))
);

create table if not exists models (
    id bigserial,
    provider_id bigint,
    model_id text not null,
    model_name text not null,
    provider_model_id text not null,
    description text,
    context_length integer,
    modality text not null default 'text->text',
    supports_streaming boolean not null default false,
    supports_function_calling boolean not null default false,
    supports_vision boolean not null default false,
    average_response_time_ms integer,
    health_status text not null default 'unknown',
    last_health_check_at timestamptz,
    success_rate numeric(5, 2),
    is_active boolean not null default true,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint models_pkey primary key (id),
    constraint models_provider_id_fkey foreign key (provider_id) references providers (id) on delete cascade,
    constraint unique_provider_model unique (provider_id, provider_model_id),
    constraint models_health_status_check check (health_status in ('healthy', 'degraded', 'down', 'unknown'))
);

-- Failover and the catalog find models by the canonical model id.
create index if not exists idx_models_model_id on models (model_id);
