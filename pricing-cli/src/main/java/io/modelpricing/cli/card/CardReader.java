package io.modelpricing.cli.card;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.modelpricing.BillingUnit;
import io.modelpricing.Hours;
import io.modelpricing.InvalidRateCardException;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.QuotedPrice;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
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

        boolean charges() {
            Price price = rate.price();
            return price != null && !price.isZero();
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
        RateCard read = card(hours, rates, hoursField);
        requireType(type, ratesField.line(), rates);
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
                        Failure.shown(text) + " is not the type of a card; expected one of paid, free, deprecated",
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
        boolean isPriced = fields.containsKey("price");
        if (isPriced == fields.containsKey("charged_as")) {
            throw source.failure(
                    node.line(),
                    "the rate of " + unit + " must have either a price or charged_as, but has "
                            + (isPriced ? "both" : "neither"),
                    "give the price, or the unit whose price is charged");
        }
        Rate rate = requireNonNull(
                isPriced
                        ? read(fields, "price", text -> Rate.of(unit, QuotedPrice.parse(text, unit)))
                        : read(fields, "charged_as", text -> Rate.chargedAs(unit, BillingUnit.parse(text))));
        // A failure of a step is about the field that the step adds.
        rate = plus(fields, "variant", rate, Rate::ofVariant);
        rate = plus(fields, "tier", rate, (to, text) -> to.in(ServiceTier.parse(text)));
        rate = plus(fields, "region", rate, Rate::inRegion);
        rate = plus(fields, "hours", rate, Rate::during);
        return plus(fields, "from", rate, (to, text) -> to.from(wholeNumber(text)));
    }

    private Rate plus(
            Map<String, YamlNode.Field> fields, String key, Rate rate, BiFunction<Rate, String, Rate> adding) {
        return requireNonNullElse(read(fields, key, text -> adding.apply(rate, text)), rate);
    }

    private static long wholeNumber(String text) {
        if (text.matches("[0-9]{1,19}") && new BigInteger(text).bitLength() < Long.SIZE) {
            return Long.parseLong(text);
        }
        throw new IllegalArgumentException(Failure.shown(text)
                + " is not a number of input tokens; expected a whole number in digits, such as 200001");
    }

    private RateCard card(Hours hours, List<RateLine> lines, YamlNode.@Nullable Field hoursField) {
        try {
            return RateCard.of(hours, lines.stream().map(RateLine::rate).toList());
        } catch (InvalidRateCardException e) {
            List<Integer> wrong = hoursField != null && e.rates().isEmpty()
                    ? List.of(hoursField.line())
                    : lines.stream()
                            .filter(line -> e.rates().contains(line.rate))
                            .map(RateLine::line)
                            .toList();
            throw source.failure(wrong, e.problem(), e.remedy());
        }
    }

    private void requireType(PricingType type, int ratesLine, List<RateLine> rates) {
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

    private Map<String, YamlNode.Field> fields(YamlNode node, String what, List<String> known) {
        Map<String, YamlNode.Field> fields = mapping(node, node.line(), what);
        for (YamlNode.Field field : fields.values()) {
            if (!known.contains(field.key())) {
                throw source.failure(
                        field.line(),
                        Failure.shown(field.key()) + " is not a key of " + what + "; expected one of "
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
                Failure.shown(field.key()) + " must have a value, but is " + kind(field.value()),
                "write the value as text, or remove the key");
    }

    private static String kind(YamlNode node) {
        return node instanceof YamlNode.Text text
                ? text.value().isBlank() ? "empty" : "the text " + Failure.shown(text.value())
                : node.kind();
    }
}
