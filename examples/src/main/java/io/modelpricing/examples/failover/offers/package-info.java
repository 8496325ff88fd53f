/** The failover chooser at the end: offers, ranked by what the request will cost. */
@NullMarked
package io.modelpricing.examples.failover.offers;

import org.jspecify.annotations.NullMarked;
