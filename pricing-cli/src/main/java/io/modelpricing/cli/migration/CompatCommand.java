package io.modelpricing.cli.migration;

import io.modelpricing.cli.output.Failure;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Views of the legacy shape. */
@Command(
        name = "compat",
        description =
                "Install or drop views of the legacy shape, for SQL that names the legacy columns before and after they"
                        + " go: by a search_path of pricing_legacy before the schema, or as models_legacy_pricing.",
        synopsisSubcommandLabel = "COMMAND")
public final class CompatCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw Failure.usage("usage", "install or drop is missing", "see: pricing compat --help");
    }
}
