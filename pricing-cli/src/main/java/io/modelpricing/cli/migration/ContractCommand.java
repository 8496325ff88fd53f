package io.modelpricing.cli.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.cli.database.DatabaseOptions;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.Contract;
import io.modelpricing.compat.Phase;
import io.modelpricing.compat.Refusal;
import io.modelpricing.compat.StepResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The legacy columns, dropped. */
@Command(
        name = "contract",
        description =
                "Verify, archive every legacy cell, and drop the legacy columns and the empty pricing_tiers; never with"
                        + " CASCADE. Refuses by name what it does not understand. pricing rollback takes it back.")
public final class ContractCommand implements Callable<Integer> {

    @Mixin
    private final DatabaseOptions database;

    @Mixin
    private final OutputOptions output;

    @Mixin
    private final StepOptions operator = new StepOptions();

    @Option(names = "--dry-run", description = "Say what stands in the way and what would be run, and change nothing.")
    private boolean dryRun;

    @Option(
            names = "--rehearse",
            description = "Do all of it, measure how long readers are kept out, and take it back.")
    private boolean rehearse;

    @Option(names = "--sql", description = "Print what it would run, and do nothing.")
    private boolean sql;

    @Option(
            names = "--accept-function",
            paramLabel = "NAME",
            description = "A function that mentions a legacy column and yet does not use it, as the refusal names it.")
    private List<String> accepted = new ArrayList<>();

    public ContractCommand(Terminal terminal) {
        database = new DatabaseOptions(terminal);
        output = new OutputOptions(terminal);
    }

    @Override
    public Integer call() {
        if (Stream.of(dryRun, rehearse, sql).filter(given -> given).count() > 1) {
            throw Failure.usage("usage", "--dry-run, --rehearse and --sql exclude each other", "give one of them");
        }
        Attribution by = operator.attribution();
        try (Session session = database.open().withTables()) {
            if (sql) {
                output.sql(
                        session.step(ctx -> contract(ctx).sql(by)),
                        "made for this database as it is now; run it with the schema first on the search_path");
                return ExitCode.DONE.number();
            }
            if (dryRun) {
                return dryRun(session, by);
            }
            StepResult result = session.step(
                    ctx -> rehearse ? contract(ctx).rehearse(by) : contract(ctx).run(by));
            StepReport answer = new StepReport(result);
            output.print(
                    answer.json().put("rehearsed", rehearse),
                    out -> answer.print(
                            rehearse
                                    ? "Rehearsed and taken back: the legacy columns went, readers were kept out for "
                                            + result.lockMillis() + " ms, " + result.archived()
                                            + " models are archived."
                                    : "Contracted: the legacy columns are gone. Readers were kept out for "
                                            + result.lockMillis() + " ms, " + result.archived()
                                            + " models are archived.",
                            "Nothing to do: there are no legacy columns.",
                            rehearse && result.phase() == Phase.POPULATED,
                            out));
            if (result.applied()) {
                output.note("if something misses the columns: " + database.command("compat install") + "; to go back: "
                        + database.command("rollback"));
            }
            return answer.exitCode().number();
        }
    }

    private Contract contract(org.jooq.DSLContext ctx) {
        return new Contract(ctx, operator.patience(), accepted);
    }

    private int dryRun(Session session, Attribution by) {
        Phase phase = session.step(Phase::read);
        List<Refusal> refused = session.step(ctx -> contract(ctx).refusals());
        String statements =
                phase == Phase.POPULATED ? session.step(ctx -> contract(ctx).sql(by)) : "";
        StepReport answer = new StepReport(new StepResult(false, phase, 0, 0, refused));
        ObjectNode document = answer.json().put("rehearsed", false).put("sql", statements);
        output.print(document, out -> {
            if (!statements.isEmpty()) {
                out.println("-- What would be run:");
                out.print(statements);
                out.println();
            }
            answer.print("", "Nothing stands in the way.", false, out);
        });
        return answer.exitCode().number();
    }
}
