package io.modelpricing.cli.command;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.PricingRepository;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.ModelReference;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.jooq.JooqOffers;
import io.modelpricing.offers.Capability;
import io.modelpricing.offers.Offer;
import io.modelpricing.offers.OfferFilter;
import io.modelpricing.offers.Offers;
import io.modelpricing.offers.Percent;
import io.modelpricing.offers.RankedOffers;
import io.modelpricing.offers.Ranking;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ranks the providers of a model in the order in which failover tries them. */
@Command(
        name = "offers",
        description = "Rank the providers of a model for one request.",
        footer = {
            "",
            "--usage is the expected usage of the request, as for pricing cost. An offer with an unknown cost ranks after"
                    + " all others and never passes --max-cost. Exit code 1: the model has no offers, or all are"
                    + " excluded."
        })
final class OffersCommand extends DatabaseCommand {

    @Parameters(paramLabel = "MODEL", description = "Canonical model id, such as gpt-4o.")
    private String model = "";

    @Option(
            names = "--usage",
            paramLabel = "NAME=COUNT,...",
            required = true,
            description = "Expected counts by billing unit, such as input=8000,cache_read=6000,output=700.")
    private String usage = "";

    @Mixin
    private final TermsOptions terms = new TermsOptions();

    @Option(
            names = "--at",
            paramLabel = "INSTANT",
            description =
                    "Use the prices valid at this instant and its hours, such as 2026-01-31T12:00:00Z. Default: now.")
    private @Nullable String at;

    @Option(
            names = "--rank",
            paramLabel = "ORDER",
            defaultValue = "healthiest",
            description = "healthiest (health, response_time, cost), cheapest (cost, health, response_time), fastest"
                    + " (response_time, health, cost), or a list of criteria such as health,cost,success_rate. Default:"
                    + " ${DEFAULT-VALUE}.")
    private String rank = "";

    @Option(names = "--prefer", paramLabel = "PROVIDER", description = "Slug of a provider to rank first.")
    private @Nullable String preferred;

    @Option(
            names = "--max-cost",
            paramLabel = "USD",
            description = "Exclude offers with a higher or unknown expected cost.")
    private @Nullable String maxCost;

    @Option(
            names = "--require",
            paramLabel = "CAPABILITY,...",
            description = "Exclude offers without these capabilities: streaming, function_calling, vision.")
    private @Nullable String required;

    @Option(names = "--healthy", description = "Exclude offers that are not known to be healthy.")
    private boolean healthyOnly;

    @Option(
            names = "--min-success-rate",
            paramLabel = "PERCENT",
            description = "Minimum success rate, such as 99.5. Excludes offers with a lower or unknown one.")
    private @Nullable String minSuccessRate;

    @Option(
            names = "--min-context",
            paramLabel = "TOKENS",
            description = "Minimum context length. Excludes offers with a shorter or unknown one.")
    private long minContext;

    @Option(
            names = "--stale-hours",
            paramLabel = "HOURS",
            description = "Exclude offers whose price no source has confirmed for this many hours.")
    private @Nullable Integer staleHours;

    OffersCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        CanonicalModelId canonical = canonical();
        Usage expected = terms.usage(usage);
        Instant instant = at == null ? null : InstantFormat.parse(at);
        OfferFilter filter = filter();
        Ranking ranking = ranking();
        try (Session session = openSession()) {
            Instant now = session.now();
            if (staleHours != null) {
                filter = filter.priceObservedSince(now.minus(Duration.ofHours(staleHours)));
            }
            JooqOffers repository = new JooqOffers(session.ctx());
            Offers offers = instant == null
                    ? repository.offersFor(canonical, filter)
                    : at(instant, repository.offersFor(canonical, OfferFilter.any()), session.prices())
                            .matching(filter);
            if (offers.isUnknown()) {
                throw unknown(session);
            }
            RankedOffers ranked =
                    UsageFormat.checked(() -> offers.rank(ranking, expected, instant == null ? now : instant));
            OffersReport answer = new OffersReport(ranked, expected);
            output.print(answer.json(), answer::print);
            return answer.exitCode();
        }
    }

    /** Returns the offers with the prices that are valid at an instant. */
    private static Offers at(Instant instant, Offers offers, PricingRepository prices) {
        List<Offer> priced = offers.offers().stream()
                .map(offer -> new Offer(
                        offer.id(),
                        offer.providerName(),
                        offer.canonicalId(),
                        prices.findAt(offer.model(), instant).orElseThrow(),
                        offer.providerStatus(),
                        offer.modelStatus(),
                        offer.successRate(),
                        offer.capabilities(),
                        offer.contextLength()))
                .toList();
        return new Offers(offers.model(), priced, offers.excluded());
    }

    private CanonicalModelId canonical() {
        return option("unknown_model", "give the canonical id, models.model_id", () -> new CanonicalModelId(model));
    }

    private OfferFilter filter() {
        OfferFilter filter = OfferFilter.active();
        if (healthyOnly) {
            filter = filter.healthyOnly();
        }
        if (minSuccessRate != null) {
            String text = minSuccessRate;
            filter = filter.minSuccessRate(
                    option("malformed_percentage", "write --min-success-rate 99.5", () -> Percent.parse(text)));
        }
        if (minContext != 0) {
            OfferFilter before = filter;
            filter = option("usage", "write --min-context 32000", () -> before.minContext(minContext));
        }
        if (staleHours != null) {
            Failure.requirePeriod("--stale-hours", staleHours, 876_000, "omit it to accept prices of any age");
        }
        return filter;
    }

    private Ranking ranking() {
        Ranking ranking = switch (rank) {
            case "healthiest" -> Ranking.healthiest();
            case "cheapest" -> Ranking.cheapest();
            case "fastest" -> Ranking.fastest();
            default ->
                option(
                        "unknown_ranking",
                        "write --rank healthiest, cheapest, fastest or a list of criteria such as health,cost",
                        () -> Ranking.by(Arrays.stream(rank.split(",", -1))
                                .map(Ranking.Criterion::parse)
                                .toArray(Ranking.Criterion[]::new)));
        };
        if (preferred != null) {
            ranking = ranking.preferring(preferred);
        }
        if (maxCost != null) {
            String text = maxCost;
            ranking = ranking.maxCost(option(
                    "malformed_amount",
                    "write an amount in US dollars, such as --max-cost 0.05",
                    () -> Usd.parse(text)));
        }
        if (required != null) {
            String[] names = required.split(",", -1);
            ranking = ranking.requiring(option(
                    "unknown_capability",
                    "write --require streaming,vision",
                    () -> Arrays.stream(names).map(Capability::parse).toArray(Capability[]::new)));
        }
        return ranking;
    }

    private static <T> T option(String kind, String remedy, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            throw Failure.usage(kind, String.valueOf(e.getMessage()), remedy);
        }
    }

    private Failure unknown(Session session) {
        String remedy = session.models()
                .find(ModelReference.parse(model))
                .map(offering ->
                        "\"" + model + "\" is one offer of model \"" + offering.canonicalId() + "\"; rank that")
                .orElse("give the canonical id, models.model_id");
        return Failure.refused("unknown_model", "model \"" + model + "\" has no offers", remedy);
    }
}
