package io.modelpricing.compat;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import io.modelpricing.ModelId;
import java.util.Collection;
import java.util.Map;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Name;
import org.jspecify.annotations.Nullable;

/** The declarations in the tables that {@link Populate} installs. */
final class StoredModelDeclarations implements ModelDeclarations {

    private static final Field<Long> PROVIDER_KEY = field(name("u", "provider_key"), Long.class);
    private static final Field<String> IMAGE_UNIT =
            coalesce(field(name("u", "image_unit"), String.class), inline(LegacyUnit.PER_TOKEN.id()));
    private static final Field<String> CACHED =
            coalesce(field(name("u", "cached"), String.class), inline(Cached.UNKNOWN.id()));

    private final DSLContext database;

    /** The name of the view of declared units, with its schema; null until populate has installed it. */
    private volatile @Nullable Name view;

    StoredModelDeclarations(DSLContext database) {
        this.database = database;
    }

    @Override
    public Map<ModelId, ModelDeclaration> findAll(Collection<ModelId> models) {
        Name units = view();
        if (units == null) {
            return Map.of();
        }
        return database.select(MODELS.ID, IMAGE_UNIT, CACHED)
                .from(MODELS)
                .join(table(units).as("u"))
                .on(PROVIDER_KEY.eq(coalesce(MODELS.PROVIDER_ID, inline(0L))))
                .where(MODELS.ID.in(models))
                .fetchMap(
                        row -> row.value1(),
                        row -> new ModelDeclaration(LegacyUnit.parse(row.value2()), Cached.parse(row.value3())));
    }

    private @Nullable Name view() {
        if (view == null) {
            Name units = name(Step.schema(database), "legacy_price_unit");
            if (database.fetchSingle("select to_regclass({0}) is not null", val(units.toString()))
                    .get(0, Boolean.class)) {
                view = units;
            }
        }
        return view;
    }
}
