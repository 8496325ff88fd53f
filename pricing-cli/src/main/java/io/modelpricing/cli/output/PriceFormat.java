package io.modelpricing.cli.output;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static io.modelpricing.cli.output.TextTable.Column.RIGHT;
import static java.util.Comparator.comparingInt;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.BillingUnit;
import io.modelpricing.Hours;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.Terms;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prices as text and as JSON. */
public final class PriceFormat {

    /** The maximum number of rates in a brief text. */
    private static final int BRIEF = 4;

    private PriceFormat() {}

    public static ObjectNode json(ModelPricing pricing) {
        ObjectNode object = Json.object()
                .put("type", pricing.pricing().type().id())
                .put("missingReason", missingReason(pricing.pricing()));
        if (pricing.version() == 0) {
            object.putNull("version");
        } else {
            object.put("version", pricing.version());
        }
        object.put("source", pricing.source().id()).put("lastUpdated", Json.instant(pricing.lastUpdated()));
        Hours hours = pricing.pricing().fold(RateCard::hours, reason -> Hours.NONE);
        if (!hours.isEmpty()) {
            hours.toText().forEach(object.putObject("hours")::put);
        }
        object.set("rates", rates(pricing.pricing()));
        return object;
    }

    private static ArrayNode rates(Pricing pricing) {
        return ratesOf(pricing).stream().map(PriceFormat::json).collect(Json.toArray());
    }

    private static ObjectNode json(Rate rate) {
        Price price = rate.price();
        ObjectNode object = Json.object().put("unit", rate.unit().id());
        putUnlessEmpty(object, "variant", rate.variant());
        object.put("serviceTier", rate.serviceTier().id());
        putUnlessEmpty(object, "region", rate.terms().region());
        putUnlessEmpty(object, "hours", rate.terms().hours());
        object.put("fromInputTokens", rate.fromInputTokens()).put("price", price == null ? null : price.toString());
        BillingUnit chargedAs = rate.chargedAs();
        return chargedAs == null ? object : object.put("chargedAs", chargedAs.id());
    }

    /** Adds a name that most objects do not have. */
    public static void putUnlessEmpty(ObjectNode object, String key, String name) {
        if (!name.isEmpty()) {
            object.put(key, name);
        }
    }

    /** Returns a unit with its variant, as usages name it: {@code web_search/high}. */
    public static String counted(BillingUnit unit, String variant) {
        return variant.isEmpty() ? unit.id() : unit + "/" + variant;
    }

    private static List<Rate> ratesOf(Pricing pricing) {
        return pricing.fold(card -> card.rates(), reason -> List.of());
    }

    private static @Nullable String missingReason(Pricing pricing) {
        return pricing instanceof Pricing.Missing missing ? missing.reason().id() : null;
    }

    /** Returns the type, version and source of a price in one line. */
    public static String summary(ModelPricing pricing) {
        String reason = missingReason(pricing.pricing());
        return pricing.pricing().type()
                + (reason == null ? "" : " (" + reason.replace('_', ' ') + ")")
                + (pricing.version() == 0 ? "" : ", version " + pricing.version())
                + ", source " + pricing.source()
                + (pricing.lastUpdated() == null ? "" : ", last seen " + pricing.lastUpdated());
    }

    /** Prints the rates of a price as a table; a price without rates prints nothing. */
    public static void print(Pricing pricing, PrintWriter out) {
        if (pricing instanceof Pricing.Priced priced) {
            print(priced.card(), out);
        }
    }

    private static void print(RateCard card, PrintWriter out) {
        TextTable table = new TextTable(CUT, LEFT, LEFT, RIGHT, RIGHT)
                .row("unit", "terms", "requests", "USD per unit", "as quoted");
        for (Rate rate : card.rates()) {
            Price price = rate.price();
            table.row(
                    counted(rate.unit(), rate.variant()),
                    rate.terms().toString(),
                    rate.fromInputTokens() == 0
                            ? "all"
                            : String.format(Locale.ROOT, "from %,d input tokens", rate.fromInputTokens()),
                    price == null ? "as " + rate.chargedAs() : price.toString(),
                    price == null ? "" : QuotedPrice.print(price, rate.unit()));
        }
        table.print(out);
        card.hours()
                .toText()
                .forEach((name, windows) -> TextTable.printWrapped(out, "  " + name + ": ", windows + " UTC"));
    }

    /**
     * Returns some rates of a price in a few words, or the reason why it is missing. The prices of any standard request
     * come first; the others have labels.
     */
    public static String brief(Pricing pricing) {
        return pricing.fold(
                card -> card.rates().stream()
                                .sorted(comparingInt(PriceFormat::rank))
                                .limit(BRIEF)
                                .map(PriceFormat::brief)
                                .collect(joining(", "))
                        + (card.rates().size() > BRIEF ? ", …" : ""),
                reason -> reason.id().replace('_', ' '));
    }

    /** Returns 0 for the price of any standard request, 1 for another price and 2 for a unit charged as another. */
    private static int rank(Rate rate) {
        if (rate.price() == null) {
            return 2;
        }
        return rate.variant().isEmpty() && label(rate).isEmpty() ? 0 : 1;
    }

    private static String brief(Rate rate) {
        return counted(rate.unit(), rate.variant()) + label(rate) + " "
                + (rate.price() == null ? "as " + rate.chargedAs() : rate.price());
    }

    /** Returns the conditions of a rate in parentheses, such as {@code (batch eu, from 200001)}; empty if none. */
    private static String label(Rate rate) {
        Terms terms = rate.terms();
        String named = terms.serviceTier() == ServiceTier.STANDARD
                ? (terms.region() + " " + terms.hours()).strip()
                : terms.toString();
        String from = rate.fromInputTokens() == 0 ? "" : "from " + rate.fromInputTokens();
        String label = named + (named.isEmpty() || from.isEmpty() ? "" : ", ") + from;
        return label.isEmpty() ? "" : " (" + label + ")";
    }
}
