/** A real PostgreSQL server for tests and demonstrations, deleted when the JVM ends. */
@NullMarked
package io.modelpricing.testing;

import org.jspecify.annotations.NullMarked;
