package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.cli.database.DatabaseOptions;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.CompatViews;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The views of the legacy shape, made. */
@Command(
        name = "install",
        description =
                "Make the views, new ones in the place of those that are there, for all who have rights on models.")
public final class CompatInstallCommand implements Callable<Integer> {

    @Mixin
    private final DatabaseOptions database;

    @Mixin
    private final OutputOptions output;

    @Mixin
    private final StepOptions operator = new StepOptions();

    @Option(names = "--sql", description = "Print what it would run, and do nothing.")
    private boolean sql;

    public CompatInstallCommand(Terminal terminal) {
        database = new DatabaseOptions(terminal);
        output = new OutputOptions(terminal);
    }

    @Override
    public Integer call() {
        Attribution by = operator.attribution();
        try (Session session = database.open().withTables()) {
            if (sql) {
                output.sql(
                        session.step(ctx -> new CompatViews(ctx, operator.patience()).sql()),
                        "run it with the schema first on the search_path");
                return ExitCode.DONE.number();
            }
            List<String> statements = session.step(ctx -> new CompatViews(ctx, operator.patience()).install(by));
            output.print(
                    Json.object()
                            .put("applied", true)
                            .set("statements", statements.stream().collect(Json.toTexts())),
                    out -> {
                        out.println("Installed the views of the legacy shape over schema " + session.schema() + ".");
                        TextTable.printWrapped(
                                out,
                                "  ",
                                "Legacy SQL finds them with: set search_path = pricing_legacy, "
                                        + session.quoted(session.schema()));
                    });
            return ExitCode.DONE.number();
        }
    }
}
