package io.modelpricing.compat;

/** The types that the legacy columns have after a {@link Rollback}. */
public enum ColumnTypes {
    /** The types before {@link Contract}. A price that does not fit its column is a {@link Refusal}. */
    ORIGINAL,
    /** A column that is too narrow for a price becomes {@code numeric} without a scale. */
    WIDENED
}
