/** The chat-request coster at the end: a quote before the request, its recorded cost after it. */
@NullMarked
package io.modelpricing.examples.costing.quotes;

import org.jspecify.annotations.NullMarked;
