/** Offers of a model at its providers: which ones meet a request's needs, and the order in which to try them. */
@NullMarked
package io.modelpricing.offers;

import org.jspecify.annotations.NullMarked;
