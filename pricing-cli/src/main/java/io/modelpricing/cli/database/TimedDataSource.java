package io.modelpricing.cli.database;

import java.io.Serial;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A data source that gives up on a server that accepts a connection and does not answer, so that a command ends and the
 * next host of the URL is tried. Open connections wait for an answer without a limit, because a step can take hours.
 */
final class TimedDataSource extends PGSimpleDataSource {

    @Serial
    private static final long serialVersionUID = 1L;

    private static final int SECONDS = 10;

    /** Whether the URL limits the time to wait for an answer, for open connections too. */
    private boolean limitsAnswers;

    /** Sets the limits that the URL does not set. */
    void limitTimes() {
        limitsAnswers = getSocketTimeout() > 0;
        if (!limitsAnswers) {
            setSocketTimeout(SECONDS);
        }
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        if (!limitsAnswers) {
            connection.setNetworkTimeout(Runnable::run, 0);
        }
        return connection;
    }
}
