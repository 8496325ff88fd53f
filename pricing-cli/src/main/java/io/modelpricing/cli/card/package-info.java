/** Rate cards as files that a person can read and write. */
@NullMarked
package io.modelpricing.cli.card;

import org.jspecify.annotations.NullMarked;
