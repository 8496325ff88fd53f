/** The failover chooser during the migration: the same order, with legacy names read from {@code model_pricing}. */
@NullMarked
package io.modelpricing.examples.failover.compat;

import org.jspecify.annotations.NullMarked;
