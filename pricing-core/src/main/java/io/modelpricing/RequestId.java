package io.modelpricing;

import static java.util.Objects.requireNonNull;

/**
 * The name that an application knows one of its requests by, and that the request's cost is recorded under.
 *
 * @param value as {@code chat_completion_requests.request_id} stores it, of 1 to {@value #MAX_LENGTH} characters
 */
public record RequestId(String value) {

    /** The most characters of an id. */
    public static final int MAX_LENGTH = 255;

    /**
     * Checks the id.
     *
     * @param value as {@code chat_completion_requests.request_id} stores it, of 1 to {@value #MAX_LENGTH} characters
     * @throws IllegalArgumentException if it is blank or too long
     */
    public RequestId {
        int length = requireNonNull(value, "value").codePointCount(0, value.length());
        if (value.isBlank() || length > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a request id has 1 to " + MAX_LENGTH + " characters, but \"" + value + "\" has " + length);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
