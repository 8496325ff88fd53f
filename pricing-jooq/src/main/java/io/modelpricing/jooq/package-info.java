/** The PostgreSQL side: the repository and the catalog over jOOQ, and the forward migrations as resources. */
@NullMarked
package io.modelpricing.jooq;

import org.jspecify.annotations.NullMarked;
