package io.modelpricing.cli.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.compat.CompatViews;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The group of commands for the compatibility views. */
@Command(
        name = "compat",
        description = {
            "Install or drop the compatibility views, which have the legacy columns.",
            "They work before and after contract. Legacy SQL uses them with pricing_legacy first on its"
                    + " search_path, or as models_legacy_pricing."
        },
        synopsisSubcommandLabel = "COMMAND")
final class CompatCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        throw Failure.usage("usage", "no subcommand is given", "run pricing compat install or pricing compat drop");
    }

    static ObjectNode json(CompatViews.Result result) {
        return Json.object()
                .put("applied", result.applied())
                .set("statements", result.statements().stream().collect(Json.toTexts()));
    }
}
