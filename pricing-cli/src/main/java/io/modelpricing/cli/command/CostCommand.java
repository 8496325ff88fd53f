package io.modelpricing.cli.command;

import io.modelpricing.ModelPricing;
import io.modelpricing.Usage;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.ModelReference;
import io.modelpricing.cli.database.ResolvedModel;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Terminal;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Calculates the cost of a usage. */
@Command(
        name = "cost",
        description = {
            "Calculate the exact cost of a usage.",
            "If a used unit has no price, there is no total: the unit is named, and the exit code is 1."
        },
        footer = {
            "",
            "Counts are inclusive: input includes its cached, audio, image and video tokens; output includes"
                    + " reasoning, audio, image and video tokens. The number of requests is 1 unless given.",
            "A count can name a variant of its unit, such as the context size of a search: web_search/high=2.",
            "The service tier fast is that of Anthropic's \"speed\": \"fast\"; OpenAI's fast is priority here.",
            "With --stdin, each input line such as",
            "  {\"provider\":\"openai\",\"model\":\"gpt-4o\",\"usage\":{\"input\":1000,\"web_search\":{\"high\":2},",
            "  \"service_tier\":\"priority\",\"region\":\"eu\"},\"at\":\"2026-01-31T12:00:00Z\"}",
            "(on one line) is answered by one line, in the same order. \"at\" is optional."
        })
final class CostCommand extends DatabaseCommand {

    private final Terminal terminal;

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            description = "Id of the model, or PROVIDER/PROVIDER-MODEL-ID. Instead of --provider and --model.")
    private @Nullable String named;

    @Option(names = "--provider", paramLabel = "SLUG", description = "Slug of the provider.")
    private @Nullable String provider;

    @Option(names = "--model", paramLabel = "ID", description = "The provider's model id.")
    private @Nullable String model;

    @Option(
            names = "--usage",
            paramLabel = "NAME=COUNT,...",
            description = "Counts by billing unit, such as input=1000,output=500,cache_read=200,web_search/high=2; also"
                    + " service_tier=batch and region=eu.")
    private @Nullable String usage;

    @Mixin
    private final TermsOptions terms = new TermsOptions();

    @Option(
            names = "--at",
            paramLabel = "INSTANT",
            description =
                    "Use the price valid at this instant and its hours, such as 2026-01-31T12:00:00Z. Default: now.")
    private @Nullable String at;

    @Option(names = "--stdin", description = "Read JSON lines from standard input, and print one JSON line for each.")
    private boolean fromInput;

    CostCommand(Terminal terminal) {
        super(terminal);
        this.terminal = terminal;
    }

    @Override
    protected ExitCode run() throws IOException {
        Instant instant = at == null ? null : InstantFormat.parse(at);
        if (fromInput) {
            if (named != null || provider != null || model != null || usage != null || terms.areGiven()) {
                throw Failure.usage(
                        "usage",
                        "--stdin cannot be combined with a model, --usage, --service-tier or --region",
                        "put the model and the usage into the input lines");
            }
            try (Session session = openSession()) {
                return new CostLines(session, terminal.secrets(), instant).answer(terminal.in(), terminal.out());
            }
        }
        ModelReference name = name();
        if (usage == null) {
            throw Failure.usage("usage", "no usage is given", "give --usage input=1000,output=500");
        }
        return answer(name, terms.usage(usage), instant);
    }

    private ModelReference name() {
        if ((named == null) == (model == null) || (provider != null && model == null)) {
            throw Failure.usage(
                    "usage",
                    named == null ? "no model is given" : "two models are given",
                    "give either MODEL, or --provider PROVIDER --model ID");
        }
        return named == null ? ModelReference.of(provider, String.valueOf(model)) : ModelReference.parse(named);
    }

    private ExitCode answer(ModelReference name, Usage counted, @Nullable Instant instant) {
        try (Session session = openSession()) {
            Instant ranAt = instant == null ? session.now() : instant;
            ResolvedModel found = instant == null
                    ? session.models().require(name)
                    : session.models().requireEvenIfDeleted(name);
            ModelPricing pricing = (instant == null
                            ? session.prices().find(found.id())
                            : session.prices().findAt(found.id(), instant))
                    .orElseThrow(() -> session.models().unknown(name));
            CostReport answer = CostReport.of(pricing.quote(), counted, ranAt);
            output.print(answer.json(), out -> answer.print(found.title(), out));
            return answer.exitCode();
        }
    }
}
