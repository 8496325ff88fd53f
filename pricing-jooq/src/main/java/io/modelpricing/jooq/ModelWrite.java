package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.val;

import io.modelpricing.ModelId;
import io.modelpricing.jooq.sql.SqlResource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Writes one provider's listed models with {@code write-models.sql}, and finds them. */
final class ModelWrite {

    /** A written model: its id, and what was done. */
    record Written(ModelId id, boolean isInserted, boolean isUpdated) {}

    private static final SqlResource WRITE_MODELS = SqlResource.of(ModelWrite.class, "write-models.sql");

    private static final Field<String> PROVIDER_MODEL_ID = field(name("provider_model_id"), SQLDataType.CLOB);
    private static final Field<ModelId> ID = field(name("written_id"), MODELS.ID.getDataType());
    private static final Field<Boolean> IS_NEW = field(name("is_new"), SQLDataType.BOOLEAN);

    private final DSLContext ctx;
    private final String provider;

    ModelWrite(DSLContext ctx, String provider) {
        this.ctx = ctx;
        this.provider = provider;
    }

    /** Finds models by the provider's ids. */
    Map<String, ModelId> find(Collection<String> names) {
        Field<String> asked = field("unnest({0})", SQLDataType.CLOB, val(names.toArray(String[]::new)));
        return ctx.select(MODELS.PROVIDER_MODEL_ID, MODELS.ID)
                .from(MODELS)
                .where(MODELS.PROVIDER_ID.eq(
                        select(PROVIDERS.ID).from(PROVIDERS).where(PROVIDERS.SLUG.eq(provider))))
                // "is true" makes the planner hash the subquery; without statistics it would run nested loops.
                .and(condition("({0}) is true", MODELS.PROVIDER_MODEL_ID.in(select(asked))))
                .fetchMap(MODELS.PROVIDER_MODEL_ID, MODELS.ID);
    }

    /**
     * Writes models with distinct ids.
     *
     * @throws IllegalArgumentException if the provider does not exist
     */
    Map<String, Written> write(List<Model> models) {
        SQL statement = statement(models);
        Map<String, Written> written = new HashMap<>();
        // A statement does not see the models that other transactions insert after it began: the next one does.
        while (written.size() < models.size()) {
            for (Record row : ctx.resultQuery(statement)
                    .coerce(PROVIDER_MODEL_ID, ID, IS_NEW)
                    .fetch()) {
                ModelId id = row.get(ID);
                Boolean isNew = row.get(IS_NEW);
                if (id != null) {
                    written.putIfAbsent(
                            row.get(PROVIDER_MODEL_ID),
                            new Written(id, Boolean.TRUE.equals(isNew), Boolean.FALSE.equals(isNew)));
                }
            }
            if (written.isEmpty()
                    && !ctx.fetchExists(selectOne().from(PROVIDERS).where(PROVIDERS.SLUG.eq(provider)))) {
                throw new IllegalArgumentException(new ProviderCatalog(ctx).unknown(provider));
            }
        }
        return written;
    }

    private SQL statement(List<Model> models) {
        return WRITE_MODELS.bind(Map.of(
                "provider", val(provider),
                "provider_model_ids", texts(models, Model::providerModelId),
                "canonical_ids", texts(models, model -> model.canonicalId().value()),
                "names", texts(models, Model::name),
                "descriptions", texts(models, Model::description),
                "context_lengths", val(models.stream().map(Model::contextLength).toArray(Integer[]::new)),
                "modalities", texts(models, Model::modality),
                "actives", val(models.stream().map(Model::isActive).toArray(Boolean[]::new))));
    }

    private static Field<String[]> texts(List<Model> models, Function<Model, @Nullable String> value) {
        return val(models.stream().map(value).toArray(String[]::new));
    }
}
