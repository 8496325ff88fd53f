package io.modelpricing.cli.migration;

import io.modelpricing.cli.output.Terminal;
import picocli.CommandLine;

/** The subcommands of the migration, in the order in which they are used. */
public final class MigrationSubcommands {

    private MigrationSubcommands() {}

    public static void addTo(CommandLine pricing, Terminal terminal) {
        pricing.addSubcommand(new StatusCommand(terminal))
                .addSubcommand(new ExpandCommand(terminal))
                .addSubcommand(new PopulateCommand(terminal))
                .addSubcommand(new CommandLine(new QuarantineCommand(terminal))
                        .addSubcommand(new QuarantineListCommand(terminal))
                        .addSubcommand(new QuarantineAcceptCommand(terminal))
                        .addSubcommand(new QuarantineRetryCommand(terminal)))
                .addSubcommand(new VerifyCommand(terminal))
                .addSubcommand(new FenceCommand(terminal))
                .addSubcommand(new UnfenceCommand(terminal))
                .addSubcommand(new CommandLine(new CompatCommand())
                        .addSubcommand(new CompatInstallCommand(terminal))
                        .addSubcommand(new CompatDropCommand(terminal)))
                .addSubcommand(new ContractCommand(terminal))
                .addSubcommand(new RollbackCommand(terminal));
    }
}
