package io.modelpricing.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.ModelPricing;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.UpsertOutcome;
import io.modelpricing.cli.card.CardFile;
import io.modelpricing.cli.database.AttributionOptions;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.ModelReference;
import io.modelpricing.cli.database.ResolvedModel;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.PriceFormat;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.Cached;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sets a manual override. */
@Command(
        name = "set",
        description = {
            "Set the price of a model as a manual override.",
            "Replaces all rates. No source can change the price until pricing release."
        },
        footer = {
            "",
            "Example: pricing set openai/gpt-4o --input 2.50 --output 10 --rate cache_read=1.25 --unit per-1m"
                    + " --reason \"price list of May\"",
            "",
            "A card is YAML. pricing show MODEL --card prints one, such as:",
            "  hours:",
            "    off_peak: daily 16:30-00:30",
            "    standard: daily 00:30-16:30",
            "  rates:",
            "    - {unit: input, hours: off_peak, price: 0.135 per 1m}",
            "    - {unit: input, hours: standard, price: 0.27 per 1m}",
            "    - {unit: input, tier: batch, region: eu, from: 200001, price: 2.50 per 1m}",
            "    - {unit: web_search, variant: high, price: 0.05 per query}",
            "    - {unit: cache_read, charged_as: input}",
            "Windows are in UTC. The first line can be type: free or type: deprecated. A rate without tier is of the"
                    + " standard tier; from is the smallest number of input tokens of a request that it applies to. A"
                    + " price is per unit, per 1k, per 1m, or per what the unit counts: token, query, image, second."
        })
class SetCommand extends DatabaseCommand {

    private final Terminal terminal;

    @Mixin
    private final AttributionOptions attribution = new AttributionOptions();

    @Parameters(paramLabel = "MODEL", description = "Id of the model, or PROVIDER/PROVIDER-MODEL-ID.")
    private String model = "";

    @Option(names = "--input", paramLabel = "PRICE", description = "Price of input tokens in US dollars.")
    private @Nullable String input;

    @Option(names = "--output", paramLabel = "PRICE", description = "Price of output tokens in US dollars.")
    private @Nullable String outputPrice;

    @Option(names = "--image", paramLabel = "PRICE", description = "Price of image tokens in US dollars.")
    private @Nullable String image;

    @Option(
            names = "--request",
            paramLabel = "PRICE",
            description = "Price of one request in US dollars. --unit does not apply.")
    private @Nullable String request;

    @Option(
            names = "--rate",
            paramLabel = "NAME=PRICE",
            description =
                    "Price of another billing unit in US dollars, such as cache_read=1.25. Repeatable. --unit applies"
                            + " to tokens only: the price of any other unit, such as web_search, is per unit.")
    private Map<String, String> rates = new LinkedHashMap<>();

    @Option(
            names = "--unit",
            paramLabel = "UNIT",
            description = "Unit of the prices: per-token, per-1k, per-1m or per-unit. Required with prices.")
    private @Nullable String unit;

    @Option(
            names = "--cached",
            paramLabel = "MEANING",
            description = "Price of cached and audio tokens without a rate of their own: as-input or unknown."
                    + " Default: unknown, so the cost of requests with such tokens is incomplete.")
    private @Nullable String cached;

    @Option(
            names = "--card",
            paramLabel = "FILE",
            description = "Read the type and all rates from a file, or from standard input if it is -. Instead of the"
                    + " other prices.")
    private @Nullable String card;

    @Option(names = "--free", description = "State that the model is free, instead of giving prices.")
    private boolean free;

    SetCommand(Terminal terminal) {
        super(terminal);
        this.terminal = terminal;
    }

    @Override
    protected ExitCode run() {
        Pricing pricing = pricing();
        Attribution by = attribution.attribution();
        try (Session session = openSession()) {
            write(session, session.models().require(ModelReference.parse(model)), pricing, by);
            return ExitCode.DONE;
        }
    }

    /** Writes the price that the options state, and prints what was written. */
    void write(Session session, ResolvedModel named, Pricing pricing, Attribution by) {
        UpsertOutcome outcome = session.prices().setManual(named.id(), pricing, by);
        requireWritten(session, named, outcome);
        ModelPricing stored = session.prices().find(named.id()).orElseThrow(() -> unknown(session, named));
        String result = outcome.result().name().toLowerCase(Locale.ROOT);
        ObjectNode document = Json.object()
                .put("result", result)
                .<ObjectNode>set("model", named.json())
                .setAll(PriceFormat.json(stored));
        output.print(document, out -> {
            out.println(named.title() + ": " + result + ", " + PriceFormat.summary(stored));
            PriceFormat.print(stored.pricing(), out);
        });
    }

    /** Throws the reason why a price was not written. */
    final void requireWritten(Session session, ResolvedModel named, UpsertOutcome outcome) {
        if (outcome.result().isRejection()) {
            throw outcome.result() == UpsertOutcome.Result.UNKNOWN_MODEL
                    ? unknown(session, named)
                    : Failure.refused("refused", outcome.message(), "see: " + database.command("show " + named.id()));
        }
    }

    private static Failure unknown(Session session, ResolvedModel model) {
        return session.models().unknown(new ModelReference.Id(model.id()));
    }

    private Pricing pricing() {
        Map<BillingUnit, String> prices = prices();
        if (card != null) {
            if (!prices.isEmpty() || unit != null || cached != null || free) {
                throw Failure.usage(
                        "usage",
                        "--card cannot be combined with prices, --unit, --cached or --free",
                        "write all of them into the card");
            }
            return CardFile.read(card, terminal.in());
        }
        if (free) {
            if (!prices.isEmpty() || unit != null || cached != null) {
                throw Failure.usage(
                        "usage",
                        "--free cannot be combined with prices, --unit or --cached",
                        "give either --free or prices");
            }
            return Pricing.free();
        }
        if (prices.isEmpty()) {
            throw Failure.usage(
                    "usage", "no price is given", "give --input and --output with --unit, --card FILE, or --free");
        }
        if (unit == null) {
            throw Failure.usage(
                    "missing_unit",
                    "the unit of the prices is missing: "
                            + prices.values().iterator().next()
                            + " could be per token, per thousand or per million tokens",
                    "give --unit " + QuotedUnit.all().replace(", ", "|"));
        }
        QuotedUnit quoted = QuotedUnit.parse(unit);
        RateCard listed = RateCard.of(prices.entrySet().stream()
                .map(price -> Rate.of(
                        price.getKey(),
                        (price.getKey().isToken() ? quoted : QuotedUnit.PER_UNIT).price(price.getValue())))
                .toList());
        if (listed.isFree()) {
            throw Failure.usage(
                    "malformed_price",
                    "all prices are zero",
                    "give --free if the model is free; do not set a price that is unknown");
        }
        return new Pricing.Paid(isChargedAsInput() ? listed.chargingUnlistedPartsAsWhole() : listed);
    }

    private boolean isChargedAsInput() {
        if (cached == null) {
            return false;
        }
        try {
            return Cached.parse(cached) == Cached.AS_INPUT;
        } catch (IllegalArgumentException e) {
            throw Failure.usage(
                    "malformed_declaration", String.valueOf(e.getMessage()), "write --cached as-input or unknown");
        }
    }

    private Map<BillingUnit, String> prices() {
        Map<BillingUnit, String> prices = new LinkedHashMap<>();
        put(prices, BillingUnit.INPUT, input);
        put(prices, BillingUnit.OUTPUT, outputPrice);
        put(prices, BillingUnit.IMAGE, image);
        put(prices, BillingUnit.REQUEST, request);
        rates.forEach((name, text) -> {
            BillingUnit billed;
            try {
                billed = BillingUnit.parse(name);
            } catch (IllegalArgumentException e) {
                throw Failure.usage(
                        "unknown_unit",
                        String.valueOf(e.getMessage()),
                        "write --rate NAME=PRICE with one of these names");
            }
            if (prices.put(billed, text) != null) {
                throw Failure.usage("usage", "two prices are given for " + billed, "give only one of them");
            }
        });
        return prices;
    }

    private static void put(Map<BillingUnit, String> prices, BillingUnit billed, @Nullable String price) {
        if (price != null) {
            prices.put(billed, price);
        }
    }
}
