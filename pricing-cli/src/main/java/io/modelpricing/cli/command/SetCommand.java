package io.modelpricing.cli.command;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.ModelPricing;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.cli.database.AttributionOptions;
import io.modelpricing.cli.database.DatabaseOptions;
import io.modelpricing.cli.database.ModelReference;
import io.modelpricing.cli.database.ResolvedModel;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.PriceFormat;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A price set by hand. */
@Command(
        name = "set",
        description = "Set a model's whole price by hand. It stays until it is released, whatever sources say.",
        footer = {
            "",
            "Example: pricing set openai/gpt-4o --input 2.50 --output 10 --rate cache_read=1.25 --unit per-1m"
                    + " --reason \"price list of May\""
        })
public final class SetCommand implements Callable<Integer> {

    /** What is counted one by one, and so is never priced for a thousand or a million tokens. */
    private static final Set<BillingUnit> PIECES =
            EnumSet.of(BillingUnit.REQUEST, BillingUnit.IMAGE_COUNT, BillingUnit.WEB_SEARCH);

    @Mixin
    private final DatabaseOptions database;

    @Mixin
    private final OutputOptions output;

    @Mixin
    private final AttributionOptions byHand = new AttributionOptions();

    @Parameters(paramLabel = "MODEL", description = "An id, or PROVIDER/PROVIDER-MODEL-ID.")
    private String model = "";

    @Option(names = "--input", paramLabel = "PRICE", description = "US dollars for input tokens.")
    private @Nullable String input;

    @Option(names = "--output", paramLabel = "PRICE", description = "US dollars for output tokens.")
    private @Nullable String outputPrice;

    @Option(names = "--image", paramLabel = "PRICE", description = "US dollars for image tokens.")
    private @Nullable String image;

    @Option(
            names = "--request",
            paramLabel = "PRICE",
            description = "US dollars for one request, whatever --unit says.")
    private @Nullable String request;

    @Option(
            names = "--rate",
            paramLabel = "NAME=PRICE",
            description =
                    "US dollars for another usage, such as cache_read=1.25. Of image_count and web_search: for one,"
                            + " whatever --unit says.")
    private Map<String, String> rates = new LinkedHashMap<>();

    @Option(
            names = "--unit",
            paramLabel = "UNIT",
            description = "What the prices are for: per-token, per-1k, per-1m, or per-unit. Never guessed.")
    private @Nullable String unit;

    @Option(names = "--free", description = "It costs nothing: a statement, instead of prices.")
    private boolean free;

    public SetCommand(Terminal terminal) {
        database = new DatabaseOptions(terminal);
        output = new OutputOptions(terminal);
    }

    @Override
    public Integer call() {
        Pricing pricing = pricing();
        Attribution by = byHand.attribution();
        try (Session session = database.open().withTables()) {
            ResolvedModel named = session.models().require(ModelReference.parse(model));
            UpsertOutcome outcome = session.prices().setManual(named.id(), pricing, by);
            ModelPricing stored = session.prices().find(named.id()).orElseThrow(() -> unknown(session, named));
            if (outcome.result().isRejection()) {
                throw outcome.result() == UpsertOutcome.Result.UNKNOWN_MODEL
                        ? unknown(session, named)
                        : Failure.refused(
                                "refused", outcome.message(), "see: " + database.command("show " + named.id()));
            }
            String result = outcome.result().name().toLowerCase(Locale.ROOT);
            ObjectNode document = Json.object()
                    .put("result", result)
                    .<ObjectNode>set("model", named.json())
                    .setAll(PriceFormat.json(stored));
            output.print(document, out -> {
                out.println(TextTable.printable(named.title() + ": " + result + ", " + PriceFormat.summary(stored)));
                PriceFormat.print(stored.pricing(), out);
            });
            return ExitCode.DONE.number();
        }
    }

    private static Failure unknown(Session session, ResolvedModel model) {
        return session.models().unknown(new ModelReference.Id(model.id()));
    }

    private Pricing pricing() {
        Map<BillingUnit, String> prices = prices();
        if (free) {
            if (!prices.isEmpty() || unit != null) {
                throw Failure.usage(
                        "usage",
                        "--free says that nothing costs anything, and so takes no prices",
                        "give one or the other");
            }
            return Pricing.free();
        }
        if (prices.isEmpty()) {
            throw Failure.usage(
                    "usage", "no price is given", "give --input and --output with --unit, or --free for a stated zero");
        }
        if (unit == null) {
            throw Failure.usage(
                    "missing_unit",
                    "the prices are given, but not what for: 2.5 can be for one token, a thousand or a million",
                    "give --unit " + QuotedUnit.all().replace(", ", "|"));
        }
        QuotedUnit quoted = QuotedUnit.of(unit);
        Rate[] card = prices.entrySet().stream()
                .map(price -> Rate.of(
                        price.getKey(),
                        (PIECES.contains(price.getKey()) ? QuotedUnit.PER_UNIT : quoted).price(price.getValue())))
                .toArray(Rate[]::new);
        RateCard rateCard = RateCard.of(card);
        if (rateCard.isFree()) {
            throw Failure.usage(
                    "malformed_price",
                    "all prices are zero",
                    "say --free if it costs nothing; a price that nobody knows is not set at all");
        }
        return new Pricing.Paid(rateCard);
    }

    private Map<BillingUnit, String> prices() {
        Map<BillingUnit, String> prices = new LinkedHashMap<>();
        Stream.of(
                        entry(BillingUnit.INPUT, java.util.Optional.ofNullable(input)),
                        entry(BillingUnit.OUTPUT, java.util.Optional.ofNullable(outputPrice)),
                        entry(BillingUnit.IMAGE, java.util.Optional.ofNullable(image)),
                        entry(BillingUnit.REQUEST, java.util.Optional.ofNullable(request)))
                .forEach(price -> price.getValue().ifPresent(text -> prices.put(price.getKey(), text)));
        rates.forEach((name, text) -> {
            BillingUnit billed;
            try {
                billed = BillingUnit.parse(name);
            } catch (IllegalArgumentException e) {
                throw Failure.usage(
                        "unknown_unit", String.valueOf(e.getMessage()), "give --rate NAME=PRICE with one of them");
            }
            if (prices.put(billed, text) != null) {
                throw Failure.usage("usage", "two prices for " + billed, "give one of them");
            }
        });
        return prices;
    }
}
