package io.modelpricing.compat;

import io.modelpricing.ModelId;
import java.util.Collection;
import java.util.Map;
import org.jooq.DSLContext;

/** Finds what is declared about the legacy prices of single models. */
@FunctionalInterface
public interface ModelDeclarations {

    /**
     * Returns the declarations of some models.
     *
     * @param models any number of models
     * @return the declarations by model; {@link ModelDeclaration#NONE} applies to a model without one
     */
    Map<ModelId, ModelDeclaration> findAll(Collection<ModelId> models);

    /**
     * Returns the declarations that {@link Populate} has stored in a database. Each call of {@link #findAll} runs one
     * query. Before the first run of populate there are none.
     *
     * @param database a context on the database, whose render mapping names the schema
     * @return the declarations, as thread-safe as the context
     */
    static ModelDeclarations stored(DSLContext database) {
        return new StoredModelDeclarations(database);
    }
}
