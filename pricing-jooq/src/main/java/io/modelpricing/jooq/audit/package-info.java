/** Finds missing, stale and implausible prices. */
@NullMarked
package io.modelpricing.jooq.audit;

import org.jspecify.annotations.NullMarked;
