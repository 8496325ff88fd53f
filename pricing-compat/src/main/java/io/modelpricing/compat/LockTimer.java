package io.modelpricing.compat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jooq.DSLContext;

/** Runs the statements of a step, and measures for how long readers of {@code models} are kept out meanwhile. */
final class LockTimer {

    private boolean isLocked;
    private long since;

    void run(DSLContext ctx, List<String> statements) {
        for (String sql : statements) {
            Step.run(ctx, sql);
            if (!isLocked && sql.endsWith("in access exclusive mode")) {
                isLocked = true;
                since = System.nanoTime();
            }
        }
    }

    /** Returns how long it is since the lock was had, which is until the transaction ended if this is asked right after it. */
    long lockMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    }
}
