package io.modelpricing.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.Attribution;
import io.modelpricing.Price;
import io.modelpricing.ProviderModelId;
import io.modelpricing.cli.CommandLineRun;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Terminal;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("once")
class DemoCommandTest {

    private static final long SEED = 7;
    private static final int REQUESTS = 500;
    private static final int POPULATE = 3;

    private String output = "";
    private int exitCode;

    @BeforeAll
    void runTheDemo() {
        StringWriter out = new StringWriter();
        exitCode = run(out, "demo", "--seed", Long.toString(SEED), "--requests", Integer.toString(REQUESTS));
        output = out.toString();
    }

    @Test
    void everyClaimHolds() {
        assertThat(output).contains("What this proved", "ok      each of the").doesNotContain("FAILED");
        assertThat(exitCode).isZero();
    }

    @Test
    void everyLineFitsAndHasNoControlCharacters() {
        assertThat(output.lines())
                .hasSizeGreaterThan(100)
                .allMatch(line -> line.length() <= 100, "at most 100 columns")
                .allMatch(line -> line.chars().noneMatch(Character::isISOControl), "no control characters")
                .allMatch(line -> line.equals(line.stripTrailing()), "no space at the end");
    }

    @Test
    void everyRequestIsCostedOrCountedAsFailed() {
        assertThat(output).contains(REQUESTS + " requests, none with a cost");
        List<Integer> counts = numbers(lineWith("Costing the requests"));
        assertThat(counts.get(0) + counts.get(1)).isEqualTo(REQUESTS);
    }

    @Test
    void announcedPriceIsListedAndCostedAroundTheChangeOfHours() {
        assertThat(lineWith("deepseek/deepseek-v4-pro  ")).contains("T00:00:00Z");
        assertThat(lineWith("16:29:59 UTC")).contains("peak").doesNotContain("off_peak");
        assertThat(lineWith("16:30:00 UTC")).contains("off_peak");
    }

    @Test
    void undeclaredUnitsAreRefusedByName() {
        assertThat(output)
                .contains(
                        "36 cells of 18 models",
                        "its unit is not declared for provider bedrock",
                        "amazon.nova-lite-v1:0");
    }

    @Test
    void sameSeedGeneratesTheSameRequests() {
        assertThat(requests(SEED)).hasSize(6).isEqualTo(requests(SEED)).isNotEqualTo(requests(SEED + 1));
    }

    @Test
    void unpublishedPriceFailsTheDemo() {
        assertThat(
                        failures(
                                1,
                                stage -> stage.ctx()
                                        .execute(
                                                "update models set pricing_prompt = 99 where provider_model_id = 'gpt-5-nano'")))
                .containsExactly(
                        "each of the 166 models has its published price, digit by digit, but openai/gpt-5-nano",
                        "the legacy columns are unchanged in every digit, except for the 3 models whose price changed");
    }

    @Test
    void unexpectedWriteFailsTheDemo() {
        assertThat(failures(POPULATE, stage -> {
                    var model = stage.prices()
                            .find(new ProviderModelId("openai", "gpt-5-nano"))
                            .orElseThrow()
                            .model();
                    Price price = Price.perMillion("99");
                    stage.prices()
                            .setManual(
                                    model,
                                    io.modelpricing.Pricing.paid(price, price),
                                    Attribution.by("test").because("test"));
                    stage.ctx().execute("update models set pricing_image = 1 where id = " + model);
                }))
                .containsExactly(
                        "the revision grew by one with each of the 8 transactions that changed prices",
                        "the legacy columns are unchanged in every digit, except for the 3 models whose price changed");
    }

    @Test
    void numberOfRequestsIsLimited() {
        assertThat(run(new StringWriter(), "demo", "--requests", "0")).isEqualTo(ExitCode.USAGE.number());
    }

    /** Runs the demo with an event after some of its chapters, and returns the claims that fail. */
    private static List<String> failures(int after, Consumer<DemoStage> event) {
        List<DemoChapter> chapters = new ArrayList<>(DemoCommand.chapters(SEED, REQUESTS));
        chapters.add(after, new DemoChapter() {
            @Override
            public String title() {
                return "An unexpected event";
            }

            @Override
            public void tell(DemoStage stage) {
                event.accept(stage);
            }
        });
        StringWriter out = new StringWriter();
        Terminal terminal =
                new Terminal(new PrintWriter(out), new PrintWriter(out), Map.of(), InputStream.nullInputStream());
        assertThat(new DemoCommand(terminal, CommandLineRun::run).tell(chapters))
                .isEqualTo(ExitCode.NEGATIVE);
        return out.toString()
                .replaceAll("\\R {10}", " ")
                .lines()
                .filter(line -> line.startsWith("  FAILED  "))
                .map(line -> line.substring(10))
                .toList();
    }

    private static int run(StringWriter out, String... args) {
        StringWriter err = new StringWriter();
        return CommandLineRun.run(
                args,
                new Terminal(new PrintWriter(out), new PrintWriter(err), Map.of(), InputStream.nullInputStream()));
    }

    private String lineWith(String text) {
        return output.lines().filter(line -> line.contains(text)).findFirst().orElseThrow();
    }

    private static List<Integer> numbers(String line) {
        return line.replaceAll("[^0-9 ]", "")
                .strip()
                .lines()
                .flatMap(text -> List.of(text.split(" +", -1)).stream())
                .map(Integer::valueOf)
                .toList();
    }

    private static List<Object> requests(long seed) {
        return new DemoTraffic(seed, DemoData.load().offerings())
                .insert(DSL.using(SQLDialect.POSTGRES), 100).getBindValues().stream()
                        .<Object>map(column -> List.of((Object[]) column))
                        .toList();
    }
}
