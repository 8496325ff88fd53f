package io.modelpricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsdTest {

    @Test
    void amountIsExactAndWithoutTrailingZeros() {
        assertThat(Usd.parse("0.050").amount()).isEqualTo(new BigDecimal("0.05"));
        assertThat(Usd.of(new BigDecimal("1E+3")).amount()).isEqualTo(new BigDecimal("1000"));
        assertThat(Usd.parse("5e-2")).isEqualTo(Usd.parse("0.05")).hasSameHashCodeAs(Usd.parse("0.05"));
        assertThat(Usd.parse("0.00")).isSameAs(Usd.ZERO);
        assertThat(Usd.parse("2")).isGreaterThan(Usd.parse("1.99"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.05", "1000", "0.000000000000000000000000000001"})
    void textReadsBack(String text) {
        assertThat(Usd.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " 1", "-1", "+1", "$1", "1,000", "1.", ".5", "NaN", "1e1000", "0x1"})
    void textThatIsNotAnAmountIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Usd.parse(text))
                .withMessageStartingWith("\"" + text + "\" is not an amount of US dollars; expected a decimal");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-0.01", "1E+30", "1E+999999999", "1E-61", "1E-999999999"})
    void amountOutOfRangeIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Usd.of(new BigDecimal(text)))
                .withMessageStartingWith("an amount of US dollars must be zero or more, below 1000")
                .withMessageEndingWith("but was " + new BigDecimal(text));
    }
}
