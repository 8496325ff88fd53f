/** The failover chooser after the migration: offers, ranked by the expected cost of the request. */
@NullMarked
package io.modelpricing.examples.failover.offers;

import org.jspecify.annotations.NullMarked;
