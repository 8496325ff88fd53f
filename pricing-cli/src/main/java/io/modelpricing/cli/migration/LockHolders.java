package io.modelpricing.cli.migration;

import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.val;

import io.modelpricing.cli.output.Failure;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
 * Watches, from a connection of its own, whom the migrating connections wait for: once a wait has timed out, the database
 * no longer knows.
 */
final class LockHolders implements Callback, AutoCloseable {

    private static final long EVERY_MS = 50;

    private final Connection connection;
    private final DSLContext ctx;
    private final Thread watch = new Thread(this::watch, "blockers");
    private final Set<Integer> watched = ConcurrentHashMap.newKeySet();
    private volatile List<String> last = List.of();
    private volatile boolean closed;

    LockHolders(Connection connection) {
        this.connection = connection;
        ctx = DSL.using(connection, SQLDialect.POSTGRES);
        watch.setDaemon(true);
        watch.start();
    }

    /** Names those who were last seen in the way. */
    String named() {
        return last.isEmpty()
                ? "unknown (gone before they could be asked for)"
                : last.stream().collect(joining("; "));
    }

    private void watch() {
        while (!closed) {
            List<String> now = now();
            if (!now.isEmpty()) {
                last = now;
            }
            try {
                Thread.sleep(EVERY_MS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private List<String> now() {
        return ctx.fetch("""
                        select distinct b.pid,
                            coalesce(nullif(b.application_name, ''), 'without application_name') as application,
                            coalesce(b.state, 'in a state that this role may not see') as state,
                            round(extract(epoch from clock_timestamp() - b.query_start))::text as seconds
                        from unnest({0}) w (pid)
                        cross join lateral unnest(pg_blocking_pids(w.pid)) p (pid)
                        join pg_stat_activity b on b.pid = p.pid and b.pid <> all ({0})
                        order by b.pid
                        """, val(watched.toArray(Integer[]::new))).stream()
                .map(row -> "pid " + row.get("pid") + " (" + row.get("application") + ", " + row.get("state")
                        + (row.get("seconds") == null ? "" : ", its query began " + row.get("seconds") + " s ago")
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
        try (Statement statement = context.getConnection().createStatement();
                ResultSet pid = statement.executeQuery("select pg_backend_pid()")) {
            pid.next();
            watched.add(pid.getInt(1));
        } catch (SQLException e) {
            throw Failure.of(e);
        }
    }

    @Override
    public String getCallbackName() {
        return "blockers";
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
