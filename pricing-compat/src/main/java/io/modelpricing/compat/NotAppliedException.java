package io.modelpricing.compat;

import static java.util.stream.Collectors.joining;

import java.io.Serial;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A step could not get a lock, or lost a conflict with another transaction, in every attempt. Its last transaction
 * changed nothing, and the step can be run again later.
 */
public final class NotAppliedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    private final transient List<Blocker> blockers;

    /**
     * A session that held a lock on one of the step's tables when the last attempt failed.
     *
     * @param pid its process id
     * @param application its application name, empty if it has none
     * @param state its state, such as {@code idle in transaction}; empty if this role may not see it
     * @param queryAge how long ago its last statement began; null if this role may not see it
     */
    public record Blocker(
            int pid,
            String application,
            String state,
            @Nullable Duration queryAge) {

        @Override
        public String toString() {
            return "pid " + pid + " (" + (application.isEmpty() ? "without application_name" : application) + ", "
                    + (state.isEmpty() ? "state not visible to this role" : state)
                    + (queryAge == null ? "" : ", last statement began " + queryAge.toSeconds() + " s ago") + ")";
        }
    }

    private NotAppliedException(String message, List<Blocker> blockers, Throwable cause) {
        super(message, cause);
        this.blockers = List.copyOf(blockers);
    }

    static NotAppliedException blocked(
            String step, int attempts, String reason, List<Blocker> blockers, Throwable cause) {
        String sessions = blockers.stream().map(blocker -> "; " + blocker).collect(joining());
        return new NotAppliedException(
                step + " was not applied: all " + attempts + " attempts were blocked, the last one by: " + reason
                        + sessions + ". Nothing was changed; run it again"
                        + (blockers.isEmpty() ? "" : " when these sessions have ended"),
                blockers,
                cause);
    }

    static NotAppliedException interrupted(String step, InterruptedException cause) {
        return new NotAppliedException(
                step + " was not applied: its thread was interrupted between two attempts. Nothing was changed; run it"
                        + " again",
                List.of(),
                cause);
    }

    /**
     * Returns the sessions that held a lock when the last attempt had failed.
     *
     * @return the sessions, none if they had ended by then
     */
    public List<Blocker> blockers() {
        return blockers;
    }
}
