package io.modelpricing;

import static io.modelpricing.BillingUnit.AUDIO_INPUT;
import static io.modelpricing.BillingUnit.AUDIO_OUTPUT;
import static io.modelpricing.BillingUnit.CACHE_READ;
import static io.modelpricing.BillingUnit.CACHE_WRITE;
import static io.modelpricing.BillingUnit.CACHE_WRITE_1H;
import static io.modelpricing.BillingUnit.IMAGE;
import static io.modelpricing.BillingUnit.INPUT;
import static io.modelpricing.BillingUnit.OUTPUT;
import static io.modelpricing.BillingUnit.REASONING;
import static io.modelpricing.BillingUnit.REQUEST;
import static io.modelpricing.BillingUnit.WEB_SEARCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UsageTest {

    @Test
    void aUsageIsOfOneRequestUnlessItSaysOtherwise() {
        assertThat(Usage.of(1000, 500).count(REQUEST)).isEqualTo(1);
        assertThat(Usage.inclusive().build().count(REQUEST)).isEqualTo(1);
        assertThat(Usage.exclusive().build().count(REQUEST)).isEqualTo(1);
        assertThat(Usage.inclusive().count(REQUEST, 0).build().count(REQUEST)).isZero();
    }

    @Test
    void countsGoToTheUnitsTheyAreNamedAfter() {
        Usage usage = Usage.inclusive()
                .input(100)
                .output(50)
                .cacheRead(1)
                .cacheWrite(2)
                .cacheWrite1h(3)
                .reasoning(4)
                .count(WEB_SEARCH, 5)
                .serviceTier(ServiceTier.FLEX)
                .build();
        assertThat(usage.count(INPUT)).isEqualTo(100);
        assertThat(usage.count(OUTPUT)).isEqualTo(50);
        assertThat(usage.count(CACHE_READ)).isEqualTo(1);
        assertThat(usage.count(CACHE_WRITE)).isEqualTo(2);
        assertThat(usage.count(CACHE_WRITE_1H)).isEqualTo(3);
        assertThat(usage.count(REASONING)).isEqualTo(4);
        assertThat(usage.count(WEB_SEARCH)).isEqualTo(5);
        assertThat(usage.count(IMAGE)).isZero();
        assertThat(usage.serviceTier()).isEqualTo(ServiceTier.FLEX);
        assertThat(usage)
                .hasToString("input=100,output=50,request=1,cache_read=1,cache_write=2,cache_write_1h=3,web_search=5,"
                        + "reasoning=4 (flex)");
    }

    @Test
    void exclusiveInputCountsAreAddedToTheWholeAndOutputHasItsParts() {
        Usage exclusive = Usage.exclusive()
                .input(700)
                .cacheRead(200)
                .cacheWrite(60)
                .cacheWrite1h(30)
                .count(AUDIO_INPUT, 10)
                .output(100)
                .reasoning(20)
                .count(AUDIO_OUTPUT, 10)
                .build();
        Usage inclusive = Usage.inclusive()
                .input(1000)
                .cacheRead(200)
                .cacheWrite(60)
                .cacheWrite1h(30)
                .count(AUDIO_INPUT, 10)
                .output(100)
                .reasoning(20)
                .count(AUDIO_OUTPUT, 10)
                .build();
        assertThat(exclusive).isEqualTo(inclusive).hasSameHashCodeAs(inclusive).hasToString(inclusive.toString());
    }

    @Test
    void partsMayBeTheWhole() {
        Usage usage = Usage.inclusive().input(10).cacheRead(4).cacheWrite(6).build();
        assertThat(usage.count(INPUT)).isEqualTo(10);
    }

    @Test
    void morePartsThanTheWholeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Usage.inclusive().input(10).cacheRead(4).cacheWrite(7).build())
                .withMessageContaining("impossible usage")
                .withMessageContaining("the parts of input are more than its 10")
                .withMessageContaining("input=10,request=1,cache_read=4,cache_write=7");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Usage.inclusive().output(10).reasoning(11).build())
                .withMessageContaining("the parts of output are more than its 10");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Usage.inclusive()
                        .input(Long.MAX_VALUE)
                        .cacheRead(Long.MAX_VALUE)
                        .cacheWrite(Long.MAX_VALUE)
                        .cacheWrite1h(Long.MAX_VALUE)
                        .build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Usage.inclusive().cacheRead(1).build());
    }

    @ParameterizedTest
    @EnumSource
    void negativeCountsAreRefused(BillingUnit unit) {
        for (Usage.Builder builder : new Usage.Builder[] {Usage.inclusive(), Usage.exclusive()}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.count(unit, -1))
                    .withMessage("impossible usage: -1 of " + unit);
            assertThatIllegalArgumentException().isThrownBy(() -> builder.count(unit, Long.MIN_VALUE));
        }
    }

    @Test
    void theLargestCountIsPossible() {
        Usage usage = Usage.exclusive()
                .input(Long.MAX_VALUE - 2)
                .cacheRead(1)
                .cacheWrite(1)
                .build();
        assertThat(usage.count(INPUT)).isEqualTo(Long.MAX_VALUE);
        assertThat(Usage.of(Long.MAX_VALUE, Long.MAX_VALUE).count(OUTPUT)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aWholeBeyondLongIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Usage.exclusive()
                        .input(Long.MAX_VALUE - 1)
                        .cacheRead(1)
                        .cacheWrite(1)
                        .build())
                .withMessageContaining("impossible usage")
                .withMessageContaining("of input")
                .withMessageContaining("9223372036854775807");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Usage.exclusive().output(500).reasoning(501).build())
                .withMessageContaining("impossible usage");
    }

    @Test
    void usagesAddUpUnitByUnit() {
        Usage a = Usage.inclusive().input(10).cacheRead(4).output(1).build();
        Usage b = Usage.inclusive()
                .input(5)
                .output(7)
                .reasoning(7)
                .count(REQUEST, 3)
                .build();
        assertThat(a.plus(b)).hasToString("input=15,output=8,request=4,cache_read=4,reasoning=7");
        assertThat(a.plus(b)).isEqualTo(b.plus(a));
    }

    @Test
    void sumsBeyondLongAndOfDifferentTiersAreRefused() {
        Usage most = Usage.of(Long.MAX_VALUE, 0);
        assertThat(most.plus(Usage.of(0, 1)).count(INPUT)).isEqualTo(Long.MAX_VALUE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> most.plus(Usage.of(1, 0)))
                .withMessageContaining("9223372036854775807 and 1 of input");
        Usage batch = Usage.inclusive().input(1).serviceTier(ServiceTier.BATCH).build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> most.plus(batch))
                .withMessageContaining("different service tiers")
                .withMessageContaining("(batch)");
    }

    @Test
    void aBuilderCanGoOnWithoutChangingWhatItBuilt() {
        Usage.Builder builder = Usage.exclusive().input(10).cacheRead(5);
        Usage first = builder.build();
        Usage second = builder.cacheRead(6).build();
        assertThat(first.count(INPUT)).isEqualTo(15);
        assertThat(second.count(INPUT)).isEqualTo(16);
    }

    @Test
    void equalUsagesHaveTheSameCountsAndTier() {
        Usage usage = Usage.of(10, 5);
        assertThat(usage).isEqualTo(Usage.inclusive().output(5).input(10).build());
        assertThat(usage)
                .hasSameHashCodeAs(Usage.inclusive().output(5).input(10).build());
        assertThat(usage).isNotEqualTo(Usage.of(10, 6)).isNotEqualTo("usage");
        assertThat(usage)
                .isNotEqualTo(Usage.inclusive()
                        .input(10)
                        .output(5)
                        .serviceTier(ServiceTier.BATCH)
                        .build());
    }
}
