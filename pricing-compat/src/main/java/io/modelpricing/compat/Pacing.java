package io.modelpricing.compat;

import java.time.Duration;

/**
 * The size of the next batch, so that the server works on it for {@link #TARGET}: a batch blocks the writers of its
 * models. The time that the server measured counts, without the round trip.
 */
final class Pacing {

    static final Duration TARGET = Duration.ofMillis(120);

    /** Below this size, the fixed cost of a batch is most of its time, so that a smaller batch blocks hardly less. */
    static final int SMALLEST = 200;

    static final int LARGEST = 5_000;

    private int size = SMALLEST;
    private boolean isFirst = true;
    private boolean isReached;

    /** Returns the number of models of the next batch. */
    int size() {
        return size;
    }

    /** Sets the size by a batch that is done. */
    void measured(int models, Duration work) {
        if (isFirst) {
            // The first statements of a connection are planned, which takes longer than to run them.
            isFirst = false;
            return;
        }
        // A batch that ended before a locked row does not show that a larger one would fit.
        boolean isPartial = models < size;
        if (isPartial && work.compareTo(TARGET) <= 0) {
            return;
        }
        long fitting = models * TARGET.toNanos() / Math.max(1, work.toNanos());
        // One batch can be fast by chance, so the size grows slowly once it has been reached.
        long most = isReached ? size + size / 4L : 2L * size;
        isReached = isReached || fitting <= most;
        size = (int) Math.max(SMALLEST, Math.min(fitting, Math.min(most, LARGEST)));
    }
}
