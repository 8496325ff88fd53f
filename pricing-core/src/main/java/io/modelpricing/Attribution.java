package io.modelpricing;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The actor of a change and the reason for it. Each price version and each cost correction stores its attribution.
 *
 * @param actor the person or job that makes the change, such as {@code manual:ada} or {@code api_sync:openrouter}, not
 *     blank
 * @param reason why the change is made; null if the source's statement is the only reason
 */
public record Attribution(String actor, @Nullable String reason) {

    /**
     * Checks the actor.
     *
     * @param actor the person or job, not blank
     * @param reason why the change is made, or null
     * @throws IllegalArgumentException if the actor is blank
     */
    public Attribution {
        if (requireNonNull(actor, "actor").isBlank()) {
            throw new IllegalArgumentException(
                    "actor must not be blank; pass the person or job that makes the change, such as manual:ada");
        }
    }

    /**
     * Returns an attribution without a reason.
     *
     * @param actor the person or job that makes the change, not blank
     * @return the attribution
     * @throws IllegalArgumentException if the actor is blank
     */
    public static Attribution by(String actor) {
        return new Attribution(actor, null);
    }

    /**
     * Returns this attribution with a reason.
     *
     * @param why the reason
     * @return the attribution
     */
    public Attribution because(String why) {
        return new Attribution(actor, requireNonNull(why, "why"));
    }
}
