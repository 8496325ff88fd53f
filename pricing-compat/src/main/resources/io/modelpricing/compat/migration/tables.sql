-- The tables that the migration from the legacy columns needs beside the pricing tables. Run all files of this folder
-- in one transaction, with the schema of the pricing tables first on the search path. They can run again at any time.

-- The functions below keep the search path under which they are created. pg_temp comes last, so that a temporary table
-- of the caller never takes the place of a pricing table.
select set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

create table if not exists legacy_price_step (
    id bigint generated always as identity,
    step text not null,
    phase text not null,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    reason text,
    details jsonb not null default '{}',
    constraint legacy_price_step_pkey primary key (id),
    constraint legacy_price_step_phase_check check (phase in ('expanded', 'populated', 'contracted'))
);

comment on table legacy_price_step is
    'The steps of the migration from the legacy columns that were run. The last row has the current phase.';

create table if not exists legacy_price_progress (
    step text,
    rules text not null,
    actor text not null,
    last_model bigint not null,
    target_model bigint not null,
    models bigint not null,
    total bigint not null,
    started_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    constraint legacy_price_progress_pkey primary key (step)
);

comment on table legacy_price_progress is
    'How far the last run of a step came that works in batches. An interrupted run has no ended_at.';
comment on column legacy_price_progress.rules is
    'What a run must have in common with the interrupted one to continue it: a checksum of the files and declarations.';
comment on column legacy_price_progress.last_model is
    'The last model that is done; models are done in the order of their ids.';
comment on column legacy_price_progress.target_model is 'The highest id when the run began.';

create table if not exists legacy_price_declaration (
    scope text not null,
    provider_id bigint,
    subject text not null,
    meaning text not null,
    declared_at timestamptz not null default clock_timestamp(),
    declared_by text not null,
    constraint legacy_price_declaration_key unique nulls not distinct (scope, provider_id, subject),
    constraint legacy_price_declaration_scope_check check (
        scope in ('all', 'no_provider', 'provider') and (scope = 'provider') = (provider_id is not null)),
    constraint legacy_price_declaration_meaning_check check (
        case subject
            when 'pricing_prompt' then meaning in ('per-token', 'per-1k', 'per-1m')
            when 'pricing_completion' then meaning in ('per-token', 'per-1k', 'per-1m')
            when 'pricing_image' then meaning in ('per-token', 'per-1k', 'per-1m', 'per-image')
            when 'pricing_request' then meaning = 'per-request'
            when 'zero' then meaning in ('free', 'unknown')
            when 'cached' then meaning in ('as-input', 'unknown')
            else false
        end)
);

do $$
begin
    execute format(
        'alter table legacy_price_declaration '
        'drop constraint if exists legacy_price_declaration_declared_by_check, '
        'add constraint legacy_price_declaration_declared_by_check check %s',
        model_pricing_text_rule('declared_by', 200));
    execute format(
        'alter table legacy_price_step '
        'drop constraint if exists legacy_price_step_actor_check, '
        'add constraint legacy_price_step_actor_check check %s, '
        'drop constraint if exists legacy_price_step_reason_check, '
        'add constraint legacy_price_step_reason_check check %s',
        model_pricing_text_rule('actor', 200), model_pricing_text_rule('reason', 2000));
end
$$;

comment on table legacy_price_declaration is
    'What the numbers in the legacy columns mean, as the operator declared it: by provider, or for all models.';
comment on column legacy_price_declaration.subject is
    'The legacy column whose unit is declared; "zero": what it means if all prices of a model are zero; "cached":'
    ' whether cached and audio tokens are charged as the other tokens of the prompt or the completion.';

create table if not exists legacy_price_archive (
    model_id bigint,
    provider_id bigint,
    pricing_prompt numeric,
    pricing_completion numeric,
    pricing_image numeric,
    pricing_request numeric,
    version integer,
    seal text not null,
    archived_at timestamptz not null default clock_timestamp(),
    constraint legacy_price_archive_pkey primary key (model_id)
);

comment on table legacy_price_archive is
    'An exact copy of the legacy cells. After contract, the compatibility views read and write these instead.';
comment on column legacy_price_archive.version is
    'The version of the price that these cells show; NULL: model_pricing had no row for the model.';
comment on column legacy_price_archive.seal is
    'A hash of the model, its cells and the version. It no longer matches after a manual change of a cell.';

create table if not exists legacy_price_inexact (
    model_id bigint,
    column_name text,
    version integer not null,
    exact numeric,
    shown numeric,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint legacy_price_inexact_pkey primary key (model_id, column_name, exact)
);

comment on table legacy_price_inexact is
    'Prices that a legacy column cannot show exactly: they are rounded to its scale, or left out.';
comment on column legacy_price_inexact.exact is 'US dollars for one token, image or request.';
comment on column legacy_price_inexact.shown is 'The value of the legacy column, in its own unit.';

create table if not exists legacy_price_view (
    name text,
    query text not null,
    constraint legacy_price_view_pkey primary key (name)
);

comment on table legacy_price_view is
    'The queries of the views that legacy_price_create_views replaces only when their query has changed.';
