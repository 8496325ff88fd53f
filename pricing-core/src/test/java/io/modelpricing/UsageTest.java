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

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UsageTest {

    @Test
    void usageIsOfOneRequestByDefault() {
        assertThat(Usage.of(1000, 500).count(REQUEST)).isEqualTo(1);
        assertThat(Usage.inclusive().build().count(REQUEST)).isEqualTo(1);
        assertThat(Usage.exclusive().build().count(REQUEST)).isEqualTo(1);
        assertThat(Usage.inclusive().count(REQUEST, 0).build().count(REQUEST)).isZero();
    }

    @Test
    void builderMethodsSetTheCountOfTheirUnit() {
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
    void exclusiveInputCountsAreAddedAndOutputCountsAreNot() {
        Usage exclusive = Usage.exclusive()
                .input(700)
                .cacheRead(200)
                .cacheWrite5m(60)
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
    void partsCanAddUpToTheWhole() {
        Usage usage = Usage.inclusive().input(10).cacheRead(4).cacheWrite(6).build();
        assertThat(usage.count(INPUT)).isEqualTo(10);
    }

    @Test
    void partsExceedingTheWholeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Usage.inclusive().input(10).cacheRead(4).cacheWrite(7).build())
                .withMessage("the parts of input must not exceed its count of 10, but the usage is"
                        + " input=10,request=1,cache_read=4,cache_write=7; use Usage.exclusive()"
                        + " if the provider does not count the parts within the whole");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Usage.inclusive().output(10).reasoning(11).build())
                .withMessageContaining("the parts of output must not exceed its count of 10");
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
                    .withMessage("the count of " + unit + " must be zero or more, but was -1");
            assertThatIllegalArgumentException().isThrownBy(() -> builder.count(unit, Long.MIN_VALUE));
        }
    }

    @Test
    void largestCountIsAccepted() {
        Usage usage = Usage.exclusive()
                .input(Long.MAX_VALUE - 2)
                .cacheRead(1)
                .cacheWrite(1)
                .build();
        assertThat(usage.count(INPUT)).isEqualTo(Long.MAX_VALUE);
        assertThat(Usage.of(Long.MAX_VALUE, Long.MAX_VALUE).count(OUTPUT)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void sumOfExclusiveCountsBeyondLongIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Usage.exclusive()
                        .input(Long.MAX_VALUE - 1)
                        .cacheRead(1)
                        .cacheWrite(1)
                        .build())
                .withMessage("the sum of 9223372036854775807 and 1 of input must not exceed 9223372036854775807");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Usage.exclusive().output(500).reasoning(501).build())
                .withMessageContaining("the parts of output must not exceed its count of 500");
    }

    @Test
    void plusAddsTheCountsOfEachUnit() {
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
    void plusRefusesSumsBeyondLongAndDifferentTiers() {
        Usage most = Usage.of(Long.MAX_VALUE, 0);
        assertThat(most.plus(Usage.of(0, 1)).count(INPUT)).isEqualTo(Long.MAX_VALUE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> most.plus(Usage.of(1, 0)))
                .withMessageContaining("9223372036854775807 and 1 of input");
        Usage batch = Usage.inclusive().input(1).serviceTier(ServiceTier.BATCH).build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> most.plus(batch))
                .withMessageContaining("usages must have the same service tier")
                .withMessageContaining("(batch)");
    }

    @Test
    void builderCanBeReusedWithoutChangingABuiltUsage() {
        Usage.Builder builder = Usage.exclusive().input(10).cacheRead(5);
        Usage first = builder.build();
        Usage second = builder.cacheRead(6).build();
        assertThat(first.count(INPUT)).isEqualTo(15);
        assertThat(second.count(INPUT)).isEqualTo(16);
    }

    @Test
    void usagesAreEqualByCountsAndTier() {
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

    // Cache writes of two durations.

    /** Anthropic reports 1,800 tokens written to the cache, 300 of them for five minutes and 1,500 for one hour. */
    private static final Usage WRITES = Usage.inclusive()
            .input(2_900)
            .cacheRead(100)
            .cacheWrite(300)
            .cacheWrite1h(1_500)
            .output(50)
            .build();

    private static Usage.Builder anthropic() {
        return Usage.exclusive().input(1_000).cacheRead(100).output(50);
    }

    @Test
    void cacheCreationIsTheSumOfBothDurations() {
        assertThat(anthropic().cacheCreation(1_800).cacheWrite1h(1_500).build()).isEqualTo(WRITES);
        assertThat(anthropic().cacheWrite1h(1_500).cacheCreation(1_800).build()).isEqualTo(WRITES);
        assertThat(anthropic()
                        .cacheCreation(1_800)
                        .cacheWrite5m(300)
                        .cacheWrite1h(1_500)
                        .build())
                .isEqualTo(WRITES);
        assertThat(anthropic().cacheWrite5m(300).cacheWrite1h(1_500).build()).isEqualTo(WRITES);
        assertThat(Usage.inclusive()
                        .input(2_900)
                        .cacheRead(100)
                        .cacheCreation(1_800)
                        .cacheWrite1h(1_500)
                        .output(50)
                        .build())
                .isEqualTo(WRITES);
    }

    @Test
    void cacheCreationOfOneDurationNeedsNoPart() {
        assertThat(anthropic().cacheCreation(1_800).build())
                .isEqualTo(anthropic().cacheWrite(1_800).build());
        assertThat(anthropic().cacheCreation(1_500).cacheWrite1h(1_500).build())
                .isEqualTo(anthropic().cacheWrite1h(1_500).build());
        assertThat(anthropic().cacheCreation(0).build()).isEqualTo(anthropic().build());
    }

    @Test
    void exclusiveCacheWriteBesideA1HourWriteIsRefusedBecauseItMayBeTheSum() {
        for (Usage.Builder builder : List.of(
                anthropic().cacheWrite(1_800).cacheWrite1h(1_500),
                anthropic().count(CACHE_WRITE_1H, 1_500).count(CACHE_WRITE, 1_800),
                anthropic().cacheWrite5m(1).cacheWrite1h(1_500).cacheWrite(1_800))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(builder::build)
                    .withMessage(
                            "a cache write of 1800 beside a 1-hour cache write of 1500 is ambiguous: it could include"
                                    + " the 1-hour tokens; use cacheCreation(1800) if it does, as Anthropic's"
                                    + " cache_creation_input_tokens, otherwise cacheWrite5m(1800)");
        }
        assertThat(anthropic().cacheWrite(0).cacheWrite1h(1_500).build().count(INPUT))
                .isEqualTo(2_600);
        assertThat(anthropic().cacheWrite(1_800).cacheWrite1h(0).build().count(INPUT))
                .isEqualTo(2_900);
    }

    @Test
    void contradictoryCacheWritesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        anthropic().cacheCreation(1_000).cacheWrite1h(1_500).build())
                .withMessage(
                        "cacheCreation must be the sum of the 5-minute and the 1-hour cache writes, but was 1000 with"
                                + " 1500 1-hour tokens; pass the counts of one response unchanged");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> anthropic()
                        .cacheCreation(1_800)
                        .cacheWrite5m(200)
                        .cacheWrite1h(1_500)
                        .build())
                .withMessage(
                        "cacheCreation must be the sum of the 5-minute and the 1-hour cache writes, but was 1800 with"
                                + " 200 5-minute and 1500 1-hour tokens; pass the counts of one response unchanged");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> anthropic().cacheCreation(1_800).cacheWrite5m(0).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> anthropic().cacheCreation(-1))
                .withMessage("the count of cache_creation must be zero or more, but was -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> anthropic()
                        .cacheCreation(5)
                        .cacheWrite5m(Long.MAX_VALUE)
                        .cacheWrite1h(Long.MAX_VALUE)
                        .build());
    }
}
