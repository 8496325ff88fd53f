/** Prices, models and providers in PostgreSQL, through jOOQ, and the forward migrations as resources. */
@NullMarked
package io.modelpricing.jooq;

import org.jspecify.annotations.NullMarked;
