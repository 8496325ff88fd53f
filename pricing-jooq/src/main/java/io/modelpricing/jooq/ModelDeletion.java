package io.modelpricing.jooq;

/** What became of a model that was to be deleted. */
public sealed interface ModelDeletion {

    /** The model and its price are gone; the versions of the price stay, with one more that says so. */
    record Deleted() implements ModelDeletion {}

    /** There is no such model. */
    record Unknown() implements ModelDeletion {}

    /**
     * Nothing was deleted, because rows of the application would have gone with the model: retire it instead.
     *
     * @param table the first table with such rows
     */
    record Refused(String table) implements ModelDeletion {}
}
