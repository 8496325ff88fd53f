package io.modelpricing.cli.demo;

import static io.modelpricing.cli.demo.DemoPage.decimals;
import static io.modelpricing.cli.demo.DemoPage.usd;
import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.joining;

import io.modelpricing.CanonicalModelId;
import io.modelpricing.Cost;
import io.modelpricing.LineItem;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Usage;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.cli.output.TextTable.Column;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Calculates the cost of one request at each provider of a model. */
final class OffersChapter implements DemoChapter {

    private static final CanonicalModelId MODEL = new CanonicalModelId("gpt-oss-120b");
    private static final Usage USAGE =
            Usage.inclusive().input(8000).cacheRead(6000).output(700).build();
    private static final Usage UNCACHED = Usage.of(8000, 700);

    /** The cost of the request at a provider, and of the same request without cached tokens. */
    private record Offer(String provider, Cost cost, Cost uncached) {

        boolean isKnown() {
            return cost instanceof Cost.Complete;
        }

        BigDecimal total() {
            return cost.orElseThrow().total();
        }

        /** Returns the cost if unknown prices were zero. */
        BigDecimal priced() {
            List<LineItem> lines = cost.fold(Cost.Complete::lines, Cost.Incomplete::lines, missing -> List.of());
            return lines.stream().map(LineItem::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
        }

        String unpriced() {
            return cost.fold(
                    complete -> "",
                    incomplete ->
                            incomplete.unpriced().stream().map(Object::toString).collect(joining(", ")),
                    missing -> "all units: " + missing.reason());
        }
    }

    @Override
    public String title() {
        return "Offers: one request at every provider of " + MODEL;
    }

    @Override
    public void tell(DemoStage stage) {
        DemoPage page = stage.page();
        List<Offer> sorted = offers(stage);
        int decimals = decimals(sorted.stream()
                .flatMap(offer ->
                        Stream.of(offer.priced(), offer.uncached().orElseThrow().total()))
                .toList());
        page.say("8,000 input tokens, of which 6,000 are read from the cache, and 700 output tokens:");
        TextTable table = new TextTable(Column.LEFT, Column.RIGHT, Column.LEFT, Column.RIGHT, Column.RIGHT);
        table.row("provider", "cost", "no price for", "if unknown were $0", "with nothing cached");
        for (Offer offer : sorted) {
            table.row(
                    offer.provider(),
                    offer.isKnown() ? usd(offer.total(), decimals) : "unknown",
                    offer.unpriced(),
                    usd(offer.priced(), decimals),
                    usd(offer.uncached().orElseThrow().total(), decimals));
        }
        page.table(table);
        Offer naive = sorted.stream().min(comparing(Offer::priced)).orElseThrow();
        page.say(
                "Cached tokens have their own price. Where it is not listed, the cost is unknown, and the result names the"
                        + " unit. An unknown cost ranks last, never cheapest; counted as $0, it would have sent this request"
                        + " to %s.",
                naive.provider());
        page.claim(
                sorted.stream().dropWhile(Offer::isKnown).noneMatch(Offer::isKnown)
                        && sorted.stream().anyMatch(Offer::isKnown),
                "an unknown cost is never cheapest: %d offers of %s, the known costs first",
                sorted.size(),
                MODEL);
        declareCachedTokens(stage, sorted);
    }

    /** Declares that the legacy system charged cached tokens as input, which completes the costs of legacy prices. */
    private static void declareCachedTokens(DemoStage stage, List<Offer> before) {
        DemoPage page = stage.page();
        stage.countPriceChange();
        page.step(
                "Running \"pricing populate --cached as-input\"",
                () -> {
                    stage.command("populate", "--cached", "as-input");
                    return offers(stage);
                },
                after -> after.stream().filter(Offer::isKnown).count() + " of " + after.size() + " offers have a cost");
        List<Offer> after = offers(stage);
        page.say(
                "The legacy system charged cached tokens as input. With this declaration they have the price of input, unless"
                        + " a price of their own is listed. Offers with a cost: %d before, %d now.",
                before.stream().filter(Offer::isKnown).count(),
                after.stream().filter(Offer::isKnown).count());
        page.claim(
                after.size() == before.size()
                        && after.stream().allMatch(Offer::isKnown)
                        && before.stream()
                                .filter(Offer::isKnown)
                                .allMatch(offer -> after.stream()
                                        .anyMatch(now -> now.provider().equals(offer.provider())
                                                && now.total().compareTo(offer.total()) == 0)),
                "cached tokens declared as input complete the cost of all %d offers; listed cache prices are unchanged",
                after.size());
    }

    private static List<Offer> offers(DemoStage stage) {
        Map<ModelId, ProviderModelId> names = stage.names();
        return stage.prices().findAll(MODEL).stream()
                .map(price -> offer(price, Objects.requireNonNull(names.get(price.model()))))
                .sorted(comparing(Offer::isKnown)
                        .reversed()
                        .thenComparing(offer -> offer.isKnown() ? offer.total() : BigDecimal.ZERO)
                        .thenComparing(Offer::provider))
                .toList();
    }

    private static Offer offer(ModelPricing price, ProviderModelId name) {
        return new Offer(
                name.provider(), price.quote().cost(USAGE), price.quote().cost(UNCACHED));
    }
}
