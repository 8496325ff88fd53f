package io.modelpricing.jooq;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;

import io.modelpricing.ModelId;
import org.jooq.CommonTableExpression;
import org.jooq.Table;

/** The part of a statement that locks a model. Every writer locks models before it touches their prices. */
final class ModelLock {

    /** The result of {@link #of}. */
    static final Table<?> LOCKED = table("{0}", name("locked")).as("locked");

    private ModelLock() {}

    static CommonTableExpression<?> of(ModelId model) {
        return name("locked")
                .asMaterialized(select(MODELS.ID)
                        .from(MODELS)
                        .where(MODELS.ID.eq(model))
                        .forNoKeyUpdate());
    }
}
