package io.modelpricing.cli;

/** What the process says when it ends. */
enum ExitCode {
    /** Done. */
    DONE,
    /** The check found something, the step refused, the cost is not complete, or what was asked for is not there. */
    FOUND,
    /** Wrong usage. */
    USAGE,
    /** The database could not be reached, or failed. */
    DATABASE;

    int number() {
        return ordinal();
    }

    ExitCode or(ExitCode other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
