package io.modelpricing.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelpricing.MissingReason;
import io.modelpricing.Price;
import io.modelpricing.Pricing;
import io.modelpricing.ProviderModelId;
import io.modelpricing.Rate;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DemoDataTest {

    private static final DemoData DATA = DemoData.load();

    @Test
    void everyRowIsWellFormed() {
        assertThat(DATA.providers()).hasSizeGreaterThanOrEqualTo(6);
        assertThat(DATA.offerings()).hasSizeGreaterThanOrEqualTo(60).allSatisfy(offering -> {
            assertThat(DATA.published(offering)).isNotNull();
            assertThat(offering.source()).isNotBlank();
        });
        assertThat(DATA.furtherRates()).isNotEmpty();
    }

    @Test
    void modelsAreUnique() {
        assertThat(DATA.offerings().stream().map(DemoData.Offering::id)).doesNotHaveDuplicates();
    }

    @Test
    void everyLegacyCellFitsItsColumn() {
        assertThat(DATA.offerings().stream()
                        .flatMap(offering -> offering.cells().values().stream())
                        .map(BigDecimal::new))
                .allMatch(figure -> figure.scale() <= 10, "at most 10 decimals");
    }

    @Test
    void furtherRatesExtendThePriceOfTheirModel() {
        Map<ProviderModelId, DemoData.Offering> offerings =
                DATA.offerings().stream().collect(Collectors.toMap(DemoData.Offering::id, Function.identity()));
        Map<ProviderModelId, List<Rate>> further = DATA.furtherRates().stream()
                .collect(Collectors.groupingBy(
                        DemoData.FurtherRate::model,
                        Collectors.mapping(DemoData.FurtherRate::rate, Collectors.toList())));
        assertThat(further).allSatisfy((model, rates) -> {
            assertThat(offerings).containsKey(model);
            Pricing published = DATA.published(offerings.get(model));
            assertThat(published.orElseThrow().plus(rates.toArray(Rate[]::new)).rates())
                    .containsAll(rates);
        });
    }

    @Test
    void pricesUseTheUnitOfTheirProvider() {
        assertThat(published("openai", "gpt-5-mini")
                        .orElseThrow()
                        .rates()
                        .get(0)
                        .price())
                .isEqualTo(Price.perMillion("0.25"));
        assertThat(published("bedrock", "amazon.nova-lite-v1:0")
                        .orElseThrow()
                        .rates()
                        .get(0)
                        .price())
                .isEqualTo(Price.perThousand("0.00006"));
        assertThat(published("openrouter", "openai/gpt-5")
                        .orElseThrow()
                        .rates()
                        .get(0)
                        .price())
                .isEqualTo(Price.perToken("0.00000125"));
        assertThat(published("openai", "dall-e-3").orElseThrow().rates().get(0).price())
                .isEqualTo(Price.perUnit("0.04"));
        assertThat(published("openrouter", "openrouter/auto")).isEqualTo(Pricing.missing(MissingReason.DYNAMIC));
    }

    @Test
    void malformedRowIsReportedWithItsLine() {
        assertThatThrownBy(
                        () -> DemoData.read("some.csv", List.of("# comment", "a,b", "1,2", "1"), row -> row.text("a")))
                .hasMessage("some.csv, line 4: expected 2 cells, as in the header, but found 1");
        assertThatThrownBy(() -> DemoData.read("some.csv", List.of("a,b", ",2"), row -> row.text("a")))
                .hasMessage("some.csv, line 2: a must not be empty");
        assertThatThrownBy(() -> DemoData.read("some.csv", List.of("a", "x"), row -> row.oneOf("a", Map.of("y", 1))))
                .hasMessage("some.csv, line 2: a must be one of [y], but was x");
        assertThatThrownBy(() -> DemoData.read("some.csv", List.of("a", "x"), row -> row.text("b")))
                .hasMessage("some.csv, line 2: column b does not exist");
    }

    private static Pricing published(String provider, String model) {
        return DATA.offerings().stream()
                .filter(offering -> offering.id().equals(new ProviderModelId(provider, model)))
                .map(DATA::published)
                .findFirst()
                .orElseThrow();
    }
}
