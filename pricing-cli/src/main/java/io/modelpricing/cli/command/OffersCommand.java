package io.modelpricing.cli.command;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.Usage;
import io.modelpricing.Usd;
import io.modelpricing.cli.database.DatabaseOptions;
import io.modelpricing.cli.database.ModelReference;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.compat.LegacyRanking;
import io.modelpricing.jooq.JooqOffers;
import io.modelpricing.offers.Capability;
import io.modelpricing.offers.OfferFilter;
import io.modelpricing.offers.Offers;
import io.modelpricing.offers.Percent;
import io.modelpricing.offers.RankedOffers;
import io.modelpricing.offers.Ranking;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The providers of a model in the order in which failover would try them. */
@Command(
        name = "offers",
        description = "Rank the providers of a model by what one request is expected to cost, and by how they do.",
        footer = {
            "",
            "Usage is that of the request at hand, as for the cost command. An offer whose cost is unknown comes after"
                    + " every known one, and passes no --max-cost. Exit code 1: nobody offers the model, or no offer"
                    + " is left."
        })
public final class OffersCommand implements Callable<Integer> {

    @Mixin
    private final DatabaseOptions database;

    @Mixin
    private final OutputOptions output;

    @Parameters(paramLabel = "MODEL", description = "The canonical id, which the providers' rows share.")
    private String model = "";

    @Option(
            names = "--usage",
            paramLabel = "NAME=COUNT,...",
            required = true,
            description = "Such as input=8000,cache_read=6000,output=700.")
    private String usage = "";

    @Option(
            names = "--service-tier",
            paramLabel = "TIER",
            description = "standard, batch, flex or priority. Default: standard.")
    private @Nullable String serviceTier;

    @Option(
            names = "--rank",
            paramLabel = "ORDER",
            defaultValue = "legacy",
            description =
                    "legacy (health, response_time, cost), cheapest, fastest, or what to compare in your own order:"
                            + " health,cost,success_rate. Default: ${DEFAULT-VALUE}.")
    private String rank = "";

    @Option(names = "--prefer", paramLabel = "PROVIDER", description = "The slug of a provider to try first.")
    private @Nullable String preferred;

    @Option(names = "--max-cost", paramLabel = "USD", description = "What the request may cost at most.")
    private @Nullable String maxCost;

    @Option(
            names = "--require",
            paramLabel = "CAPABILITY,...",
            description = "What must be there: streaming, function_calling, vision.")
    private @Nullable String required;

    @Option(names = "--healthy", description = "Only offers whose last check found them healthy.")
    private boolean healthyOnly;

    @Option(
            names = "--min-success-rate",
            paramLabel = "PERCENT",
            description = "How many of 100 requests must succeed, such as 99.5.")
    private @Nullable String minSuccessRate;

    @Option(names = "--min-context", paramLabel = "TOKENS", description = "How many tokens a request must fit into.")
    private long minContext;

    @Option(
            names = "--stale-hours",
            paramLabel = "HOURS",
            description = "Leave out prices whose source was not seen for so long.")
    private @Nullable Integer staleHours;

    public OffersCommand(Terminal terminal) {
        database = new DatabaseOptions(terminal);
        output = new OutputOptions(terminal);
    }

    @Override
    public Integer call() {
        CanonicalModelId canonical = canonical();
        Usage expected = UsageFormat.ofText(serviceTier == null ? usage : usage + ",service_tier=" + serviceTier);
        OfferFilter filter = filter();
        Ranking ranking = ranking();
        try (Session session = database.open().withTables()) {
            Offers offers = new JooqOffers(session.ctx()).offersFor(canonical, filter);
            if (offers.isUnknown()) {
                throw unknown(session);
            }
            RankedOffers ranked = UsageFormat.malformed(() -> offers.rank(ranking, expected));
            OffersReport answer = new OffersReport(ranked, expected);
            output.print(answer.json(), answer::print);
            return answer.exitCode().number();
        }
    }

    private CanonicalModelId canonical() {
        return option("unknown_model", "name the model as its providers' rows do", () -> new CanonicalModelId(model));
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
            if (staleHours < 1) {
                throw Failure.usage("usage", "--stale-hours is 1 or more, but was " + staleHours, "leave it out");
            }
            filter = filter.priceSeenSince(Instant.now().minus(Duration.ofHours(staleHours)));
        }
        return filter;
    }

    private Ranking ranking() {
        Ranking ranking = switch (rank) {
            case "legacy" -> LegacyRanking.order();
            case "cheapest" -> Ranking.cheapest();
            case "fastest" -> Ranking.fastest();
            default ->
                option(
                        "unknown_ranking",
                        "--rank is legacy, cheapest, fastest, or a list such as health,cost",
                        () -> Ranking.by(Arrays.stream(rank.split(",", -1))
                                .map(Ranking.Criterion::parse)
                                .toArray(Ranking.Criterion[]::new)));
        };
        if (preferred != null) {
            ranking = ranking.preferring(preferred);
        }
        if (maxCost != null) {
            String text = maxCost;
            ranking = ranking.maxCost(
                    option("malformed_amount", "write --max-cost 0.05, in US dollars", () -> Usd.of(text)));
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
                .map(offering -> "\"" + model + "\" is one offer of \"" + offering.canonicalId() + "\": ask for that")
                .orElse("name the canonical id that the providers' rows share, models.model_id");
        return Failure.refused("unknown_model", "nobody offers a model \"" + model + "\"", remedy);
    }
}
