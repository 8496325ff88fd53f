package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.CompatViews;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Creates the compatibility views. */
@Command(
        name = "install",
        description = {
            "Create or replace the compatibility views.",
            "Roles get the privileges on them that they have on models."
        })
final class CompatInstallCommand extends MigrationCommand {

    @Option(names = "--sql", description = "Print the SQL instead of running it.")
    private boolean sql;

    CompatInstallCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        Attribution by = attribution();
        try (Session session = openSession()) {
            if (sql) {
                output.sql(
                        session.step(ctx -> new CompatViews(ctx, lockRetry()).sql()),
                        "run these statements with the schema first on the search_path");
                return ExitCode.DONE;
            }
            CompatViews.Result result = session.step(ctx -> new CompatViews(ctx, lockRetry()).install(by));
            output.print(CompatCommand.json(result), out -> {
                out.println("Installed the compatibility views on schema " + session.schema() + ".");
                TextTable.printWrapped(
                        out,
                        "  ",
                        "To use them from legacy SQL: set search_path = pricing_legacy, "
                                + session.quoted(session.schema()));
            });
            return ExitCode.DONE;
        }
    }
}
