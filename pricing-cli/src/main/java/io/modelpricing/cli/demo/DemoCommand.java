package io.modelpricing.cli.demo;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.testing.ThrowawayDatabase;
import io.modelpricing.testing.ThrowawayPostgres;
import java.time.YearMonth;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the whole migration on an embedded PostgreSQL, in chapters, and checks the claims that they make. */
@Command(
        name = "demo",
        description = {
            "Show the whole migration on an embedded PostgreSQL.",
            "Needs no configuration and leaves nothing behind."
        })
public final class DemoCommand implements Callable<Integer> {

    private static final int MOST_REQUESTS = 1_000_000;

    private final Terminal terminal;
    private final CommandRunner runner;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "2026",
            description =
                    "Seed of the generated requests: the same seed generates the same requests. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Number of chat requests. Default: ${DEFAULT-VALUE}.")
    private int requests;

    @Option(names = "--verbose", description = "Show stack traces of errors.")
    @SuppressWarnings("UnusedVariable") // PricingCommand looks for the option among the arguments
    private boolean verbose;

    public DemoCommand(Terminal terminal, CommandRunner runner) {
        this.terminal = terminal;
        this.runner = runner;
    }

    @Override
    public Integer call() {
        if (requests < 1 || requests > MOST_REQUESTS) {
            throw Failure.usage(
                    "usage",
                    "--requests must be from 1 to " + MOST_REQUESTS + ", but was " + requests,
                    "omit it to use the default");
        }
        return tell(chapters(seed, requests)).number();
    }

    static List<DemoChapter> chapters(long seed, int requests) {
        return List.of(
                new LegacyDatabaseChapter(seed, requests),
                new ExpandChapter(),
                new PopulateChapter(),
                new CatalogChapter(),
                new CostsChapter(),
                new OffersChapter(),
                new LegacyNamesChapter(),
                new PriceChangeChapter(),
                new AnnouncementChapter(),
                new CoexistenceChapter(),
                new ContractChapter());
    }

    ExitCode tell(List<DemoChapter> chapters) {
        long start = System.nanoTime();
        DemoPage page = new DemoPage(terminal.out());
        boolean allClaimsHold;
        try {
            allClaimsHold = allClaimsHold(chapters, page);
        } catch (RuntimeException e) {
            if (isShuttingDown()) {
                return ExitCode.NEGATIVE;
            }
            throw e;
        }
        page.chapter(String.format(
                Locale.ROOT,
                "Done in %.1f seconds; the server and its data are deleted",
                (System.nanoTime() - start) / 1e9));
        if (!allClaimsHold) {
            page.say("The demo failed; see the lines marked FAILED.");
            return ExitCode.NEGATIVE;
        }
        page.say("Where to go next:");
        page.line("  ./pricing expand --sql                                     print the first migration step");
        page.line("  ./pricing status --url jdbc:postgresql://HOST/DATABASE     show the phase of your database");
        return ExitCode.DONE;
    }

    private boolean allClaimsHold(List<DemoChapter> chapters, DemoPage page) {
        DemoData data = DemoData.load();
        sayIntroduction(data, page);
        try (ThrowawayPostgres server = page.step(
                        "Starting an embedded PostgreSQL",
                        ThrowawayPostgres::embedded,
                        started -> "version " + started.version());
                ThrowawayDatabase database = server.createDatabase()) {
            DemoStage stage = new DemoStage(database, runner, data, page);
            for (int i = 0; i < chapters.size(); i++) {
                if (page.isClosed()) {
                    return false;
                }
                page.chapter((i + 1) + "  " + chapters.get(i).title());
                chapters.get(i).tell(stage);
            }
            page.chapter("What this proved");
            stage.claimConsistency();
            return page.verdict();
        }
    }

    private static void sayIntroduction(DemoData data, DemoPage page) {
        YearMonth newest = data.offerings().stream()
                .map(DemoData.Offering::asOf)
                .max(YearMonth::compareTo)
                .orElseThrow();
        Map<YearMonth, Long> months =
                data.offerings().stream().collect(groupingBy(DemoData.Offering::asOf, counting()));
        page.chapter("From four legacy columns to exact costs, and back");
        page.say(
                "The demo uses public list prices in US dollars of %d models at %d providers: %d of them from %s or the month"
                        + " before, the others older. Each price agrees with at least one public price catalogue of July or August"
                        + " 2026; the files in %s name its source and month. The requests are invented.",
                data.offerings().size(),
                data.providers().size(),
                months.getOrDefault(newest, 0L) + months.getOrDefault(newest.minusMonths(1), 0L),
                newest,
                "pricing-cli/src/main/resources/io/modelpricing/cli/demo/");
    }

    /** Returns whether the JVM is shutting down. The server stops with it, so a failure is expected then. */
    private static boolean isShuttingDown() {
        Thread probe = new Thread(() -> {});
        try {
            Runtime.getRuntime().addShutdownHook(probe);
            Runtime.getRuntime().removeShutdownHook(probe);
            return false;
        } catch (IllegalStateException ending) {
            return true;
        }
    }
}
