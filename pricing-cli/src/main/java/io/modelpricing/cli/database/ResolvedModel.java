package io.modelpricing.cli.database;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.CanonicalModelId;
import io.modelpricing.ModelId;
import io.modelpricing.cli.output.Json;
import org.jspecify.annotations.Nullable;

/** A model with all of its names; those of a deleted model are the last it had. */
public record ResolvedModel(
        ModelId id,
        @Nullable String provider,
        String providerModelId,
        CanonicalModelId canonicalId,
        String name,
        boolean isDeleted) {

    /** Returns the name to call the model by. */
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
