package io.modelpricing.cli.database;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelId;
import io.modelpricing.cli.output.Json;
import org.jspecify.annotations.Nullable;

/** A model found in the database, with its names. A deleted model has the names of its last price version. */
public record ResolvedModel(
        ModelId id,
        @Nullable String provider,
        String providerModelId,
        CanonicalModelId canonicalId,
        String name,
        boolean isDeleted) {

    /** Returns the provider and its model id, followed by the id in parentheses. */
    public String title() {
        return (provider == null ? providerModelId : provider + "/" + providerModelId) + " (" + id + ")";
    }

    public ObjectNode json() {
        return Json.object()
                .put("id", id.value())
                .put("provider", provider)
                .put("providerModelId", providerModelId)
                .put("canonicalId", canonicalId.value())
                .put("name", name)
                .put("deleted", isDeleted);
    }
}
