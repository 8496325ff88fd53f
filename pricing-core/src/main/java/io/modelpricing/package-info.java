/** Prices, usage and cost of model requests, and the interface of the repository that stores prices. */
@NullMarked
package io.modelpricing;

import org.jspecify.annotations.NullMarked;
