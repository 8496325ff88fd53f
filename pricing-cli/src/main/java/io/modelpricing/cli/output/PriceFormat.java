package io.modelpricing.cli.output;

import static io.modelpricing.cli.output.TextTable.Column.CUT;
import static io.modelpricing.cli.output.TextTable.Column.LEFT;
import static io.modelpricing.cli.output.TextTable.Column.RIGHT;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.BillingUnit;
import io.modelpricing.Hours;
import io.modelpricing.ModelPricing;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prices as text and as JSON. */
public final class PriceFormat {

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
                .row("unit", "tier", "requests", "USD per unit", "per million");
        for (Rate rate : card.rates()) {
            Price price = rate.price();
            table.row(
                    counted(rate.unit(), rate.variant()),
                    rate.terms().toString(),
                    rate.fromInputTokens() == 0
                            ? "all"
                            : String.format(Locale.ROOT, "from %,d input tokens", rate.fromInputTokens()),
                    price == null ? "as " + rate.chargedAs() : price.toString(),
                    price == null ? "" : Json.money(price.usdPerMillion()));
        }
        table.print(out);
        card.hours()
                .toText()
                .forEach((name, windows) -> TextTable.printWrapped(out, "  " + name + ": ", windows + " UTC"));
    }

    /** Returns the first rates of a price in a few words, or the reason why it is missing. */
    public static String brief(Pricing pricing) {
        return pricing.fold(
                card -> card.rates().stream()
                                .filter(rate -> rate.price() != null && rate.fromInputTokens() == 0)
                                .limit(4)
                                .map(rate -> counted(rate.unit(), rate.variant()) + " " + rate.price())
                                .reduce((a, b) -> a + ", " + b)
                                .orElse("")
                        + (card.rates().size() > 4 ? ", …" : ""),
                reason -> reason.id().replace('_', ' '));
    }
}
