package io.modelpricing.compat;

import java.time.Duration;

/**
 * How long a step waits for others before it gives up.
 *
 * @param lockTimeout the longest wait for one lock; whoever comes behind the step waits no longer than this for its sake
 * @param attempts how often the step is tried, each time after a pause of random length, which grows
 */
public record LockRetry(Duration lockTimeout, int attempts) {

    /** A fifth of a second for a lock, forty times: about a minute in all. */
    public static final LockRetry DEFAULT = new LockRetry(Duration.ofMillis(200), 40);

    /**
     * Checks the numbers.
     *
     * @param lockTimeout from a millisecond to ten seconds
     * @param attempts at least one
     * @throws IllegalArgumentException if they are outside of that
     */
    public LockRetry {
        if (lockTimeout.toMillis() < 1 || lockTimeout.compareTo(Duration.ofSeconds(10)) > 0) {
            throw new IllegalArgumentException(
                    "a lock is waited for from a millisecond to ten seconds, but " + lockTimeout + " was given");
        }
        if (attempts < 1) {
            throw new IllegalArgumentException("a step is tried once at least, but " + attempts + " was given");
        }
    }
}
