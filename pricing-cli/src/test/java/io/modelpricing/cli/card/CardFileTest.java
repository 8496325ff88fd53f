package io.modelpricing.cli.card;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.modelpricing.BillingUnit;
import io.modelpricing.Hours;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.Rate;
import io.modelpricing.RateCard;
import io.modelpricing.ServiceTier;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CardFileTest {

    private static final RateCard EXAMPLE = RateCard.of(
            Hours.parse(Map.of("off_peak", "daily 16:30-00:30", "peak", "daily 00:30-16:30")),
            Stream.of(
                            Rate.of(BillingUnit.INPUT, Price.perMillion("1.25")),
                            Rate.of(BillingUnit.INPUT, Price.perMillion("2.50")).above(200_000),
                            Rate.of(BillingUnit.INPUT, Price.perMillion("0.625"))
                                    .during("off_peak"),
                            Rate.of(BillingUnit.INPUT, Price.perMillion("1.25"))
                                    .during("off_peak")
                                    .above(200_000),
                            Rate.of(BillingUnit.INPUT, Price.perMillion("0.6875"))
                                    .in(ServiceTier.BATCH)
                                    .inRegion("eu"),
                            Rate.of(BillingUnit.OUTPUT, Price.perMillion("10")),
                            Rate.of(BillingUnit.VIDEO_OUTPUT_MS, Price.perThousand("0.08"))
                                    .ofVariant("1080p"),
                            Rate.of(BillingUnit.WEB_SEARCH, Price.perUnit("0.05"))
                                    .ofVariant("high"),
                            Rate.chargedAs(BillingUnit.CACHE_READ, BillingUnit.INPUT))
                    .toList());

    private static Pricing parse(String text) {
        return CardFile.parse("card.yaml", text.getBytes(UTF_8));
    }

    private static Pricing rate(String fields) {
        return parse("rates:\n  - {" + fields + "}\n");
    }

    private static Rate onlyRate(String fields) {
        return rate(fields).orElseThrow().rates().get(0);
    }

    private static String example() throws IOException {
        try (InputStream in = Objects.requireNonNull(CardFileTest.class.getResourceAsStream("example.yaml"))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void readsAndPrintsTheExample() throws IOException {
        assertThat(parse(example())).isEqualTo(new Pricing.Paid(EXAMPLE));
        assertThat(CardFile.print(new Pricing.Paid(EXAMPLE))).isEqualTo(example());
    }

    @Test
    void everyRandomCardIsReadBackEqual() {
        RandomCards random = new RandomCards(9);
        for (int i = 0; i < 500; i++) {
            Pricing.Priced price = random.priced();
            String text = CardFile.print(price);

            Pricing read = parse(text);

            assertThat(read).as(text).isEqualTo(price);
            assertThat(CardFile.print((Pricing.Priced) read)).isEqualTo(text);
        }
    }

    @Test
    void typeIsPrintedUnlessItIsPaid() {
        RateCard zero = RateCard.of(Price.ZERO, Price.ZERO);
        assertThat(CardFile.print(new Pricing.Free(zero))).isEqualTo("""
                        # US dollars.
                        type: free
                        rates:
                          - {unit: input, price: 0 per 1m}
                          - {unit: output, price: 0 per 1m}
                        """);
        assertThat(CardFile.print(new Pricing.Deprecated(EXAMPLE))).contains("\ntype: deprecated\n");
        assertThat(parse("type: paid\nrates: [{unit: input, price: 1 per 1m}]"))
                .isEqualTo(new Pricing.Paid(RateCard.of(Rate.of(BillingUnit.INPUT, Price.perMillion("1")))));
    }

    @Test
    void yamlCanBeWrittenInItsOtherForms() {
        String blocks = """
                ---
                rates:
                # a comment
                - unit: input     # another
                  tier: "batch"
                  price: >-
                    1.50
                    per 1m
                - unit: 'output'
                  price: 2.5e-6 per unit
                """;

        assertThat(parse(blocks).orElseThrow().rates())
                .containsExactly(
                        Rate.of(BillingUnit.OUTPUT, Price.perMillion("2.5")),
                        Rate.of(BillingUnit.INPUT, Price.perMillion("1.5")).in(ServiceTier.BATCH));
        assertThat(parse("\uFEFF" + blocks.replace("\n", "\r\n"))).isEqualTo(parse(blocks));
        assertThat(parse("{\"rates\": [{\"unit\": \"input\", \"price\": \"1 per 1m\", \"from\": 0}]}"))
                .isEqualTo(rate("unit: input, price: 1 per 1m"));
    }

    @Test
    void valuesAreTextAndKeepTheirDigits() {
        assertThat(onlyRate("unit: input, region: no, price: 0.000000000000000000000000000001 per unit"))
                .isEqualTo(Rate.of(BillingUnit.INPUT, Price.perUnit("1e-30")).inRegion("no"));
        assertThat(onlyRate("unit: page, variant: 1.10, price: 1 per 1k").variant())
                .isEqualTo("1.10");
        assertThat(onlyRate("unit: page, variant: null, price: 1 per 1k").variant())
                .isEqualTo("null");
    }

    @ParameterizedTest
    @CsvSource({
        "input, 1.25 per 1m, 0.00000125",
        "input, 1.25 per 1k, 0.00125",
        "input, 1.25 per token, 1.25",
        "input, 1.25 per unit, 1.25",
        "request, 0.01 per request, 0.01",
        "image_output_count, 0.04 per image, 0.04",
        "web_search, 10 per 1k, 0.01",
        "pixel_output, 0.019 per 1m, 0.000000019",
        "character_input, 15 per 1m, 0.000015",
        "audio_input_ms, 0.0001 per second, 0.0000001",
        "audio_input_ms, 0.006 per minute, 0.0000001",
        "audio_input_ms, 0.36 per hour, 0.0000001",
        "audio_input_ms, 1e-7 per millisecond, 0.0000001",
        "audio_input_ms, 0.1  per   1k, 0.0001"
    })
    void priceIsForItsDeclaredQuantity(String unit, String price, String perUnit) {
        assertThat(onlyRate("unit: " + unit + ", price: " + price).price()).isEqualTo(Price.perUnit(perUnit));
    }

    @ParameterizedTest
    @CsvSource({
        "input, 1.25 per 1m",
        "citation, 5000000 per 1m",
        "character_output, 15 per 1m",
        "pixel_input, 0.019 per 1m",
        "video_output_ms, 0.08 per second",
        "image_output_count, 0.04 per image",
        "page, 0.0015 per page",
        "web_search, 0.01 per query",
        "code_session, 0.03 per session",
        "credit, 1 per credit",
        "step, 0.00013 per step",
        "request, 0.005 per request"
    })
    void priceIsPrintedForTheUsualQuantityOfItsUnit(String unit, String price) {
        assertThat(CardFile.print((Pricing.Priced) rate("unit: " + unit + ", price: " + price)))
                .contains("price: " + price + "}");
    }

    static Stream<Arguments> badCards() {
        String hours = "hours:\n  a: daily 00:00-12:00\n  b: daily 12:00-24:00\nrates:\n";
        return Stream.of(
                bad("line 1: the card is empty", "pricing show", ""),
                bad("line 1: the card is empty", "pricing show", "# nothing\n\n"),
                bad("line 1: the card is empty", "pricing show", "---\n"),
                bad("line 1: a card must be a mapping of keys to values, but is a list", "KEY: VALUE", "- a"),
                bad("but is the text \"free\"", "KEY: VALUE", "free"),
                bad("line 1: the card has no rates", "unit: input, price", "type: paid"),
                bad("line 2: \"rates\" must be a list, but is empty", "unit: input, price", "type: paid\nrates:\n"),
                bad("line 1: \"rates\" must be a list, but is a mapping", "unit: input, price", "rates: {input: 1}"),
                bad("line 1: the list of rates is empty", "unit: input, price", "rates: []"),
                bad(
                        "line 3: \"prizes\" is not a key of a card; expected one of type, hours, rates",
                        "key",
                        "rates:\n  - {unit: input, price: 1 per 1m}\nprizes: {}"),
                bad(
                        "line 1: \"missing\" is not the type of a card; expected one of paid, free, deprecated",
                        "type",
                        "type: missing\nrates: []"),
                bad(
                        "line 2: \"prize\" is not a key of a rate; expected one of unit, variant, tier, region, hours, from,"
                                + " price, charged_as",
                        "key",
                        "rates:\n  - {unit: input, prize: 1 per 1m}"),
                bad(
                        "line 2: a rate must be a mapping of keys to values, but is the text \"input\"",
                        "",
                        "rates:\n- input"),
                bad("line 2: the rate has no unit", "unit: input", "rates:\n  - {price: 1 per 1m}"),
                bad(
                        "line 3: unit: \"inptu\" is not a billing unit; expected one of input, output,",
                        "value",
                        "rates:\n  - price: 1 per 1m\n    unit: inptu"),
                bad(
                        "line 2: charged_as: \"inptu\" is not a billing unit",
                        "",
                        "rates:\n- {unit: input, charged_as: inptu}"),
                bad(
                        "line 2: tier: \"default\" is not a service tier; expected one of standard, batch",
                        "",
                        "rates:\n- {unit: input, tier: default, price: 1 per 1m}"),
                bad(
                        "line 2: region: a region must have 1 to 64 of the characters a-z, 0-9,",
                        "",
                        "rates:\n- {unit: input, region: EU, price: 1 per 1m}"),
                bad(
                        "line 2: variant: the rate of input must not name a variant, because input has none, but names hd",
                        "",
                        "rates:\n- {unit: input, variant: hd, price: 1 per 1m}"),
                bad(
                        "line 5: variant: the rate of input must not name a variant",
                        "value",
                        "rates:\n- unit: input\n  price: 1 per 1m\n  tier: batch\n  variant: hd"),
                bad(
                        "line 3: variant: a variant must have 1 to 64",
                        "value",
                        "rates:\n- unit: image\n  variant: HD\n  price: 1 per 1m"),
                bad(
                        "line 4: from: a rate that charges cache_read as input must apply from 0 input tokens on",
                        "value",
                        "rates:\n- unit: cache_read\n  charged_as: input\n  from: 5"),
                bad(
                        "line 3: charged_as: input must not be charged as itself",
                        "value",
                        "rates:\n- unit: input\n  charged_as: input"),
                bad(
                        "line 2: from: \"200k\" is not a number of input tokens; expected a whole number in digits, such as"
                                + " 200001",
                        "",
                        "rates:\n- {unit: input, from: 200k, price: 1 per 1m}"),
                bad(
                        "from: \"9223372036854775808\"",
                        "",
                        "rates:\n- {unit: input, from: 9223372036854775808, price: 1 per 1m}"),
                bad("line 2: from: \"-1\"", "", "rates:\n- {unit: input, from: -1, price: 1 per 1m}"),
                bad(
                        "line 2: price: \"1.25\" does not say what the price is for; expected an amount per unit, token, 1k,"
                                + " 1m, such as 1.25 per 1m",
                        "",
                        "rates:\n- {unit: input, price: 1.25}"),
                bad(
                        "line 2: price: \"minute\" is not a quantity of page; expected one of unit, page, 1k, 1m",
                        "",
                        "rates:\n- {unit: page, price: 1 per minute}"),
                bad(
                        "\"1m\" is not a quantity of audio_input_ms; expected one of unit, millisecond, 1k, second, minute,"
                                + " hour",
                        "",
                        "rates:\n- {unit: audio_input_ms, price: 1 per 1m}"),
                bad(
                        "\"0.005 per minute\" is not an exact price of audio_input_ms",
                        "",
                        "rates:\n- {unit: audio_input_ms, price: 0.005 per minute}"),
                bad("line 2: price: \"$1\" is not a price", "", "rates:\n- {unit: input, price: $1 per 1m}"),
                bad("\"1,25\" is not a price", "", "rates:\n- {unit: input, price: \"1,25 per 1m\"}"),
                bad("line 2: price: \"-1\" is not a price", "", "rates:\n- {unit: input, price: -1 per 1m}"),
                bad("at most 30 decimals", "", "rates:\n- {unit: input, price: 1e-31 per unit}"),
                bad("line 2: \"price\" must have a value, but is empty", "", "rates:\n- {unit: input, price: }"),
                bad("line 2: \"price\" must have a value, but is empty", "", "rates:\n- {unit: input, price}"),
                bad(
                        "line 2: \"region\" must have a value, but is empty",
                        "",
                        "rates:\n- {unit: input, region: '', price: 1 per 1m}"),
                bad(
                        "line 2: the rate of input must have either a price or charged_as, but has neither",
                        "",
                        "rates:\n- {unit: input}"),
                bad("but has both", "", "rates:\n- {unit: input, price: 1 per 1m, charged_as: output}"),
                bad(
                        "line 2: from: a rate that charges cache_read as input must apply from 0 input tokens on, but was from 5",
                        "",
                        "rates:\n- {unit: cache_read, from: 5, charged_as: input}"),
                bad(
                        "line 2: charged_as: input must not be charged as itself",
                        "",
                        "rates:\n- {unit: input, charged_as: input}"),
                bad(
                        "line 2: charged_as: web_search must be charged as a unit of the same measure, query, but input counts a token",
                        "",
                        "rates:\n- {unit: web_search, charged_as: input}"),
                bad(
                        "line 2: a rate card must have at least one rate with a price",
                        "add a price",
                        "rates:\n- {unit: cache_read, charged_as: input}"),
                bad(
                        "lines 2 and 4: a rate card must state one price for a unit on the same terms and from the same threshold, but"
                                + " has two: standard input: 0.000001; standard input: 0.000002",
                        "remove one",
                        "rates:\n- {unit: input, price: 1 per 1m}\n- {unit: output, price: 1 per 1m}\n"
                                + "- {unit: input, price: 2 per 1m}"),
                bad(
                        "lines 2 and 3: a rate card must state one price",
                        "remove one",
                        "rates:\n- {unit: cache_read, from: 9, price: 1 per 1m}\n- {unit: cache_read, charged_as: input}"),
                bad(
                        "lines 3 and 5: units must not be charged as each other, but in standard are input charged as output,"
                                + " output charged as input",
                        "give one of these units a price",
                        "rates:\n- {unit: request, price: 1 per unit}\n- {unit: input, charged_as: output}\n"
                                + "- {unit: cache_read, charged_as: input}\n- {unit: output, charged_as: input}"),
                bad(
                        "lines 3, 4 and 5: units must not be charged as each other, but in batch",
                        "give one of these units a price",
                        """
                        rates:
                        - {unit: request, price: 1 per unit}
                        - {unit: input, tier: batch, charged_as: output}
                        - {unit: output, tier: batch, charged_as: citation}
                        - {unit: citation, tier: batch, charged_as: input}
                        """),
                bad(
                        "line 3: units must not be charged as each other, but in standard",
                        "give one of these units a price",
                        "rates:\n- {unit: request, price: 1 per unit}\n- {unit: output, charged_as: reasoning}"),
                bad(
                        "lines 3 and 4: units must not be charged as each other, but in standard eu are",
                        "give one of these units a price",
                        """
                        rates:
                        - {unit: input, price: 1 per 1m}
                        - {unit: input, region: eu, charged_as: output}
                        - {unit: output, charged_as: input}
                        """),
                bad(
                        "lines 6 and 7: the card has rates for the hours c and d, but defines only [a, b]",
                        "define",
                        hours
                                + "- {unit: input, hours: a, price: 1 per 1m}\n- {unit: input, hours: c, price: 1 per 1m}\n"
                                + "- {unit: input, hours: d, price: 1 per 1m}"),
                bad(
                        "line 6: the card has a rate for the hours c, but defines only [a, b]",
                        "define",
                        hours
                                + "- {unit: input, hours: a, price: 1 per 1m}\n- {unit: input, hours: c, price: 1 per 1m}"),
                bad(
                        "line 1: the card defines the hours [a, b], but no rate depends on them",
                        "remove the hours",
                        hours + "- {unit: input, price: 1 per 1m}"),
                bad(
                        "line 2: the card has a rate for the hours peak, but defines no hours",
                        "define",
                        "rates:\n- {unit: input, hours: peak, price: 1 per 1m}"),
                bad(
                        "lines 2 and 3: the hours a and b overlap at mon 11:00",
                        "hours",
                        "hours:\n  a: daily 00:00-12:00\n  b: daily 11:00-24:00\nrates: []"),
                bad(
                        "lines 2 and 3: no hours cover mon 12:00 to mon 13:00",
                        "hours",
                        "hours:\n  a: daily 00:00-12:00\n  b: daily 13:00-24:00\nrates: []"),
                bad(
                        "line 3: \"daily 25:00-01:00\" is not a window of the week; expected for example daily 16:30-00:30",
                        "hours",
                        "hours:\n  a: daily 00:00-12:00\n  b: daily 25:00-01:00\nrates: []"),
                bad(
                        "line 2: a name of hours must have 1 to 64",
                        "hours",
                        "hours:\n  Peak: daily 00:00-24:00\nrates: []"),
                bad("line 1: \"hours\" must be a mapping of keys to values, but is empty", "", "hours:\nrates: []"),
                bad("line 1: \"hours\" defines no hours", "", "hours: {}\nrates: []"),
                bad("line 2: \"a\" must have a value, but is a list", "", "hours:\n  a: [daily]\nrates: []"),
                bad(
                        "line 3: the card has the type free, but a price above zero: standard input: 0.000001",
                        "type",
                        "type: free\nrates:\n- {unit: input, price: 1 per 1m}"),
                bad(
                        "line 1: all prices are zero, but the type of the card is paid",
                        "type: free",
                        "rates:\n- {unit: input, price: 0 per 1m}"),
                bad("line 2: the YAML cannot be read: ", "example", "rates:\n- {unit: input, price: 1 per 1m"),
                bad("line 2: the YAML cannot be read: ", "example", "rates:\n\t- {unit: input}"),
                bad("line 2: the YAML cannot be read: ", "example", "rates:\n- unit: input: price"),
                bad("the YAML cannot be read: ", "example", "%YAML 9.0\n---\nrates: []"),
                bad("lines 1 and 3: \"rates\" is given twice", "remove one", "rates:\n- a\nrates: []"),
                bad("line 2: \"unit\" is given twice", "remove one", "rates:\n- {unit: input, unit: input}"),
                bad("line 2: a card must not contain an anchor (&)", "repeat", "rates:\n- &a {unit: input}\n- *a"),
                bad("line 2: a card must not contain an alias (*)", "repeat", "rates:\n- *a"),
                bad("line 1: a card must not contain a tag, but has \"!js\"", "text", "rates: !js []"),
                bad("line 2: a card must not contain a tag", "text", "rates:\n- {unit: !!str input}"),
                bad("line 2: a key must be text, but is a list", "name", "rates:\n? [a]\n: b"),
                bad("line 1: a list or a mapping is nested too deeply", "text", "rates: " + "[".repeat(100_000)),
                bad("line 2: a second document begins", "---", "rates: []\n---\nrates: []"),
                bad("line 2: a card must not contain the control character U+0007", "", "type: paid\nrates: \u0007"),
                bad("line 1: the card is longer than 1048576 bytes", "one model", "#".repeat((1 << 20) + 1)));
    }

    private static Arguments bad(String message, String remedy, String card) {
        return Arguments.argumentSet(message, message, remedy, card);
    }

    @ParameterizedTest
    @MethodSource("badCards")
    void badCardIsRefusedWithItsLine(String message, String remedy, String card) {
        assertThatExceptionOfType(Failure.class).isThrownBy(() -> parse(card)).satisfies(failure -> {
            assertThat(failure.kind()).isEqualTo("malformed_card");
            assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(failure.getMessage())
                    .startsWith("card.yaml, line")
                    .contains(message)
                    .hasSizeLessThan(1_000);
            assertThat(failure.remedy()).contains(remedy).endsWith("; nothing was written");
        });
    }

    @Test
    void longValueIsShortenedInTheMessage() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> rate("unit: input, price: " + "9".repeat(10_000)))
                .satisfies(failure ->
                        assertThat(failure.getMessage()).contains("9…").hasSizeLessThan(400));
    }

    @Test
    void textMustBeUtf8() {
        for (Charset charset : new Charset[] {ISO_8859_1, UTF_16}) {
            assertThatExceptionOfType(Failure.class)
                    .isThrownBy(() -> CardFile.parse("card.yaml", "type: paid\n# für\n".getBytes(charset)))
                    .satisfies(failure -> {
                        assertThat(failure.getMessage())
                                .contains(charset.equals(UTF_16) ? "line 1: " : "line 2: ", "not valid UTF-8");
                        assertThat(failure.remedy()).contains("save the file in UTF-8");
                    });
        }
    }

    @Test
    void readsAFileOrStandardInput(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("card.yaml"), example());
        InputStream in = new ByteArrayInputStream(example().getBytes(UTF_8));

        assertThat(CardFile.read(file.toString(), InputStream.nullInputStream()))
                .isEqualTo(parse(example()));
        assertThat(CardFile.read("-", in)).isEqualTo(parse(example()));
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> CardFile.read("-", InputStream.nullInputStream()))
                .withMessageStartingWith("standard input, line 1: ");
    }

    @ParameterizedTest
    @CsvSource({"nope.yaml, it does not exist", "'', directory", "'a\0b', NUL"})
    void unreadableFileIsRefused(String name, String problem, @TempDir Path folder) {
        String file = folder + "/" + name;

        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> CardFile.read(file, InputStream.nullInputStream()))
                .satisfies(failure -> {
                    assertThat(failure.kind()).isEqualTo("unreadable_file");
                    assertThat(failure.getMessage()).contains(file).containsIgnoringCase(problem);
                });
    }
}
