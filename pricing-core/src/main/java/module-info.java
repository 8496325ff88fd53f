/** Model prices, usage and costs: the types and the arithmetic. This module uses no SQL, clock or log. */
module io.modelpricing {
    requires static transitive org.jspecify;

    exports io.modelpricing;
    exports io.modelpricing.offers;
}
