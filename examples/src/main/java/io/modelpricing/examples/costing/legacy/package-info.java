/** The chat-request coster as it was: two columns, two multiplications. */
@NullMarked
package io.modelpricing.examples.costing.legacy;

import org.jspecify.annotations.NullMarked;
