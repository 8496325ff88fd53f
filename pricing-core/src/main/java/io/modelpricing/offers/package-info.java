/** Offers of a model by its providers: which of them can serve a request, and in which order to try them. */
@NullMarked
package io.modelpricing.offers;

import org.jspecify.annotations.NullMarked;
