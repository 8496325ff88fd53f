/** The {@code demo} command: the whole migration on an embedded PostgreSQL. */
@NullMarked
package io.modelpricing.cli.demo;

import org.jspecify.annotations.NullMarked;
