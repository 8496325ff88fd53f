/** Migrations to a real PostgreSQL to jOOQ's table classes. */
@NullMarked
package io.modelpricing.codegen;

import org.jspecify.annotations.NullMarked;
