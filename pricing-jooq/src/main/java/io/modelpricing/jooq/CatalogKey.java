package io.modelpricing.jooq;

import static java.util.Objects.requireNonNull;

import io.modelpricing.ModelId;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The place of a model in a sorted catalog, after which the next page begins. It stays a place when the model is gone or
 * its price changes.
 *
 * @param number the number that the catalog is sorted by; null for a model without it, and where ids alone are sorted by
 * @param model the model
 */
public record CatalogKey(@Nullable BigDecimal number, ModelId model) {

    private static final Pattern TEXT = Pattern.compile("((?:\\d{1,40}(?:\\.\\d{1,40})?)?):(\\d{1,18})");

    /**
     * Checks that there is a model.
     *
     * @param number the number that the catalog is sorted by, or null
     * @param model the model
     */
    public CatalogKey {
        requireNonNull(model, "model");
    }

    /**
     * Reads the form that {@link #toString()} writes, such as a client sends back.
     *
     * @param text for example {@code 0.0000025:17}, or {@code :17} without a number
     * @return the key
     * @throws IllegalArgumentException if the text is no key
     */
    public static CatalogKey parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text.substring(0, Math.min(100, text.length())) + "\" is no key of a page");
        }
        String number = parts.group(1);
        return new CatalogKey(
                number.isEmpty() ? null : new BigDecimal(number), new ModelId(Long.parseLong(parts.group(2))));
    }

    /** Returns the form that {@link #parse} reads. */
    @Override
    public String toString() {
        return (number == null ? "" : number.toPlainString()) + ":" + model;
    }
}
