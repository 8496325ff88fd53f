package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.cli.database.DatabaseOptions;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.Fence;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The right to use the legacy columns, given back. */
@Command(name = "unfence", description = "Give back the rights that pricing fence took away.")
public final class UnfenceCommand implements Callable<Integer> {

    @Mixin
    private final DatabaseOptions database;

    @Mixin
    private final OutputOptions output;

    @Mixin
    private final StepOptions operator = new StepOptions();

    public UnfenceCommand(Terminal terminal) {
        database = new DatabaseOptions(terminal);
        output = new OutputOptions(terminal);
    }

    @Override
    public Integer call() {
        Attribution by = operator.attribution();
        try (Session session = database.open().withTables()) {
            Fence.Result result = session.step(ctx -> new Fence(ctx, operator.patience()).lower(by));
            output.print(
                    FenceCommand.json(result),
                    out -> out.println(
                            result.applied()
                                    ? "Unfenced: all rights are as they were."
                                    : "Nothing to do: there is no fence."));
            return ExitCode.DONE.number();
        }
    }
}
