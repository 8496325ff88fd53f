/** The commands that move a database from the legacy price columns to the pricing tables, and back. */
@NullMarked
package io.modelpricing.cli.migration;

import org.jspecify.annotations.NullMarked;
