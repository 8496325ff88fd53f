package io.modelpricing.cli.command;

import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Grants the privileges that readers and writers of prices need. */
@Command(
        name = "grants",
        description = {
            "Grant roles the privileges to read or write prices.",
            "The roles must exist. Grants only the needed privileges, and revokes nothing."
        })
final class GrantsCommand extends DatabaseCommand {

    private static final List<String> READ = List.of(
            "providers",
            "models",
            "model_pricing",
            "billing_unit",
            "model_pricing_announcement",
            "model_pricing_current",
            "model_pricing_upcoming_version",
            "model_pricing_every_version",
            "model_pricing_rate_set",
            "model_pricing_card_rate",
            "model_pricing_rate",
            "model_pricing_version",
            "model_pricing_timeline",
            "model_pricing_revision",
            "request_cost",
            "models_with_pricing",
            "models_pricing_classified",
            "models_pricing_status");

    /** The columns that a cost is calculated from, and that identify a request. */
    private static final List<String> REQUEST_COLUMNS =
            List.of("ctid", "id", "request_id", "model_id", "input_tokens", "output_tokens", "status", "created_at");

    private static final List<String> COST_COLUMNS =
            List.of("cost_usd", "input_cost_usd", "output_cost_usd", "pricing_source");

    /** The functions that recording and backfilling costs call. */
    private static final List<String> COST_FUNCTIONS = List.of(
            "model_pricing_fill_request_costs(text[])",
            "model_pricing_request_columns()",
            "model_pricing_request_is_absent(text)",
            "model_pricing_rate_at(uuid, text, bigint, numeric)");

    @Option(names = "--reader", paramLabel = "ROLE", description = "Existing role that reads prices. Repeatable.")
    private List<String> readers = new ArrayList<>();

    @Option(
            names = "--writer",
            paramLabel = "ROLE",
            description = "Existing role that reads and writes prices. Repeatable.")
    private List<String> writers = new ArrayList<>();

    @Option(
            names = "--delete-models",
            description = "Let the writers also delete models, with model_pricing_delete_model.")
    private boolean deleteModels;

    @Option(names = "--sql", description = "Print the SQL instead of running it.")
    private boolean sql;

    GrantsCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        if (readers.isEmpty() && writers.isEmpty()) {
            throw Failure.usage("usage", "no role is given", "give --reader ROLE, --writer ROLE, or both");
        }
        if (deleteModels && writers.isEmpty()) {
            throw Failure.usage("usage", "--delete-models needs a writer", "give --writer ROLE");
        }
        try (Session session = openSession()) {
            List<String> statements = statements(session);
            if (!sql) {
                session.ctx().transaction(transaction -> statements.forEach(transaction.dsl()::execute));
            }
            ObjectNode document = Json.object().put("executed", !sql);
            document.set("statements", statements.stream().collect(Json.toTexts()));
            output.print(document, out -> statements.forEach(statement -> out.println(statement + ";")));
            if (!sql) {
                output.note("done; other privileges of these roles are unchanged");
            }
            return ExitCode.DONE;
        }
    }

    private List<String> statements(Session session) {
        List<String> statements = new ArrayList<>();
        Stream.concat(readers.stream(), writers.stream())
                .distinct()
                .forEach(role -> read(session, session.quotedRole(role), statements));
        writers.stream().distinct().forEach(role -> write(session, session.quotedRole(role), statements));
        return statements;
    }

    private static void read(Session session, String role, List<String> statements) {
        String schema = session.quoted(session.schema());
        statements.add("grant usage on schema " + schema + " to " + role);
        for (String relation : READ) {
            statements.add("grant select on " + schema + "." + relation + " to " + role);
        }
        if (session.has("model_usage_analytics")) {
            // The view reads the requests with the privileges of its caller, so readers need exactly these columns.
            statements.add("grant select on " + schema + ".model_usage_analytics to " + role);
            String key = session.columns("chat_completion_requests").contains("request_id") ? "request_id" : "id";
            statements.add("grant select (" + key
                    + ", model_id, status, input_tokens, output_tokens, processing_time_ms, created_at) on " + schema
                    + ".chat_completion_requests to " + role);
        }
    }

    private void write(Session session, String role, List<String> statements) {
        String schema = session.quoted(session.schema());
        statements.add("grant insert, update, delete on " + schema + ".model_pricing to " + role);
        statements.add("grant insert, update on " + schema + ".model_pricing_announcement to " + role);
        statements.add("grant usage on sequence " + schema + ".model_pricing_id_seq to " + role);
        statements.add("grant execute on function " + schema + ".model_pricing_apply_due(bigint[]) to " + role);
        statements.add("grant insert on " + schema + ".model_pricing_rate_set to " + role);
        statements.add("grant insert on " + schema + ".model_pricing_card_rate to " + role);
        statements.add("grant insert on " + schema + ".model_pricing_rate to " + role);
        statements.add("grant insert on " + schema + ".request_cost to " + role);
        for (String function : COST_FUNCTIONS) {
            statements.add("grant execute on function " + schema + "." + function + " to " + role);
        }
        requestColumns(session, role, statements);
        // Locking a row of models needs the privilege to update at least one of its columns.
        statements.add("grant update (updated_at) on " + schema + ".models to " + role);
        if (deleteModels) {
            statements.add("grant delete on " + schema + ".models to " + role);
            statements.add("grant execute on function " + schema + ".model_pricing_delete_model(bigint) to " + role);
        }
    }

    /** Recording a cost finds the request and fills its cost columns. */
    private static void requestColumns(Session session, String role, List<String> statements) {
        List<String> columns = session.columns("chat_completion_requests");
        String table = session.quoted(session.schema()) + ".chat_completion_requests";
        List<String> filled = COST_COLUMNS.stream().filter(columns::contains).toList();
        if (!filled.isEmpty()) {
            String read = Stream.concat(REQUEST_COLUMNS.stream(), filled.stream())
                    .filter(column -> column.equals("ctid") || columns.contains(column))
                    .collect(joining(", "));
            statements.add("grant select (" + read + ") on " + table + " to " + role);
            statements.add("grant update (" + String.join(", ", filled) + ") on " + table + " to " + role);
        }
    }
}
