package io.modelpricing.cli.demo;

import static io.modelpricing.cli.demo.DemoPage.usd;

import io.modelpricing.AnnouncedPrice;
import io.modelpricing.Attribution;
import io.modelpricing.BillingUnit;
import io.modelpricing.Cost;
import io.modelpricing.Hours;
import io.modelpricing.LineItem;
import io.modelpricing.ModelId;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.PriceUpdate;
import io.modelpricing.Pricing;
import io.modelpricing.PricingRepository;
import io.modelpricing.PricingSource;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.Usage;
import io.modelpricing.cli.output.PriceFormat;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.cli.output.TextTable.Column;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Announces a card with hours and variants, and costs a request before and after the hours change. */
final class AnnouncementChapter implements DemoChapter {

    private static final ProviderModelId MODEL = new ProviderModelId("deepseek", "deepseek-v4-pro");
    private static final Hours HOURS =
            Hours.parse(Map.of("peak", "daily 00:30-16:30", "off_peak", "daily 16:30-00:30"));
    private static final Price SEARCH = Price.perUnit("0.01");
    private static final Usage USAGE = Usage.inclusive()
            .input(8000)
            .output(700)
            .count(BillingUnit.WEB_SEARCH, "high", 1)
            .build();

    @Override
    public String title() {
        return "A price that starts later, with hours and variants";
    }

    @Override
    public void tell(DemoStage stage) {
        DemoPage page = stage.page();
        PricingRepository prices = stage.prices();
        ModelPricing before = prices.find(MODEL).orElseThrow();
        ModelId model = before.model();
        Pricing announced = offPeak(before.pricing());
        Instant now = Instant.now();
        Instant start = now.truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(2));
        stage.countPriceChange();
        page.step(
                "Announcing off-peak prices of " + MODEL + ", invented",
                () -> prices.announce(
                        new PriceUpdate(model, announced, new PricingSource("demo"), now),
                        start,
                        Attribution.by("demo:announcement")),
                outcome -> outcome.result().name().toLowerCase(Locale.ROOT));
        List<AnnouncedPrice> listed = prices.announcements(model);
        TextTable announcements = new TextTable(Column.LEFT, Column.LEFT, Column.CUT);
        announcements.row("model", "valid from", "rates");
        listed.forEach(price -> announcements.row(
                MODEL.toString(),
                price.validFrom().toString(),
                PriceFormat.brief(price.update().pricing())));
        page.table(announcements);

        Instant offPeak = start.plus(Duration.ofMinutes(16 * 60 + 30));
        Cost.Complete peakCost = cost(prices.findAt(model, start).orElseThrow(), offPeak.minusNanos(1));
        Cost.Complete offPeakCost = cost(prices.findAt(model, start).orElseThrow(), offPeak);
        page.say(
                "A request of 8,000 input and 700 output tokens with one search of the context size \"high\" then costs:");
        TextTable costs =
                new TextTable(Column.LEFT, Column.LEFT, Column.RIGHT, Column.RIGHT, Column.RIGHT, Column.RIGHT);
        costs.row("at", "hours", "input", "output", "search", "total");
        costs.row(row("16:29:59 UTC", offPeak.minusNanos(1), peakCost));
        costs.row(row("16:30:00 UTC", offPeak, offPeakCost));
        page.table(costs);
        page.claim(
                listed.size() == 1
                        && prices.find(model).equals(Optional.of(before))
                        && at(prices, model, start.minus(1, ChronoUnit.MICROS)).equals(before.pricing())
                        && at(prices, model, start).equals(announced),
                "an announced price applies from its first microsecond on, and not before: %s",
                start);
        page.claim(
                tokens(peakCost).compareTo(tokens(offPeakCost).multiply(BigDecimal.valueOf(2))) == 0
                        && amount(peakCost, BillingUnit.WEB_SEARCH).compareTo(SEARCH.usd()) == 0
                        && amount(offPeakCost, BillingUnit.WEB_SEARCH).compareTo(SEARCH.usd()) == 0,
                "tokens cost half in the off-peak hours, and a search the same: %s and %s",
                usd(peakCost.total()),
                usd(offPeakCost.total()));
    }

    /** Returns a price with the rates of another, half of them in the off-peak hours, and searches by context size. */
    private static Pricing offPeak(Pricing pricing) {
        List<Rate> rates = new ArrayList<>();
        for (Rate rate : pricing.orElseThrow().rates()) {
            rates.add(rate);
            Price price = rate.price();
            if (price != null) {
                BigDecimal half = price.usd().multiply(new BigDecimal("0.5"));
                rates.add(Rate.of(rate.unit(), Price.perUnit(half)).during("off_peak"));
            }
        }
        rates.add(Rate.of(BillingUnit.WEB_SEARCH, SEARCH).ofVariant("high"));
        rates.add(Rate.of(BillingUnit.WEB_SEARCH, Price.perUnit("0.005")).ofVariant("low"));
        return new Pricing.Paid(RateCard.of(HOURS, rates));
    }

    private static Pricing at(PricingRepository prices, ModelId model, Instant instant) {
        return prices.findAt(model, instant).orElseThrow().pricing();
    }

    private static Cost.Complete cost(ModelPricing price, Instant at) {
        return price.quote().cost(USAGE, at).orElseThrow();
    }

    private static String[] row(String time, Instant at, Cost.Complete cost) {
        return new String[] {
            time,
            HOURS.at(at),
            usd(amount(cost, BillingUnit.INPUT)),
            usd(amount(cost, BillingUnit.OUTPUT)),
            usd(amount(cost, BillingUnit.WEB_SEARCH)),
            usd(cost.total())
        };
    }

    private static BigDecimal tokens(Cost.Complete cost) {
        return amount(cost, BillingUnit.INPUT).add(amount(cost, BillingUnit.OUTPUT));
    }

    private static BigDecimal amount(Cost.Complete cost, BillingUnit unit) {
        return cost.lines().stream()
                .filter(line -> line.unit() == unit)
                .map(LineItem::amount)
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
