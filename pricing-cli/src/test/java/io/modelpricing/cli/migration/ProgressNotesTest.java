package io.modelpricing.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.compat.NotAppliedException.Blocker;
import io.modelpricing.compat.StepListener.Blocked;
import io.modelpricing.compat.StepListener.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressNotesTest {

    private final AtomicLong nanos = new AtomicLong();
    private final List<String> printed = new ArrayList<>();
    private final ProgressNotes notes = new ProgressNotes("populate", printed::add, nanos::get);

    private void progressed(long done, Duration elapsed) {
        nanos.set(elapsed.toNanos());
        notes.progressed(new Progress(400_000 + done, 1_000_000, done, 1_000_000, done, elapsed));
    }

    @Test
    void printsTheRateAndTheRemainingTimeEveryFewSeconds() {
        progressed(5_000, Duration.ofSeconds(1));
        progressed(12_000, Duration.ofSeconds(3));
        progressed(13_000, Duration.ofMillis(3_500));
        progressed(600_000, Duration.ofSeconds(150));

        assertThat(printed)
                .containsExactly(
                        "populate: 412,000 of 1,000,000 models, 4,000 models/s, 2 min 27 s left",
                        "populate: 1,000,000 of 1,000,000 models, 4,000 models/s, 0 s left");
    }

    @Test
    void remainingHoursAreShown() {
        progressed(100, Duration.ofSeconds(3));

        assertThat(printed).containsExactly("populate: 400,100 of 1,000,000 models, 33 models/s, 4 h 59 min left");
    }

    @Test
    void printsEveryBlockedAttempt() {
        notes.blocked(new Blocked(
                3,
                40,
                "canceling statement due to lock timeout",
                List.of(new Blocker(7, "report", "idle in transaction", Duration.ofSeconds(9)))));

        assertThat(printed)
                .containsExactly("populate: attempt 3 of 40 was blocked and is repeated: canceling statement due to"
                        + " lock timeout; pid 7 (report, idle in transaction, last statement began 9 s ago)");
    }
}
