package io.modelpricing.cli.database;

import io.modelpricing.ModelId;
import io.modelpricing.ProviderModelId;
import io.modelpricing.TextRule;
import org.jspecify.annotations.Nullable;

/** The text by which a user refers to a model: an id, or a provider and its model id. */
public sealed interface ModelReference {

    /** The id of the model's row. */
    record Id(ModelId id) implements ModelReference {

        @Override
        public String toString() {
            return id.toString();
        }
    }

    /** A provider slug and that provider's id of the model. */
    record Offering(ProviderModelId id) implements ModelReference {

        @Override
        public String toString() {
            return id.toString();
        }
    }

    /** Text of another form, which refers to no model. */
    record Other(String text) implements ModelReference {

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * Reads a reference.
     *
     * @throws IllegalArgumentException if no model can have such a name, because PostgreSQL cannot store it
     */
    static ModelReference parse(String text) {
        TextRule.requireStorable("model", text);
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
        TextRule.requireStorable("provider", provider);
        TextRule.requireStorable("model", model);
        return provider.isBlank() || provider.indexOf('/') >= 0 || model.isBlank()
                ? new Other(provider + "/" + model)
                : new Offering(new ProviderModelId(provider, model));
    }
}
