-- Archives the legacy cells of the given models where they differ from the archive. Returns the number of rows written.
create or replace function legacy_price_archive_cells(targets bigint[]) returns bigint
language plpgsql
set search_path from current set jit = off as $function$
declare
    archived bigint;
begin
    insert into legacy_price_archive as a (
        model_id, provider_id, pricing_prompt, pricing_completion, pricing_image, pricing_request, version, seal)
    select
        m.id, m.provider_id, m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request, p.version,
        md5(row(m.id, m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request, p.version)::text)
    from models m
    left join model_pricing p on p.model_id = m.id
    left join legacy_price_archive o on o.model_id = m.id
    where m.id = any (targets)
      and (o.model_id is null
       or (o.provider_id, o.pricing_prompt, o.pricing_completion, o.pricing_image, o.pricing_request, o.version)
            is distinct from
            (m.provider_id, m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request, p.version)
       -- 0.50 equals 0.5, but the archive keeps the exact digits.
       or (scale(o.pricing_prompt), scale(o.pricing_completion), scale(o.pricing_image), scale(o.pricing_request))
            is distinct from
            (scale(m.pricing_prompt), scale(m.pricing_completion), scale(m.pricing_image), scale(m.pricing_request)))
    on conflict (model_id) do update
    set provider_id = excluded.provider_id, pricing_prompt = excluded.pricing_prompt,
        pricing_completion = excluded.pricing_completion, pricing_image = excluded.pricing_image,
        pricing_request = excluded.pricing_request, version = excluded.version, seal = excluded.seal,
        archived_at = clock_timestamp();
    get diagnostics archived = row_count;
    return archived;
end
$function$;

-- Returns the models whose cells or price version differ from the archive.
create or replace function legacy_price_changed_models() returns bigint[]
language sql stable
set search_path from current set jit = off as $function$
    select array(
        select m.id
        from models m
        left join model_pricing p on p.model_id = m.id
        left join legacy_price_archive o on o.model_id = m.id
        where o.model_id is null
           or (o.provider_id, o.pricing_prompt, o.pricing_completion, o.pricing_image, o.pricing_request, o.version)
                is distinct from
                (m.provider_id, m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request, p.version)
           -- 0.50 equals 0.5, but the archive keeps the exact digits.
           or (scale(o.pricing_prompt), scale(o.pricing_completion), scale(o.pricing_image), scale(o.pricing_request))
                is distinct from
                (scale(m.pricing_prompt), scale(m.pricing_completion), scale(m.pricing_image),
                    scale(m.pricing_request)))
$function$;

revoke all on function legacy_price_archive_cells, legacy_price_changed_models from public;
