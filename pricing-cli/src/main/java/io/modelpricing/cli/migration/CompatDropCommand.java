package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.CompatViews;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Drops the views of the legacy shape. */
@Command(name = "drop", description = "Drop the views of the legacy shape.")
public final class CompatDropCommand extends MigrationCommand {

    @Option(names = "--sql", description = "Print the statements without executing them.")
    private boolean sql;

    public CompatDropCommand(Terminal terminal) {
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
            List<String> statements = session.step(ctx -> new CompatViews(ctx, lockRetry()).drop(by));
            output.print(
                    Json.object()
                            .put("applied", !statements.isEmpty())
                            .set("statements", statements.stream().collect(Json.toTexts())),
                    out -> out.println(
                            statements.isEmpty()
                                    ? "Nothing to do: the legacy views are not installed."
                                    : "Dropped the legacy views."));
            return ExitCode.DONE;
        }
    }
}
