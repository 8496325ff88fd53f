package io.modelpricing.cli.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.Contract;
import io.modelpricing.compat.Phase;
import io.modelpricing.compat.Refusal;
import io.modelpricing.compat.StepResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Drops the legacy columns. */
@Command(
        name = "contract",
        description = {
            "Archive every legacy cell and drop the legacy columns.",
            "Verifies all prices first, and also drops pricing_tiers if it is empty. Never uses CASCADE:"
                    + " it names the objects that depend on a column, and refuses. pricing rollback reverses it."
        })
final class ContractCommand extends MigrationCommand {

    @Option(names = "--dry-run", description = "Print the SQL, and what would be refused. Changes nothing.")
    private boolean dryRun;

    @Option(
            names = "--rehearse",
            description = "Drop the columns, measure how long readers are blocked, then roll back.")
    private boolean rehearse;

    @Option(names = "--sql", description = "Print the SQL instead of running it.")
    private boolean sql;

    @Option(
            names = "--accept-function",
            paramLabel = "NAME",
            description =
                    "Function, named as in the refusal, that mentions a legacy column but does not use it. Repeatable.")
    private List<String> accepted = new ArrayList<>();

    ContractCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        if (Stream.of(dryRun, rehearse, sql).filter(given -> given).count() > 1) {
            throw Failure.usage(
                    "usage", "--dry-run, --rehearse and --sql are mutually exclusive", "give only one of them");
        }
        Attribution by = attribution();
        try (Session session = openSession()) {
            if (sql) {
                output.sql(
                        session.step(ctx -> contract(ctx).sql(by)),
                        "generated for the current state of this database; run it with the schema first on the search_path");
                return ExitCode.DONE;
            }
            if (dryRun) {
                return dryRun(session, by);
            }
            StepResult result = session.step(
                    ctx -> rehearse ? contract(ctx).rehearse(by) : contract(ctx).run(by));
            StepReport report = new StepReport(result);
            output.print(
                    report.json().put("rehearsed", rehearse),
                    out -> report.print(
                            rehearse
                                    ? "Rehearsed and rolled back: dropping the legacy columns would block readers for "
                                            + result.lockDuration().toMillis() + " ms; " + result.archived()
                                            + " models would be archived."
                                    : "Contracted: the legacy columns are dropped. Readers were blocked for "
                                            + result.lockDuration().toMillis() + " ms; " + result.archived()
                                            + " models are archived.",
                            "Nothing to do: the legacy columns do not exist.",
                            rehearse && result.phase() == Phase.POPULATED,
                            out));
            if (result.applied()) {
                output.note("if a query needs the columns: " + database.command("compat install") + "; to reverse: "
                        + database.command("rollback"));
            }
            return report.exitCode();
        }
    }

    private Contract contract(DSLContext ctx) {
        return new Contract(ctx, lockRetry(), accepted);
    }

    private ExitCode dryRun(Session session, Attribution by) {
        Phase phase = session.step(Phase::read);
        List<Refusal> refused = session.step(ctx -> contract(ctx).refusals());
        String statements =
                phase == Phase.POPULATED ? session.step(ctx -> contract(ctx).sql(by)) : "";
        StepReport report = new StepReport(new StepResult(false, phase, 0, Duration.ZERO, refused));
        ObjectNode document = report.json().put("rehearsed", false).put("sql", statements);
        output.print(document, out -> {
            if (!statements.isEmpty()) {
                out.println("-- Statements:");
                OutputOptions.printSql(out, statements);
                out.println();
            }
            report.print("", "No refusals.", false, out);
        });
        return report.exitCode();
    }
}
