package io.modelpricing;

import static io.modelpricing.BillingUnit.AUDIO_INPUT;
import static io.modelpricing.BillingUnit.AUDIO_OUTPUT;
import static io.modelpricing.BillingUnit.CACHE_READ;
import static io.modelpricing.BillingUnit.CACHE_READ_AUDIO;
import static io.modelpricing.BillingUnit.CACHE_WRITE;
import static io.modelpricing.BillingUnit.CACHE_WRITE_1H;
import static io.modelpricing.BillingUnit.IMAGE;
import static io.modelpricing.BillingUnit.IMAGE_COUNT;
import static io.modelpricing.BillingUnit.INPUT;
import static io.modelpricing.BillingUnit.OUTPUT;
import static io.modelpricing.BillingUnit.REASONING;
import static io.modelpricing.BillingUnit.REQUEST;
import static io.modelpricing.BillingUnit.WEB_SEARCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
                        + " if the provider does not count the parts within the whole; count tokens that are two parts"
                        + " at once, such as cached audio, as the unit that is part of both");
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
    @MethodSource("io.modelpricing.BillingUnit#all")
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
                .withMessageContaining("the parts of output must not exceed its count of 500")
                .withMessageEndingWith("; add the parts to the count of output if the provider reports them beside it");
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

    // Parts of several units.

    private static final BillingUnit CACHE_WRITE_IMAGE = BillingUnit.parse("cache_write_image");

    @Test
    void cachedAudioIsPartOfTheCachedAndOfTheAudioTokens() {
        Usage inclusive = Usage.inclusive()
                .input(100)
                .cacheRead(60)
                .count(AUDIO_INPUT, 50)
                .count(CACHE_READ_AUDIO, 40)
                .build();
        Usage exclusive = Usage.exclusive()
                .input(30)
                .cacheRead(20)
                .count(AUDIO_INPUT, 10)
                .count(CACHE_READ_AUDIO, 40)
                .build();
        assertThat(exclusive).isEqualTo(inclusive);
        assertThat(inclusive).hasToString("input=100,request=1,cache_read=60,audio_input=50,cache_read_audio=40");
        assertThat(disjoint(inclusive))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(INPUT, 30L, REQUEST, 1L, CACHE_READ, 20L, AUDIO_INPUT, 10L, CACHE_READ_AUDIO, 40L));
    }

    /** Returns the counts that are charged, without their parts. */
    private static Map<BillingUnit, Long> disjoint(Usage usage) {
        Map<BillingUnit, Long> counts = new HashMap<>();
        for (Usage.Count count : usage.counts()) {
            counts.put(count.unit(), count.disjoint());
        }
        return counts;
    }

    @Test
    void overlappingPartsCanAddUpToMoreThanTheWhole() {
        Usage usage = Usage.inclusive()
                .input(10)
                .cacheRead(10)
                .count(AUDIO_INPUT, 10)
                .count(CACHE_READ_AUDIO, 10)
                .build();
        assertThat(disjoint(usage)).containsEntry(CACHE_READ_AUDIO, 10L).containsEntry(INPUT, 0L);
        Usage most = Usage.inclusive()
                .input(Long.MAX_VALUE)
                .cacheRead(Long.MAX_VALUE)
                .count(AUDIO_INPUT, Long.MAX_VALUE)
                .count(CACHE_READ_AUDIO, Long.MAX_VALUE)
                .build();
        assertThat(disjoint(most))
                .containsEntry(CACHE_READ_AUDIO, Long.MAX_VALUE)
                .containsEntry(INPUT, 0L);
    }

    @Test
    void tokenOfAnyMediumCanBeWrittenToTheCacheForAnyDuration() {
        for (BillingUnit written : List.of(CACHE_WRITE, CACHE_WRITE_1H)) {
            for (String medium : List.of("text", "audio", "image", "video")) {
                BillingUnit both = BillingUnit.parse(written + "_" + medium);
                Usage usage = Usage.inclusive()
                        .input(1_000)
                        .count(BillingUnit.parse(medium + "_input"), 1_000)
                        .count(written, 1_000)
                        .count(both, 1_000)
                        .build();
                assertThat(usage.countWithoutParts(both)).isEqualTo(1_000);
                assertThat(both.wholes()).allMatch(whole -> usage.countWithoutParts(whole) == 0);
            }
        }
    }

    private static void assertImpossible(Usage.Builder usage, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(usage::build)
                .withMessage(message
                        + (message.startsWith("the parts of output")
                                ? "; add the parts to the count of output if the provider reports them beside it"
                                : "; use Usage.exclusive() if the provider does not count the parts within the whole;"
                                        + " count tokens that are two parts at once, such as cached audio, as the unit"
                                        + " that is part of both"));
    }

    @Test
    void impossibleUsageIsRefusedWithItsNumbers() {
        assertImpossible(
                Usage.inclusive().input(10).cacheRead(3).count(AUDIO_INPUT, 10).count(CACHE_READ_AUDIO, 4),
                "the parts of cache_read must not exceed its count of 3, but the usage is"
                        + " input=10,request=1,cache_read=3,audio_input=10,cache_read_audio=4");
        assertImpossible(
                Usage.inclusive().input(10).cacheRead(4).count(AUDIO_INPUT, 3).count(CACHE_READ_AUDIO, 4),
                "the parts of audio_input must not exceed its count of 3, but the usage is"
                        + " input=10,request=1,cache_read=4,audio_input=3,cache_read_audio=4");
        assertImpossible(
                Usage.inclusive().input(10).cacheRead(6).count(AUDIO_INPUT, 6).count(CACHE_READ_AUDIO, 1),
                "the parts of input must not exceed its count of 10, but the usage is"
                        + " input=10,request=1,cache_read=6,audio_input=6,cache_read_audio=1");
        assertImpossible(
                Usage.inclusive().input(10).cacheWrite(4).count(CACHE_WRITE_IMAGE, 4),
                "the parts of image_input must not exceed its count of 0, but the usage is"
                        + " input=10,request=1,cache_write=4,cache_write_image=4");
        assertImpossible(
                Usage.inclusive()
                        .input(10)
                        .output(5)
                        .count(AUDIO_OUTPUT, 3)
                        .reasoning(3)
                        .serviceTier(ServiceTier.FAST)
                        .region("eu"),
                "the parts of output must not exceed its count of 5, but the usage is"
                        + " input=10,output=5,request=1,reasoning=3,audio_output=3 (fast, eu)");
    }

    @Test
    void usageIsPossibleIfEveryUnitHasRoomForItsParts() {
        List<BillingUnit> tokens = CostOracle.measures().get("token");
        int possible = 0;
        int runs = 20_000;
        for (long seed = 0; seed < runs; seed++) {
            Random random = new Random(seed);
            Usage.Builder builder = Usage.inclusive().input(12).output(8);
            Map<BillingUnit, Long> counts = new HashMap<>(Map.of(INPUT, 12L, OUTPUT, 8L));
            for (int i = 0; i < 4; i++) {
                BillingUnit unit = tokens.get(2 + random.nextInt(tokens.size() - 2));
                for (BillingUnit counted : tokens) {
                    boolean whole = counted != INPUT
                            && counted != OUTPUT
                            && CostOracle.wholes(unit).contains(counted);
                    if (counted == unit || (whole && random.nextInt(8) > 0)) {
                        counts.put(counted, counts.getOrDefault(counted, 0L) + 1 + random.nextInt(3));
                    }
                }
            }
            counts.forEach(builder::count);
            Map<BillingUnit, Long> expected = withoutParts(counts);
            String context = "seed " + seed + ": " + counts;
            if (expected.values().stream().allMatch(count -> count >= 0)) {
                possible++;
                Usage usage = builder.build();
                expected.keySet().retainAll(counts.keySet());
                expected.put(REQUEST, 1L);
                assertThat(disjoint(usage)).as(context).isEqualTo(expected);
            } else {
                assertThatIllegalArgumentException().as(context).isThrownBy(builder::build);
            }
        }
        assertThat(possible).isBetween(runs / 10, runs * 9 / 10);
    }

    /** Subtracts from each count those of its parts; the most specific ones have no parts. */
    private static Map<BillingUnit, Long> withoutParts(Map<BillingUnit, Long> counts) {
        Map<BillingUnit, Long> disjoint = new HashMap<>();
        for (int wholes = 3; wholes >= 0; wholes--) {
            int depth = wholes;
            CostOracle.measures().get("token").forEach(unit -> {
                if (CostOracle.wholes(unit).size() == depth) {
                    long parts = disjoint.entrySet().stream()
                            .filter(part -> CostOracle.wholes(part.getKey()).contains(unit))
                            .mapToLong(Map.Entry::getValue)
                            .sum();
                    disjoint.put(unit, counts.getOrDefault(unit, 0L) - parts);
                }
            });
        }
        return disjoint;
    }

    // Variants and region.

    @Test
    void countsOfAUnitCanHaveVariants() {
        Usage usage = Usage.inclusive()
                .count(WEB_SEARCH, "high", 2)
                .count(WEB_SEARCH, "low", 1)
                .count(WEB_SEARCH, 4)
                .count(WEB_SEARCH, "medium", 0)
                .count(IMAGE_COUNT, "1024x1024/hd", 3)
                .build();
        assertThat(usage.count(WEB_SEARCH)).isEqualTo(7);
        assertThat(usage.count(WEB_SEARCH, "high")).isEqualTo(2);
        assertThat(usage.count(WEB_SEARCH, "")).isEqualTo(4);
        assertThat(usage.count(WEB_SEARCH, "medium")).isZero();
        assertThat(usage.variants(WEB_SEARCH)).containsExactly("", "high", "low");
        assertThat(usage.variants(IMAGE_COUNT)).containsExactly("1024x1024/hd");
        assertThat(usage.variants(INPUT)).isEmpty();
        assertThat(usage.units()).containsExactly(REQUEST, IMAGE_COUNT, WEB_SEARCH);
        assertThat(usage)
                .hasToString("request=1,image_count/1024x1024/hd=3,web_search=4,web_search/high=2,web_search/low=1");
        assertThat(Usage.inclusive().count(WEB_SEARCH, "", 4).build())
                .isEqualTo(Usage.inclusive().count(WEB_SEARCH, 4).build())
                .isNotEqualTo(Usage.inclusive().count(WEB_SEARCH, "low", 4).build());
    }

    @Test
    void lastCountOfAVariantIsUsed() {
        Usage.Builder builder = Usage.inclusive().count(WEB_SEARCH, "high", 2);
        Usage first = builder.build();
        assertThat(builder.count(WEB_SEARCH, "high", 3).build().count(WEB_SEARCH, "high"))
                .isEqualTo(3);
        assertThat(builder.count(WEB_SEARCH, "high", 0).build()).isEqualTo(Usage.of(0, 0));
        assertThat(first.count(WEB_SEARCH)).isEqualTo(2);
    }

    @Test
    void badVariantsAreRefused() {
        Usage.Builder builder = Usage.inclusive();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.count(CACHE_READ, "high", 1))
                .withMessage("the count of cache_read must not name a variant, because cache_read has none, but names"
                        + " \"high\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.count(WEB_SEARCH, "High", 1))
                .withMessage("a variant must have 1 to 64 of the characters a-z, 0-9, _ . : / - and begin with a letter"
                        + " or a digit, but was \"High\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.count(WEB_SEARCH, "high", -1))
                .withMessage("the count of web_search/high must be zero or more, but was -1");
        assertThat(builder.build()).isEqualTo(Usage.of(0, 0));
    }

    @Test
    void sumOfVariantsBeyondLongIsRefused() {
        Usage.Builder builder = Usage.inclusive()
                .count(WEB_SEARCH, Long.MAX_VALUE - 1)
                .count(IMAGE_COUNT, "hd", Long.MAX_VALUE)
                .count(WEB_SEARCH, "high", 1);
        assertThat(builder.build().count(WEB_SEARCH)).isEqualTo(Long.MAX_VALUE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.count(WEB_SEARCH, "low", 1).build())
                .withMessage("the sum of 9223372036854775807 and 1 of web_search must not exceed 9223372036854775807");
    }

    @Test
    void regionIsPartOfTheUsage() {
        Usage usage = Usage.inclusive().input(1).region("eu").build();
        assertThat(usage.region()).isEqualTo("eu");
        assertThat(usage).hasToString("input=1,request=1 (eu)").isNotEqualTo(Usage.of(1, 0));
        assertThat(Usage.of(1, 0).region()).isEmpty();
        assertThat(Usage.inclusive().input(1).region("eu").region("").build()).isEqualTo(Usage.of(1, 0));
        assertThat(Usage.inclusive()
                        .input(1)
                        .region("eu")
                        .serviceTier(ServiceTier.PRIORITY)
                        .build())
                .hasToString("input=1,request=1 (priority, eu)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Usage.inclusive().region("EU"))
                .withMessage(
                        "a region must have 1 to 64 of the characters a-z, 0-9, _ . : / - and begin with a letter or"
                                + " a digit, but was \"EU\"");
    }

    @Test
    void plusAddsVariantsAndOverlappingParts() {
        Usage a = Usage.inclusive()
                .input(10)
                .cacheRead(6)
                .count(AUDIO_INPUT, 5)
                .count(CACHE_READ_AUDIO, 5)
                .count(WEB_SEARCH, "high", 2)
                .count(WEB_SEARCH, 1)
                .region("eu")
                .build();
        Usage b = Usage.inclusive()
                .input(3)
                .cacheRead(1)
                .count(AUDIO_INPUT, 2)
                .count(WEB_SEARCH, "high", 1)
                .count(WEB_SEARCH, "low", 1)
                .region("eu")
                .build();
        assertThat(a.plus(b))
                .isEqualTo(b.plus(a))
                .hasToString("input=13,request=2,cache_read=7,audio_input=7,web_search=1,web_search/high=3,"
                        + "web_search/low=1,cache_read_audio=5 (eu)");
        assertThat(disjoint(a.plus(b))).containsEntry(INPUT, 4L).containsEntry(CACHE_READ, 2L);
        Usage most = Usage.inclusive()
                .count(WEB_SEARCH, "high", Long.MAX_VALUE)
                .region("eu")
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> most.plus(a))
                .withMessage("the sum of 9223372036854775807 and 2 of web_search must not exceed 9223372036854775807");
    }

    @Test
    void plusRefusesDifferentRegions() {
        Usage eu = Usage.inclusive().input(1).region("eu").build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> eu.plus(Usage.of(2, 0)))
                .withMessage("usages must have the same service tier and region to be added, but are input=1,request=1"
                        + " (eu) and input=2,request=1; calculate the cost of each");
    }
}
