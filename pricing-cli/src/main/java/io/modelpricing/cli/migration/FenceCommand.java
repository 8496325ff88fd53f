package io.modelpricing.cli.migration;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.Fence;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jooq.DSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Revokes the privileges on the legacy columns. */
@Command(
        name = "fence",
        description = {
            "Revoke access to the legacy columns, to find the clients that still use them.",
            "Such clients fail, and so does SELECT * on models. pricing unfence restores the privileges."
        })
final class FenceCommand extends MigrationCommand {

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "Role to revoke from. Repeatable. Default: every role with a granted privilege, and public.")
    private List<String> roles = new ArrayList<>();

    FenceCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        Attribution by = attribution();
        try (Session session = openSession()) {
            List<String> quoted =
                    roles.stream().map(role -> quoted(session, role)).toList();
            Fence.Result result = session.step(ctx -> fence(ctx).raise(quoted, by));
            boolean isTested = roles.stream().noneMatch(result.untested()::containsKey);
            output.print(json(result), out -> {
                out.println(
                        result.applied()
                                ? "Fenced: " + String.join(", ", result.fenced())
                                        + " can no longer use the legacy columns."
                                : "Nothing to do: none of these roles has a granted privilege on the legacy columns.");
                untested(result, out);
            });
            return isTested ? ExitCode.DONE : ExitCode.NEGATIVE;
        }
    }

    private Fence fence(DSLContext ctx) {
        return new Fence(ctx, lockRetry());
    }

    /** Returns a role as an SQL identifier, which is how the result lists it. */
    private static String quoted(Session session, String role) {
        return role.equals("public") ? role : session.quotedRole(role);
    }

    static ObjectNode json(Fence.Result result) {
        ObjectNode document = Json.object().put("applied", result.applied());
        document.set("fenced", result.fenced().stream().collect(Json.toTexts()));
        document.set(
                "untested",
                result.untested().entrySet().stream()
                        .map(role -> Json.object()
                                .put("role", role.getKey())
                                .put("reason", role.getValue().description()))
                        .collect(Json.toArray()));
        return document.set("statements", result.statements().stream().collect(Json.toTexts()));
    }

    private static void untested(Fence.Result result, PrintWriter out) {
        if (!result.untested().isEmpty()) {
            out.println("The fence does not apply to these roles, which can still use the columns:");
            TextTable table = new TextTable(LEFT, CUT);
            result.untested().forEach((role, access) -> table.row(role, access.description()));
            table.print(out);
        }
    }
}
