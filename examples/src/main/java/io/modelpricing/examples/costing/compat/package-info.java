/** The chat-request coster on the way: the same arithmetic on legacy names from {@code model_pricing}. */
@NullMarked
package io.modelpricing.examples.costing.compat;

import org.jspecify.annotations.NullMarked;
