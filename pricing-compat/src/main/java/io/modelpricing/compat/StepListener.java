package io.modelpricing.compat;

import java.time.Duration;
import java.util.List;

/**
 * Follows a step that works in batches. The thread that runs the step calls the methods, between two transactions; an
 * exception ends the step.
 */
public interface StepListener {

    /** Ignores everything. */
    StepListener NONE = new StepListener() {};

    /**
     * How far a run is.
     *
     * @param models the number of models that are done, including those of an interrupted run that this one continues
     * @param total the number of models that the run had to do at its start
     * @param lastModel the id of the last model that is done; models are done in the order of their ids
     * @param targetModel the id at which the run ends
     * @param done the number of models that this run itself has done
     * @param elapsed the time since this run began with the first batch
     */
    record Progress(long models, long total, long lastModel, long targetModel, long done, Duration elapsed) {

        /**
         * Returns how many models this run does in a second.
         *
         * @return the rate, rounded down
         */
        public long modelsPerSecond() {
            return done * 1000 / Math.max(1, elapsed.toMillis());
        }

        /**
         * Returns how long the rest takes at the rate of this run.
         *
         * @return the remaining time; zero after the last model
         */
        public Duration remaining() {
            return Duration.ofMillis(Math.max(0, total - models) * elapsed.toMillis() / Math.max(1, done));
        }
    }

    /**
     * An attempt that did not get a lock, and that is tried again.
     *
     * @param attempt the number of this attempt, from 1
     * @param attempts the number of attempts after which the step gives up
     * @param reason the message of the database
     * @param blockers the sessions that hold locks
     */
    record Blocked(int attempt, int attempts, String reason, List<NotAppliedException.Blocker> blockers) {

        /**
         * Copies the list.
         *
         * @param attempt the number of this attempt
         * @param attempts the number of attempts
         * @param reason the message of the database
         * @param blockers the sessions that hold locks
         */
        public Blocked {
            blockers = List.copyOf(blockers);
        }
    }

    /**
     * Called after each batch that was committed.
     *
     * @param progress how far the run is
     */
    default void progressed(Progress progress) {}

    /**
     * Called before the pause after an attempt that did not get a lock.
     *
     * @param blocked the attempt
     */
    default void blocked(Blocked blocked) {}
}
