package io.modelpricing.cli.output;

/** The exit code of the process. */
public enum ExitCode {
    /** The command did what it was asked to do. */
    DONE,
    /**
     * The answer is negative: a check found something, a step was refused, a cost is not complete, or the requested
     * object does not exist.
     */
    NEGATIVE,
    /** The options or arguments are invalid. */
    USAGE,
    /** The database could not be reached, or it reported an error, or the output could not be written. */
    DATABASE;

    public int number() {
        return ordinal();
    }

    /** Returns the more severe of two codes. */
    public ExitCode worse(ExitCode other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
