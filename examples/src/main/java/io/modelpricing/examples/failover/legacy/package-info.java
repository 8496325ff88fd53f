/** The failover chooser before the migration: prices are columns of {@code models}. */
@NullMarked
package io.modelpricing.examples.failover.legacy;

import org.jspecify.annotations.NullMarked;
