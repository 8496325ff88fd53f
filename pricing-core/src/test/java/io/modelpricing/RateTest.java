package io.modelpricing;

import static io.modelpricing.BillingUnit.CACHE_READ;
import static io.modelpricing.BillingUnit.IMAGE_COUNT;
import static io.modelpricing.BillingUnit.INPUT;
import static io.modelpricing.BillingUnit.REASONING;
import static io.modelpricing.BillingUnit.REQUEST;
import static io.modelpricing.BillingUnit.VIDEO_OUTPUT_MS;
import static io.modelpricing.BillingUnit.WEB_SEARCH;
import static io.modelpricing.ServiceTier.BATCH;
import static io.modelpricing.ServiceTier.FAST;
import static io.modelpricing.ServiceTier.STANDARD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {

    private static final Price ONE = Price.perMillion("1");
    private static final BillingUnit UNKNOWN = BillingUnit.ofStored("rate_test_unit_of_the_future");

    @Test
    void eachMethodReplacesOneCondition() {
        Rate rate = Rate.of(VIDEO_OUTPUT_MS, ONE);
        assertThat(rate).isEqualTo(new Rate(VIDEO_OUTPUT_MS, "", Terms.STANDARD, 0, ONE, null));
        assertThat(rate.ofVariant("1080p")).isEqualTo(new Rate(VIDEO_OUTPUT_MS, "1080p", Terms.STANDARD, 0, ONE, null));
        assertThat(rate.in(BATCH)).isEqualTo(new Rate(VIDEO_OUTPUT_MS, "", new Terms(BATCH, "", ""), 0, ONE, null));
        assertThat(rate.inRegion("eu"))
                .isEqualTo(new Rate(VIDEO_OUTPUT_MS, "", new Terms(STANDARD, "eu", ""), 0, ONE, null));
        assertThat(rate.during("peak"))
                .isEqualTo(new Rate(VIDEO_OUTPUT_MS, "", new Terms(STANDARD, "", "peak"), 0, ONE, null));
        assertThat(rate.ofVariant("1080p")
                        .during("peak")
                        .inRegion("eu")
                        .in(FAST)
                        .from(7))
                .isEqualTo(new Rate(VIDEO_OUTPUT_MS, "1080p", new Terms(FAST, "eu", "peak"), 7, ONE, null))
                .isEqualTo(rate.from(7).in(FAST).inRegion("eu").during("peak").ofVariant("1080p"));
        assertThat(rate.inRegion("eu").inRegion("").serviceTier()).isEqualTo(STANDARD);
        assertThat(rate.inRegion("eu").inRegion("")).isEqualTo(rate);
    }

    @Test
    void aboveStartsOneTokenAfterFrom() {
        assertThat(Rate.of(INPUT, ONE).above(200_000))
                .isEqualTo(new Rate(INPUT, "", Terms.STANDARD, 200_001, ONE, null));
        assertThat(Rate.of(INPUT, ONE).from(200_000))
                .isEqualTo(new Rate(INPUT, "", Terms.STANDARD, 200_000, ONE, null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rate.of(INPUT, ONE).above(Long.MAX_VALUE));
    }

    @Test
    void chargedAsHasNoPrice() {
        assertThat(Rate.chargedAs(CACHE_READ, INPUT))
                .isEqualTo(new Rate(CACHE_READ, "", Terms.STANDARD, 0, null, INPUT));
        assertThat(Rate.chargedAs(WEB_SEARCH, BillingUnit.parse("query"))
                        .ofVariant("high")
                        .in(BATCH))
                .hasToString("batch web_search/high charged as query");
    }

    @Test
    void rateReadsLikeALineOfAPriceList() {
        assertThat(Rate.of(INPUT, Price.perMillion("2.5")).inRegion("eu").above(200_000))
                .hasToString("standard eu input from 200001: 0.0000025");
        assertThat(Rate.of(WEB_SEARCH, Price.perUnit("0.03"))
                        .ofVariant("low")
                        .in(BATCH)
                        .during("off_peak"))
                .hasToString("batch off_peak web_search/low: 0.03");
    }

    @Test
    void termsAreOrderedByTierRegionAndHours() {
        assertThat(List.of(
                        Terms.STANDARD,
                        new Terms(STANDARD, "", "peak"),
                        new Terms(STANDARD, "eu", ""),
                        new Terms(STANDARD, "us", ""),
                        new Terms(BATCH, "", "")))
                .isSorted();
        assertThat(new Terms(BATCH, "eu", "off_peak")).hasToString("batch eu off_peak");
        assertThat(Terms.STANDARD).hasToString("standard");
    }

    // Bad input.

    @Test
    void variantOfAUnitWithoutVariantsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rate.of(INPUT, ONE).ofVariant("high"))
                .withMessage("the rate of input must not name a variant, because input has none, but names high");
        for (BillingUnit unit : BillingUnit.all()) {
            if (CostOracle.hasVariants(unit)) {
                assertThat(Rate.of(unit, ONE).ofVariant("high").variant()).isEqualTo("high");
            } else {
                assertThatIllegalArgumentException()
                        .as(unit.id())
                        .isThrownBy(() -> Rate.of(unit, ONE).ofVariant("high"));
            }
        }
        assertThat(Rate.of(UNKNOWN, ONE).ofVariant("high").variant()).isEqualTo("high");
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "High", "a b", "_high", "é", "a,b", "a=b", "high\n"})
    void invalidNamesAreRefused(String name) {
        String rest = " must have 1 to 64 of the characters a-z, 0-9, _ . : / - and begin with a letter or a digit, but"
                + " was \"" + TextRule.escaped(name) + "\"";
        Rate rate = Rate.of(WEB_SEARCH, ONE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rate.ofVariant(name))
                .withMessage("a variant" + rest);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rate.inRegion(name))
                .withMessage("a region" + rest);
        assertThatIllegalArgumentException().isThrownBy(() -> rate.during(name)).withMessage("a name of hours" + rest);
    }

    @Test
    void nameHasUpTo64Characters() {
        Rate rate = Rate.of(IMAGE_COUNT, ONE);
        String longest = "1024x1024/hd:v1.5-_".repeat(4).substring(0, 64);
        assertThat(rate.ofVariant(longest).variant()).isEqualTo(longest);
        assertThatIllegalArgumentException().isThrownBy(() -> rate.ofVariant(longest + "x"));
    }

    @Test
    void negativeSizeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rate.of(INPUT, ONE).from(-1))
                .withMessage("fromInputTokens of the rate of input must be 0 or more, but was -1");
    }

    @Test
    void rateNeedsEitherAPriceOrAChargedAsUnit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rate(CACHE_READ, "", Terms.STANDARD, 0, null, null))
                .withMessage("the rate of cache_read must have either a price or a unit that cache_read is charged as,"
                        + " but has neither");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rate(CACHE_READ, "", Terms.STANDARD, 0, ONE, INPUT))
                .withMessage("the rate of cache_read must have either a price or a unit that cache_read is charged as,"
                        + " but has both");
    }

    @Test
    void thresholdOfAChargedAsRateIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rate.chargedAs(CACHE_READ, INPUT).from(10))
                .withMessage(
                        "a rate that charges cache_read as input must apply from 0 input tokens on, but was from 10;"
                                + " the rates of input have the thresholds");
    }

    @Test
    void unitChargedAsItselfIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rate.chargedAs(REASONING, REASONING))
                .withMessage("reasoning must not be charged as itself; give it a price");
    }

    @Test
    void unitChargedAsOneOfAnotherMeasureIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rate.chargedAs(WEB_SEARCH, REQUEST))
                .withMessage("web_search must be charged as a unit of the same measure, query, but request counts a"
                        + " request");
        for (List<BillingUnit> units : CostOracle.measures().values()) {
            for (BillingUnit unit : units) {
                for (BillingUnit as : BillingUnit.all()) {
                    if (units.contains(as) && unit != as) {
                        assertThat(Rate.chargedAs(unit, as).chargedAs()).isSameAs(as);
                    } else {
                        assertThatIllegalArgumentException().isThrownBy(() -> Rate.chargedAs(unit, as));
                    }
                }
            }
        }
        assertThat(Rate.chargedAs(UNKNOWN, INPUT).chargedAs()).isSameAs(INPUT);
        assertThat(Rate.chargedAs(INPUT, UNKNOWN).chargedAs()).isSameAs(UNKNOWN);
    }
}
