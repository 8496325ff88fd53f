-- The declarations: one row for each provider, and one (provider_key 0) for the models without a provider. A
-- declaration for a provider takes precedence over one for all models.
create or replace view legacy_price_unit with (security_invoker = true) as
select
    coalesce(p.id, 0) as provider_key,
    coalesce(max(d.meaning) filter (where d.subject = 'pricing_prompt' and d.scope <> 'all'),
        max(d.meaning) filter (where d.subject = 'pricing_prompt')) as prompt_unit,
    coalesce(max(d.meaning) filter (where d.subject = 'pricing_completion' and d.scope <> 'all'),
        max(d.meaning) filter (where d.subject = 'pricing_completion')) as completion_unit,
    coalesce(max(d.meaning) filter (where d.subject = 'pricing_image' and d.scope <> 'all'),
        max(d.meaning) filter (where d.subject = 'pricing_image')) as image_unit,
    coalesce(max(d.meaning) filter (where d.subject = 'pricing_request' and d.scope <> 'all'),
        max(d.meaning) filter (where d.subject = 'pricing_request')) as request_unit,
    coalesce(max(d.meaning) filter (where d.subject = 'zero' and d.scope <> 'all'),
        max(d.meaning) filter (where d.subject = 'zero')) as zero,
    coalesce(max(d.meaning) filter (where d.subject = 'cached' and d.scope <> 'all'),
        max(d.meaning) filter (where d.subject = 'cached')) as cached
from (select id::bigint from providers union all select null) p (id)
left join legacy_price_declaration d
    on d.scope = 'all'
    or (d.scope = 'provider' and d.provider_id = p.id)
    or (d.scope = 'no_provider' and p.id is null)
group by p.id;

-- Returns the units of cached and audio tokens, which the legacy columns have no price for. The declaration "cached"
-- states whether they are charged as the unit that they are part of. Reasoning tokens always are.
create or replace function legacy_price_cached_units() returns text[]
language sql immutable as $function$
    select array['cache_read', 'cache_write', 'cache_write_1h', 'audio_input', 'audio_output']
$function$;

revoke all on function legacy_price_cached_units from public;
