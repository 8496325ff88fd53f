package io.modelpricing.compat.survival;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** Ends or disturbs a step at one boundary: before a statement, or while it runs. */
final class Fault implements Watched.Observer {

    /** What happens to the step. */
    enum Kind {
        /** The process of the server that works for it is ended. */
        TERMINATED,
        /** Its statement is cancelled. */
        CANCELLED,
        /** Its JVM halts. */
        CLIENT_KILLED,
        /** The server is killed with all its processes. */
        SERVER_KILLED
    }

    /**
     * When it happens.
     *
     * @param index before how many statements and commits have been done; one after the last is after all of them
     * @param delayNanos how long after the statement was sent; -1 for before
     */
    record When(int index, long delayNanos) {

        boolean isDuring() {
            return delayNanos >= 0;
        }
    }

    private final Kind kind;
    private final When when;
    private final int last;
    private final DataSource other;
    private final @Nullable CrashableServer server;
    private int seen;
    private @Nullable Thread timer;

    /**
     * A fault.
     *
     * @param last how many statements and commits there are
     * @param other the way in for those who end it
     * @param server the server to kill, null in a client that kills itself
     */
    Fault(Kind kind, When when, int last, DataSource other, @Nullable CrashableServer server) {
        this.kind = kind;
        this.when = when;
        this.last = last;
        this.other = other;
        this.server = server;
    }

    @Override
    public void before(Connection connection, String sql, boolean commits) throws SQLException {
        if (seen != when.index()) {
            return;
        }
        if (when.isDuring()) {
            int process = connection.unwrap(PGConnection.class).getBackendPID();
            long due = System.nanoTime() + when.delayNanos();
            timer = new Thread(() -> {
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                strike(process);
            });
            timer.start();
        } else {
            strikeNow(connection);
        }
    }

    @Override
    public void after(Connection connection, String sql, boolean commits) throws SQLException {
        boolean wasDue = seen == when.index() && when.isDuring();
        seen++;
        if (wasDue) {
            await();
            // The statement was faster than the cancellation, so it is the next one that is cancelled.
            if (kind == Kind.CANCELLED && !commits) {
                strikeNow(connection);
            }
        } else if (seen == last && when.index() == last) {
            strikeNow(connection);
        }
    }

    private void strikeNow(Connection connection) throws SQLException {
        if (kind == Kind.CANCELLED) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("select pg_cancel_backend(pg_backend_pid()), pg_sleep(10)");
            }
            throw new IllegalStateException("not cancelled");
        }
        strike(connection.unwrap(PGConnection.class).getBackendPID());
    }

    private void strike(int process) {
        switch (kind) {
            case CLIENT_KILLED -> Runtime.getRuntime().halt(137);
            case SERVER_KILLED -> requireNonNull(server).crash();
            case TERMINATED -> tell("select pg_terminate_backend(" + process + ", 10000)");
            case CANCELLED -> tell("select pg_cancel_backend(" + process + ")");
        }
    }

    private void tell(String sql) {
        try (Connection connection = other.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until a fault that was under way has happened. */
    void await() {
        if (timer != null) {
            try {
                timer.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** A JVM that runs a step and halts in it. */
    static final class Client {

        private Client() {}

        /** Arguments: URL, user, step, index, delay, and how many statements there are. */
        public static void main(String[] args) {
            DataSource dataSource = Watched.dataSource(args[0], args[1], System.getenv("SURVIVAL_PASSWORD"));
            When when = new When(Integer.parseInt(args[3]), Long.parseLong(args[4]));
            Fault fault = new Fault(Kind.CLIENT_KILLED, when, Integer.parseInt(args[5]), dataSource, null);
            Move.valueOf(args[2]).run(Watched.watched(dataSource, fault));
            fault.await();
        }
    }
}
