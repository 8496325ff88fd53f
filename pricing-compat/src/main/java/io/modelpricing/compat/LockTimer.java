package io.modelpricing.compat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/** Runs the statements of a step and measures for how long it locks {@code models} against readers. */
final class LockTimer {

    /**
     * Locks {@code models} against readers and writers. Taking a weaker lock first could deadlock: a transaction that
     * has read {@code models} and then writes it would wait for the weaker lock, and the step would wait for that
     * transaction to get the stronger one. The lock also blocks writers of {@code model_pricing}, because these lock
     * rows of {@code models} first.
     */
    private static final String LOCK = "lock table models in access exclusive mode";

    /**
     * The statements of a step.
     *
     * @param unlocked those before the lock
     * @param locked those under the lock
     */
    record Statements(List<String> unlocked, List<String> locked) {

        /** Returns the statements in their order, with the one that takes the lock. */
        Stream<String> all() {
            return Stream.of(unlocked, List.of(LOCK), locked).flatMap(List::stream);
        }
    }

    private long lockedAt;

    void run(DSLContext ctx, Statements statements) {
        statements.unlocked().forEach(sql -> Step.run(ctx, sql));
        Step.run(ctx, LOCK);
        lockedAt = System.nanoTime();
        statements.locked().forEach(sql -> Step.run(ctx, sql));
    }

    /** Returns the time since the lock was granted. Call it when the transaction has ended. */
    Duration lockDuration() {
        return Duration.ofNanos(System.nanoTime() - lockedAt);
    }
}
