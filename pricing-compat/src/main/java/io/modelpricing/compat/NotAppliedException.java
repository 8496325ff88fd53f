package io.modelpricing.compat;

import static java.util.stream.Collectors.joining;

import java.io.Serial;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step found others in its way as often as it was tried. Nothing was changed; it can be tried again later. */
public final class NotAppliedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    private final transient List<Blocker> blockers;

    /**
     * A session that held a lock which the step needed, when the step had given up waiting.
     *
     * @param pid its process
     * @param application its name, empty if it has none
     * @param state what it was doing, such as {@code idle in transaction}; empty if this role may not see it
     * @param queryAge since when its last statement began; null if this role may not see it
     */
    public record Blocker(
            int pid,
            String application,
            String state,
            @Nullable Duration queryAge) {

        @Override
        public String toString() {
            return "pid " + pid + " (" + (application.isEmpty() ? "without application_name" : application) + ", "
                    + (state.isEmpty() ? "in a state that this role may not see" : state)
                    + (queryAge == null ? "" : ", its query began " + queryAge.toSeconds() + " s ago") + ")";
        }
    }

    NotAppliedException(String step, int attempts, String reason, List<Blocker> blockers, Throwable cause) {
        super(
                step + " was not applied: in " + attempts + " attempts others were in the way, at last: " + reason
                        + (blockers.isEmpty()
                                ? ""
                                : "; "
                                        + blockers.stream()
                                                .map(Blocker::toString)
                                                .collect(joining("; ")))
                        + ". Nothing was changed: try later, or when these have ended",
                cause);
        this.blockers = List.copyOf(blockers);
    }

    /**
     * Returns who was in the way when the last attempt had failed.
     *
     * @return the sessions, none if they had gone by then
     */
    public List<Blocker> blockers() {
        return blockers;
    }
}
