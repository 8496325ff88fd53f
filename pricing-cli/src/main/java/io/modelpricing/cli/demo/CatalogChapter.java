package io.modelpricing.cli.demo;

import static io.modelpricing.cli.demo.DemoPage.usd;
import static java.util.stream.Collectors.joining;

import io.modelpricing.BillingUnit;
import io.modelpricing.MissingReason;
import io.modelpricing.PricingType;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Rate;
import io.modelpricing.ServiceTier;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.cli.output.TextTable.Column;
import io.modelpricing.jooq.CatalogEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads all models with their prices. */
final class CatalogChapter implements DemoChapter {

    @Override
    public String title() {
        return "The catalog: every model with its pricing type";
    }

    @Override
    public void tell(DemoStage stage) {
        DemoPage page = stage.page();
        Map<ProviderModelId, CatalogEntry> catalog =
                page.step("Reading the catalog", stage::catalog, all -> all.size() + " models with their prices");
        Map<PricingType, Integer> byType = new TreeMap<>();
        catalog.values().forEach(entry -> byType.merge(entry.pricing().type(), 1, Integer::sum));
        page.say(
                "By type: %s. The first model of each provider, and all free and missing ones:",
                TextTable.counts(byType));
        TextTable table = new TextTable(
                Column.LEFT, Column.CUT, Column.LEFT, Column.RIGHT, Column.RIGHT, Column.RIGHT, Column.LEFT);
        table.row("provider", "model", "type", "$/1M input", "$/1M output", "more rates", "source");
        Set<String> seen = new HashSet<>();
        catalog.forEach((name, entry) -> {
            if (seen.add(name.provider()) || entry.pricing().type() != PricingType.PAID) {
                table.row(
                        name.provider(),
                        entry.model().canonicalId().value(),
                        entry.pricing().type().id(),
                        perMillion(entry, BillingUnit.INPUT),
                        perMillion(entry, BillingUnit.OUTPUT),
                        further(entry),
                        entry.price().source().id());
            }
        });
        page.table(table);
        page.say(
                "Models without a price, whose requests have no cost: %s.",
                catalog.entrySet().stream()
                        .filter(entry -> missing(entry.getValue()) != null)
                        .map(entry -> entry.getKey() + " (" + missing(entry.getValue()) + ")")
                        .collect(joining(", ")));
    }

    private static List<Rate> rates(CatalogEntry entry) {
        return entry.pricing().fold(card -> card.rates(), reason -> List.of());
    }

    private static @Nullable MissingReason missing(CatalogEntry entry) {
        return entry.pricing().<@Nullable MissingReason>fold(card -> null, reason -> reason);
    }

    private static boolean isBase(Rate rate) {
        return rate.serviceTier() == ServiceTier.STANDARD && rate.fromInputTokens() == 0;
    }

    private static String perMillion(CatalogEntry entry, BillingUnit unit) {
        return rates(entry).stream()
                .filter(rate -> isBase(rate) && rate.unit() == unit && rate.price() != null)
                .map(rate -> usd(rate.price().usdPerMillion().stripTrailingZeros()))
                .findFirst()
                .orElse("-");
    }

    private static String further(CatalogEntry entry) {
        long further = rates(entry).stream()
                .filter(rate ->
                        !isBase(rate) || (rate.unit() != BillingUnit.INPUT && rate.unit() != BillingUnit.OUTPUT))
                .count();
        return further == 0 ? "" : "+" + further;
    }
}
