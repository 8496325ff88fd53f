package io.modelpricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BillingUnitTest {

    private static final BillingUnit UNKNOWN = BillingUnit.ofStored("unit_test_hologram");

    private static List<String> lines() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(BillingUnit.class.getResourceAsStream("billing-units.csv")),
                StandardCharsets.UTF_8))) {
            return lines.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String[]> rows() {
        return lines().stream().skip(1).map(line -> line.split(",", 6)).toList();
    }

    // The file.

    @Test
    void fileIsWellFormed() {
        assertThat(lines().get(0)).isEqualTo("id,measure,side,part_of,variants,description");
        Set<String> before = new HashSet<>();
        for (String[] row : rows()) {
            String id = row[0];
            assertThat(row).as(id).hasSize(6);
            assertThat(id).matches("[a-z0-9_]{1,64}");
            assertThat(row[1])
                    .as(id)
                    .isIn(Stream.of(Measure.values()).map(Measure::id).toList());
            assertThat(row[2]).as(id).isIn("input", "output");
            assertThat(row[4]).as(id).isIn("yes", "no");
            assertThat(row[5])
                    .as(id)
                    .isNotBlank()
                    .startsWith("A")
                    .doesNotEndWith(".")
                    .doesNotContain("\"");
            for (String whole : row[3].isEmpty() ? new String[0] : row[3].split(" ")) {
                assertThat(before).as("%s is part of a unit above it", id).contains(whole);
            }
            assertThat(before.add(id)).as("%s is unique", id).isTrue();
        }
        assertThat(before).hasSize(50);
    }

    @Test
    void unitsAreThoseOfTheFile() {
        List<String[]> rows = rows();
        assertThat(BillingUnit.all()).hasSameSizeAs(rows);
        for (int i = 0; i < rows.size(); i++) {
            BillingUnit unit = BillingUnit.all().get(i);
            String[] row = rows.get(i);
            assertThat(unit.id()).isEqualTo(row[0]);
            assertThat(unit.measure().orElseThrow().id()).isEqualTo(row[1]);
            assertThat(unit.side()).isEqualTo(BillingUnit.Side.valueOf(row[2].toUpperCase(Locale.ROOT)));
            assertThat(unit.hasVariants()).isEqualTo(row[4].equals("yes"));
            assertThat(unit.description()).isEqualTo(row[5]);
            assertThat(unit.isKnown()).isTrue();
        }
        assertThat(BillingUnit.all()).isSorted();
    }

    @Test
    void unitsHaveTheirMeasureSideWholesAndVariants() {
        for (BillingUnit unit : BillingUnit.all()) {
            assertThat(unit.wholes()).as(unit.id()).isEqualTo(CostOracle.wholes(unit));
            assertThat(unit.hasVariants()).as(unit.id()).isEqualTo(CostOracle.hasVariants(unit));
            assertThat(unit.side() == BillingUnit.Side.OUTPUT).as(unit.id()).isEqualTo(CostOracle.isOutput(unit));
            assertThat(CostOracle.measures().get(unit.measure().orElseThrow().id()))
                    .as(unit.id())
                    .contains(unit);
        }
    }

    @Test
    void constantIsTheUnitWithItsName() throws IllegalAccessException {
        List<String> constants = new ArrayList<>();
        for (Field field : BillingUnit.class.getFields()) {
            if (field.getType() == BillingUnit.class && Modifier.isStatic(field.getModifiers())) {
                BillingUnit unit = (BillingUnit) field.get(null);
                assertThat(unit.id()).isEqualTo(field.getName().toLowerCase(Locale.ROOT));
                constants.add(unit.id());
            }
        }
        assertThat(constants)
                .contains("input", "output", "request", "cache_read_audio")
                .hasSize(17);
    }

    // What the arithmetic assumes of the units.

    @Test
    void unitWithVariantsIsNeitherPartNorWhole() {
        for (BillingUnit unit : BillingUnit.all()) {
            if (unit.hasVariants()) {
                assertThat(unit.wholes()).as(unit.id()).isEmpty();
                assertThat(BillingUnit.all())
                        .as(unit.id())
                        .noneMatch(part -> part.wholes().contains(unit));
            }
        }
    }

    @Test
    void partHasTheSideAndTheMeasureOfItsWholes() {
        for (BillingUnit unit : BillingUnit.all()) {
            for (BillingUnit whole : unit.wholes()) {
                assertThat(whole.side()).as(unit.id()).isEqualTo(unit.side());
                assertThat(whole.measure()).as(unit.id()).isEqualTo(unit.measure());
                assertThat(unit.wholes()).as(unit.id()).containsAll(whole.wholes());
            }
        }
    }

    @Test
    void partIsOfEitherInputOrOutputAndOfAtMostTwoUnitsBelow() {
        Set<BillingUnit> firsts = new HashSet<>();
        Set<BillingUnit> seconds = new HashSet<>();
        for (BillingUnit unit : BillingUnit.all()) {
            if (unit.wholes().isEmpty()) {
                continue;
            }
            assertThat(unit.wholes().contains(BillingUnit.INPUT))
                    .as(unit.id())
                    .isNotEqualTo(unit.wholes().contains(BillingUnit.OUTPUT));
            List<BillingUnit> between = unit.wholes().stream()
                    .filter(whole -> whole != BillingUnit.INPUT && whole != BillingUnit.OUTPUT)
                    .toList();
            assertThat(between.size()).as(unit.id()).isIn(0, 2);
            if (between.size() == 2) {
                firsts.add(between.get(0));
                seconds.add(between.get(1));
                assertThat(between)
                        .as(unit.id())
                        .allMatch(whole -> whole.wholes().size() == 1);
            }
        }
        assertThat(firsts).as("how a token was cached").doesNotContainAnyElementsOf(seconds);
        assertThat(seconds).as("what a token is").isNotEmpty();
    }

    @Test
    void partsComeBeforeTheirWholes() {
        List<BillingUnit> parts = BillingUnit.parts();
        assertThat(parts)
                .containsExactlyInAnyOrderElementsOf(BillingUnit.all().stream()
                        .filter(unit -> !unit.wholes().isEmpty())
                        .toList());
        for (BillingUnit part : parts) {
            part.wholes().stream()
                    .filter(parts::contains)
                    .forEach(whole -> assertThat(parts.indexOf(part)).isLessThan(parts.indexOf(whole)));
        }
    }

    @Test
    void onlyUnitsOfTokensAreTokens() {
        assertThat(BillingUnit.all().stream().filter(BillingUnit::isToken))
                .containsExactlyInAnyOrderElementsOf(CostOracle.measures().get("token"));
        assertThat(UNKNOWN.isToken()).isFalse();
    }

    @Test
    void cachedAndAudioTokensAreParts() {
        assertThat(BillingUnit.CACHED_AND_AUDIO)
                .containsExactly(
                        BillingUnit.CACHE_READ,
                        BillingUnit.CACHE_WRITE,
                        BillingUnit.CACHE_WRITE_1H,
                        BillingUnit.AUDIO_INPUT,
                        BillingUnit.AUDIO_OUTPUT)
                .noneMatch(unit -> unit.wholes().isEmpty());
    }

    // Ids.

    @ParameterizedTest
    @MethodSource("io.modelpricing.BillingUnit#all")
    void thereIsOneInstanceOfEachUnit(BillingUnit unit) {
        assertThat(BillingUnit.parse(unit.id())).isSameAs(unit);
        assertThat(BillingUnit.ofStored(unit.id())).isSameAs(unit);
        assertThat(unit).hasToString(unit.id());
        assertThat(BillingUnit.at(unit.index())).isSameAs(unit);
    }

    @Test
    void idThatIsNotAUnitIsRefusedWithTheExpectedOnes() {
        String expected = rows().stream().map(row -> row[0]).collect(Collectors.joining(", "));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BillingUnit.parse("foo"))
                .withMessage("\"foo\" is not a billing unit; expected one of " + expected);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BillingUnit.parse("x".repeat(1000)))
                .withMessageStartingWith("\"" + "x".repeat(100) + "…\" is not a billing unit");
        assertThatIllegalArgumentException()
                .as("a unit that was stored by a newer version")
                .isThrownBy(() -> BillingUnit.parse(UNKNOWN.id()));
    }

    // Units of a newer version.

    @Test
    void unknownUnitHasItsIdOnly() {
        assertThat(BillingUnit.ofStored("unit_test_hologram")).isSameAs(UNKNOWN);
        assertThat(UNKNOWN.id()).isEqualTo("unit_test_hologram");
        assertThat(UNKNOWN.isKnown()).isFalse();
        assertThat(UNKNOWN.measure()).isEmpty();
        assertThat(UNKNOWN.wholes()).isEmpty();
        assertThat(UNKNOWN.hasVariants()).isTrue();
        assertThat(BillingUnit.all()).doesNotContain(UNKNOWN).allMatch(unit -> unit.compareTo(UNKNOWN) < 0);
        BillingUnit other = BillingUnit.ofStored("unit_test_neuron");
        assertThat(other).isNotSameAs(UNKNOWN).isGreaterThan(UNKNOWN);
    }

    @Test
    void cardWithAnUnknownUnitIsReadAndCostsWhatTheUsageCounts() {
        RateCard card = RateCard.of(Price.perUnit("2"), Price.perUnit("3"))
                .plus(
                        Rate.of(UNKNOWN, Price.perUnit("7")),
                        Rate.of(UNKNOWN, Price.perUnit("9"))
                                .ofVariant("large")
                                .inRegion("eu")
                                .from(5),
                        Rate.chargedAs(BillingUnit.ofStored("unit_test_neuron"), UNKNOWN));
        Quote quote = new Quote(new ModelId(1), 1, new Pricing.Paid(card), PricingSource.PROVIDER);
        assertThat(card.rates()).hasSize(5);
        assertThat(card.toString()).contains("standard unit_test_hologram: 7", "unit_test_hologram/large from 5: 9");

        assertThat(quote.cost(Usage.of(10, 1)).orElseThrow().total()).isEqualByComparingTo("23");
        assertThat(quote.maximumCost(Usage.of(10, 1)).orElseThrow().total()).isEqualByComparingTo("23");

        Usage.Builder usage = Usage.inclusive().input(10).output(1);
        Cost counted = quote.cost(usage.count(UNKNOWN, 4).build());
        assertThat(counted).isInstanceOfSatisfying(Cost.Incomplete.class, cost -> {
            assertThat(cost.unpriced()).containsExactly(UNKNOWN);
            assertThat(cost.lines()).extracting(LineItem::unit).containsExactly(BillingUnit.INPUT, BillingUnit.OUTPUT);
        });
        assertThatExceptionOfType(UnpricedException.class)
                .isThrownBy(counted::orElseThrow)
                .withMessageContaining("no price for [unit_test_hologram]");
        assertThat(quote.maximumCost(usage.build()))
                .isInstanceOfSatisfying(
                        Cost.Incomplete.class,
                        cost -> assertThat(cost.unpriced()).containsExactly(UNKNOWN));
        assertThat(quote.cost(usage.count(UNKNOWN, 0).build()).orElseThrow().total())
                .isEqualByComparingTo("23");
    }

    @Test
    void knownUnitChargedAsAnUnknownOneCostsItsPrice() {
        RateCard card =
                RateCard.of(Rate.of(UNKNOWN, Price.perUnit("7")), Rate.chargedAs(BillingUnit.CACHE_READ, UNKNOWN));
        Quote quote = new Quote(new ModelId(1), 1, new Pricing.Paid(card), PricingSource.PROVIDER);
        Usage usage = Usage.inclusive().input(2).cacheRead(2).build();
        assertThat(quote.cost(usage).orElseThrow().total()).isEqualByComparingTo("14");
    }

    @Test
    void usageWithAnUnknownUnitKeepsItsCount() {
        Usage usage = Usage.inclusive()
                .input(3)
                .count(UNKNOWN, 2)
                .count(UNKNOWN, "large", 5)
                .build();
        assertThat(usage.count(UNKNOWN)).isEqualTo(7);
        assertThat(usage.variants(UNKNOWN)).containsExactly("", "large");
        assertThat(usage.units()).containsExactly(BillingUnit.INPUT, BillingUnit.REQUEST, UNKNOWN);
        assertThat(usage).hasToString("input=3,request=1,unit_test_hologram=2,unit_test_hologram/large=5");
        assertThat(usage.plus(usage).count(UNKNOWN, "large")).isEqualTo(10);
    }
}
