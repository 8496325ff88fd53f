package io.modelpricing.cli.migration;

import static io.modelpricing.cli.output.TextTable.Column.LEFT;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.modelpricing.cli.database.DatabaseCommand;
import io.modelpricing.cli.database.PricingTables;
import io.modelpricing.cli.database.Session;
import io.modelpricing.cli.output.ExitCode;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.cli.output.Json;
import io.modelpricing.cli.output.OutputOptions;
import io.modelpricing.cli.output.Terminal;
import io.modelpricing.cli.output.TextTable;
import io.modelpricing.compat.LockRetry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Creates or upgrades the pricing tables and views. */
@Command(
        name = "expand",
        description = {"Create or upgrade the pricing tables and views.", "Safe on a live database; can be repeated."})
final class ExpandCommand extends DatabaseCommand {

    static final String HISTORY = "pricing_schema_history";

    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String DEADLOCK = "40P01";

    @Option(names = "--sql", description = "Print the SQL instead of running it. Needs no database.")
    private boolean sql;

    @Mixin
    private final LockOptions lock = new LockOptions(new LockRetry(Duration.ofMillis(500), 10));

    ExpandCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    protected ExitCode run() {
        if (sql) {
            return print(MigrationFiles.all());
        }
        LockRetry retry = lock.retry();
        requireMigratable(database.schema());
        try (Session session = database.open()) {
            List<String> applied = migrate(retry);
            PricingTables tables = session.tables();
            Map<String, Long> byType = tables.byType();
            long originals = tables.originals();
            long quarantined = tables.quarantined();
            ObjectNode document = Json.object();
            document.set("applied", applied.stream().collect(Json.toTexts()));
            document.put("models", tables.models());
            document.set("byType", Json.counts(byType));
            document.put("originals", originals).put("quarantined", quarantined);
            output.print(document, out -> {
                out.println(
                        applied.isEmpty()
                                ? "Nothing to do: the pricing tables in schema " + session.schema() + " are up to date."
                                : "Expanded schema " + session.schema() + ": migrations " + String.join(", ", applied)
                                        + ".");
                new TextTable(LEFT, LEFT)
                        .row("models", TextTable.counts(byType))
                        .row("originals", originals + " rows whose meaning changed, archived as they were")
                        .row(
                                "quarantined",
                                quarantined + (quarantined == 0 ? "" : ", see: " + database.command("quarantine")))
                        .print(out);
            });
            return ExitCode.DONE;
        }
    }

    private ExitCode print(List<MigrationFiles.Migration> migrations) {
        ObjectNode document = Json.object();
        document.set(
                "migrations",
                migrations.stream()
                        .map(migration ->
                                Json.object().put("file", migration.file()).put("sql", migration.sql()))
                        .collect(Json.toArray()));
        output.print(document, out -> migrations.forEach(migration -> OutputOptions.printSql(out, migration.sql())));
        output.note("run these statements in one transaction, with the schema first on the search_path");
        return ExitCode.DONE;
    }

    private static void requireMigratable(String schema) {
        if (!schema.equals(schema.strip())) {
            throw Failure.usage(
                    "usage",
                    "the schema " + Failure.shown(schema) + " begins or ends with a space, and Flyway would migrate "
                            + Failure.shown(schema.strip()),
                    "rename the schema, or check the value of --schema");
        }
    }

    private List<String> migrate(LockRetry retry) {
        PGSimpleDataSource dataSource = database.dataSource();
        try (LockWatch lockWatch = new LockWatch(dataSource.getConnection(), retry.lockTimeout())) {
            for (int attempt = 1; ; attempt++) {
                try {
                    return flyway(dataSource, lockWatch).migrate().migrations.stream()
                            .map(migration -> migration.version)
                            .collect(Collectors.toList());
                } catch (FlywayException e) {
                    SQLException cause = Failure.sqlException(e);
                    if (cause == null || !isBlocked(cause)) {
                        throw refusal(e, cause);
                    }
                    if (attempt >= retry.attempts()) {
                        throw Failure.refused(
                                "not_applied",
                                "not applied: " + retry.attempts() + " attempts of "
                                        + retry.lockTimeout().toMillis() + " ms timed out; locks were held by "
                                        + lockWatch.description(),
                                "nothing was changed; run it again when these transactions have ended",
                                e);
                    }
                    output.note("attempt " + attempt + " of " + retry.attempts() + " timed out; locks were held by "
                            + lockWatch.description());
                    pause(attempt);
                }
            }
        } catch (SQLException e) {
            throw Failure.of(e);
        }
    }

    private Flyway flyway(PGSimpleDataSource dataSource, LockWatch lockWatch) {
        return Flyway.configure()
                .loggers("slf4j")
                .dataSource(dataSource)
                .callbacks(lockWatch)
                .schemas(database.schema())
                .createSchemas(false)
                .table(HISTORY)
                .locations("classpath:" + MigrationFiles.FOLDER)
                .sqlMigrationPrefix(MigrationFiles.PREFIX)
                .validateMigrationNaming(true)
                .placeholderReplacement(false)
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .group(true)
                .mixed(true)
                .load();
    }

    private static boolean isBlocked(SQLException e) {
        return LOCK_NOT_AVAILABLE.equals(e.getSQLState()) || DEADLOCK.equals(e.getSQLState());
    }

    /** Sleeps for a random time, longer after each attempt, so that two processes do not stay in step. */
    private static void pause(int attempt) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(100, 200L + Math.min(2000, 200L * attempt)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.refused(
                    "not_applied",
                    "interrupted before the migrations were applied; nothing was changed",
                    "run it again",
                    e);
        }
    }

    private static Failure refusal(FlywayException e, @Nullable SQLException cause) {
        if (cause == null) {
            return Failure.refused(
                    "refused",
                    String.valueOf(e.getMessage()).strip(),
                    "compare the rows of table " + HISTORY + " with the migrations of this version",
                    e);
        }
        Failure failure = Failure.of(cause);
        return failure.kind().equals("database_failed")
                ? Failure.refused(
                        "refused",
                        Failure.serverMessage(cause),
                        Failure.serverHint(
                                cause, "nothing was changed; run it again with --verbose to see the statement"),
                        e)
                : failure;
    }
}
