package io.modelpricing.cli.migration;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static io.modelpricing.cli.output.TextTable.Column.RIGHT;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.ImplausibleUnit;
import io.modelpricing.compat.Verify;
import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Compares the pricing tables with the legacy columns. */
@Command(
        name = "verify",
        description = {
            "Compare every legacy cell of every model with model_pricing.",
            "Reads one snapshot and changes nothing. After contract, compares the archived cells."
        })
final class VerifyCommand extends DatabaseCommand {

    private static final int SHOWN = 20;

    VerifyCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        try (Session session = openSessionToRead()) {
            Verify.Report report = session.step(ctx -> new Verify(ctx).run());
            ImplausibleUnits implausible = new ImplausibleUnits(session.step(ImplausibleUnit::find));
            DueAnnouncements due = new DueAnnouncements(session.dueAnnouncements());
            ObjectNode document = json(report);
            document.set("implausible", implausible.json());
            document.set("due", due.json());
            output.print(document, out -> {
                print(report, out);
                implausible.print(out);
                due.print(out);
            });
            return report.passed() ? ExitCode.DONE : ExitCode.NEGATIVE;
        }
    }

    private static ObjectNode json(Verify.Report report) {
        ObjectNode document = Json.object().put("passed", report.passed()).put("modelsChecked", report.modelsChecked());
        document.set(
                "findings",
                report.findings().stream()
                        .map(finding -> Json.object()
                                .put("kind", finding.kind().id())
                                .put(
                                        "modelId",
                                        finding.model() == null
                                                ? null
                                                : Long.valueOf(finding.model().value()))
                                .put("column", column(finding))
                                .put("expected", finding.expected())
                                .put("actual", finding.actual()))
                        .collect(Json.toArray()));
        document.set("byType", Json.counts(report.byType()));
        Verify.CountCheck count = report.countCheck();
        document.set(
                "countCheck",
                count == null
                        ? document.nullNode()
                        : Json.object()
                                .put("passed", count.passed())
                                .put("modelsWithPricing", count.modelsWithPricing())
                                .put("pricingEntries", count.pricingEntries()));
        document.put("paidAtZero", report.paidAtZero()).put("pricingTiersRows", report.pricingTiersRows());
        Verify.Requests requests = report.requests();
        document.set(
                "requests",
                requests == null
                        ? document.nullNode()
                        : Json.object()
                                .put("checked", requests.checked())
                                .put("different", requests.different())
                                .put("legacyCost", Json.money(requests.legacyCost()))
                                .put("cost", Json.money(requests.cost())));
        return document;
    }

    private static @Nullable String column(Verify.Finding finding) {
        return finding.column() == null ? null : finding.column().id();
    }

    private static void print(Verify.Report report, PrintWriter out) {
        out.println(
                report.passed()
                        ? "Passed: " + report.modelsChecked() + " models match in all four columns."
                        : "Not passed: " + report.findings().size() + " findings in " + report.modelsChecked()
                                + " models.");
        if (!report.findings().isEmpty()) {
            TextTable table = new TextTable(RIGHT, LEFT, LEFT, CUT, CUT)
                    .row("model", "kind", "column", "legacy value", "model_pricing");
            report.findings().stream()
                    .limit(SHOWN)
                    .forEach(finding -> table.row(
                            finding.model() == null ? "" : finding.model().toString(),
                            finding.kind().id(),
                            Objects.requireNonNullElse(column(finding), ""),
                            Objects.requireNonNullElse(finding.expected(), "NULL"),
                            Objects.requireNonNullElse(finding.actual(), "NULL")));
            table.print(out);
            TextTable.printMore(out, report.findings().size(), SHOWN);
        }
        out.println();
        TextTable table = new TextTable(LEFT, CUT);
        if (!report.byType().isEmpty()) {
            table.row("by type", TextTable.counts(report.byType()));
        }
        if (report.paidAtZero() != null) {
            table.row("paid at zero", report.paidAtZero().toString());
        }
        if (report.pricingTiersRows() != null) {
            table.row("pricing_tiers", report.pricingTiersRows() + " rows");
        }
        Verify.Requests requests = report.requests();
        if (requests != null) {
            table.row(
                    "requests",
                    requests.different() + " of " + requests.checked() + " costs differ; total "
                            + Json.money(requests.cost()) + " USD, by the legacy prices "
                            + Json.money(requests.legacyCost()) + " USD");
        }
        Verify.CountCheck count = report.countCheck();
        if (count != null) {
            table.row(
                    "row counts alone",
                    (count.passed() ? "passes: " : "fails: ") + count.pricingEntries() + " rows for "
                            + count.modelsWithPricing() + " models with a price; this check compares no price");
        }
        table.print(out);
    }
}
