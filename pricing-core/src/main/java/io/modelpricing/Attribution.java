package io.modelpricing;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Who changes a price, and why: kept with the version that the change makes.
 *
 * @param actor a person or a job, such as {@code manual:ada} or {@code api_sync:openrouter}, not blank
 * @param reason why, null if the source's statement is all there is to say
 */
public record Attribution(String actor, @Nullable String reason) {

    /**
     * Checks the actor.
     *
     * @param actor a person or a job, such as {@code manual:ada} or {@code api_sync:openrouter}, not blank
     * @param reason why, null if the source's statement is all there is to say
     * @throws IllegalArgumentException if the actor is blank
     */
    public Attribution {
        if (requireNonNull(actor, "actor").isBlank()) {
            throw new IllegalArgumentException("who changes a price has a name, but the actor is blank");
        }
    }

    /**
     * Returns the attribution to an actor who gives no reason.
     *
     * @param actor a person or a job, not blank
     * @return the attribution
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
