/** The cost of requests: recording, corrections, the backfill of requests without a cost, and analytics. */
@NullMarked
package io.modelpricing.jooq.costs;

import org.jspecify.annotations.NullMarked;
