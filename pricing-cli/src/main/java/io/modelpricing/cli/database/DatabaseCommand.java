package io.modelpricing.cli.database;

import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that works on a database and prints text or JSON. */
public abstract class DatabaseCommand implements Callable<Integer> {

    @Mixin
    protected final DatabaseOptions database;

    @Mixin
    protected final OutputOptions output;

    protected DatabaseCommand(Terminal terminal) {
        database = new DatabaseOptions(terminal);
        output = new OutputOptions(terminal);
    }

    /**
     * Opens a session on a schema that has the pricing tables, and applies the announced prices that are due.
     *
     * @throws Failure if the database cannot be reached, or the schema or its pricing tables do not exist
     */
    protected final Session openSession() {
        return open(true);
    }

    /**
     * Opens a session that changes nothing, on a schema that has the pricing tables.
     *
     * @throws Failure if the database cannot be reached, or the schema or its pricing tables do not exist
     */
    protected final Session openSessionToRead() {
        return open(false);
    }

    private Session open(boolean applies) {
        Session session = database.open();
        try {
            session.withTables();
            if (applies) {
                session.applyAnnouncements();
            }
            return session;
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    @Override
    public final Integer call() throws Exception {
        return run().number();
    }

    protected abstract ExitCode run() throws Exception;
}
