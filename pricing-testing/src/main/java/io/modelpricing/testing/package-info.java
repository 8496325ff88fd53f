/** A throwaway real PostgreSQL for tests and demonstrations. */
@NullMarked
package io.modelpricing.testing;

import org.jspecify.annotations.NullMarked;
