package io.modelpricing;

import static java.util.Objects.requireNonNull;

/**
 * The application's id of a request, under which the cost of the request is recorded.
 *
 * @param value the id as {@code chat_completion_requests.request_id} stores it, not blank, at most {@value #MAX_LENGTH}
 *     characters
 */
public record RequestId(String value) {

    /** The maximum length of an id, in characters. */
    public static final int MAX_LENGTH = 255;

    /**
     * Checks the id.
     *
     * @param value the id, not blank, at most {@value #MAX_LENGTH} characters
     * @throws IllegalArgumentException if it is blank or too long, or PostgreSQL cannot store it
     */
    public RequestId {
        TextRule.requireStorable("request id", requireNonNull(value, "value"));
        int length = value.codePointCount(0, value.length());
        if (value.isBlank() || length > MAX_LENGTH) {
            throw new IllegalArgumentException("a request id must not be blank and have at most " + MAX_LENGTH
                    + " characters, but \"" + TextRule.shortened(value) + "\" has " + length);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
