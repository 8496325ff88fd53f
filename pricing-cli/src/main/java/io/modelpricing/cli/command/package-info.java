/** The commands that read and write prices and costs. */
@NullMarked
package io.modelpricing.cli.command;

import org.jspecify.annotations.NullMarked;
