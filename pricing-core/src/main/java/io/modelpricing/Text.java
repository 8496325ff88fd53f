package io.modelpricing;

/** Text of a caller in the message of an error. */
final class Text {

    private static final int MAX_LENGTH = 100;

    private Text() {}

    /** Returns at most the first {@value #MAX_LENGTH} characters, so that a message stays readable. */
    static String shortened(String text) {
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
    }
}
