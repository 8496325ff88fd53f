/** What a command prints: text tables, JSON documents, failures and exit codes. */
@NullMarked
package io.modelpricing.cli.output;

import org.jspecify.annotations.NullMarked;
