package io.modelpricing.cli.migration;

import io.modelpricing.cli.output.Terminal;
import picocli.CommandLine.Command;

/** The group of quarantine commands. Without a subcommand, it lists the entries. */
@Command(
        name = "quarantine",
        description = "List prices that could not be interpreted; accept or retry one.",
        synopsisSubcommandLabel = "[COMMAND]")
final class QuarantineCommand extends QuarantineListCommand {

    QuarantineCommand(Terminal terminal) {
        super(terminal);
    }
}
