package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.cli.database.AttributionOptions;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.LockRetry;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that runs a step of the migration. */
abstract class MigrationCommand extends DatabaseCommand {

    @Mixin
    private final LockOptions lock = new LockOptions(LockRetry.DEFAULT);

    @Option(
            names = "--actor",
            paramLabel = "NAME",
            description = "Who makes the change; stored with it. Default: the operating system user.")
    private String actor = System.getProperty("user.name");

    MigrationCommand(Terminal terminal) {
        super(terminal);
    }

    final Attribution attribution() {
        return AttributionOptions.by(actor);
    }

    final LockRetry lockRetry() {
        return lock.retry();
    }
}
