package io.modelpricing.cli.migration;

import io.modelpricing.Attribution;
import io.modelpricing.cli.database.DatabaseOptions;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.ColumnTypes;
import io.modelpricing.compat.Rollback;
import io.modelpricing.compat.StepResult;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The legacy columns, brought back. */
@Command(
        name = "rollback",
        description =
                "Bring the legacy columns back: the very cells of prices unchanged since, converted ones of the others."
                        + " Readers of models are kept out meanwhile.")
public final class RollbackCommand implements Callable<Integer> {

    @Mixin
    private final DatabaseOptions database;

    @Mixin
    private final OutputOptions output;

    @Mixin
    private final StepOptions operator = new StepOptions();

    @Option(
            names = "--widen",
            description = "Let a column that is too narrow for a price come back without a limit, instead of refusing.")
    private boolean widen;

    @Option(names = "--sql", description = "Print what it would run, and do nothing.")
    private boolean sql;

    public RollbackCommand(Terminal terminal) {
        database = new DatabaseOptions(terminal);
        output = new OutputOptions(terminal);
    }

    @Override
    public Integer call() {
        Attribution by = operator.attribution();
        ColumnTypes types = widen ? ColumnTypes.WIDENED : ColumnTypes.ORIGINAL;
        try (Session session = database.open().withTables()) {
            if (sql) {
                output.sql(
                        session.step(ctx -> new Rollback(ctx, operator.patience(), types).sql(by)),
                        "made for this database as it is now; run it with the schema first on the search_path");
                return ExitCode.DONE.number();
            }
            StepResult result = session.step(ctx -> new Rollback(ctx, operator.patience(), types).run(by));
            StepReport answer = new StepReport(result);
            output.print(
                    answer.json(),
                    out -> answer.print(
                            "Rolled back: the legacy columns are there again, and kept equal with model_pricing. Readers were"
                                    + " kept out for " + result.lockMillis() + " ms.",
                            "Nothing to do: the legacy columns are there.",
                            false,
                            out));
            return answer.exitCode().number();
        }
    }
}
