-- Usage and cost of each model, from recorded costs. A later price change does not change past costs. Requests without
-- a recorded cost are counted, and their cost is not estimated.

do $$
declare
    request_key text;
begin
    select case a.attname when 'request_id' then 'r.request_id' else 'r.id::text' end
    into request_key
    from pg_attribute a
    where a.attrelid = to_regclass(quote_ident(current_schema()) || '.chat_completion_requests')
      and not a.attisdropped and a.attname in ('request_id', 'id')
    order by a.attname desc
    limit 1;
    if request_key is null then
        return;
    end if;
    -- Replaced in place, so that owner, grants and comments stay.
    execute format($view$
        create or replace view model_usage_analytics with (security_invoker = true) as
        select
            u.model_id, u.model_name, u.model_identifier, u.provider_model_id, u.provider_name, u.provider_slug,
            u.successful_requests, u.total_input_tokens, u.total_output_tokens, u.total_tokens,
            round(u.total_input_tokens / u.successful_requests, 2) as avg_input_tokens_per_request,
            round(u.total_output_tokens / u.successful_requests, 2) as avg_output_tokens_per_request,
            round(u.total_tokens / u.successful_requests, 2) as avg_total_tokens_per_request,
            u.input_token_price, u.output_token_price,
            u.total_cost_usd, u.input_cost_usd, u.output_cost_usd,
            round(u.total_cost_usd / nullif(u.costed_requests, 0), 6) as avg_cost_per_request_usd,
            u.avg_processing_time_ms, u.context_length, u.modality, u.health_status, u.is_active,
            u.first_request_at, u.last_request_at,
            u.costed_requests, u.successful_requests - u.costed_requests as requests_without_cost, u.assumed_cost_usd
        from (
            select
                m.id as model_id, m.model_name, m.model_id as model_identifier, m.provider_model_id,
                p.name as provider_name, p.slug as provider_slug,
                count(*)::numeric as successful_requests,
                sum(r.input_tokens)::numeric as total_input_tokens,
                sum(r.output_tokens)::numeric as total_output_tokens,
                sum(r.input_tokens)::numeric + sum(r.output_tokens) as total_tokens,
                mp.price_per_input_token as input_token_price,
                mp.price_per_output_token as output_token_price,
                sum(c.total_usd) as total_cost_usd,
                sum(c.input_usd) as input_cost_usd, sum(c.output_usd) as output_cost_usd,
                round(avg(r.processing_time_ms), 2) as avg_processing_time_ms,
                m.context_length, m.modality, m.health_status, m.is_active,
                min(r.created_at) as first_request_at, max(r.created_at) as last_request_at,
                count(c.total_usd)::numeric as costed_requests,
                sum(c.total_usd) filter (where c.is_assumed) as assumed_cost_usd
            from models m
            join chat_completion_requests r on r.model_id = m.id and r.status = 'completed'
            left join request_cost c
                on c.request_id = %1$s and c.basis in ('provider_cost', 'reported')
                and not exists (
                    select from request_cost later where later.request_id = c.request_id and later.number > c.number)
            left join providers p on p.id = m.provider_id
            left join model_pricing_current mp on mp.model_id = m.id
            group by m.id, p.id, mp.price_per_input_token, mp.price_per_output_token
        ) u
        $view$, request_key);
end
$$;

-- Analytics and statements read costs by the time at which requests ran.
create index if not exists request_cost_occurred_at_idx on request_cost (occurred_at);
