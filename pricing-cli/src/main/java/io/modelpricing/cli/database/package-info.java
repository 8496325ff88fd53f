/** The connection, the session and the look-up of models that every command on a database shares. */
@NullMarked
package io.modelpricing.cli.database;

import org.jspecify.annotations.NullMarked;
