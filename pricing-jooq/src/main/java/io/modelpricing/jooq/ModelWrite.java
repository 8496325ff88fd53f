package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.PROVIDERS;
import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.asterisk;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.currentInstant;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.with;

import io.modelpricing.ModelId;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jooq.CommonTableExpression;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Select;
import org.jooq.SelectConditionStep;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * The write of one provider's listed models: one statement that locks the known models, inserts and updates, and
 * returns a row for each.
 */
final class ModelWrite {

    /** A written model: its id, and what was done. */
    record Written(ModelId id, boolean isInserted, boolean isUpdated) {}

    /** A column of {@code models}, and its value in a listed model. */
    private record Column<T>(Field<T> field, Function<Model, @Nullable T> value) {

        Field<?> array(List<Model> models) {
            Object array = Array.newInstance(field.getType(), models.size());
            for (int i = 0; i < models.size(); i++) {
                Array.set(array, i, value.apply(models.get(i)));
            }
            return val(array, field.getDataType().getArrayDataType());
        }

        Field<T> of(Table<?> table) {
            return ModelWrite.of(table, field);
        }
    }

    private static final Column<String> NAME_AT_PROVIDER =
            new Column<>(MODELS.PROVIDER_MODEL_ID, Model::providerModelId);
    private static final Column<String> MODALITY = new Column<>(MODELS.MODALITY, Model::modality);
    private static final Column<Boolean> IS_ACTIVE = new Column<>(MODELS.IS_ACTIVE, Model::isActive);

    /** The columns that a list updates. */
    private static final List<Column<?>> DESCRIPTION = List.of(
            new Column<>(MODELS.MODEL_ID, Model::canonicalId),
            new Column<>(MODELS.MODEL_NAME, Model::name),
            new Column<>(MODELS.DESCRIPTION, Model::description),
            new Column<>(MODELS.CONTEXT_LENGTH, Model::contextLength),
            MODALITY);

    private static final Table<?> INPUT = table("{0}", name("input")).as("input");
    private static final Table<?> WRITTEN = table("{0}", name("written")).as("written");
    private static final Field<Boolean> IS_NEW = field(name("is_new"), SQLDataType.BOOLEAN);
    private static final Field<ModelId> ID = field(name("written_id"), MODELS.ID.getDataType());

    private final DSLContext ctx;
    private final String provider;

    ModelWrite(DSLContext ctx, String provider) {
        this.ctx = ctx;
        this.provider = provider;
    }

    /** Finds models by the provider's ids. */
    Map<String, ModelId> find(Collection<String> names) {
        Map<String, ModelId> found = new HashMap<>();
        Field<String> asked = field(
                "unnest({0})",
                SQLDataType.CLOB, val(names.toArray(String[]::new), SQLDataType.CLOB.getArrayDataType()));
        for (Record row : ctx.fetch(known(select(asked)))) {
            found.put(row.get(MODELS.PROVIDER_MODEL_ID), row.get(MODELS.ID));
        }
        return found;
    }

    /**
     * Writes models with distinct ids.
     *
     * @throws IllegalArgumentException if the provider does not exist
     */
    Map<String, Written> write(List<Model> models) {
        Map<String, Written> written = new HashMap<>();
        // A statement does not see the models that other transactions insert after it began: the next one does.
        while (written.size() < models.size()) {
            for (Record row : ctx.fetch(statement(models))) {
                ModelId id = row.get(ID);
                Boolean isNew = row.get(IS_NEW);
                if (id != null) {
                    written.putIfAbsent(
                            row.get(NAME_AT_PROVIDER.of(INPUT)),
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

    private Select<? extends Record> statement(List<Model> models) {
        return with(input(models))
                .with(locked())
                .with(written())
                .select(
                        NAME_AT_PROVIDER.of(INPUT),
                        coalesce(of(WRITTEN, MODELS.ID), of(ModelLock.LOCKED, MODELS.ID))
                                .as(ID),
                        IS_NEW)
                .from(INPUT)
                // The full joins match every input row as left joins would, but are never run as nested loops.
                .fullJoin(ModelLock.LOCKED)
                .on(NAME_AT_PROVIDER.of(ModelLock.LOCKED).eq(NAME_AT_PROVIDER.of(INPUT)))
                .fullJoin(WRITTEN)
                .on(NAME_AT_PROVIDER.of(WRITTEN).eq(NAME_AT_PROVIDER.of(INPUT)));
    }

    private static CommonTableExpression<?> input(List<Model> models) {
        List<Column<?>> columns = new ArrayList<>(List.of(NAME_AT_PROVIDER, IS_ACTIVE));
        columns.addAll(DESCRIPTION);
        String arrays =
                IntStream.range(0, columns.size()).mapToObj(i -> "{" + i + "}").collect(joining(", "));
        return name("input")
                .fields(columns.stream().map(column -> column.field().getName()).toArray(String[]::new))
                .asMaterialized(select(asterisk())
                        .from(table(
                                "unnest(" + arrays + ")",
                                columns.stream()
                                        .map(column -> column.array(models))
                                        .toArray(QueryPart[]::new))));
    }

    /** Locks the known models in the order of their ids, as every writer does. */
    private CommonTableExpression<?> locked() {
        return name("locked")
                .asMaterialized(known(select(NAME_AT_PROVIDER.of(INPUT)).from(INPUT))
                        .orderBy(MODELS.ID)
                        .forNoKeyUpdate());
    }

    private SelectConditionStep<? extends Record> known(Select<? extends Record1<String>> names) {
        // "is true" makes the planner hash the subquery; without statistics it would run nested loops.
        Condition isAsked = condition("({0}) is true", MODELS.PROVIDER_MODEL_ID.in(names));
        List<Field<?>> columns = new ArrayList<>(List.of(MODELS.ID, MODELS.PROVIDER_MODEL_ID));
        DESCRIPTION.forEach(column -> columns.add(column.field()));
        return select(columns)
                .from(MODELS)
                .where(MODELS.PROVIDER_ID.eq(
                        select(PROVIDERS.ID).from(PROVIDERS).where(PROVIDERS.SLUG.eq(provider))))
                .and(isAsked);
    }

    /** Writes new and changed models only, because an insert that conflicts uses up a number of the sequence. */
    private CommonTableExpression<?> written() {
        List<Field<?>> columns =
                new ArrayList<>(List.of(MODELS.PROVIDER_ID, MODELS.PROVIDER_MODEL_ID, MODELS.IS_ACTIVE));
        List<Field<?>> values = new ArrayList<>(List.of(PROVIDERS.ID, NAME_AT_PROVIDER.of(INPUT), IS_ACTIVE.of(INPUT)));
        Map<Field<?>, Field<?>> changes = new HashMap<>();
        Condition isWritten = of(ModelLock.LOCKED, MODELS.ID).isNull();
        for (Column<?> column : DESCRIPTION) {
            columns.add(column.field());
            values.add(
                    column.equals(MODALITY)
                            ? coalesce(listedOrStored(MODALITY), inline("text->text"))
                            : listedOrStored(column));
            changes.put(column.field(), excluded(column.field()));
            isWritten = isWritten.or(differs(column));
        }
        changes.put(MODELS.UPDATED_AT, currentInstant());
        return name("written")
                .as(insertInto(MODELS, columns)
                        .select(select(values)
                                .from(INPUT)
                                .fullJoin(ModelLock.LOCKED)
                                .on(NAME_AT_PROVIDER.of(ModelLock.LOCKED).eq(NAME_AT_PROVIDER.of(INPUT)))
                                .crossJoin(PROVIDERS)
                                .where(PROVIDERS.SLUG.eq(provider))
                                .and(isWritten)
                                .orderBy(NAME_AT_PROVIDER.of(INPUT)))
                        .onConflict(MODELS.PROVIDER_ID, MODELS.PROVIDER_MODEL_ID)
                        .doUpdate()
                        .set(changes)
                        .returning(
                                MODELS.ID,
                                MODELS.PROVIDER_MODEL_ID,
                                field("xmax = 0", SQLDataType.BOOLEAN).as(IS_NEW)));
    }

    /** Returns the listed value, or the stored one where the list has none. */
    private static <T> Field<T> listedOrStored(Column<T> column) {
        return coalesce(column.of(INPUT), column.of(ModelLock.LOCKED));
    }

    private static <T> Condition differs(Column<T> column) {
        return listedOrStored(column).isDistinctFrom(column.of(ModelLock.LOCKED));
    }

    private static <T> Field<T> of(Table<?> table, Field<T> field) {
        return field("{0}.{1}", field.getDataType(), table.getUnqualifiedName(), field.getUnqualifiedName());
    }
}
