/** SQL statements that are files of their own; only the library's modules use this package. */
@NullMarked
package io.modelpricing.jooq.sql;

import org.jspecify.annotations.NullMarked;
