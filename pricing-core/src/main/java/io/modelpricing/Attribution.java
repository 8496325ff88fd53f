package io.modelpricing;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The actor of a change and the reason for it. Each price version and each cost correction stores its attribution.
 *
 * @param actor the person or job that makes the change, such as {@code manual:ada} or {@code api_sync:openrouter}; a
 *     name by {@link TextRule#isName}
 * @param reason why the change is made; null if the source's statement is the only reason; with the characters of a
 *     name, up to {@value TextRule#MAX_REASON_LENGTH}
 */
public record Attribution(String actor, @Nullable String reason) {

    /**
     * Checks the actor and the reason.
     *
     * @param actor the person or job
     * @param reason why the change is made, or null
     * @throws IllegalArgumentException if one of them breaks the rule of {@link TextRule}
     */
    public Attribution {
        TextRule.requireName("actor", actor);
        if (reason != null) {
            TextRule.requireReason("reason", reason);
        }
    }

    /**
     * Returns an attribution without a reason.
     *
     * @param actor the person or job that makes the change
     * @return the attribution
     * @throws IllegalArgumentException if the actor is not a name by {@link TextRule#isName}
     */
    public static Attribution by(String actor) {
        return new Attribution(actor, null);
    }

    /**
     * Returns this attribution with a reason.
     *
     * @param why the reason
     * @return the attribution
     * @throws IllegalArgumentException if the reason breaks the rule of {@link TextRule#requireReason}
     */
    public Attribution because(String why) {
        return new Attribution(actor, requireNonNull(why, "why"));
    }
}
