package io.modelpricing.compat;

import java.time.Duration;

/**
 * How a step waits for locks: the timeout of one wait, and the number of attempts.
 *
 * @param lockTimeout the longest wait for one lock, which is also the longest time that other statements queue behind
 *     the waiting step
 * @param attempts how often the step is tried, with a random, growing pause after each attempt
 */
public record LockRetry(Duration lockTimeout, int attempts) {

    /** 200 ms for a lock, 40 attempts: about a minute in all. */
    public static final LockRetry DEFAULT = new LockRetry(Duration.ofMillis(200), 40);

    /**
     * Checks the numbers.
     *
     * @param lockTimeout from 1 ms to 10 s
     * @param attempts at least 1
     * @throws IllegalArgumentException if a number is out of range
     */
    public LockRetry {
        if (lockTimeout.toMillis() < 1 || lockTimeout.compareTo(Duration.ofSeconds(10)) > 0) {
            throw new IllegalArgumentException(
                    "lockTimeout must be between 1 ms and 10 s, but was " + lockTimeout.toMillis() + " ms");
        }
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1, but was " + attempts);
        }
    }
}
