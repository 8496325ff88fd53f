package io.modelpricing.cli.card;

import static java.util.Objects.requireNonNullElse;

import io.modelpricing.BillingUnit;
import io.modelpricing.Hours;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.Terms;
import io.modelpricing.cli.output.Failure;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the price of a model from a YAML document. Every failure names the lines that it is about. */
final class CardReader {

    private static final String EXAMPLE = "- {unit: input, price: 1.25 per 1m}";
    private static final List<String> CARD_KEYS = List.of("type", "hours", "rates");
    private static final List<String> RATE_KEYS =
            List.of("unit", "variant", "tier", "region", "hours", "from", "price", "charged_as");

    private final CardSource source;

    CardReader(CardSource source) {
        this.source = source;
    }

    /** A rate and the line that it begins on. */
    private record RateLine(int line, Rate rate) {

        /** Identifies the rates of which only one applies to a request of any size. */
        List<Object> key() {
            return List.of(rate.unit(), rate.variant(), rate.terms());
        }

        boolean charges() {
            Price price = rate.price();
            return price != null && !price.isZero();
        }

        boolean contradicts(RateLine other) {
            return rate.price() == null
                    || other.rate.price() == null
                    || rate.fromInputTokens() == other.rate.fromInputTokens();
        }
    }

    /**
     * Returns the price that a document states.
     *
     * @throws Failure if it does not state the price of a model
     */
    Pricing pricing(YamlNode root) {
        Map<String, YamlNode.Field> card = fields(root, "a card", CARD_KEYS);
        YamlNode.Field typeField = card.get("type");
        PricingType type = typeField == null ? PricingType.PAID : type(typeField);
        YamlNode.Field hoursField = card.get("hours");
        Hours hours = hoursField == null ? Hours.NONE : hours(hoursField);
        YamlNode.Field ratesField = card.get("rates");
        if (ratesField == null) {
            throw source.failure(root.line(), "the card has no rates", "add rates: and a line such as " + EXAMPLE);
        }
        List<RateLine> rates = rates(ratesField);
        requireOnePrice(rates);
        requireHours(hours, hoursField, rates);
        requireType(type, ratesField.line(), rates);
        RateCard read = card(hours, rates);
        return switch (type) {
            case FREE -> new Pricing.Free(read);
            case DEPRECATED -> new Pricing.Deprecated(read);
            default -> new Pricing.Paid(read);
        };
    }

    private PricingType type(YamlNode.Field field) {
        String text = text(field);
        return switch (text) {
            case "paid" -> PricingType.PAID;
            case "free" -> PricingType.FREE;
            case "deprecated" -> PricingType.DEPRECATED;
            default ->
                throw source.failure(
                        field.line(),
                        CardSource.shown(text) + " is not the type of a card; expected one of paid, free, deprecated",
                        "correct the type, or remove the line if the model is paid");
        };
    }

    private Hours hours(YamlNode.Field field) {
        Map<String, YamlNode.Field> names = mapping(field.value(), field.line(), "\"hours\"");
        Map<String, String> windows = new LinkedHashMap<>();
        names.forEach((name, value) -> windows.put(name, text(value)));
        if (windows.isEmpty()) {
            throw source.failure(
                    field.line(),
                    "\"hours\" defines no hours",
                    "define them, or remove the line if no price needs them");
        }
        try {
            return Hours.parse(windows);
        } catch (IllegalArgumentException e) {
            throw source.failure(
                    names.values().stream()
                            .filter(name -> isUnreadable(name, String.valueOf(e.getMessage())))
                            .findFirst()
                            .map(name -> List.of(name.line()))
                            .orElseGet(() -> names.values().stream()
                                    .map(YamlNode.Field::line)
                                    .toList()),
                    String.valueOf(e.getMessage()),
                    "correct the hours");
        }
    }

    /** Returns whether the hours of this name alone cause the same problem as all of them. */
    private boolean isUnreadable(YamlNode.Field name, String problem) {
        try {
            Hours.parse(Map.of(name.key(), text(name)));
            return false;
        } catch (IllegalArgumentException e) {
            return problem.equals(e.getMessage());
        }
    }

    private List<RateLine> rates(YamlNode.Field field) {
        if (!(field.value() instanceof YamlNode.Items list)) {
            throw source.failure(
                    field.line(),
                    "\"rates\" must be a list, but is " + kind(field.value()),
                    "write a line such as " + EXAMPLE);
        }
        if (list.items().isEmpty()) {
            throw source.failure(field.line(), "the list of rates is empty", "add a line such as " + EXAMPLE);
        }
        List<RateLine> rates = new ArrayList<>();
        for (YamlNode item : list.items()) {
            rates.add(new RateLine(item.line(), rate(item)));
        }
        return rates;
    }

    private Rate rate(YamlNode node) {
        Map<String, YamlNode.Field> fields = fields(node, "a rate", RATE_KEYS);
        BillingUnit unit = read(fields, "unit", BillingUnit::parse);
        if (unit == null) {
            throw source.failure(node.line(), "the rate has no unit", "add one, as in " + EXAMPLE);
        }
        String variant = read(fields, "variant", text -> text);
        ServiceTier tier = read(fields, "tier", ServiceTier::parse);
        String region = read(fields, "region", text -> new Terms(ServiceTier.STANDARD, text, "").region());
        String hours = read(fields, "hours", text -> new Terms(ServiceTier.STANDARD, "", text).hours());
        Long from = read(fields, "from", CardReader::wholeNumber);
        Price price = read(fields, "price", text -> QuotedPrice.parse(text, unit));
        BillingUnit chargedAs = read(fields, "charged_as", BillingUnit::parse);
        if ((price == null) == (chargedAs == null)) {
            throw source.failure(
                    node.line(),
                    "the rate of " + unit + " must have either a price or charged_as, but has "
                            + (price == null ? "neither" : "both"),
                    "give the price, or the unit whose price is charged");
        }
        try {
            return new Rate(
                    unit,
                    requireNonNullElse(variant, ""),
                    new Terms(
                            requireNonNullElse(tier, ServiceTier.STANDARD),
                            requireNonNullElse(region, ""),
                            requireNonNullElse(hours, "")),
                    requireNonNullElse(from, 0L),
                    price,
                    chargedAs);
        } catch (IllegalArgumentException e) {
            throw source.failure(node.line(), String.valueOf(e.getMessage()), "correct the rate");
        }
    }

    private static long wholeNumber(String text) {
        if (text.matches("[0-9]{1,19}") && new BigInteger(text).bitLength() < Long.SIZE) {
            return Long.parseLong(text);
        }
        throw new IllegalArgumentException(CardSource.shown(text)
                + " is not a number of input tokens; expected a whole number in digits, such as 200001");
    }

    private void requireOnePrice(List<RateLine> rates) {
        Map<List<Object>, List<RateLine>> byKey = new HashMap<>();
        for (RateLine line : rates) {
            List<RateLine> earlier = byKey.computeIfAbsent(line.key(), key -> new ArrayList<>());
            for (RateLine other : earlier) {
                if (line.contradicts(other)) {
                    throw source.failure(
                            List.of(other.line, line.line),
                            "a card must state one price for a unit on the same terms and from the same size, but has"
                                    + " two: " + other.rate + "; " + line.rate,
                            "remove one of them");
                }
            }
            earlier.add(line);
        }
    }

    private void requireHours(Hours hours, YamlNode.@Nullable Field field, List<RateLine> rates) {
        boolean areUsed = false;
        for (RateLine line : rates) {
            String name = line.rate.terms().hours();
            areUsed |= !name.isEmpty();
            if (!name.isEmpty() && !hours.names().contains(name)) {
                throw source.failure(
                        line.line,
                        "the card does not define the hours " + CardSource.shown(name) + "; "
                                + (hours.isEmpty()
                                        ? "it defines none"
                                        : "it defines " + String.join(", ", hours.names())),
                        "define them under hours:, or correct the name");
            }
        }
        if (field != null && !areUsed) {
            throw source.failure(
                    field.line(),
                    "the card defines the hours " + String.join(", ", hours.names()) + ", but no rate depends on them",
                    "remove the hours, or add them to the rates that depend on them");
        }
    }

    private void requireType(PricingType type, int ratesLine, List<RateLine> rates) {
        if (rates.stream().allMatch(line -> line.rate.price() == null)) {
            throw source.failure(
                    ratesLine,
                    "no rate has a price; every unit is charged as another",
                    "add the price of the unit that the others are charged as");
        }
        Optional<RateLine> charging = rates.stream().filter(RateLine::charges).findFirst();
        if (type == PricingType.FREE && charging.isPresent()) {
            throw source.failure(
                    charging.get().line,
                    "the card has the type free, but a price above zero: " + charging.get().rate,
                    "remove the line with the type, or make every price 0");
        }
        if (type != PricingType.FREE && charging.isEmpty()) {
            throw source.failure(
                    ratesLine,
                    "all prices are zero, but the type of the card is " + type,
                    "write type: free if the model is free; do not set a price that is unknown");
        }
    }

    private RateCard card(Hours hours, List<RateLine> rates) {
        try {
            return RateCard.of(hours, rates.stream().map(RateLine::rate).toList());
        } catch (IllegalArgumentException e) {
            // All other problems have been found before.
            throw source.failure(cycle(rates), String.valueOf(e.getMessage()), "give one of these units a price");
        }
    }

    /** Returns the lines whose units are charged as each other. Reasoning is charged as output without a line. */
    private static List<Integer> cycle(List<RateLine> rates) {
        Map<ServiceTier, Map<BillingUnit, Set<BillingUnit>>> charged = new EnumMap<>(ServiceTier.class);
        for (RateLine line : rates) {
            BillingUnit as = line.rate.chargedAs();
            if (as != null) {
                Map<BillingUnit, Set<BillingUnit>> ofTier = charged.computeIfAbsent(
                        line.rate.serviceTier(),
                        tier -> new HashMap<>(
                                Map.of(BillingUnit.REASONING, new HashSet<>(Set.of(BillingUnit.OUTPUT)))));
                ofTier.computeIfAbsent(line.rate.unit(), unit -> new HashSet<>())
                        .add(as);
            }
        }
        return rates.stream()
                .filter(line -> isOfCycle(line.rate, charged.getOrDefault(line.rate.serviceTier(), Map.of())))
                .map(RateLine::line)
                .toList();
    }

    /** Returns whether a rate charges its unit as one that is charged, directly or not, as this unit. */
    private static boolean isOfCycle(Rate rate, Map<BillingUnit, Set<BillingUnit>> charged) {
        BillingUnit as = rate.chargedAs();
        if (as == null) {
            return false;
        }
        Set<BillingUnit> reached = new HashSet<>();
        Deque<BillingUnit> next = new ArrayDeque<>(List.of(as));
        while (!next.isEmpty()) {
            BillingUnit unit = next.remove();
            if (reached.add(unit)) {
                next.addAll(charged.getOrDefault(unit, Set.of()));
            }
        }
        return reached.contains(rate.unit());
    }

    private Map<String, YamlNode.Field> fields(YamlNode node, String what, List<String> known) {
        Map<String, YamlNode.Field> fields = mapping(node, node.line(), what);
        for (YamlNode.Field field : fields.values()) {
            if (!known.contains(field.key())) {
                throw source.failure(
                        field.line(),
                        CardSource.shown(field.key()) + " is not a key of " + what + "; expected one of "
                                + String.join(", ", known),
                        "correct or remove the key");
            }
        }
        return fields;
    }

    private Map<String, YamlNode.Field> mapping(YamlNode node, int line, String what) {
        if (node instanceof YamlNode.Mapping mapping) {
            return mapping.fields();
        }
        throw source.failure(
                line, what + " must be a mapping of keys to values, but is " + kind(node), "write KEY: VALUE");
    }

    private <T> @Nullable T read(Map<String, YamlNode.Field> fields, String key, Function<String, T> reading) {
        YamlNode.Field field = fields.get(key);
        if (field == null) {
            return null;
        }
        String text = text(field);
        try {
            return reading.apply(text);
        } catch (IllegalArgumentException e) {
            throw source.failure(field.line(), key + ": " + e.getMessage(), "correct the value");
        }
    }

    private String text(YamlNode.Field field) {
        if (field.value() instanceof YamlNode.Text text && !text.value().isBlank()) {
            return text.value();
        }
        throw source.failure(
                field.line(),
                CardSource.shown(field.key()) + " must have a value, but is " + kind(field.value()),
                "write the value as text, or remove the key");
    }

    private static String kind(YamlNode node) {
        return node instanceof YamlNode.Text text
                ? text.value().isBlank() ? "empty" : "the text " + CardSource.shown(text.value())
                : node.kind();
    }
}
