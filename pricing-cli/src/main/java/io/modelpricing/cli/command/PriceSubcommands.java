package io.modelpricing.cli.command;

import io.modelpricing.cli.output.Terminal;
import picocli.CommandLine;

/** The subcommands on prices and costs. */
public final class PriceSubcommands {

    private PriceSubcommands() {}

    public static void addTo(CommandLine pricing, Terminal terminal) {
        pricing.addSubcommand(new ShowCommand(terminal))
                .addSubcommand(new SetCommand(terminal))
                .addSubcommand(new ReleaseCommand(terminal))
                .addSubcommand(new AnnounceCommand(terminal))
                .addSubcommand(new AnnouncementsCommand(terminal))
                .addSubcommand(new WithdrawCommand(terminal))
                .addSubcommand(new CostCommand(terminal))
                .addSubcommand(new BackfillCommand(terminal))
                .addSubcommand(new OffersCommand(terminal))
                .addSubcommand(new AuditCommand(terminal))
                .addSubcommand(new GrantsCommand(terminal));
    }
}
