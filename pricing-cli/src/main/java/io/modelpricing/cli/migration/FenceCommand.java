package io.modelpricing.cli.migration;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.cli.database.DatabaseOptions;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.Fence;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jooq.DSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The right to use the legacy columns, taken away from roles. */
@Command(
        name = "fence",
        description =
                "Take the right to use the legacy columns away from roles, to see who misses it. SELECT * fails for"
                        + " them, too. pricing unfence gives it back.")
public final class FenceCommand implements Callable<Integer> {

    @Mixin
    private final DatabaseOptions database;

    @Mixin
    private final OutputOptions output;

    @Mixin
    private final StepOptions operator = new StepOptions();

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "From whom. Default: from every role that was given the right, public included.")
    private List<String> roles = new ArrayList<>();

    public FenceCommand(Terminal terminal) {
        database = new DatabaseOptions(terminal);
        output = new OutputOptions(terminal);
    }

    @Override
    public Integer call() {
        Attribution by = operator.attribution();
        try (Session session = database.open().withTables()) {
            List<String> quoted =
                    roles.stream().map(role -> quoted(session, role)).toList();
            Fence.Result result = session.step(ctx -> fence(ctx).raise(quoted, by));
            boolean isProved = roles.stream().noneMatch(result.untested()::containsKey);
            output.print(json(result), out -> {
                out.println(
                        result.applied()
                                ? "Fenced: " + String.join(", ", result.fenced())
                                        + " can use the legacy columns no more."
                                : "Nothing to do: none of these roles was given a right to the legacy columns.");
                untested(result, out);
            });
            return (isProved ? ExitCode.DONE : ExitCode.FOUND).number();
        }
    }

    private Fence fence(DSLContext ctx) {
        return new Fence(ctx, operator.patience());
    }

    /** Returns a role as the database writes it, and so as its rights are listed. */
    private static String quoted(Session session, String role) {
        return role.equals("public") ? role : session.role(role);
    }

    static ObjectNode json(Fence.Result result) {
        ObjectNode document = Json.object().put("applied", result.applied());
        document.set("fenced", result.fenced().stream().collect(Json.toTexts()));
        document.set(
                "untested",
                result.untested().entrySet().stream()
                        .map(role -> Json.object().put("role", role.getKey()).put("reason", role.getValue()))
                        .collect(Json.toArray()));
        return document.set("statements", result.statements().stream().collect(Json.toTexts()));
    }

    private static void untested(Fence.Result result, PrintWriter out) {
        if (!result.untested().isEmpty()) {
            out.println("It proves nothing of these, who can use them all the same:");
            TextTable table = new TextTable(LEFT, CUT);
            result.untested().forEach(table::row);
            table.print(out);
        }
    }
}
