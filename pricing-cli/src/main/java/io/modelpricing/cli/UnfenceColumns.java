package io.modelpricing.cli;

import io.modelpricing.compat.Fence;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The right to use the legacy columns, given back. */
@Command(name = "unfence", description = "Give back the rights that pricing fence took away.")
final class UnfenceColumns implements Callable<Integer> {

    @Mixin
    private final Database database;

    @Mixin
    private final Output output;

    @Mixin
    private final Operator operator = new Operator();

    UnfenceColumns(Terminal terminal) {
        database = new Database(terminal);
        output = new Output(terminal);
    }

    @Override
    public Integer call() {
        String actor = operator.actor();
        try (Session session = database.open().withTables()) {
            Fence.Result result = session.step(ctx -> new Fence(ctx, operator.patience()).lower(actor));
            output.print(
                    FenceColumns.json(result),
                    out -> out.println(
                            result.applied()
                                    ? "Unfenced: all rights are as they were."
                                    : "Nothing to do: there is no fence."));
            return ExitCode.DONE.number();
        }
    }
}
