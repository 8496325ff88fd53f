/** The request coster after the migration: a quote before the request, a recorded cost after it. */
@NullMarked
package io.modelpricing.examples.costing.quotes;

import org.jspecify.annotations.NullMarked;
