/** The failover chooser on the way: the same order, prices by their legacy names from {@code model_pricing}. */
@NullMarked
package io.modelpricing.examples.failover.compat;

import org.jspecify.annotations.NullMarked;
