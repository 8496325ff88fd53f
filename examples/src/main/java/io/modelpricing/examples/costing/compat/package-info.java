/** The request coster during the migration: the same arithmetic, with legacy names read from {@code model_pricing}. */
@NullMarked
package io.modelpricing.examples.costing.compat;

import org.jspecify.annotations.NullMarked;
