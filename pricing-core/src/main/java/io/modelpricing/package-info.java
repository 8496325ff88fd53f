/** The words and the arithmetic: prices, usage, cost, and the port to where prices are kept. */
@NullMarked
package io.modelpricing;

import org.jspecify.annotations.NullMarked;
