package io.modelpricing.cli.output;

/** What the process says when it ends. */
public enum ExitCode {
    /** Done. */
    DONE,
    /** The check found something, the step refused, the cost is not complete, or what was asked for is not there. */
    FOUND,
    /** Wrong usage. */
    USAGE,
    /** The database could not be reached, or failed. */
    DATABASE;

    public int number() {
        return ordinal();
    }

    public ExitCode or(ExitCode other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
