/** The request coster before the migration: two columns of {@code models}, two multiplications. */
@NullMarked
package io.modelpricing.examples.costing.legacy;

import org.jspecify.annotations.NullMarked;
