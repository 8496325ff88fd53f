/** The migration from the legacy price columns, and access to prices by their legacy names. */
@NullMarked
package io.modelpricing.compat;

import org.jspecify.annotations.NullMarked;
