package io.modelpricing.cli.command;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.jooq.audit.PriceAudit;
import io.modelpricing.jooq.audit.PriceAudit.Finding;
import io.modelpricing.jooq.audit.PriceAudit.Kind;
import io.modelpricing.jooq.audit.PriceAudit.Report;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reports problems with the prices of the active models. */
@Command(
        name = "audit",
        description = {
            "Report models with a missing, stale or implausible price.",
            "Checks the active models for a missing price (most used first), a stale price, a paid price"
                    + " of zero, a price inferred to be free, and a price in quarantine."
        })
final class AuditCommand extends DatabaseCommand {

    private static final int SHOWN = 20;

    @Option(
            names = "--stale-hours",
            paramLabel = "HOURS",
            defaultValue = "72",
            description =
                    "A price is stale if no source has confirmed it for this many hours. Manual overrides are never"
                            + " stale. Default: ${DEFAULT-VALUE}.")
    private int staleHours;

    @Option(
            names = "--traffic-days",
            paramLabel = "DAYS",
            defaultValue = "30",
            description = "Models without a price are sorted by their tokens in this many days. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int trafficDays;

    AuditCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        Failure.requirePeriod("--stale-hours", staleHours, 876_000, "omit it to use 72");
        Failure.requirePeriod("--traffic-days", trafficDays, 36_500, "omit it to use 30");
        try (Session session = openSession()) {
            Report report =
                    new PriceAudit(session.ctx()).run(Duration.ofHours(staleHours), Duration.ofDays(trafficDays));
            output.print(json(report), out -> print(report, out));
            return report.passed() ? ExitCode.DONE : ExitCode.NEGATIVE;
        }
    }

    private static ObjectNode json(Report report) {
        ObjectNode counts = Json.object();
        for (Kind kind : Kind.values()) {
            counts.put(kind.id(), report.findings(kind).size());
        }
        ObjectNode document = Json.object().put("passed", report.passed()).put("modelsChecked", report.modelsChecked());
        document.set("byType", Json.counts(report.byType()));
        document.set("counts", counts);
        return document.set(
                "findings", report.findings().stream().map(AuditCommand::json).collect(Json.toArray()));
    }

    private static ObjectNode json(Finding finding) {
        ObjectNode json = Json.object()
                .put("kind", finding.kind().id())
                .put("modelId", finding.model().value())
                .put("provider", finding.provider())
                .put("providerModelId", finding.providerModelId())
                .put("detail", finding.detail());
        return finding.kind() != Kind.UNPRICED
                ? json
                : json.put("requests", finding.requests()).put("tokens", finding.tokens());
    }

    private static void print(Report report, PrintWriter out) {
        out.println(
                report.modelsChecked() + " active models checked: " + (report.passed() ? "no findings." : "findings:"));
        out.println("Of all models: " + TextTable.counts(report.byType()) + ".");
        for (Kind kind : Kind.values()) {
            List<Finding> found = report.findings(kind);
            if (!found.isEmpty()) {
                print(kind, found, out);
            }
        }
    }

    private static void print(Kind kind, List<Finding> found, PrintWriter out) {
        out.println();
        out.println(title(kind) + ": " + found.size());
        TextTable table = new TextTable(CUT, LEFT);
        found.stream().limit(SHOWN).forEach(finding -> table.row(model(finding), detail(finding)));
        table.print(out);
        TextTable.printMore(out, found.size(), SHOWN);
    }

    private static String title(Kind kind) {
        return switch (kind) {
            case UNPRICED -> "No price";
            case STALE -> "Stale: not confirmed by a source";
            case PAID_AT_ZERO -> "Paid, but the price of input or output is zero";
            case FREE_BY_INFERENCE -> "Free by inference, not by declaration";
            case QUARANTINED -> "In quarantine: the price could not be interpreted";
        };
    }

    private static String model(Finding finding) {
        return (finding.provider() == null ? "" : finding.provider() + "/")
                + requireNonNullElse(finding.providerModelId(), "deleted") + " (" + finding.model() + ")";
    }

    private static String detail(Finding finding) {
        String detail = requireNonNullElse(finding.detail(), "");
        return finding.requests() == 0
                ? detail
                : detail + ": " + finding.tokens() + " tokens in " + finding.requests() + " requests";
    }
}
