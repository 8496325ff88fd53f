package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.cli.database.DatabaseOptions;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.CompatViews;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The views of the legacy shape, dropped. */
@Command(name = "drop", description = "Drop the views, once nobody uses them any more.")
public final class CompatDropCommand implements Callable<Integer> {

    @Mixin
    private final DatabaseOptions database;

    @Mixin
    private final OutputOptions output;

    @Mixin
    private final StepOptions operator = new StepOptions();

    @Option(names = "--sql", description = "Print what it would run, and do nothing.")
    private boolean sql;

    public CompatDropCommand(Terminal terminal) {
        database = new DatabaseOptions(terminal);
        output = new OutputOptions(terminal);
    }

    @Override
    public Integer call() {
        Attribution by = operator.attribution();
        try (Session session = database.open().withTables()) {
            if (sql) {
                output.sql(
                        session.step(ctx -> new CompatViews(ctx, operator.patience()).dropSql()),
                        "run it with the schema first on the search_path");
                return ExitCode.DONE.number();
            }
            List<String> statements = session.step(ctx -> new CompatViews(ctx, operator.patience()).drop(by));
            output.print(
                    Json.object()
                            .put("applied", !statements.isEmpty())
                            .set("statements", statements.stream().collect(Json.toTexts())),
                    out -> out.println(
                            statements.isEmpty()
                                    ? "Nothing to do: there are no views."
                                    : "Dropped the views of the legacy shape."));
            return ExitCode.DONE.number();
        }
    }
}
