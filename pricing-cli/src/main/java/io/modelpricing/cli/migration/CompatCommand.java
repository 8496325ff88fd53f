package io.modelpricing.cli.migration;

import io.modelpricing.cli.output.Failure;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The group of commands for the views of the legacy shape. */
@Command(
        name = "compat",
        description =
                "Install or drop views that show prices in the legacy columns, before and after contract. Legacy SQL"
                        + " reads them through a search_path with pricing_legacy first, or as models_legacy_pricing.",
        synopsisSubcommandLabel = "COMMAND")
public final class CompatCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw Failure.usage("usage", "no subcommand is given", "run pricing compat install or pricing compat drop");
    }
}
