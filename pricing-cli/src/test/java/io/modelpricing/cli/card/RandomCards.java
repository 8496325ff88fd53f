package io.modelpricing.cli.card;

import io.modelpricing.BillingUnit;
import io.modelpricing.Hours;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.Terms;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random rate cards that use every part of a card, reproducible by their seed. */
public final class RandomCards {

    /** Names that YAML, or a reader that guesses types, could read as something else. */
    private static final List<String> NAMES = List.of(
            "eu",
            "no",
            "null",
            "1080",
            "1e3",
            "0x1f",
            "16:9",
            "a:",
            "1024x1024/hd",
            "low",
            "us-east-1",
            "y",
            "true",
            "1.10");

    private final Random random;

    public RandomCards(long seed) {
        random = new Random(seed);
    }

    /** Returns a price with a card: paid, deprecated or free. */
    public Pricing.Priced priced() {
        boolean charges = random.nextInt(5) > 0;
        RateCard card = card(charges);
        while (charges && card.isFree()) {
            card = card(true);
        }
        if (!charges) {
            return new Pricing.Free(card);
        }
        return random.nextInt(4) == 0 ? new Pricing.Deprecated(card) : new Pricing.Paid(card);
    }

    private RateCard card(boolean charges) {
        Hours hours = random.nextBoolean() ? Hours.NONE : hours();
        List<Rate> rates = new ArrayList<>();
        rates.add(Rate.of(unit(), charges ? price() : Price.ZERO).during(hours.isEmpty() ? "" : any(hours.names())));
        for (int i = random.nextInt(40); i > 0; i--) {
            add(rates, hours, rate(hours, charges));
        }
        return RateCard.of(hours, rates);
    }

    /** Adds a rate unless it contradicts one that is there, or charges units as each other. */
    private static void add(List<Rate> rates, Hours hours, Rate rate) {
        List<Rate> more = new ArrayList<>(rates);
        more.add(rate);
        try {
            RateCard.of(hours, more);
        } catch (IllegalArgumentException e) {
            return;
        }
        rates.add(rate);
    }

    private Rate rate(Hours hours, boolean charges) {
        BillingUnit unit = unit();
        Rate rate = Rate.of(unit, charges ? price() : Price.ZERO).from(random.nextBoolean() ? 0 : size());
        if (random.nextInt(4) == 0) {
            BillingUnit as = unit();
            if (as != unit && as.measure().equals(unit.measure())) {
                rate = Rate.chargedAs(unit, as);
            }
        }
        return rate.with(new Terms(
                        random.nextBoolean() ? ServiceTier.STANDARD : any(List.of(ServiceTier.values())),
                        random.nextBoolean() ? "" : any(NAMES),
                        hours.isEmpty() || random.nextBoolean() ? "" : any(hours.names())))
                .ofVariant(unit.hasVariants() && random.nextBoolean() ? any(NAMES) : "");
    }

    /** Returns one to four windows, each repeated every day or once in the week. */
    private Hours hours() {
        int length = random.nextBoolean() ? 24 * 60 : Hours.MINUTES_OF_WEEK;
        List<Integer> ends = new ArrayList<>(random.ints(random.nextInt(4), 1, length)
                .distinct()
                .sorted()
                .boxed()
                .toList());
        ends.add(length);
        List<String> names = ends.stream().map(end -> any(NAMES)).toList();
        List<Hours.Window> windows = new ArrayList<>();
        for (int start = 0; start < Hours.MINUTES_OF_WEEK; start += length) {
            int from = 0;
            for (int i = 0; i < ends.size(); i++) {
                windows.add(new Hours.Window(names.get(i), start + from, start + ends.get(i)));
                from = ends.get(i);
            }
        }
        return Hours.of(windows);
    }

    private BillingUnit unit() {
        return any(BillingUnit.all());
    }

    private long size() {
        return random.nextInt(9) == 0 ? Long.MAX_VALUE >>> random.nextInt(60) : random.nextInt(1_000_000);
    }

    /** Returns a price with up to 30 decimals and up to 12 digits before them. */
    private Price price() {
        BigInteger unscaled = new BigInteger(random.nextInt(100), random);
        int scale = Math.max(random.nextInt(31), unscaled.toString().length() - 12);
        return Price.perUnit(new BigDecimal(unscaled, Math.min(scale, 30)));
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
