package io.modelpricing.compat;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING;
import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.using;
import static org.jooq.impl.DSL.val;

import io.modelpricing.Attribution;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.DefaultConnectionProvider;
import org.jooq.impl.DefaultTransactionProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the transactions of a migration step. A transaction has the schema of the pricing tables first on its search
 * path, and is retried by the {@link LockRetry} of the step after a lock timeout, a deadlock or a serialization
 * failure.
 */
final class Step {

    private static final Logger LOG = LoggerFactory.getLogger(Step.class);

    /** Lock not available, deadlock, serialization failure: another attempt may succeed. */
    private static final Set<String> RETRYABLE = Set.of("55P03", "40P01", "40001");

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /**
     * Undefined column, undefined table. PostgreSQL resolves names in the current catalog, and not as of the snapshot,
     * so another step that commits in between causes these.
     */
    private static final Set<String> SCHEMA_CHANGED = Set.of("42703", "42P01");

    private static final int SNAPSHOT_ATTEMPTS = 3;

    private final String name;
    private final DSLContext database;
    private final LockRetry retry;
    private final StepListener listener;

    Step(String name, DSLContext database, LockRetry retry) {
        this(name, requireDataSource(database), retry, StepListener.NONE);
    }

    private Step(String name, DSLContext database, LockRetry retry, StepListener listener) {
        this.name = name;
        this.database = database;
        this.retry = retry;
        this.listener = listener;
    }

    private static DSLContext requireDataSource(DSLContext database) {
        if (!(database.configuration().connectionProvider() instanceof DataSourceConnectionProvider)) {
            throw new IllegalArgumentException(
                    "a step runs its own transactions and needs a context on a data source, but this one has a "
                            + database.configuration()
                                    .connectionProvider()
                                    .getClass()
                                    .getSimpleName()
                            + "; create the context with DSL.using(dataSource, SQLDialect.POSTGRES)");
        }
        return database;
    }

    Step withListener(StepListener listener) {
        return new Step(name, database, retry, listener);
    }

    StepListener listener() {
        return listener;
    }

    LockRetry retry() {
        return retry;
    }

    /** Runs work with a step whose transactions and statements use one connection. */
    <T> T onOneConnection(Function<Step, T> work) {
        return database.connectionResult(connection -> {
            boolean autoCommits = connection.getAutoCommit();
            if (!autoCommits) {
                connection.setAutoCommit(true);
            }
            try {
                ConnectionProvider provider = new DefaultConnectionProvider(connection);
                // The methods derive(...) need a class that jOOQ does not bring: the annotations of its settings.
                DefaultConfiguration one =
                        (DefaultConfiguration) database.configuration().derive();
                one.setTransactionProvider(new DefaultTransactionProvider(provider));
                one.setConnectionProvider(provider);
                return work.apply(new Step(name, using(one), retry, listener));
            } finally {
                if (!autoCommits && !connection.isClosed()) {
                    connection.setAutoCommit(false);
                }
            }
        });
    }

    /** Runs one statement, which is a transaction of its own: the server commits it without another round trip. */
    <T> T inStatement(Function<DSLContext, T> statement) {
        return attempts(() -> statement.apply(database));
    }

    /** Rolls back the transaction of a rehearsal and carries its result. */
    private static final class Rehearsed extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final transient Object result;

        Rehearsed(Object result) {
            super("rehearsed", null, false, false);
            this.result = result;
        }
    }

    /** Runs work in a new transaction. */
    <T> T inTransaction(Function<DSLContext, T> work) {
        return transactions(ctx -> work.apply(withSearchPath(ctx)));
    }

    private <T> T transactions(Function<DSLContext, T> work) {
        return attempts(() -> database.transactionResult(configuration -> work.apply(configuration.dsl())));
    }

    private <T> T attempts(Supplier<T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return work.get();
            } catch (DataAccessException e) {
                if (!RETRYABLE.contains(e.sqlState())) {
                    throw e;
                }
                List<NotAppliedException.Blocker> blockers = blockers(e);
                if (attempt >= retry.attempts()) {
                    throw NotAppliedException.blocked(name, attempt, message(e), blockers, e);
                }
                LOG.info(
                        "{}: attempt {} of {} was blocked: {} {}",
                        name,
                        attempt,
                        retry.attempts(),
                        message(e),
                        blockers);
                listener.blocked(new StepListener.Blocked(attempt, retry.attempts(), message(e), blockers));
                pause(attempt);
            }
        }
    }

    /** Runs work in a new transaction and rolls it back. */
    @SuppressWarnings("unchecked")
    <T> T rehearsed(Function<DSLContext, T> work) {
        try {
            return inTransaction(ctx -> {
                throw new Rehearsed(work.apply(ctx));
            });
        } catch (Rehearsed end) {
            return (T) end.result;
        }
    }

    /** Runs work that reads one snapshot of the database. It fails if row security hides a row from it. */
    <T> T inSnapshot(Function<DSLContext, T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return transactions(ctx -> {
                    run(ctx, "set transaction isolation level repeatable read; set local row_security = off");
                    return work.apply(withSearchPath(ctx));
                });
            } catch (DataAccessException e) {
                if (attempt == SNAPSHOT_ATTEMPTS || !SCHEMA_CHANGED.contains(e.sqlState())) {
                    throw e;
                }
                LOG.info(
                        "{}: another step changed the schema in between, so the database is read again: {}",
                        name,
                        message(e));
            }
        }
    }

    /**
     * Runs work in the schema of {@code models}, where the pricing tables may not exist yet; empty if there is no such
     * table.
     */
    <T> Optional<T> besideModels(Function<DSLContext, T> work) {
        return transactions(ctx -> Optional.ofNullable(schemaOf(ctx, val(ctx.render(MODELS))))
                .map(schema -> work.apply(withSearchPath(ctx, schema))));
    }

    private DSLContext withSearchPath(DSLContext ctx) {
        return withSearchPath(ctx, schema(ctx));
    }

    private static DSLContext withSearchPath(DSLContext ctx, String schema) {
        run(ctx, "set local search_path = " + quoted(schema) + ", pg_temp");
        run(ctx, "set local jit = off");
        return ctx;
    }

    /** Sets the lock timeout, and takes the lock that allows only one step to run at a time. */
    void begin(DSLContext ctx) {
        run(ctx, "set local lock_timeout = " + retry.lockTimeout().toMillis());
        boolean isOnlyStep = ctx.fetchSingle("select pg_try_advisory_xact_lock("
                        + "hashtextextended('legacy_price_step ' || current_schema(), 0))")
                .get(0, Boolean.class);
        if (!isOnlyStep) {
            String message = "another step of the migration is running";
            throw new DataAccessException(message, new SQLException(message, LOCK_NOT_AVAILABLE));
        }
    }

    /** Returns the SQL statement that does the same in a script. */
    String beginSql() {
        return "select legacy_price_begin_step(" + retry.lockTimeout().toMillis() + ")";
    }

    /** Returns the statement that records a step; the details are SQL of type jsonb. */
    static String record(String step, Phase phase, Attribution by, String details) {
        return "insert into legacy_price_step (step, phase, actor, reason, details) values (" + literal(step) + ", "
                + literal(phase.id()) + ", " + literal(by.actor()) + ", " + literal(by.reason()) + ", " + details + ")";
    }

    /** Returns the statement that records a step without details. */
    static String record(String step, Phase phase, Attribution by) {
        return record(step, phase, by, "'{}'");
    }

    /** Returns the statements as a script of one transaction. */
    static String script(Stream<String> statements) {
        return statements.map(sql -> sql + ";\n").collect(joining("", "begin;\n", "commit;\n"));
    }

    /** Returns the schema of the pricing tables by the render mapping or the search path. */
    static String schema(DSLContext ctx) {
        String schema = schemaOf(ctx, val(ctx.render(MODELS)), val(ctx.render(MODEL_PRICING)));
        if (schema == null) {
            throw new IllegalStateException("the schema of " + ctx.render(MODELS)
                    + " has no pricing tables; run expand first, or the migrations in pricing-migrations");
        }
        return schema;
    }

    /** Returns the schema of the first table if the first and the last one exist. */
    @SafeVarargs
    private static @Nullable String schemaOf(DSLContext ctx, Field<String>... tables) {
        return ctx.resultQuery("""
                        select n.nspname::text
                        from pg_catalog.pg_class c
                        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                        where c.oid = to_regclass({0}) and to_regclass({1}) is not null
                        """, tables[0], tables[tables.length - 1]).fetchOne(0, String.class);
    }

    /** Runs one or several statements without JDBC escapes or bind values. */
    static void run(DSLContext ctx, String sql) {
        ctx.connection(connection -> run(connection, sql));
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        }
    }

    static String quoted(String identifier) {
        return "\"" + identifier.replace("\"", "\"\"") + "\"";
    }

    static String literal(@Nullable String text) {
        if (text == null) {
            return "null";
        }
        String quoted = "'" + text.replace("'", "''") + "'";
        return text.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
    }

    /** Returns whether populate has installed its tables. */
    static boolean isInstalled(DSLContext ctx) {
        return Boolean.TRUE.equals(ctx.resultQuery("select to_regclass('legacy_price_step') is not null")
                .fetchOne(0, Boolean.class));
    }

    /** Returns the sessions that hold a lock which the step may have waited for when it failed. */
    private List<NotAppliedException.Blocker> blockers(DataAccessException failure) {
        try {
            return using(database.configuration())
                    .resultQuery("""
                            select distinct on (a.pid)
                                a.pid, coalesce(a.application_name, '') as application, coalesce(a.state, '') as state,
                                extract(epoch from clock_timestamp() - a.query_start)::bigint as seconds
                            from pg_locks l
                            join pg_stat_activity a on a.pid = l.pid
                            where l.granted and a.pid <> pg_backend_pid()
                              and l.database = (select oid from pg_database where datname = current_database())
                              and (l.locktype = 'advisory'
                                or l.relation in (to_regclass({0}), to_regclass({1})))
                            order by a.pid
                            """, val(database.render(MODELS)), val(database.render(MODEL_PRICING)))
                    .fetch(row -> new NotAppliedException.Blocker(
                            row.get(0, Integer.class),
                            row.get(1, String.class),
                            row.get(2, String.class),
                            row.get(3) == null ? null : Duration.ofSeconds(row.get(3, Long.class))));
        } catch (DataAccessException e) {
            e.addSuppressed(failure);
            throw e;
        }
    }

    static String message(DataAccessException e) {
        String message = String.valueOf(
                e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
        return message.lines().findFirst().orElse(message);
    }

    /** Waits a random time that grows with the attempts, so that two steps do not retry at the same moments. */
    private void pause(int attempt) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(50, 100L + Math.min(2000, 100L * attempt)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw NotAppliedException.interrupted(name, e);
        }
    }
}
