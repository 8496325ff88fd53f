package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.jsonbObject;
import static org.jooq.impl.DSL.key;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import io.modelpricing.Attribution;
import io.modelpricing.ModelId;
import io.modelpricing.PriceVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jooq.CommonTableExpression;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONEntry;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * What the database writes into the versions that a statement makes: who, why, and since when.
 *
 * <p>It is announced to the triggers by a setting, made in the statement itself. The setting lasts as long as the
 * transaction, and so it names the statement that it is for.
 */
final class Change {

    /** The result of {@link #announced(Table)}: one row. */
    static final Table<?> ANNOUNCED = part("announced");

    /** The result of {@link #locked}. */
    static final Table<?> LOCKED = part("locked");

    private final List<JSONEntry<?>> entries;

    private Change(List<JSONEntry<?>> entries) {
        this.entries = entries;
    }

    static Change by(Attribution by) {
        return new Change(List.of(
                key("statement").value(field("statement_timestamp()::text", SQLDataType.VARCHAR)),
                key("actor").value(val(by.actor())),
                key("reason").value(val(by.reason(), SQLDataType.VARCHAR))));
    }

    /** Returns a part of a statement by its name, which the host's mapping of schemas has nothing to do with. */
    static Table<?> part(String name) {
        return table("{0}", name(name)).as(name);
    }

    /** Returns a change that somebody decided, and so has to give a reason for. */
    static Change explained(Attribution by) {
        if (by.reason() == null || by.reason().isBlank()) {
            throw new IllegalArgumentException("a change by hand needs a reason, but " + by.actor() + " gave none");
        }
        return by(by);
    }

    /** Returns the change whose versions are valid since ever, where they are a model's first. */
    Change firstSinceEver() {
        return with(key("firstSinceEver").value(inline(true)));
    }

    /** Returns the change that says what was right since an instant, or since ever. */
    Change correctsSince(@Nullable Instant since) {
        return with(key("kind").value(inline(PriceVersion.Kind.CORRECTION.id())))
                .with(key("validFrom").value(val(since, SQLDataType.INSTANT)));
    }

    private Change with(JSONEntry<?> entry) {
        List<JSONEntry<?>> more = new ArrayList<>(entries);
        more.add(entry);
        return new Change(more);
    }

    /** Locks a model, as every writer does before it touches its price. */
    static CommonTableExpression<?> locked(ModelId model) {
        return locked(MODELS.ID.eq(model));
    }

    /** Locks models in the order of their ids, so that writers of several do not wait for each other in a circle. */
    static CommonTableExpression<?> locked(Condition isOne) {
        return name("locked")
                .asMaterialized(select(MODELS.ID)
                        .from(MODELS)
                        .where(isOne)
                        .orderBy(MODELS.ID)
                        .forNoKeyUpdate());
    }

    /** Announces this change when another part of the statement is done. */
    CommonTableExpression<?> announced(Table<?> first) {
        Field<String> json = jsonbObject(entries).cast(SQLDataType.CLOB);
        return name("announced")
                .asMaterialized(select(field("set_config('model_pricing.change', {0}, true)", SQLDataType.CLOB, json)
                                .as("change"))
                        .from(selectCount().from(first).asTable("first")));
    }
}
