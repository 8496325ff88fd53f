/** The {@code pricing} command, thin over the library. */
@NullMarked
package io.modelpricing.cli;

import org.jspecify.annotations.NullMarked;
