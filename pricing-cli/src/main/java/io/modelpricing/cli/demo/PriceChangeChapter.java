package io.modelpricing.cli.demo;

import static io.modelpricing.cli.demo.DemoPage.usd;

import io.modelpricing.Attribution;
import io.modelpricing.Cost;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.PriceVersion;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.Usage;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.cli.output.TextTable.Column;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Changes a price, and calculates the cost of a request of yesterday. */
final class PriceChangeChapter implements DemoChapter {

    private static final ProviderModelId MODEL = new ProviderModelId("mistral", "mistral-large-2512");
    private static final Usage USAGE = Usage.of(8000, 700);

    @Override
    public String title() {
        return "A price changes, and the cost of yesterday's request does not";
    }

    @Override
    public void tell(DemoStage stage) {
        DemoPage page = stage.page();
        PricingRepository prices = stage.prices();
        ModelPricing before = prices.find(MODEL).orElseThrow();
        ModelId model = before.model();
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        stage.countPriceChange(MODEL);
        page.step(
                "Doubling the price of " + MODEL + ", an invented change",
                () -> prices.upsert(
                        new PriceUpdate(model, doubled(before.pricing()), new PricingSource("demo"), Instant.now()),
                        Attribution.by("demo:price_change").because("invented, to show what a change does")),
                outcome -> outcome.result().name().toLowerCase(Locale.ROOT));

        Cost.Complete then = cost(prices.findAt(model, yesterday).orElseThrow());
        Cost.Complete now = cost(prices.find(model).orElseThrow());
        List<PriceVersion> versions = prices.versions(model);
        TextTable table = new TextTable(Column.RIGHT, Column.LEFT, Column.RIGHT, Column.LEFT, Column.CUT);
        table.row("version", "valid from", "cost", "actor", "reason");
        for (PriceVersion version : versions) {
            table.row(
                    Integer.toString(version.number()),
                    version.validFrom() == null ? "no start date" : "today",
                    usd(cost(version.price()).total()),
                    version.attribution().actor(),
                    Objects.requireNonNullElse(version.attribution().reason(), ""));
        }
        page.table(table);
        page.say(
                "A request of 8,000 input and 700 output tokens costs %s if it ran yesterday (version %d), and %s if it runs"
                        + " now (version %d).",
                usd(then.total()),
                then.quote().version(),
                usd(now.total()),
                now.quote().version());
        PriceVersion last = versions.get(versions.size() - 1);
        String reason = Objects.requireNonNullElse(last.attribution().reason(), "");
        page.claim(
                then.equals(cost(before)) && now.total().compareTo(then.total().multiply(BigDecimal.valueOf(2))) == 0,
                "a changed price does not change yesterday's cost: %s then, %s now",
                usd(then.total()),
                usd(now.total()));
        page.claim(
                last.price().equals(prices.find(model).orElseThrow()) && !reason.isEmpty(),
                "the new version records actor and reason: %s, \"%s\"",
                last.attribution().actor(),
                reason);
    }

    private static Pricing doubled(Pricing pricing) {
        return new Pricing.Paid(RateCard.of(pricing.orElseThrow().rates().stream()
                .map(PriceChangeChapter::doubled)
                .toList()));
    }

    /** Doubles a listed rate; a rate without a price is charged as another unit. */
    private static Rate doubled(Rate rate) {
        Price price = rate.price();
        return price == null
                ? rate
                : Rate.of(rate.unit(), Price.perUnit(price.usd().multiply(BigDecimal.valueOf(2))));
    }

    private static Cost.Complete cost(ModelPricing price) {
        return price.quote().cost(USAGE).orElseThrow();
    }
}
