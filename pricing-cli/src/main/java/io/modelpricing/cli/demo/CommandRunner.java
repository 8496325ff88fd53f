package io.modelpricing.cli.demo;

import io.modelpricing.cli.output.Terminal;

/** Runs a {@code pricing} command in this process. */
@FunctionalInterface
public interface CommandRunner {

    /** Runs the command that the arguments name, and returns its exit code. */
    int run(String[] args, Terminal terminal);
}
