package io.modelpricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextRuleTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\0b",
                "a\nb",
                "\u001B[2J",
                "a\u007F",
                "a\u009Fb",
                "a\u202Eb",
                "a\u2066",
                "\u200Ea",
                "a\uD800",
                "\uDC00a"
            })
    void controlAndBidirectionalCharactersAreRefusedInNamesAndReasons(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Attribution.by(text))
                .withMessageStartingWith("actor must have 1 to 200 characters, at least one of them visible,")
                .withMessageContaining("but \"" + TextRule.escaped(text) + "\" has a control character")
                .withMessageEndingWith("; remove it");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Attribution.by("ada").because(text))
                .withMessageStartingWith("reason must have 1 to 2000 characters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PricingSource(text))
                .withMessageStartingWith("pricing source must have 1 to 200 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\u00A0", "\u200B\u200D\uFEFF", "\u3164", "\u2800", "\uFE0F", "\uDB40\uDC41"})
    void nameWithoutAVisibleCharacterIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Attribution.by(text))
                .withMessageEndingWith(" has no visible character; give one that readers recognize");
        assertThatIllegalArgumentException().isThrownBy(() -> new PricingSource(text));
        assertThatIllegalArgumentException().isThrownBy(() -> new Attribution("ada", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"manual:ada", "Zoë Müller", "價格表", "👩\u200D🔬 Ada", "می\u200Cخواهم", "."})
    void visibleTextOfAnyScriptIsAName(String text) {
        assertThat(Attribution.by(text).because(text)).isEqualTo(new Attribution(text, text));
        assertThat(new PricingSource(text)).hasToString(text);
    }

    @Test
    void lengthIsLimited() {
        assertThat(Attribution.by("💰".repeat(200)).because("💰".repeat(2_000)).reason())
                .hasSize(4_000);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Attribution.by("x".repeat(201)))
                .withMessageEndingWith("has 201; shorten it");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Attribution.by("ada").because("x".repeat(2_001)))
                .withMessageEndingWith("has 2001; shorten it");
        String huge = "x".repeat(20_000_000);
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> assertThatIllegalArgumentException()
                        .isThrownBy(() -> Attribution.by(huge))
                        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "a\uD800b", "\uDC00"})
    void idThatPostgresCannotStoreIsRefusedByName(String text) {
        String shown =
                "must not have the character NUL or an unpaired surrogate, but was \"" + TextRule.escaped(text) + '"';
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ProviderModelId("openai", text))
                .withMessageStartingWith("model id " + shown);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ProviderModelId(text, "gpt-4o"))
                .withMessageStartingWith("provider " + shown);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CanonicalModelId(text))
                .withMessageStartingWith("canonical model id " + shown);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RequestId(text))
                .withMessageStartingWith("request id " + shown);
    }

    @Test
    void idOfAnotherSystemCanHaveAnyCharacterThatIsStored() {
        String odd = "a\u202E\tb\u200B💰";
        assertThat(new ProviderModelId("openai", odd).modelId()).isEqualTo(odd);
        assertThat(new CanonicalModelId(odd)).hasToString(odd);
        assertThat(new RequestId(odd)).hasToString(odd);
    }

    @Test
    void escapedTextHasNoCharacterThatATerminalExecutes() {
        assertThat(TextRule.escaped("\u001B[2J\r\n\0\u202E\u200B\u0085\uD800é💰\uDB40\uDC41"))
                .isEqualTo("\\u001B[2J\\u000D\\u000A\\u0000\\u202E\\u200B\\u0085\\uD800é💰\\uDB40\\uDC41");
        assertThat(TextRule.escaped("plain")).isEqualTo("plain");
    }
}
