package io.modelpricing.cli.command;

import io.modelpricing.ModelPricing;
import io.modelpricing.Usage;
import io.modelpricing.cli.database.DatabaseOptions;
import io.modelpricing.cli.database.ModelReference;
import io.modelpricing.cli.database.ResolvedModel;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.Terminal;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a usage costs at a model. */
@Command(
        name = "cost",
        description = "Say what a usage costs, exactly, or which part of it has no price.",
        footer = {
            "",
            "Usage is inclusive: input contains cache_read, cache_write, cache_write_1h and audio_input; output contains"
                    + " reasoning and audio_output. One request unless it says otherwise.",
            "With --stdin, lines such as",
            "  {\"provider\":\"openai\",\"model\":\"gpt-4o\",\"usage\":{\"input\":1000},\"at\":\"2026-01-31T12:00:00Z\"}",
            "are answered in order, one line each; \"at\" may be left out."
        })
public final class CostCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin
    private final DatabaseOptions database;

    @Mixin
    private final OutputOptions output;

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            description = "An id, or PROVIDER/PROVIDER-MODEL-ID, instead of --provider and --model.")
    private @Nullable String named;

    @Option(names = "--provider", paramLabel = "SLUG", description = "The provider.")
    private @Nullable String provider;

    @Option(names = "--model", paramLabel = "ID", description = "The provider's id of the model.")
    private @Nullable String model;

    @Option(
            names = "--usage",
            paramLabel = "NAME=COUNT,...",
            description = "Such as input=1000,output=500,cache_read=200; also service_tier=batch.")
    private @Nullable String usage;

    @Option(names = "--at", paramLabel = "INSTANT", description = "By the price as it was: 2026-01-31T12:00:00Z.")
    private @Nullable String at;

    @Option(names = "--stdin", description = "Read questions as JSON lines, and answer each with one.")
    private boolean fromInput;

    public CostCommand(Terminal terminal) {
        this.terminal = terminal;
        database = new DatabaseOptions(terminal);
        output = new OutputOptions(terminal);
    }

    @Override
    public Integer call() throws IOException {
        Instant instant = at == null ? null : InstantFormat.parse(at);
        if (fromInput) {
            if (named != null || provider != null || model != null || usage != null) {
                throw Failure.usage(
                        "usage", "with --stdin, models and usages are read from the lines", "leave the others out");
            }
            try (Session session = database.open().withTables()) {
                return new CostLines(session, instant)
                        .answer(terminal.in(), terminal.out())
                        .number();
            }
        }
        ModelReference name = name();
        if (usage == null) {
            throw Failure.usage("usage", "no usage is given", "give --usage input=1000,output=500");
        }
        return answer(name, UsageFormat.ofText(usage), instant).number();
    }

    private ModelReference name() {
        if ((named == null) == (model == null) || (provider != null && model == null)) {
            throw Failure.usage(
                    "usage",
                    named == null ? "no model is given" : "two models are given",
                    "give --provider PROVIDER --model ID, or MODEL");
        }
        return named == null ? ModelReference.of(provider, String.valueOf(model)) : ModelReference.parse(named);
    }

    private ExitCode answer(ModelReference name, Usage counted, @Nullable Instant instant) {
        try (Session session = database.open().withTables()) {
            ResolvedModel found = instant == null
                    ? session.models().require(name)
                    : session.models().requireEver(name);
            ModelPricing pricing = (instant == null
                            ? session.prices().find(found.id())
                            : session.prices().findAt(found.id(), instant))
                    .orElseThrow(() -> session.models().unknown(name));
            CostReport answer = CostReport.of(pricing.quote(), counted);
            output.print(answer.json(), out -> answer.print(found.title(), out));
            return answer.exitCode();
        }
    }
}
