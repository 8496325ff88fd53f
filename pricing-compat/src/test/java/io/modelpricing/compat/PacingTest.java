package io.modelpricing.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PacingTest {

    /** Returns the size after batches that each take a fixed time and a time for each model. */
    private static int sizeAfter(int batches, Duration fixed, Duration perModel) {
        Pacing pacing = new Pacing();
        for (int i = 0; i < batches; i++) {
            pacing.measured(pacing.size(), fixed.plus(perModel.multipliedBy(pacing.size())));
        }
        return pacing.size();
    }

    @Test
    void batchesGrowUntilTheyTakeTheTargetTime() {
        assertThat(sizeAfter(2, Duration.ZERO, Duration.ofNanos(100_000))).isEqualTo(400);
        assertThat(sizeAfter(10, Duration.ZERO, Duration.ofNanos(100_000))).isEqualTo(1_200);
        assertThat(sizeAfter(30, Duration.ofMillis(50), Duration.ofNanos(100_000)))
                .isBetween(650, 750);
        assertThat(sizeAfter(30, Duration.ZERO, Duration.ofNanos(100))).isEqualTo(Pacing.LARGEST);
    }

    @Test
    void fixedCostDoesNotShrinkBatchesBelowTheSmallestSize() {
        assertThat(sizeAfter(30, Duration.ofSeconds(1), Duration.ofNanos(1))).isEqualTo(Pacing.SMALLEST);
    }

    @Test
    void firstBatchOfAConnectionIsNotMeasured() {
        assertThat(sizeAfter(1, Duration.ZERO, Duration.ofNanos(100_000))).isEqualTo(Pacing.SMALLEST);
    }

    private static Pacing thatReached2000() {
        Pacing pacing = new Pacing();
        for (int i = 0; i < 10; i++) {
            pacing.measured(
                    pacing.size(), Pacing.TARGET.multipliedBy(pacing.size()).dividedBy(2_000));
        }
        assertThat(pacing.size()).isEqualTo(2_000);
        return pacing;
    }

    @Test
    void oneSlowBatchIsFollowedByASmallerOne() {
        Pacing pacing = thatReached2000();

        pacing.measured(2_000, Pacing.TARGET.multipliedBy(4));

        assertThat(pacing.size()).isEqualTo(500);
    }

    @Test
    void oneFastBatchIsFollowedByASlightlyLargerOne() {
        Pacing pacing = thatReached2000();

        pacing.measured(2_000, Pacing.TARGET.dividedBy(4));

        assertThat(pacing.size()).isEqualTo(2_500);
    }

    @Test
    void batchThatEndedBeforeALockedRowDoesNotChangeTheSize() {
        Pacing pacing = new Pacing();
        for (int i = 0; i < 10; i++) {
            pacing.measured(
                    pacing.size(), Pacing.TARGET.multipliedBy(pacing.size()).dividedBy(2_000));
        }

        pacing.measured(1, Duration.ofMillis(30));

        assertThat(pacing.size()).isEqualTo(2_000);
    }
}
