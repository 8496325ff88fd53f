-- Returns the text of the query that compares the legacy cells of each model with its price. All other reading of
-- legacy cells, and all writing of them, uses its columns:
--
--   kind               what the cells state: paid, free, empty, dynamic, unknown, undeclared, unreadable
--   to_...             the price that the cells state, with what they cannot show of the stored price
--   price_per_..., ... the price that is stored
--   exact_..., shows_... what the cells would be for the stored price: exactly, and rounded to the scale of the column
--   hides_...          whether the stored price is above zero and the cell cannot show it, for lack of a declared unit
--   is_original        whether the stored price is from before the expansion
--   lacks_cached_rates whether the stored price has no rate for some kind of cached or audio tokens
--   is_same            whether the cells state the stored price
--   is_shown           whether the cells are what the columns can show of the stored price
--
-- source is a query with id, provider_id, the four cells and the version that they belong to. state is the relation
-- of the stored prices: model_pricing, model_pricing_current or model_pricing_version. It is text because the cells are
-- in models before contract and in the archive after it, and a view is bound to its tables.
create or replace function legacy_price_comparison_query(source text, state text, state_version text) returns text
language plpgsql stable
set search_path from current set jit = off as $function$
declare
    cell record;
    shows text[];
    rounds text[];
    scale text;
begin
    -- The type of a column decides which prices it can hold. After contract, the step on record has the types.
    for cell in
        select n.name, n.price, n.unit, coalesce(
            (select format_type(a.atttypid, a.atttypmod)
                from pg_attribute a
                where a.attrelid = 'models'::regclass and a.attname = n.name and not a.attisdropped),
            (select g.details -> 'types' ->> n.name
                from legacy_price_step g
                where g.details -> 'types' ? n.name
                order by g.id desc
                limit 1),
            'numeric(20,10)') as type
        from (values
            (1, 'pricing_prompt', 's.price_per_input_token', 'u.prompt_unit'),
            (2, 'pricing_completion', 's.price_per_output_token', 'u.completion_unit'),
            (3, 'pricing_image',
                'case u.image_unit when ''per-image'' then i.price else s.price_per_image_token end', 'u.image_unit'),
            (4, 'pricing_request', 's.price_per_request', 'u.request_unit')
        ) n (position, name, price, unit)
        order by n.position
    loop
        shows := shows || format($sql$
            case
                when s.pricing_type is null then null
                when s.missing_reason = 'dynamic' then %1$s
                when s.missing_reason is not null then null
                when (%2$s) = 0 and (%3$s is not null or %4$L <> 'pricing_image') then 0
                when %3$s is not null then (%2$s) * f.up_%5$s
            end as exact_%5$s,
            (%2$s) > 0 and %3$s is null as hides_%5$s$sql$,
            case when cell.name in ('pricing_prompt', 'pricing_completion') then '-1' else 'null' end,
            cell.price, cell.unit, cell.name, replace(cell.name, 'pricing_', ''));
        -- A column of type numeric without a scale holds every price exactly.
        scale := substring(cell.type from ',(\d+)\)');
        rounds := rounds || format(
            case
                when scale is null then 'e.exact_%1$s as shows_%1$s'
                else 'case when round(e.exact_%1$s, %2$s) < 1e%3$s then round(e.exact_%1$s, %2$s) end as shows_%1$s'
            end,
            replace(cell.name, 'pricing_', ''), scale, substring(cell.type from '\((\d+)')::integer - scale::integer);
    end loop;
    -- Each lateral part ends with "offset 0": it keeps the planner from copying its expressions to each of their uses.
    return format($sql$
        select
            m.id as model_id, m.provider_id::bigint as provider_id,
            m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request,
            u.prompt_unit, u.completion_unit, u.image_unit, u.request_unit, u.zero, u.cached,
            k.kind, m.version as cells_version, s.%3$s as version, s.pricing_type, s.missing_reason,
            s.price_per_input_token, s.price_per_output_token, s.price_per_image_token, s.price_per_request,
            i.price as image_count, s.rate_set_id, s.pricing_source, o.is_original,
            (select count(distinct r.unit) from model_pricing_card_rate r
                where r.rate_set_id = s.rate_set_id and r.service_tier = 'standard' and r.unit = any (%7$L))
                < cardinality(%7$L::text[]) as lacks_cached_rates,
            t.to_type, t.to_reason, t.to_input, t.to_output, t.to_image, t.to_request, t.to_image_count, k.keeps_rates,
            e.exact_prompt, e.hides_prompt, e.exact_completion, e.hides_completion, e.exact_image, e.hides_image,
            e.exact_request, e.hides_request,
            z.shows_prompt, z.shows_completion, z.shows_image, z.shows_request,
            k.kind <> 'undeclared'
                and (t.to_type, t.to_reason, t.to_input, t.to_output, t.to_image, t.to_request, t.to_image_count)
                    is not distinct from
                    (s.pricing_type, s.missing_reason, s.price_per_input_token, s.price_per_output_token,
                        s.price_per_image_token, s.price_per_request, i.price) as is_same,
            s.%3$s is not null
                and (m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request)
                    is not distinct from
                    (z.shows_prompt, z.shows_completion, z.shows_image, z.shows_request) as is_shown
        from (%1$s) m
        left join legacy_price_unit u on u.provider_key = coalesce(m.provider_id, 0)
        left join %2$s s on s.model_id = m.id %5$s
        left join model_pricing_card_rate i
            on i.rate_set_id = s.rate_set_id and i.service_tier = 'standard' and i.unit = 'image_count'
            and i.from_input_tokens = 0 and i.variant = '' and i.region = '' and i.hours = ''
        cross join lateral (select %8$s as is_original offset 0) o
        -- The stored prices that the cells cannot show: the image price of the unit that the column does not have, and
        -- a price above zero whose cell is empty for lack of a declared unit.
        left join lateral (
            select
                case when u.prompt_unit is null and m.pricing_prompt is null and s.price_per_input_token > 0
                    then s.price_per_input_token end as input,
                case when u.completion_unit is null and m.pricing_completion is null and s.price_per_output_token > 0
                    then s.price_per_output_token end as output,
                case when u.image_unit = 'per-image' or (u.image_unit is null and m.pricing_image is null)
                    then s.price_per_image_token end as image,
                case when u.request_unit is null and m.pricing_request is null and s.price_per_request > 0
                    then s.price_per_request end as request,
                case when u.image_unit is distinct from 'per-image' then i.price end as image_count
            offset 0
        ) h on not o.is_original
        -- The cells in US dollars for one unit, and the factors (up_...) from these back to the unit of the column.
        cross join lateral (
            select
                m.pricing_prompt * case u.prompt_unit when 'per-1k' then 0.001 when 'per-1m' then 0.000001 else 1 end
                    as input,
                m.pricing_completion
                    * case u.completion_unit when 'per-1k' then 0.001 when 'per-1m' then 0.000001 else 1 end as output,
                m.pricing_image * case u.image_unit when 'per-1k' then 0.001 when 'per-1m' then 0.000001 else 1 end
                    as image,
                m.pricing_request as request,
                case u.prompt_unit when 'per-1k' then 1000 when 'per-1m' then 1000000 else 1 end as up_prompt,
                case u.completion_unit when 'per-1k' then 1000 when 'per-1m' then 1000000 else 1 end as up_completion,
                case u.image_unit when 'per-1k' then 1000 when 'per-1m' then 1000000 else 1 end as up_image,
                1 as up_request,
                greatest(m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request) as highest,
                -1 in (m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request) is true
                    as is_dynamic,
                (greatest(m.pricing_prompt, m.pricing_completion, m.pricing_image, m.pricing_request) >= 'Infinity'
                    or (m.pricing_prompt < 0 and m.pricing_prompt <> -1)
                    or (m.pricing_completion < 0 and m.pricing_completion <> -1)
                    or (m.pricing_image < 0 and m.pricing_image <> -1)
                    or (m.pricing_request < 0 and m.pricing_request <> -1)) is true as is_bad,
                coalesce(greatest(h.input, h.output, h.image, h.request, h.image_count), 0) > 0
                    or (s.rate_set_id is not null and exists (
                        select
                        from model_pricing_card_rate r
                        where r.rate_set_id = s.rate_set_id and r.price > 0
                          and (r.unit, r.service_tier, r.variant, r.region, r.hours, r.from_input_tokens)
                            <> ('image_count', 'standard', '', '', '', 0)
                    )) as charges_more
            offset 0
        ) f
        cross join lateral (
            select
                q.kind,
                q.kind in ('paid', 'free') as has_cells,
                q.kind in ('paid', 'free')
                    or (q.kind not in ('unreadable', 'undeclared') and f.charges_more) as keeps_rates
            from (
                select
                    case
                        when f.is_bad or (f.highest > 0 and f.is_dynamic) then 'unreadable'
                        when f.highest is null then 'empty'
                        when f.is_dynamic then 'dynamic'
                        when f.highest = 0 and u.zero is null then 'undeclared'
                        when f.highest = 0 and u.zero = 'unknown' then 'unknown'
                        when (m.pricing_prompt <> 0 and u.prompt_unit is null)
                            or (m.pricing_completion <> 0 and u.completion_unit is null)
                            or (m.pricing_image is not null and u.image_unit is null)
                            or (m.pricing_request <> 0 and u.request_unit is null) then 'undeclared'
                        when greatest(f.input, f.output, f.image, f.request) >= 1e12
                            or greatest(
                                min_scale(f.input), min_scale(f.output), min_scale(f.image), min_scale(f.request)) > 30
                            then 'unreadable'
                        when f.highest > 0 then 'paid'
                        else 'free'
                    end as kind
                offset 0
            ) q
            offset 0
        ) k
        -- Legacy cells cannot express other rates, the type deprecated, or the reason of a missing price, so these stay
        -- as they are stored.
        cross join lateral (
            select
                case
                    when k.kind = 'free' and not f.charges_more then 'free'
                    when k.keeps_rates then case s.pricing_type when 'deprecated' then 'deprecated' else 'paid' end
                    else 'missing'
                end as to_type,
                case
                    when k.keeps_rates then null
                    when k.kind = 'unreadable' then 'ambiguous'
                    when k.kind = 'dynamic' then 'dynamic'
                    when k.kind = 'empty' then coalesce(s.missing_reason, 'never_known')
                    else 'never_known'
                end as to_reason,
                case when k.keeps_rates and h.input is not null then h.input
                    when k.has_cells then trim_scale(f.input) end as to_input,
                case when k.keeps_rates and h.output is not null then h.output
                    when k.has_cells then trim_scale(f.output) end as to_output,
                case when k.keeps_rates and h.image is not null then h.image
                    when k.has_cells and u.image_unit <> 'per-image' then trim_scale(f.image) end as to_image,
                case when k.keeps_rates and h.request is not null then h.request
                    when k.has_cells then trim_scale(f.request) end as to_request,
                case when k.keeps_rates and h.image_count is not null then h.image_count
                    when k.has_cells and u.image_unit = 'per-image' then trim_scale(f.image) end as to_image_count
            offset 0
        ) t
        cross join lateral (select %4$s offset 0) e
        cross join lateral (select %6$s offset 0) z
        $sql$, source, state, state_version, array_to_string(shows, ', '),
        case state when 'model_pricing_version' then 'and s.number = m.version' else '' end,
        array_to_string(rounds, ', '), legacy_price_cached_units(),
        -- The cells replace a price from before the expansion as a whole.
        case state
            when 'model_pricing' then $original$(
                s.version = 1 and s.pricing_source not in ('legacy', 'manual') and exists (
                    select
                    from model_pricing_version e
                    -- The version that the expansion wrote for it.
                    where e.model_id = s.model_id and e.number = 1 and e.kind = 'change' and e.valid_from is null)
                ) is true$original$
            else 'false'
        end);
end
$function$;

revoke all on function legacy_price_comparison_query from public;
