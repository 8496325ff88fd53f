/** What requests cost: recorded once each, backfilled where no cost is recorded, and summed for reports. */
@NullMarked
package io.modelpricing.jooq.costs;

import org.jspecify.annotations.NullMarked;
