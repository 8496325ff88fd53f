package io.modelpricing.jooq;

import io.modelpricing.BillingUnit;
import io.modelpricing.Hours;
import io.modelpricing.MissingReason;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random prices of every shape, reproducible by their seed. */
public final class RandomCards {

    private static final Hours OFF_PEAK =
            Hours.parse(Map.of("off_peak", "daily 16:30-00:30", "standard", "daily 00:30-16:30"));

    private final Random random;

    public RandomCards(long seed) {
        random = new Random(seed);
    }

    public Pricing pricing() {
        return switch (random.nextInt(6)) {
            case 0 -> Pricing.missing(MissingReason.values()[random.nextInt(3)]);
            case 1 -> new Pricing.Free(card(false));
            case 2 -> new Pricing.Deprecated(charging());
            default -> new Pricing.Paid(charging());
        };
    }

    public Pricing paidWithFurtherRates() {
        RateCard card = charging();
        while (RateSet.of(card) == null) {
            card = charging();
        }
        return new Pricing.Paid(card);
    }

    private RateCard charging() {
        RateCard card = card(true);
        while (card.isFree()) {
            card = card(true);
        }
        return card;
    }

    private RateCard card(boolean charges) {
        List<Rate> rates = new ArrayList<>();
        boolean plain = random.nextBoolean();
        Hours hours = plain || random.nextBoolean() ? Hours.NONE : OFF_PEAK;
        if (!hours.isEmpty()) {
            rates.add(Rate.of(BillingUnit.INPUT, charges ? price() : Price.ZERO).during("off_peak"));
            rates.addAll(steps(BillingUnit.OUTPUT, ServiceTier.STANDARD, charges).stream()
                    .map(rate -> rate.during("standard"))
                    .toList());
        }
        for (ServiceTier tier : ServiceTier.values()) {
            for (BillingUnit unit : BillingUnit.all()) {
                boolean isUsual =
                        tier == ServiceTier.STANDARD && (unit == BillingUnit.INPUT || unit == BillingUnit.OUTPUT);
                if (isUsual || (!plain && random.nextInt(12) == 0)) {
                    rates.addAll(steps(unit, tier, charges));
                }
                if (!plain && random.nextInt(30) == 0) {
                    rates.addAll(steps(unit, tier, charges).stream()
                            .map(rate -> rate.inRegion("eu"))
                            .toList());
                }
                if (!plain && unit.hasVariants() && random.nextInt(10) == 0) {
                    rates.addAll(steps(unit, tier, charges).stream()
                            .map(rate -> rate.ofVariant("1024x1024/hd"))
                            .toList());
                }
            }
        }
        return RateCard.of(hours, rates);
    }

    private List<Rate> steps(BillingUnit unit, ServiceTier tier, boolean charges) {
        List<BillingUnit> others = unit == BillingUnit.OUTPUT ? List.of(BillingUnit.INPUT) : List.copyOf(unit.wholes());
        if (!others.isEmpty() && random.nextInt(4) == 0) {
            return List.of(Rate.chargedAs(unit, others.get(random.nextInt(others.size())))
                    .in(tier));
        }
        List<Rate> rates = new ArrayList<>();
        long from = random.nextInt(5) == 0 ? 1 : 0;
        do {
            rates.add(Rate.of(unit, charges ? price() : Price.ZERO).in(tier).from(from));
            from += 1 + (random.nextInt(9) == 0 ? Integer.MAX_VALUE * 2L : random.nextInt(200_000));
        } while (random.nextInt(4) == 0);
        return rates;
    }

    private Price price() {
        int digits = 1 + random.nextInt(30);
        BigInteger unscaled = new BigInteger(digits * 3, random);
        int scale = Math.max(random.nextInt(31), unscaled.toString().length() - 12);
        return Price.perUnit(new BigDecimal(unscaled, Math.min(scale, 30)));
    }
}
