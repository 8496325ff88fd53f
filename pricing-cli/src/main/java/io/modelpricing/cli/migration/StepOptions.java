package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.compat.LockRetry;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Who runs a step of the migration, and for how long that waits for others. */
final class StepOptions {

    @Option(
            names = "--lock-timeout",
            paramLabel = "MS",
            defaultValue = "200",
            description = "The longest wait for a lock, in milliseconds: so long do others wait behind it."
                    + " Default: ${DEFAULT-VALUE}.")
    private int lockTimeout;

    @Option(
            names = "--attempts",
            paramLabel = "N",
            defaultValue = "40",
            description = "How often to try for the locks. Default: ${DEFAULT-VALUE}.")
    private int attempts;

    @Option(
            names = "--actor",
            paramLabel = "NAME",
            description = "Who runs this: kept with what it does. Default: the system's user.")
    private String actor = System.getProperty("user.name");

    Attribution attribution() {
        if (actor.isBlank()) {
            throw Failure.usage("usage", "the actor is blank", "say who runs this: it is kept with what it does");
        }
        return Attribution.by(actor);
    }

    LockRetry patience() {
        try {
            return new LockRetry(Duration.ofMillis(lockTimeout), attempts);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(
                    "usage",
                    String.valueOf(e.getMessage()),
                    "leave out --lock-timeout and --attempts: the defaults suit most");
        }
    }
}
