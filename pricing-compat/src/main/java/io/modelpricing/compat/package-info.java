/** The legacy names over the new tables, for as long as the legacy columns live. */
@NullMarked
package io.modelpricing.compat;

import org.jspecify.annotations.NullMarked;
