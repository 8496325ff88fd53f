/** The words and the arithmetic of model prices. Nothing here knows SQL, a clock, a log or a file. */
module io.modelpricing {
    requires static transitive org.jspecify;

    exports io.modelpricing;
    exports io.modelpricing.offers;
}
