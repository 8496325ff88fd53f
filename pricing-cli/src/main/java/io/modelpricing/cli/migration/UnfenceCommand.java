package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.Fence;
import picocli.CommandLine.Command;

/** Restores the privileges on the legacy columns. */
@Command(name = "unfence", description = "Restore the privileges that pricing fence revoked.")
final class UnfenceCommand extends MigrationCommand {

    UnfenceCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        Attribution by = attribution();
        try (Session session = openSession()) {
            Fence.Result result = session.step(ctx -> new Fence(ctx, lockRetry()).lower(by));
            output.print(
                    FenceCommand.json(result),
                    out -> out.println(
                            result.applied()
                                    ? "Unfenced: all revoked privileges are restored."
                                    : "Nothing to do: no fence is active."));
            return ExitCode.DONE;
        }
    }
}
