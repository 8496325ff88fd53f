package io.modelpricing.cli.command;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static io.modelpricing.cli.output.TextTable.Column.RIGHT;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.BillingUnit;
import io.modelpricing.Cost;
import io.modelpricing.Usage;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.offers.Capability;
import io.modelpricing.offers.ExcludedOffer;
import io.modelpricing.offers.Offer;
import io.modelpricing.offers.Percent;
import io.modelpricing.offers.RankedOffer;
import io.modelpricing.offers.RankedOffers;
import io.modelpricing.offers.Ranking;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ranked offers, as text and as JSON. */
record OffersReport(RankedOffers offers, Usage expected) {

    ExitCode exitCode() {
        return offers.ranked().isEmpty() ? ExitCode.NEGATIVE : ExitCode.DONE;
    }

    ObjectNode json() {
        ObjectNode document = Json.object().put("model", offers.model().value());
        document.set("offers", offers.ranked().stream().map(OffersReport::json).collect(Json.toArray()));
        document.set(
                "excluded", offers.excluded().stream().map(OffersReport::json).collect(Json.toArray()));
        return document;
    }

    private static ObjectNode json(RankedOffer ranked) {
        Offer offer = ranked.offer();
        ObjectNode object = Json.object()
                .put("rank", ranked.rank())
                .put("provider", offer.provider())
                .put("providerName", offer.providerName())
                .put("providerModelId", offer.id().modelId())
                .put("modelId", offer.model().value())
                .put("pricingType", offer.pricing().type().id())
                .put("expectedCost", expectedCost(ranked.cost()));
        object.set(
                "unpriced",
                unpriced(ranked.cost()).stream().map(BillingUnit::id).collect(Json.toTexts()));
        object.put("missingReason", missingReason(ranked.cost()))
                .put("health", offer.health().id())
                .put("providerHealth", offer.providerStatus().health().id())
                .put("modelHealth", offer.modelStatus().health().id())
                .put("responseTimeMs", milliseconds(offer.responseTime()))
                .put("successRatePercent", percent(offer.successRate()));
        object.set(
                "capabilities",
                offer.capabilities().stream().map(Capability::id).collect(Json.toTexts()));
        Ranking.Criterion decidedBy = ranked.decidedBy();
        return object.put("contextLength", offer.contextLength())
                .put(
                        "version",
                        offer.price().version() == 0 ? null : offer.price().version())
                .put("source", offer.price().source().id())
                .put("lastUpdated", Json.instant(offer.price().lastUpdated()))
                .put("decidedBy", decidedBy == null ? null : decidedBy.id())
                .put("why", ranked.why());
    }

    private static ObjectNode json(ExcludedOffer excluded) {
        return Json.object()
                .put("provider", excluded.provider())
                .put("providerModelId", excluded.providerModelId())
                .put("reason", excluded.reason().id())
                .put("detail", excluded.detail());
    }

    private static @Nullable String expectedCost(Cost cost) {
        return cost instanceof Cost.Complete complete ? Json.money(complete.total()) : null;
    }

    private static List<BillingUnit> unpriced(Cost cost) {
        return cost instanceof Cost.Incomplete incomplete ? incomplete.unpriced() : List.of();
    }

    private static @Nullable String missingReason(Cost cost) {
        return cost instanceof Cost.Missing missing ? missing.reason().id() : null;
    }

    private static @Nullable Long milliseconds(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }

    private static @Nullable BigDecimal percent(@Nullable Percent percent) {
        return percent == null ? null : percent.value();
    }

    void print(PrintWriter out) {
        out.println(offers.model() + " for " + expected);
        if (!offers.ranked().isEmpty()) {
            TextTable table = new TextTable(RIGHT, LEFT, CUT, LEFT, RIGHT, LEFT, RIGHT, LEFT)
                    .row("#", "provider", "model id", "type", "USD", "health", "ms", "success");
            offers.ranked().forEach(ranked -> table.row(row(ranked)));
            table.print(out);
            out.println();
            for (RankedOffer ranked : offers.ranked()) {
                TextTable.printWrapped(out, "  " + ranked.rank() + "  ", ranked.why());
            }
        }
        if (!offers.excluded().isEmpty()) {
            out.println();
            out.println(offers.ranked().isEmpty() ? "All offers are excluded:" : "Excluded:");
            TextTable table = new TextTable(LEFT, CUT, CUT);
            offers.excluded()
                    .forEach(excluded -> table.row(excluded.provider(), excluded.providerModelId(), excluded.detail()));
            table.print(out);
        }
    }

    private static String[] row(RankedOffer ranked) {
        Offer offer = ranked.offer();
        String cost = expectedCost(ranked.cost());
        Duration time = offer.responseTime();
        Percent rate = offer.successRate();
        return new String[] {
            Integer.toString(ranked.rank()),
            offer.provider(),
            offer.id().modelId(),
            offer.pricing().type().id(),
            cost == null ? "unknown" : cost,
            offer.health().id(),
            time == null ? "?" : Long.toString(time.toMillis()),
            rate == null ? "?" : rate.toString()
        };
    }
}
