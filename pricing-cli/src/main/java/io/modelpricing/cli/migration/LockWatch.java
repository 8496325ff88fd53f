package io.modelpricing.cli.migration;

import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.val;

import io.modelpricing.cli.output.Failure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/**
 * Sets the lock timeout of the migrating connections and samples, on a connection of its own, which backends block
 * them. PostgreSQL no longer reports these once the wait has timed out.
 */
final class LockWatch implements Callback, AutoCloseable {

    private static final long SAMPLE_INTERVAL_MS = 50;

    private final Connection connection;
    private final DSLContext ctx;
    private final Duration lockTimeout;
    private final Thread watch = new Thread(this::watch, "lock-watch");
    private final Set<Integer> watched = ConcurrentHashMap.newKeySet();
    private volatile List<String> last = List.of();
    private volatile boolean closed;

    LockWatch(Connection connection, Duration lockTimeout) {
        this.connection = connection;
        this.lockTimeout = lockTimeout;
        ctx = DSL.using(connection, SQLDialect.POSTGRES);
        watch.setDaemon(true);
        watch.start();
    }

    /** Returns the backends of the last sample that found any. */
    String description() {
        return last.isEmpty()
                ? "unknown backends (they ended before they could be sampled)"
                : last.stream().collect(joining("; "));
    }

    private void watch() {
        while (!closed) {
            List<String> sample = sample();
            if (!sample.isEmpty()) {
                last = sample;
            }
            try {
                Thread.sleep(SAMPLE_INTERVAL_MS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private List<String> sample() {
        return ctx.fetch("""
                        select distinct b.pid,
                            coalesce(nullif(b.application_name, ''), 'no application_name') as application,
                            coalesce(b.state, 'state hidden from this role') as state,
                            round(extract(epoch from clock_timestamp() - b.query_start))::text as seconds
                        from unnest({0}) w (pid)
                        cross join lateral unnest(pg_blocking_pids(w.pid)) p (pid)
                        join pg_stat_activity b on b.pid = p.pid and b.pid <> all ({0})
                        order by b.pid
                        """, val(watched.toArray(Integer[]::new))).stream()
                .map(row -> "pid " + row.get("pid") + " (" + row.get("application") + ", " + row.get("state")
                        + (row.get("seconds") == null ? "" : ", query started " + row.get("seconds") + " s ago")
                        + ")")
                .toList();
    }

    @Override
    public boolean supports(Event event, Context context) {
        return event == Event.AFTER_CONNECT;
    }

    @Override
    public boolean canHandleInTransaction(Event event, Context context) {
        return true;
    }

    @Override
    public void handle(Event event, Context context) {
        try (Statement statement = context.getConnection().createStatement()) {
            statement.execute("set lock_timeout = " + lockTimeout.toMillis());
            try (ResultSet pid = statement.executeQuery("select pg_backend_pid()")) {
                pid.next();
                watched.add(pid.getInt(1));
            }
        } catch (SQLException e) {
            throw Failure.of(e);
        }
    }

    @Override
    public String getCallbackName() {
        return "lock-watch";
    }

    @Override
    public void close() {
        closed = true;
        watch.interrupt();
        try {
            watch.join();
            connection.close();
        } catch (SQLException e) {
            throw Failure.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
