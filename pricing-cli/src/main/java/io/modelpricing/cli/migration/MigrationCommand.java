package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.LockRetry;
import java.time.Duration;
import picocli.CommandLine.Option;

/** A command that runs a migration step, with the options of its operator. */
abstract class MigrationCommand extends DatabaseCommand {

    @Option(
            names = "--lock-timeout",
            paramLabel = "MS",
            defaultValue = "200",
            description = "Longest wait for a lock, in milliseconds. Other transactions queue behind this wait."
                    + " Default: ${DEFAULT-VALUE}.")
    private int lockTimeout;

    @Option(
            names = "--attempts",
            paramLabel = "N",
            defaultValue = "40",
            description = "Number of attempts to get the locks. Default: ${DEFAULT-VALUE}.")
    private int attempts;

    @Option(
            names = "--actor",
            paramLabel = "NAME",
            description = "Who runs the step, stored with it. Default: the operating system user.")
    private String actor = System.getProperty("user.name");

    MigrationCommand(Terminal terminal) {
        super(terminal);
    }

    final Attribution attribution() {
        if (actor.isBlank()) {
            throw Failure.usage("usage", "--actor must not be blank", "name who runs the step; it is stored with it");
        }
        return Attribution.by(actor);
    }

    final LockRetry lockRetry() {
        try {
            return new LockRetry(Duration.ofMillis(lockTimeout), attempts);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(
                    "usage", String.valueOf(e.getMessage()), "omit --lock-timeout and --attempts to use the defaults");
        }
    }
}
