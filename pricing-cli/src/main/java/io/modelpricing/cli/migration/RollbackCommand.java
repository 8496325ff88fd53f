package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.ColumnTypes;
import io.modelpricing.compat.Rollback;
import io.modelpricing.compat.StepResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Restores the legacy columns. */
@Command(
        name = "rollback",
        description = {
            "Bring the legacy columns back.",
            "A cell is restored from the archive if the price has not changed since, and converted from"
                    + " the price otherwise. Readers of models are blocked meanwhile."
        })
final class RollbackCommand extends MigrationCommand {

    @Option(
            names = "--widen",
            description = "Restore a column without precision limit if a price does not fit it, instead of refusing.")
    private boolean widen;

    @Option(names = "--sql", description = "Print the SQL instead of running it.")
    private boolean sql;

    RollbackCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        Attribution by = attribution();
        ColumnTypes types = widen ? ColumnTypes.WIDENED : ColumnTypes.ORIGINAL;
        try (Session session = openSession()) {
            if (sql) {
                output.sql(
                        session.step(ctx -> new Rollback(ctx, lockRetry(), types).sql(by)),
                        "generated for the current state of this database; run it with the schema first on the search_path");
                return ExitCode.DONE;
            }
            StepResult result = session.step(ctx -> new Rollback(ctx, lockRetry(), types).run(by));
            StepReport report = new StepReport(result);
            output.print(
                    report.json(),
                    out -> report.print(
                            "Rolled back: the legacy columns exist again and are kept in sync with model_pricing. Readers were"
                                    + " blocked for " + result.lockDuration().toMillis() + " ms.",
                            "Nothing to do: the legacy columns exist.",
                            false,
                            out));
            return report.exitCode();
        }
    }
}
