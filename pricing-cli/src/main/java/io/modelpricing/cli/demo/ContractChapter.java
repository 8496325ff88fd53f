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

/** The proof, the end of the legacy columns, the legacy SQL that does not notice, and the way back. */
final class ContractChapter implements DemoChapter {

    private static final Attribution ACTOR = Attribution.by("demo");

    /** As old services ask. */
    private static final String LEGACY_SQL = """
            select count(pricing_prompt), sum(pricing_prompt)
            from models
            where is_active and pricing_prompt > 0
            """;

    private static final String SWAPPED =
            "update models set pricing_prompt = pricing_completion, pricing_completion = pricing_prompt";

    @Override
    public String title() {
        return "Verify, contract, and back again";
    }

    @Override
    public void tell(DemoStage stage) {
        DemoPage page = stage.page();
        verify(stage);
        String before = stage.legacyCells("models");
        String asked = answer(stage, "");
        page.step(
                "Installing the views of the legacy shape",
                () -> new CompatViews(stage.ctx(), LockRetry.DEFAULT).install(ACTOR),
                statements -> "done");
        StepResult rehearsed = page.step(
                "Rehearsing \"pricing contract\"",
                () -> new Contract(stage.ctx()).rehearse(ACTOR),
                result -> "taken back, readers kept out for " + result.lockMillis() + " ms");
        StepResult contracted = page.step(
                "Running \"pricing contract\"",
                () -> new Contract(stage.ctx()).run(ACTOR),
                result -> "done, readers kept out for " + result.lockMillis() + " ms");
        String shown = stage.legacyCells("pricing_legacy.models");
        String askedAgain = answer(stage, "pricing_legacy, ");
        page.table(new TextTable(Column.LEFT, Column.RIGHT)
                .row("legacy SQL", "prices and their sum")
                .row("before, on the columns", asked)
                .row("after, by search_path = pricing_legacy, public", askedAgain));
        Verify.Report after = page.step(
                "Verifying against the archive",
                () -> new Verify(stage.ctx()).run(),
                report -> report.findings().size() + " findings in " + count(report.modelsChecked()) + " models");
        StepResult rolledBack = page.step(
                "Running \"pricing rollback\"",
                () -> new Rollback(stage.ctx(), ColumnTypes.ORIGINAL).run(ACTOR),
                result -> "the four columns are back");
        String restored = stage.legacyCells("models");

        page.claim(
                rehearsed.refused().isEmpty() && !rehearsed.applied() && contracted.applied(),
                "contract dropped the columns and archived the cells of %d models; readers were kept out for %d ms",
                contracted.archived(),
                contracted.lockMillis());
        page.claim(
                shown.equals(before) && askedAgain.equals(asked),
                "legacy SQL did not notice: pricing_legacy shows every cell as the columns did");
        page.claim(after.passed(), "verify passes after contract, too, against the archive");
        page.claim(
                rolledBack.applied() && restored.equals(before),
                "rollback brought the columns back, byte by byte: %s cells",
                count(4L * stage.data().offerings().size()));
    }

    /** A proof that finds nothing proves nothing until it was seen to find something. */
    private static void verify(DemoStage stage) {
        DemoPage page = stage.page();
        Verify.Report honest = page.step(
                "Running \"pricing verify\"",
                () -> new Verify(stage.ctx()).run(),
                report -> report.findings().size() + " findings in " + count(report.modelsChecked()) + " models");
        stage.pastTheTriggers(SWAPPED + " where pricing_prompt < pricing_completion");
        Verify.Report falsified = page.step(
                "Falsifying every price past the triggers, and again",
                () -> new Verify(stage.ctx()).run(),
                report -> count(report.findings().size()) + " findings");
        stage.pastTheTriggers(SWAPPED + " where id in (" + models(falsified) + ")");
        Verify.CountCheck counted = requireNonNull(honest.countCheck());
        page.say(
                "The original plan's check counts rows: %s for %s models with a price, so it passes, and passed all the same"
                        + " while prompt and completion prices of %s models were swapped.",
                count(counted.pricingEntries()),
                count(counted.modelsWithPricing()),
                count(falsified.findings().stream()
                        .map(Verify.Finding::model)
                        .distinct()
                        .count()));
        Verify.Requests requests = honest.requests();
        page.claim(
                honest.passed(),
                "verify: %d models say the same in both places, and %s requests cost the same by both",
                honest.modelsChecked(),
                count(requests == null ? 0 : requests.checked() - requests.different()));
        page.claim(
                falsified.findings().size() > 1
                        && requireNonNull(falsified.countCheck()).passed()
                        && new Verify(stage.ctx()).run().passed(),
                "what was falsified past the triggers was found, %d cells; counting rows found none of it",
                falsified.findings().size());
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
