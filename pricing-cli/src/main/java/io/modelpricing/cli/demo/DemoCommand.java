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

/** The whole story on an embedded PostgreSQL: chapters in order, and at the end what they proved. */
@Command(
        name = "demo",
        description = "Tell the whole story on an embedded PostgreSQL: nothing to configure, nothing left behind.")
public final class DemoCommand implements Callable<Integer> {

    private static final int MOST_REQUESTS = 1_000_000;

    private final Terminal terminal;
    private final CommandRunner runner;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "2026",
            description =
                    "What the requests are made from: the same seed, the same requests. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "20000",
            description = "How many chat requests there are. Default: ${DEFAULT-VALUE}.")
    private int requests;

    @Option(names = "--verbose", description = "Show stack traces.")
    @SuppressWarnings("UnusedVariable") // whoever reports a failure looks for it
    private boolean verbose;

    public DemoCommand(Terminal terminal, CommandRunner runner) {
        this.terminal = terminal;
        this.runner = runner;
    }

    @Override
    public Integer call() {
        if (requests < 1 || requests > MOST_REQUESTS) {
            throw Failure.usage("usage", "--requests is from 1 to " + MOST_REQUESTS, "leave it out: the default suits");
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
                new CoexistenceChapter(),
                new ContractChapter());
    }

    ExitCode tell(List<DemoChapter> chapters) {
        long start = System.nanoTime();
        DemoPage page = new DemoPage(terminal.out());
        boolean isProved;
        try {
            isProved = isProved(chapters, page);
        } catch (RuntimeException e) {
            if (isEnding()) {
                return ExitCode.FOUND;
            }
            throw e;
        }
        page.chapter(String.format(
                Locale.ROOT,
                "Told in %.1f seconds; the server and its data are gone again",
                (System.nanoTime() - start) / 1e9));
        if (!isProved) {
            page.say("The demo failed: see the lines marked FAILED.");
            return ExitCode.FOUND;
        }
        page.say("Where to go next:");
        page.line("  ./pricing expand --sql                                     what it would run on a database");
        page.line("  ./pricing status --url jdbc:postgresql://HOST/DATABASE     where your database stands");
        return ExitCode.DONE;
    }

    private boolean isProved(List<DemoChapter> chapters, DemoPage page) {
        DemoData data = DemoData.load();
        introduce(data, page);
        try (ThrowawayPostgres server = page.step(
                        "Starting an embedded PostgreSQL",
                        ThrowawayPostgres::embedded,
                        started -> "version " + started.version());
                ThrowawayDatabase database = server.createDatabase()) {
            DemoStage stage = new DemoStage(database, runner, data, page);
            for (int i = 0; i < chapters.size(); i++) {
                if (page.isUnread()) {
                    return false;
                }
                page.chapter((i + 1) + "  " + chapters.get(i).title());
                chapters.get(i).tell(stage);
            }
            page.chapter("What this proved");
            stage.claimBooks();
            return page.verdict();
        }
    }

    private static void introduce(DemoData data, DemoPage page) {
        YearMonth newest = data.offerings().stream()
                .map(DemoData.Offering::asOf)
                .max(YearMonth::compareTo)
                .orElseThrow();
        Map<YearMonth, Long> months =
                data.offerings().stream().collect(groupingBy(DemoData.Offering::asOf, counting()));
        page.chapter("From four legacy columns to exact costs, and back");
        page.say(
                "Public list prices, in US dollars, of %d models at %d providers: %d of %s and the month before, the others"
                        + " older. They were entered by hand and compared with public price catalogues of July and August"
                        + " 2026; the files in %s name the source and the month of each. The requests are invented.",
                data.offerings().size(),
                data.providers().size(),
                months.getOrDefault(newest, 0L) + months.getOrDefault(newest.minusMonths(1), 0L),
                newest,
                "pricing-cli/src/main/resources/io/modelpricing/cli/demo/");
    }

    /** Tells whether the JVM is ending, and with it the server: what fails then is no failure of the demo. */
    private static boolean isEnding() {
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
