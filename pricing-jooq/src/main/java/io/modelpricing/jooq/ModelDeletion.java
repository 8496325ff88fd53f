package io.modelpricing.jooq;

/** The outcome of deleting a model. */
public sealed interface ModelDeletion {

    /** The model and its price were deleted. The versions of the price stay, and a deletion version was added. */
    record Deleted() implements ModelDeletion {}

    /** The model does not exist. */
    record Unknown() implements ModelDeletion {}

    /**
     * Nothing was deleted, because rows of the application would have been deleted too. Retire the model instead.
     *
     * @param table the first table with such rows
     */
    record Refused(String table) implements ModelDeletion {}
}
