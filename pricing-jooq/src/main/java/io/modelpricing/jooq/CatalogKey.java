package io.modelpricing.jooq;

import io.modelpricing.ModelId;
import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The position of a model in a sorted catalog. It stays valid when the model is deleted or its price changes.
 *
 * @param number the price that the catalog is sorted by; null if it is unknown, or the catalog is sorted by id
 * @param model the model
 */
record CatalogKey(@Nullable BigDecimal number, ModelId model) {

    private static final Pattern NUMBER = Pattern.compile("\\d{1,40}(?:\\.\\d{1,40})?");

    static CatalogKey parse(List<String> values) {
        String number = values.get(0);
        if (!number.isEmpty() && !NUMBER.matcher(number).matches()) {
            throw new IllegalArgumentException("\"" + number + "\" is not a price");
        }
        return new CatalogKey(
                number.isEmpty() ? null : new BigDecimal(number), new ModelId(Long.parseLong(values.get(1))));
    }

    List<String> toList() {
        return List.of(number == null ? "" : number.toPlainString(), model.toString());
    }
}
