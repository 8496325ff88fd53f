package io.modelpricing.cli.card;

import io.modelpricing.Hours;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.PricingType;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.QuotedPrice;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.StringJoiner;

/**
 * A rate card as a YAML file.
 *
 * <pre>{@code
 * hours:
 *   off_peak: daily 16:30-00:30
 *   standard: daily 00:30-16:30
 * rates:
 *   - {unit: input, hours: off_peak, price: 0.135 per 1m}
 *   - {unit: input, hours: standard, price: 0.27 per 1m}
 *   - {unit: cache_read, charged_as: input}
 * }</pre>
 */
public final class CardFile {

    /** The name of the file that is standard input. */
    public static final String STANDARD_INPUT = "-";

    private static final int MAX_BYTES = 1 << 20;

    private CardFile() {}

    /**
     * Reads a price.
     *
     * @param file the path of the file, or {@value #STANDARD_INPUT}
     * @param standardInput the stream that is read instead of a file
     * @throws Failure if the file cannot be read, or does not state the price of a model
     */
    public static Pricing read(String file, InputStream standardInput) {
        byte[] bytes;
        try {
            bytes = file.equals(STANDARD_INPUT) ? start(standardInput) : start(Path.of(file));
        } catch (IOException | InvalidPathException e) {
            throw Failure.usage(
                    "unreadable_file",
                    "the file \"" + file + "\" cannot be read: " + problem(e),
                    "give the path of a file with a card, or - to read it from standard input");
        }
        return parse(file.equals(STANDARD_INPUT) ? "standard input" : file, bytes);
    }

    private static byte[] start(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return start(in);
        }
    }

    /** Reads one byte more than a card may have. */
    private static byte[] start(InputStream in) throws IOException {
        return in.readNBytes(MAX_BYTES + 1);
    }

    private static String problem(Exception e) {
        if (e instanceof NoSuchFileException) {
            return "it does not exist";
        }
        return e instanceof AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage());
    }

    static Pricing parse(String name, byte[] utf8) {
        CardSource source = new CardSource(name);
        if (utf8.length > MAX_BYTES) {
            throw source.failure(
                    1, "the card is longer than " + MAX_BYTES + " bytes", "give a file with the card of one model");
        }
        return new CardReader(source).pricing(YamlReader.read(source, utf8));
    }

    /** Returns a price as text that {@link #read} reads back. Equal prices have the same text. */
    public static String print(Pricing.Priced pricing) {
        RateCard card = pricing.card();
        Hours hours = card.hours();
        StringBuilder text = new StringBuilder("# US dollars.").append(hours.isEmpty() ? "\n" : " Hours are in UTC.\n");
        if (pricing.type() != PricingType.PAID) {
            text.append("type: ").append(pricing.type()).append('\n');
        }
        if (!hours.isEmpty()) {
            text.append("hours:\n");
            hours.toText()
                    .forEach((name, windows) -> text.append("  ")
                            .append(quoted(name))
                            .append(": ")
                            .append(windows)
                            .append('\n'));
        }
        text.append("rates:\n");
        card.rates().forEach(rate -> text.append("  - ").append(print(rate)).append('\n'));
        return text.toString();
    }

    private static String print(Rate rate) {
        StringJoiner fields = new StringJoiner(", ", "{", "}");
        fields.add("unit: " + quoted(rate.unit().id()));
        if (!rate.variant().isEmpty()) {
            fields.add("variant: " + quoted(rate.variant()));
        }
        if (rate.serviceTier() != ServiceTier.STANDARD) {
            fields.add("tier: " + rate.serviceTier());
        }
        if (!rate.terms().region().isEmpty()) {
            fields.add("region: " + quoted(rate.terms().region()));
        }
        if (!rate.terms().hours().isEmpty()) {
            fields.add("hours: " + quoted(rate.terms().hours()));
        }
        if (rate.fromInputTokens() > 0) {
            fields.add("from: " + rate.fromInputTokens());
        }
        Price price = rate.price();
        fields.add(
                price == null ? "charged_as: " + rate.chargedAs() : "price: " + QuotedPrice.print(price, rate.unit()));
        return fields.toString();
    }

    /** Returns a name with quotes if a colon in it could end a key. */
    private static String quoted(String name) {
        return name.indexOf(':') < 0 ? name : '"' + name + '"';
    }
}
