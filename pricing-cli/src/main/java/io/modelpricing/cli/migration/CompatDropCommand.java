package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.CompatViews;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Drops the compatibility views. */
@Command(name = "drop", description = "Drop the compatibility views.")
final class CompatDropCommand extends MigrationCommand {

    @Option(names = "--sql", description = "Print the SQL instead of running it.")
    private boolean sql;

    CompatDropCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        Attribution by = attribution();
        try (Session session = openSession()) {
            if (sql) {
                output.sql(
                        session.step(ctx -> new CompatViews(ctx, lockRetry()).dropSql()),
                        "run these statements with the schema first on the search_path");
                return ExitCode.DONE;
            }
            CompatViews.Result result = session.step(ctx -> new CompatViews(ctx, lockRetry()).drop(by));
            output.print(
                    CompatCommand.json(result),
                    out -> out.println(
                            result.applied()
                                    ? "Dropped the compatibility views."
                                    : "Nothing to do: the compatibility views are not installed."));
            return ExitCode.DONE;
        }
    }
}
