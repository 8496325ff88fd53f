package io.modelpricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceTest {

    /** The factory methods that take text. */
    static final List<Function<String, Price>> FROM_TEXT =
            List.of(Price::perUnit, Price::perToken, Price::perThousand, Price::perSecond, Price::perMillion);

    /** The factory methods that take a number. */
    static final List<Function<BigDecimal, Price>> FROM_NUMBER =
            List.of(Price::perUnit, Price::perToken, Price::perThousand, Price::perSecond, Price::perMillion);

    @ParameterizedTest
    @CsvSource({
        "2.5, 2.5",
        "0.0000025, 0.0000025",
        "2.5e-6, 0.0000025",
        "2.5E-6, 0.0000025",
        "25e-7, 0.0000025",
        "1e+3, 1000",
        "1e3, 1000",
        "1000, 1000",
        "0010.50, 10.5",
        "8.333333333333334E-8, 0.00000008333333333333334",
        "0.000000000000000000000000000001, 0.000000000000000000000000000001",
        "1e-30, 0.000000000000000000000000000001",
        "999999999999.999999999999999999999999999999, 999999999999.999999999999999999999999999999",
        "0, 0",
        "0.00, 0",
        "0e-999, 0",
        "0e999, 0",
    })
    void plainAndScientificTextIsParsedExactly(String text, String plain) {
        assertThat(Price.perUnit(text)).hasToString(plain);
        assertThat(Price.perToken(text)).isEqualTo(Price.perUnit(text));
        assertThat(Price.perToken(text).usd()).isEqualTo(new BigDecimal(plain));
        assertThat(Price.perUnit(Price.perUnit(text).toString())).isEqualTo(Price.perUnit(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\t",
                "\n",
                "NaN",
                "nan",
                "Infinity",
                "-Infinity",
                "inf",
                "∞",
                "null",
                "free",
                "-1",
                "-0",
                "-0.5",
                "+1",
                "+0.5",
                " 1",
                "1 ",
                "1\n",
                "\u00a01",
                "1_000",
                "1,000",
                "0,5",
                "1.000,5",
                "1 000",
                "$1",
                "1$",
                "€1",
                "USD 1",
                "1 USD",
                ".5",
                "1.",
                ".",
                "1..2",
                "1.2.3",
                "e",
                "1e",
                "e5",
                "1e+",
                "1e-",
                "1e1.5",
                "1ee5",
                "--1",
                "0x10",
                "0x1p3",
                "1f",
                "1d",
                "1L",
                "1/2",
                "50%",
                "١٢٣",
                "１２",
                "1２",
                "٠.٥",
                "1E+999999999",
                "1E-999999999",
                "1e2147483648",
                "1e1000",
                "1;drop table",
                "1\u0000"
            })
    void textThatIsNotADecimalIsRefused(String text) {
        for (Function<String, Price> factory : FROM_TEXT) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> factory.apply(text))
                    .withMessageContaining(
                            "\"" + TextRule.escaped(text) + "\" is not a price; expected a decimal of zero or more");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e18", "1e400", "1e999", "1000000000000000000.0", "9E+19"})
    void tooLargePriceIsRefused(String text) {
        for (Function<String, Price> factory : FROM_TEXT) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> factory.apply(text))
                    .withMessageContaining("below 1000000000000 dollars per unit")
                    .withMessageContaining(text);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0000000000000000000000000000001",
                "1.0000000000000000000000000000001",
                "1e-31",
                "1e-999",
                "123456.7890123456789012345678901234567890",
                "999999999999.9999999999999999999999999999999"
            })
    void moreThanThirtyDecimalsAreRefused(String text) {
        for (Function<String, Price> factory : FROM_TEXT) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> factory.apply(text))
                    .withMessageContaining("at most 30 decimals per unit")
                    .withMessageContaining(text);
        }
    }

    @Test
    void limitsApplyToThePriceOfOneUnit() {
        assertThat(Price.perThousand("1e-27")).isEqualTo(Price.perUnit("1e-30"));
        assertThat(Price.perMillion("1e-24")).isEqualTo(Price.perUnit("1e-30"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Price.perThousand("1e-28"))
                .withMessageContaining("1e-28 for 1000 units");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Price.perMillion("1e-25"))
                .withMessageContaining("1e-25 for 1000000 units");
        assertThat(Price.perThousand("999999999999999")).isEqualTo(Price.perUnit("999999999999.999"));
        assertThat(Price.perMillion("999999999999999999")).isEqualTo(Price.perUnit("999999999999.999999"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Price.perUnit("1000000000000"))
                .withMessage("a price must be below 1000000000000 dollars per unit, but was 1000000000000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Price.perThousand("1e15"))
                .withMessageEndingWith("but was 1e15 for 1000 units");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Price.perMillion("1e18"))
                .withMessageEndingWith("but was 1e18 for 1000000 units");
    }

    @Test
    void trailingZerosDoNotCountAsDecimals() {
        String zeros = "0".repeat(60);
        assertThat(Price.perUnit("2.5" + zeros)).isEqualTo(Price.perUnit("2.5"));
        assertThat(Price.perUnit(new BigDecimal("1." + "0".repeat(1000)))).isEqualTo(Price.perUnit("1"));
    }

    @Test
    void longTextIsRefusedAndShortenedInTheMessage() {
        assertThat(Price.perUnit("1." + "0".repeat(98))).isEqualTo(Price.perUnit("1"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Price.perUnit("1." + "0".repeat(99)))
                .withMessageContaining("\"1." + "0".repeat(98) + "…\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Price.perUnit("9".repeat(10_000_000)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
    }

    @ParameterizedTest
    @FieldSource("FROM_NUMBER")
    void extremeBigDecimalsAreRefusedWithoutBeingExpanded(Function<BigDecimal, Price> factory) {
        for (int scale : List.of(Integer.MAX_VALUE, Integer.MAX_VALUE - 3, 1_000_000_000, 1000)) {
            BigDecimal tiny = new BigDecimal(BigInteger.ONE, scale);
            BigDecimal vast = new BigDecimal(BigInteger.ONE, -scale);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> factory.apply(tiny))
                    .withMessageContaining(tiny.toString());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> factory.apply(vast))
                    .withMessageContaining(vast.toString());
            assertThat(factory.apply(new BigDecimal(BigInteger.ZERO, scale))).isSameAs(Price.ZERO);
            assertThat(factory.apply(new BigDecimal(BigInteger.ZERO, -scale))).isSameAs(Price.ZERO);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> factory.apply(new BigDecimal(BigInteger.TEN, Integer.MIN_VALUE)));
    }

    @ParameterizedTest
    @FieldSource("FROM_NUMBER")
    void negativeNumberIsRefused(Function<BigDecimal, Price> factory) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> factory.apply(new BigDecimal("-0.000001")))
                .withMessageContaining("-0.000001");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> factory.apply(new BigDecimal(BigInteger.ONE.negate(), 40)));
        assertThatIllegalArgumentException().isThrownBy(() -> factory.apply(new BigDecimal("-1e400")));
    }

    @Test
    void nullIsRefused() {
        FROM_TEXT.forEach(factory -> assertThatNullPointerException().isThrownBy(() -> factory.apply(nothing())));
        FROM_NUMBER.forEach(factory -> assertThatNullPointerException().isThrownBy(() -> factory.apply(nothing())));
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <T> T nothing() {
        return null;
    }

    @Test
    void quotesForDifferentQuantitiesGiveTheSamePrice() {
        Price price = Price.perToken("0.0000025");
        assertThat(Price.perThousand("0.0025")).isEqualTo(price);
        assertThat(Price.perSecond("0.0025")).isEqualTo(price);
        assertThat(Price.perMillion("2.5")).isEqualTo(price);
        assertThat(Price.perThousand(new BigDecimal("0.0025"))).isEqualTo(price);
        assertThat(Price.perSecond(new BigDecimal("0.0025"))).isEqualTo(price);
        assertThat(Price.perMillion(new BigDecimal("2.5"))).isEqualTo(price);
        assertThat(price.usdPerMillion()).isEqualByComparingTo("2.5");
        assertThat(Price.perUnit("3").usdPerMillion()).isEqualByComparingTo("3000000");
    }

    @Test
    void pricesAreEqualIfTheyAreTheSameNumber() {
        Price price = Price.perToken("0.10");
        assertThat(price).isEqualTo(Price.perToken("1e-1")).hasSameHashCodeAs(Price.perMillion("100000.000"));
        assertThat(price).isNotEqualTo(Price.perToken("0.11")).isNotEqualTo(new BigDecimal("0.1"));
        assertThat(Price.perUnit("1000")).isEqualTo(Price.perUnit("1e3")).hasSameHashCodeAs(Price.perUnit("1e3"));
        assertThat(Price.perUnit("0.000")).isSameAs(Price.ZERO);
    }

    @Test
    void priceHasAScaleFromZeroToThirty() {
        assertThat(Price.perUnit("1e3").usd().scale()).isZero();
        assertThat(Price.perUnit("1.50").usd().scale()).isEqualTo(1);
        assertThat(Price.perUnit("1e-30").usd().scale()).isEqualTo(30);
    }

    @Test
    void pricesAreOrderedByAmount() {
        assertThat(List.of(Price.perMillion("10"), Price.ZERO, Price.perMillion("2.5"), Price.perMillion("9.9")))
                .satisfies(prices -> assertThat(prices.stream().sorted())
                        .map(price -> price.usdPerMillion().stripTrailingZeros().toPlainString())
                        .containsExactly("0", "2.5", "9.9", "10"));
    }

    @Test
    void onlyZeroIsZero() {
        assertThat(Price.ZERO.isZero()).isTrue();
        assertThat(Price.perUnit("1e-30").isZero()).isFalse();
    }
}
