package io.modelpricing.cli.migration;

import static java.util.stream.Collectors.joining;

import io.modelpricing.compat.StepListener;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Prints how far a step is, a line every few seconds, and every attempt that was blocked. */
final class ProgressNotes implements StepListener {

    private static final Duration INTERVAL = Duration.ofSeconds(3);

    private final String step;
    private final Consumer<String> print;
    private final LongSupplier nanoTime;
    private long printedAt;

    /**
     * Creates the listener.
     *
     * @param step the name of the step
     * @param print prints a line
     * @param nanoTime the clock
     */
    ProgressNotes(String step, Consumer<String> print, LongSupplier nanoTime) {
        this.step = step;
        this.print = print;
        this.nanoTime = nanoTime;
        printedAt = nanoTime.getAsLong();
    }

    @Override
    public void progressed(Progress progress) {
        long now = nanoTime.getAsLong();
        if (now - printedAt < INTERVAL.toNanos()) {
            return;
        }
        printedAt = now;
        print.accept(String.format(
                Locale.ROOT,
                "%s: %,d of %,d models, %,d models/s, %s left",
                step,
                progress.models(),
                progress.total(),
                progress.modelsPerSecond(),
                text(progress.remaining())));
    }

    @Override
    public void blocked(Blocked blocked) {
        print.accept(step + ": attempt " + blocked.attempt() + " of " + blocked.attempts()
                + " was blocked and is repeated: "
                + blocked.reason()
                + blocked.blockers().stream().map(blocker -> "; " + blocker).collect(joining()));
    }

    private static String text(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds < 60
                ? seconds + " s"
                : seconds < 3600
                        ? seconds / 60 + " min " + seconds % 60 + " s"
                        : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
}
