package io.modelpricing;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingLong;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The prices of a model: a function from unit, variant, service tier, region, hours and the input tokens of the
 * request to a price.
 *
 * <p>A request finds the rate of a unit like this. The service tier must match exactly; the prices of another tier are
 * never used. Of the rates whose region, hours and variant each match exactly or are "any", those with the exact
 * region win, then those with the exact hours, then those with the exact variant. Of the rates that are left, the one
 * with the highest {@link Rate#fromInputTokens()} that the request's input tokens reach applies, to the whole request.
 * A rate without a price charges the unit as another one, which is looked up in the same way.
 *
 * <p>A unit without a rate has no price. There is one exception: reasoning tokens without a rate are charged as output.
 *
 * <p>This class is immutable and thread-safe. Two cards are equal if they have the same rates and hours.
 */
public final class RateCard {

    /**
     * The maximum number of rates of a card, many times that of any published price list. It bounds the time that it
     * takes to construct and to compare cards.
     */
    public static final int MAX_RATES = 1_000;

    private static final Comparator<Rate> ORDER = comparing(Rate::serviceTier)
            .thenComparing(Rate::unit)
            .thenComparing(Rate::variant)
            .thenComparing(Rate::terms)
            .thenComparing(comparingLong(Rate::fromInputTokens));

    private final Hours hours;
    private final List<Rate> rates;

    /** The scale of every amount that this card gives, which is that of its most precise price. */
    private final int scale;

    /** The regions that rates name; requests in other regions have the prices of any region. */
    private final String[] regions;

    /** The prices by service tier, region (any, then {@link #regions}) and hours ({@link Hours#names}). */
    private final CardPrices[][][] prices;

    private final boolean chargesRequests;

    private RateCard(Hours hours, List<Rate> sorted) {
        this.hours = hours;
        rates = sorted;
        scale = sorted.stream()
                .mapToInt(rate -> rate.price() == null ? 0 : rate.price().usd().scale())
                .max()
                .orElse(0);
        chargesRequests = sorted.stream().anyMatch(rate -> rate.unit() == BillingUnit.REQUEST);
        regions = sorted.stream()
                .map(rate -> rate.terms().region())
                .filter(Predicate.not(String::isEmpty))
                .distinct()
                .sorted()
                .toArray(String[]::new);
        List<String> names = hours.isEmpty() ? List.of("") : hours.names();
        prices = new CardPrices[ServiceTier.values().length][regions.length + 1][names.size()];
        Map<ServiceTier, List<CardPrices.Line>> lines = lines();
        for (ServiceTier tier : ServiceTier.values()) {
            for (int region = 0; region <= regions.length; region++) {
                for (int i = 0; i < names.size(); i++) {
                    List<CardPrices.Line> ofTier = lines.get(tier);
                    prices[tier.ordinal()][region][i] = ofTier == null
                            ? CardPrices.NONE
                            : CardPrices.of(ofTier, region == 0 ? "" : regions[region - 1], names.get(i));
                }
            }
        }
    }

    /** Returns the lines of each tier that has rates. */
    private Map<ServiceTier, List<CardPrices.Line>> lines() {
        Map<ServiceTier, List<CardPrices.Line>> lines = new EnumMap<>(ServiceTier.class);
        int start = 0;
        for (int end = 1; end <= rates.size(); end++) {
            if (end == rates.size() || !differOnlyInSize(rates.get(start), rates.get(end))) {
                lines.computeIfAbsent(rates.get(start).serviceTier(), tier -> new ArrayList<>())
                        .add(new CardPrices.Line(rates.subList(start, end), scale));
                start = end;
            }
        }
        // Providers that do not list a price of reasoning tokens charge them as output. Any other rate comes first.
        lines.forEach((tier, ofTier) -> ofTier.add(new CardPrices.Line(
                List.of(Rate.chargedAs(BillingUnit.REASONING, BillingUnit.OUTPUT)
                        .in(tier)),
                scale)));
        return lines;
    }

    private static boolean differOnlyInSize(Rate a, Rate b) {
        return a.unit() == b.unit()
                && a.variant().equals(b.variant())
                && a.terms().equals(b.terms());
    }

    /**
     * Returns a card of rates, some of which apply in named hours.
     *
     * @param hours the hours that the rates name; {@link Hours#NONE} if no rate names any
     * @param rates at least one rate with a price, in any order
     * @return the card
     * @throws InvalidRateCardException if there are more than {@value #MAX_RATES} rates, no rate has a price, two
     *     rates are for the same unit, variant, terms and threshold, a unit both has a price and is charged as another
     *     on the same terms, units are charged as each other, or the hours that the rates name are not those that are
     *     given
     */
    public static RateCard of(Hours hours, Collection<Rate> rates) {
        if (rates.size() > MAX_RATES) {
            throw new InvalidRateCardException(
                    "a rate card must have at most " + MAX_RATES + " rates, but has " + rates.size(),
                    "remove rates, such as thresholds that do not change the price",
                    rates.stream().skip(MAX_RATES).limit(1).toList());
        }
        List<Rate> sorted = rates.stream().sorted(ORDER).toList();
        if (sorted.stream().noneMatch(rate -> rate.price() != null)) {
            throw new InvalidRateCardException(
                    "a rate card must have at least one rate with a price, but the rates are " + sorted,
                    "add a price; a model whose price is unknown has the type missing and no card",
                    sorted);
        }
        for (int i = 1; i < sorted.size(); i++) {
            Rate a = sorted.get(i - 1);
            Rate b = sorted.get(i);
            if (differOnlyInSize(a, b) && (a.fromInputTokens() == b.fromInputTokens() || a.price() == null)) {
                throw new InvalidRateCardException(
                        "a rate card must state one price for a unit on the same terms and from the same threshold, but has"
                                + " two: " + a + "; " + b,
                        "remove one of them",
                        List.of(a, b));
            }
        }
        requireHours(hours, sorted);
        return new RateCard(hours, sorted);
    }

    private static void requireHours(Hours hours, List<Rate> rates) {
        List<Rate> named =
                rates.stream().filter(rate -> !rate.terms().hours().isEmpty()).toList();
        List<Rate> undefined = named.stream()
                .filter(rate -> !hours.names().contains(rate.terms().hours()))
                .toList();
        if (!undefined.isEmpty()) {
            List<String> names = undefined.stream()
                    .map(rate -> rate.terms().hours())
                    .distinct()
                    .toList();
            throw new InvalidRateCardException(
                    "the card has " + (names.size() == 1 ? "a rate" : "rates") + " for the hours "
                            + String.join(" and ", names) + ", but defines "
                            + (hours.isEmpty() ? "no hours" : "only " + hours.names()),
                    "define the hours, or remove the rate",
                    undefined);
        }
        if (named.isEmpty() && !hours.isEmpty()) {
            throw new InvalidRateCardException(
                    "the card defines the hours " + hours.names() + ", but no rate depends on them",
                    "remove the hours, or add a rate for one of them",
                    List.of());
        }
    }

    /**
     * Returns a card of rates.
     *
     * @param rates at least one rate with a price, in any order; none for named hours
     * @return the card
     * @throws InvalidRateCardException as {@link #of(Hours, Collection)}
     */
    public static RateCard of(Collection<Rate> rates) {
        return of(Hours.NONE, rates);
    }

    /**
     * Returns a card of rates.
     *
     * @param rates at least one rate with a price, in any order; none for named hours
     * @return the card
     * @throws InvalidRateCardException as {@link #of(Hours, Collection)}
     */
    public static RateCard of(Rate... rates) {
        return of(Arrays.asList(rates));
    }

    /**
     * Returns a card with an input and an output price in the standard tier.
     *
     * @param input the price of an input token
     * @param output the price of an output token
     * @return the card
     */
    public static RateCard of(Price input, Price output) {
        return of(Rate.of(BillingUnit.INPUT, input), Rate.of(BillingUnit.OUTPUT, output));
    }

    /**
     * Returns this card with additional rates.
     *
     * @param further the rates to add
     * @return a new card
     * @throws InvalidRateCardException as {@link #of(Hours, Collection)}, so also if the card already has a rate for
     *     the same unit, variant, terms and threshold
     */
    public RateCard plus(Rate... further) {
        List<Rate> all = new ArrayList<>(rates);
        all.addAll(Arrays.asList(further));
        return of(hours, all);
    }

    /**
     * Returns this card with a rate for each unit of cached and audio tokens that has none, which charges it as the
     * tokens that it is part of: cached and audio input as input, audio output as output, a 1-hour cache write as the
     * 5-minute one where that has a price. The rates are added to each service tier that lists the whole, for any
     * region and any hours. They also apply to a unit that has rates only in some regions or hours, outside of these.
     *
     * @return a new card, or this one if each of these units has a rate for any region at any time
     */
    public RateCard chargingUnlistedPartsAsWhole() {
        List<Rate> added = new ArrayList<>();
        for (ServiceTier tier : ServiceTier.values()) {
            for (BillingUnit part : BillingUnit.CACHED_AND_AUDIO) {
                BillingUnit whole =
                        part.defaultWhole(unit -> prices(tier, unit)).orElseThrow();
                if (lists(tier, whole) && !listsAnywhere(tier, part)) {
                    added.add(Rate.chargedAs(part, whole).in(tier));
                }
            }
        }
        return added.isEmpty() ? this : plus(added.toArray(Rate[]::new));
    }

    private boolean prices(ServiceTier tier, BillingUnit unit) {
        return rates.stream()
                .anyMatch(rate -> rate.serviceTier() == tier && rate.unit() == unit && rate.price() != null);
    }

    private boolean lists(ServiceTier tier, BillingUnit unit) {
        return rates.stream().anyMatch(rate -> rate.serviceTier() == tier && rate.unit() == unit);
    }

    /** Returns whether a unit has a rate in a tier for any region at any time, or one in each of the hours. */
    private boolean listsAnywhere(ServiceTier tier, BillingUnit unit) {
        return lists(new Terms(tier, "", ""), unit)
                || (!hours.isEmpty()
                        && hours.names().stream().allMatch(name -> lists(new Terms(tier, "", name), unit)));
    }

    private boolean lists(Terms terms, BillingUnit unit) {
        return rates.stream().anyMatch(rate -> rate.terms().equals(terms) && rate.unit() == unit);
    }

    /**
     * Returns the rates.
     *
     * @return the rates in the order of service tier, unit, variant, terms and threshold
     */
    public List<Rate> rates() {
        return rates;
    }

    /**
     * Returns the hours that rates depend on.
     *
     * @return the hours; {@link Hours#NONE} if no price depends on the time
     */
    public Hours hours() {
        return hours;
    }

    /**
     * Returns whether every price on this card is zero.
     *
     * @return true for the card of a free model
     */
    public boolean isFree() {
        return rates.stream().map(Rate::price).allMatch(price -> price == null || price.isZero());
    }

    boolean chargesRequests() {
        return chargesRequests;
    }

    int scale() {
        return scale;
    }

    /**
     * Returns the prices of a request.
     *
     * @param at when the request ran; null if the card has no hours
     */
    CardPrices prices(ServiceTier tier, String region, @Nullable Instant at) {
        int hour = at == null || hours.isEmpty() ? 0 : hours.names().indexOf(hours.at(at));
        return prices[tier.ordinal()][regionIndex(region)][hour];
    }

    private int regionIndex(String region) {
        for (int i = 0; i < regions.length; i++) {
            if (regions[i].equals(region)) {
                return i + 1;
            }
        }
        return 0;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RateCard that && rates.equals(that.rates) && hours.equals(that.hours);
    }

    @Override
    public int hashCode() {
        return rates.hashCode();
    }

    @Override
    public String toString() {
        return rates + (hours.isEmpty() ? "" : " with hours " + hours);
    }
}
