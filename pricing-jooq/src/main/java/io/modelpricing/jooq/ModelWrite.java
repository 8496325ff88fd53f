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
 * How the models of one provider are written as it lists them: a single statement that locks the known ones, inserts and
 * updates, and answers for all.
 */
final class ModelWrite {

    /** What became of a model. */
    record Written(ModelId id, boolean isInserted, boolean isUpdated) {}

    /** A column that a list fills, and where its value comes from. */
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

    /** What a list may say anew of a known model. */
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

    /** Finds models by the provider's own ids. */
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
     * Writes models, whose ids at the provider all differ.
     *
     * @throws IllegalArgumentException if there is no such provider
     */
    Map<String, Written> write(List<Model> models) {
        Map<String, Written> written = new HashMap<>();
        // A model that another transaction inserted after this statement began is seen by the next one.
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
                // Full joins, though the others are parts of the input: they are never nested, whatever the planner
                // expects.
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

    /** Locks the models in the order of their ids, as every writer does. */
    private CommonTableExpression<?> locked() {
        return name("locked")
                .asMaterialized(known(select(NAME_AT_PROVIDER.of(INPUT)).from(INPUT))
                        .orderBy(MODELS.ID)
                        .forNoKeyUpdate());
    }

    private SelectConditionStep<? extends Record> known(Select<? extends Record1<String>> names) {
        // Said to be true, so that it is hashed: a planner without statistics would nest the loops of a join.
        Condition isAsked = condition("({0}) is true", MODELS.PROVIDER_MODEL_ID.in(names));
        List<Field<?>> columns = new ArrayList<>(List.of(MODELS.ID, MODELS.PROVIDER_MODEL_ID));
        DESCRIPTION.forEach(column -> columns.add(column.field()));
        return select(columns)
                .from(MODELS)
                .where(MODELS.PROVIDER_ID.eq(
                        select(PROVIDERS.ID).from(PROVIDERS).where(PROVIDERS.SLUG.eq(provider))))
                .and(isAsked);
    }

    /** Writes what is new or differs: a conflict with the rest would take a number of the sequence each time. */
    private CommonTableExpression<?> written() {
        List<Field<?>> columns =
                new ArrayList<>(List.of(MODELS.PROVIDER_ID, MODELS.PROVIDER_MODEL_ID, MODELS.IS_ACTIVE));
        List<Field<?>> values = new ArrayList<>(List.of(PROVIDERS.ID, NAME_AT_PROVIDER.of(INPUT), IS_ACTIVE.of(INPUT)));
        Map<Field<?>, Field<?>> changes = new HashMap<>();
        Condition isWritten = of(ModelLock.LOCKED, MODELS.ID).isNull();
        for (Column<?> column : DESCRIPTION) {
            columns.add(column.field());
            values.add(column.equals(MODALITY) ? coalesce(said(MODALITY), inline("text->text")) : said(column));
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

    /** What a list says, or what is known where it says nothing. */
    private static <T> Field<T> said(Column<T> column) {
        return coalesce(column.of(INPUT), column.of(ModelLock.LOCKED));
    }

    private static <T> Condition differs(Column<T> column) {
        return said(column).isDistinctFrom(column.of(ModelLock.LOCKED));
    }

    private static <T> Field<T> of(Table<?> table, Field<T> field) {
        return field("{0}.{1}", field.getDataType(), table.getUnqualifiedName(), field.getUnqualifiedName());
    }
}
