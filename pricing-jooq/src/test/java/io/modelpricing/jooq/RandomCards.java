package io.modelpricing.jooq;

import io.modelpricing.BillingUnit;
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
import java.util.Random;

/** Random prices of every shape, reproducible by their seed. */
public final class RandomCards {

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
        for (ServiceTier tier : ServiceTier.values()) {
            for (BillingUnit unit : BillingUnit.values()) {
                boolean isUsual = tier == ServiceTier.STANDARD && unit.ordinal() < 2;
                if (isUsual || (!plain && random.nextInt(6) == 0)) {
                    rates.addAll(steps(unit, tier, charges));
                }
            }
        }
        return RateCard.of(rates);
    }

    private List<Rate> steps(BillingUnit unit, ServiceTier tier, boolean charges) {
        if (unit.parent().isPresent() && random.nextInt(4) == 0) {
            return List.of(Rate.asParent(unit).in(tier));
        }
        List<Rate> rates = new ArrayList<>();
        long from = random.nextInt(5) == 0 ? 1 : 0;
        do {
            rates.add(new Rate(unit, tier, from, charges ? price() : Price.ZERO));
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
