package io.modelpricing.cli.migration;

import io.modelpricing.cli.output.Failure;
import io.modelpricing.compat.LockRetry;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a command waits for a lock, and how often it tries. */
final class LockOptions {

    @Option(
            names = "--lock-timeout",
            paramLabel = "MS",
            description = "Longest wait for a lock, in milliseconds. Other sessions can wait behind it for as long."
                    + " Default: ${DEFAULT-VALUE}.")
    private int lockTimeout;

    @Option(
            names = "--attempts",
            paramLabel = "N",
            description = "Number of attempts to get the locks. Default: ${DEFAULT-VALUE}.")
    private int attempts;

    LockOptions(LockRetry defaults) {
        lockTimeout = (int) defaults.lockTimeout().toMillis();
        attempts = defaults.attempts();
    }

    /**
     * Returns the timeout and the number of attempts.
     *
     * @throws Failure if one of them is out of range
     */
    LockRetry retry() {
        try {
            return new LockRetry(Duration.ofMillis(lockTimeout), attempts);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(
                    "usage",
                    String.valueOf(e.getMessage()),
                    "give --lock-timeout from 1 to 10000 and --attempts of at least 1, or omit them to use the"
                            + " defaults");
        }
    }
}
