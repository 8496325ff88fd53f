package io.modelpricing.cli.demo;

import static io.modelpricing.cli.demo.DemoPage.count;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import io.modelpricing.Attribution;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.cli.output.TextTable.Column;
import io.modelpricing.compat.ColumnTypes;
import io.modelpricing.compat.CompatViews;
import io.modelpricing.compat.Contract;
import io.modelpricing.compat.LockRetry;
import io.modelpricing.compat.Rollback;
import io.modelpricing.compat.StepResult;
import io.modelpricing.compat.Verify;
import java.math.BigDecimal;

/** Verifies, drops the legacy columns, runs legacy SQL on views, and rolls back. */
final class ContractChapter implements DemoChapter {

    private static final Attribution ACTOR = Attribution.by("demo");

    /** A query of a legacy service. */
    private static final String LEGACY_SQL = """
            select count(pricing_prompt), sum(pricing_prompt)
            from models
            where is_active and pricing_prompt > 0
            """;

    private static final String SWAPPED =
            "update models set pricing_prompt = pricing_completion, pricing_completion = pricing_prompt";

    @Override
    public String title() {
        return "Verify, contract, roll back";
    }

    @Override
    public void tell(DemoStage stage) {
        DemoPage page = stage.page();
        verify(stage);
        String before = stage.legacyCells("models");
        String legacyAnswer = answer(stage, "");
        page.step(
                "Installing the compatibility views",
                () -> new CompatViews(stage.ctx(), LockRetry.DEFAULT).install(ACTOR),
                result -> "done");
        StepResult rehearsed = page.step(
                "Rehearsing \"pricing contract\"",
                () -> new Contract(stage.ctx()).rehearse(ACTOR),
                result -> "rolled back, readers blocked for "
                        + result.lockDuration().toMillis() + " ms");
        StepResult contracted = page.step(
                "Running \"pricing contract\"",
                () -> new Contract(stage.ctx()).run(ACTOR),
                result -> "done, readers blocked for " + result.lockDuration().toMillis() + " ms");
        String shown = stage.legacyCells("pricing_legacy.models");
        String viewAnswer = answer(stage, "pricing_legacy, ");
        page.table(new TextTable(Column.LEFT, Column.RIGHT)
                .row("legacy SQL", "count and sum of prices")
                .row("before, on the columns", legacyAnswer)
                .row("after, with search_path = pricing_legacy, public", viewAnswer));
        Verify.Report after = page.step(
                "Verifying against the archive",
                () -> new Verify(stage.ctx()).run(),
                report -> report.findings().size() + " findings in " + count(report.modelsChecked()) + " models");
        StepResult rolledBack = page.step(
                "Running \"pricing rollback\"",
                () -> new Rollback(stage.ctx(), ColumnTypes.ORIGINAL).run(ACTOR),
                result -> "the four columns exist again");
        String restored = stage.legacyCells("models");

        page.claim(
                rehearsed.refused().isEmpty() && !rehearsed.applied() && contracted.applied(),
                "contract dropped the columns and archived the cells of %d models; readers were blocked for %d ms",
                contracted.archived(),
                contracted.lockDuration().toMillis());
        page.claim(
                shown.equals(before) && viewAnswer.equals(legacyAnswer),
                "legacy SQL still works: pricing_legacy shows every cell as the columns did");
        page.claim(after.passed(), "verify also passes after contract, against the archive");
        page.claim(
                rolledBack.applied() && restored.equals(before),
                "rollback restored the columns, byte by byte: %s cells",
                count(4L * stage.data().offerings().size()));
    }

    /** Runs verify on correct prices, which must pass, and on swapped prices, which must fail. */
    private static void verify(DemoStage stage) {
        DemoPage page = stage.page();
        Verify.Report before = page.step(
                "Running \"pricing verify\"",
                () -> new Verify(stage.ctx()).run(),
                report -> report.findings().size() + " findings in " + count(report.modelsChecked()) + " models");
        stage.withoutTriggers(SWAPPED + " where pricing_prompt < pricing_completion");
        Verify.Report swapped = page.step(
                "Swapping input and output prices behind the triggers, then verifying",
                () -> new Verify(stage.ctx()).run(),
                report -> count(report.findings().size()) + " findings");
        stage.withoutTriggers(SWAPPED + " where id in (" + models(swapped) + ")");
        Verify.CountCheck counted = requireNonNull(before.countCheck());
        page.say(
                "The check of the original plan counts rows: %s rows for %s models with a price, so it passes. It also passed"
                        + " while the input and output prices of %s models were swapped.",
                count(counted.pricingEntries()),
                count(counted.modelsWithPricing()),
                count(swapped.findings().stream()
                        .map(Verify.Finding::model)
                        .distinct()
                        .count()));
        Verify.Requests requests = before.requests();
        page.claim(
                before.passed(),
                "verify: %d models match in both places, and %s requests cost the same by both",
                before.modelsChecked(),
                count(requests == null ? 0 : requests.checked() - requests.different()));
        page.claim(
                swapped.findings().size() > 1
                        && requireNonNull(swapped.countCheck()).passed()
                        && new Verify(stage.ctx()).run().passed(),
                "verify found all %d swapped cells; counting rows found none",
                swapped.findings().size());
    }

    private static String models(Verify.Report report) {
        return report.findings().stream()
                .map(finding -> String.valueOf(finding.model()))
                .distinct()
                .collect(joining(", "));
    }

    private static String answer(DemoStage stage, String path) {
        return stage.ctx().transactionResult(transaction -> {
            transaction.dsl().execute("set local search_path = " + path + "public");
            return transaction
                    .dsl()
                    .fetchSingle(LEGACY_SQL)
                    .map(row -> row.get(0) + ", " + row.get(1, BigDecimal.class).toPlainString());
        });
    }
}
