package io.modelpricing.compat.survival;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** Interrupts a step before a statement or while it runs. */
final class Fault implements Watched.Observer {

    /** The kind of interruption. */
    enum Kind {
        /** The backend of the step is terminated. */
        TERMINATED,
        /** The statement is cancelled. */
        CANCELLED,
        /** The JVM of the step halts. */
        CLIENT_KILLED,
        /** The server and all its processes are killed. */
        SERVER_KILLED
    }

    /**
     * When the interruption happens.
     *
     * @param index the index of the statement or commit that is interrupted; the number of all of them means after the
     *     last one
     * @param delayNanos the delay after the statement was sent; -1 for before it is sent
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
     * Creates a fault.
     *
     * @param last the number of statements and commits of the step
     * @param other a data source for the connection that terminates or cancels
     * @param server the server to kill; null in a client that halts itself
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
            // The statement ended before the cancellation, which then hits the next statement.
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

    /** Waits until a fault that was started has happened. */
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

    /** A JVM that runs a step and halts during it. */
    static final class Client {

        private Client() {}

        /** Arguments: URL, user, step, index, delay and number of statements. */
        public static void main(String[] args) {
            DataSource dataSource = Watched.dataSource(args[0], args[1], System.getenv("SURVIVAL_PASSWORD"));
            When when = new When(Integer.parseInt(args[3]), Long.parseLong(args[4]));
            Fault fault = new Fault(Kind.CLIENT_KILLED, when, Integer.parseInt(args[5]), dataSource, null);
            MigrationStep.valueOf(args[2]).run(Watched.watched(dataSource, fault));
            fault.await();
        }
    }
}
