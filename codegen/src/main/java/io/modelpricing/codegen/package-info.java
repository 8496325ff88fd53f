/** Generates jOOQ's table classes from the migrations. */
@NullMarked
package io.modelpricing.codegen;

import org.jspecify.annotations.NullMarked;
