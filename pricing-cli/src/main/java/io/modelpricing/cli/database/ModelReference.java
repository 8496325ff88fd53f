package io.modelpricing.cli.database;

import io.modelpricing.ModelId;
import io.modelpricing.ProviderModelId;
import org.jspecify.annotations.Nullable;

/** A model as a user names it. */
public sealed interface ModelReference {

    /** The key of its row. */
    record Id(ModelId id) implements ModelReference {

        @Override
        public String toString() {
            return id.toString();
        }
    }

    /** Its provider, and that provider's id of it. */
    record Offering(ProviderModelId id) implements ModelReference {

        @Override
        public String toString() {
            return id.toString();
        }
    }

    /** Anything else, which names no model. */
    record Other(String text) implements ModelReference {

        @Override
        public String toString() {
            return text;
        }
    }

    static ModelReference parse(String text) {
        if (text.matches("[0-9]{1,18}") && Long.parseLong(text) > 0) {
            return new Id(new ModelId(Long.parseLong(text)));
        }
        int slash = text.indexOf('/');
        return slash < 0 ? new Other(text) : of(text.substring(0, slash), text.substring(slash + 1));
    }

    static ModelReference of(@Nullable String provider, String model) {
        if (provider == null) {
            return parse(model);
        }
        return provider.isBlank() || provider.indexOf('/') >= 0 || model.isBlank()
                ? new Other(provider + "/" + model)
                : new Offering(new ProviderModelId(provider, model));
    }
}
