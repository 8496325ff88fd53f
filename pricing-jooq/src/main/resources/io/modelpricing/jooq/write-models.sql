-- Writes the models that one provider lists. Locks the known models in the order of their ids, and inserts and updates
-- new and changed models only, because an insert that conflicts uses up a number of the sequence. A value that is NULL
-- keeps the stored one; a known model stays active or inactive.
--
-- Returns one row for each model: the provider's id of it, its id, and whether it is new (NULL: unchanged). The id is
-- NULL if there is no such provider, or a concurrent transaction inserted the model: run the statement again.
--
-- To run it with psql, set the variables and pass the file to it. The arrays have one element for each model, and each
-- model occurs once.

\set schema public
-- The slug of the provider.
\set provider openai
-- The columns of models.
\set provider_model_ids '{m}'
\set canonical_ids '{m}'
\set names '{M}'
\set descriptions '{NULL}'
\set context_lengths '{128000}'
\set modalities '{text->text}'
-- Whether a new model is active; of a known model it is not used.
\set actives '{true}'

with input as materialized (
    select *
    from unnest(
        :'provider_model_ids'::text[], :'canonical_ids'::text[], :'names'::text[], :'descriptions'::text[],
        :'context_lengths'::integer[], :'modalities'::text[], :'actives'::boolean[])
        as i (provider_model_id, model_id, model_name, description, context_length, modality, is_active)
), locked as materialized (
    select m.id, m.provider_model_id, m.model_id, m.model_name, m.description, m.context_length, m.modality
    from :"schema".models m
    where m.provider_id = (select p.id from :"schema".providers p where p.slug = :'provider')
      -- "is true" makes the planner hash the subquery; without statistics it would run nested loops.
      and (m.provider_model_id in (select i.provider_model_id from input i)) is true
    order by m.id
    for no key update
-- The full joins match every input row as left joins would, but are never run as nested loops.
), written as (
    insert into :"schema".models (
        provider_id, provider_model_id, model_id, model_name, description, context_length, modality, is_active)
    select
        p.id, i.provider_model_id, i.model_id, i.model_name, coalesce(i.description, l.description),
        coalesce(i.context_length, l.context_length), coalesce(i.modality, l.modality, 'text->text'), i.is_active
    from input i
    full join locked l on l.provider_model_id = i.provider_model_id
    cross join :"schema".providers p
    where p.slug = :'provider'
      and (l.id is null
        or (i.model_id, i.model_name, coalesce(i.description, l.description),
            coalesce(i.context_length, l.context_length), coalesce(i.modality, l.modality))
            is distinct from (l.model_id, l.model_name, l.description, l.context_length, l.modality))
    order by i.provider_model_id
    on conflict (provider_id, provider_model_id) do update
    set model_id = excluded.model_id,
        model_name = excluded.model_name,
        description = excluded.description,
        context_length = excluded.context_length,
        modality = excluded.modality,
        updated_at = current_timestamp
    returning id, provider_model_id, xmax = 0 as is_new
)
select i.provider_model_id, coalesce(w.id, l.id) as written_id, w.is_new
from input i
full join locked l on l.provider_model_id = i.provider_model_id
full join written w on w.provider_model_id = i.provider_model_id;
