/** The main class of the {@code pricing} command. */
@NullMarked
package io.modelpricing.cli;

import org.jspecify.annotations.NullMarked;
