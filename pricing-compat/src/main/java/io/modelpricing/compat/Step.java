package io.modelpricing.compat;

import static io.modelpricing.jooq.schema.Tables.MODELS;
import static io.modelpricing.jooq.schema.Tables.MODEL_PRICING;
import static org.jooq.impl.DSL.using;
import static org.jooq.impl.DSL.val;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all steps of the migration have in common: one transaction for one piece of work, alone, with the schema first on the
 * search path, and tried again for as long as the operator has patience for those who are in the way.
 */
final class Step {

    private static final Logger LOG = LoggerFactory.getLogger(Step.class);

    /** Lock not available, deadlock, serialization failure: another attempt may find nobody in the way. */
    private static final Set<String> IN_THE_WAY = Set.of("55P03", "40P01", "40001");

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Undefined column, undefined table: names are looked up in the catalog of now, whatever the snapshot still has. */
    private static final Set<String> CHANGED_MEANWHILE = Set.of("42703", "42P01");

    private static final int LOOKS = 3;

    private final String name;
    private final DSLContext database;
    private final LockRetry patience;

    Step(String name, DSLContext database, LockRetry patience) {
        if (!(database.configuration().connectionProvider() instanceof DataSourceConnectionProvider)) {
            throw new IllegalArgumentException(
                    "a step begins and ends its transactions itself, and so needs a context on a"
                            + " data source, but this one is on "
                            + database.configuration()
                                    .connectionProvider()
                                    .getClass()
                                    .getSimpleName());
        }
        this.name = name;
        this.database = database;
        this.patience = patience;
    }

    /** The end of a rehearsal: what was done is taken back. */
    private static final class Rehearsed extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final transient Object result;

        Rehearsed(Object result) {
            super("rehearsed", null, false, false);
            this.result = result;
        }
    }

    /** Does a piece of work in a transaction of its own. */
    <T> T inTransaction(Function<DSLContext, T> work) {
        return attempts(ctx -> work.apply(begun(ctx)));
    }

    private <T> T attempts(Function<DSLContext, T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return database.transactionResult(configuration -> work.apply(configuration.dsl()));
            } catch (DataAccessException e) {
                if (!IN_THE_WAY.contains(e.sqlState())) {
                    throw e;
                }
                List<NotAppliedException.Blocker> blockers = blockers(e);
                if (attempt >= patience.attempts()) {
                    throw new NotAppliedException(name, attempt, message(e), blockers, e);
                }
                LOG.info(
                        "{}: attempt {} of {} found others in the way: {} {}",
                        name,
                        attempt,
                        patience.attempts(),
                        message(e),
                        blockers);
                pause(attempt);
            }
        }
    }

    /** Does a piece of work in a transaction of its own, and takes it back. */
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

    /** Does a piece of work that sees one state of the database, all of it: a row that is hidden from it is an error. */
    <T> T inSnapshot(Function<DSLContext, T> work) {
        for (int look = 1; ; look++) {
            try {
                return attempts(ctx -> {
                    run(ctx, "set transaction isolation level repeatable read; set local row_security = off");
                    return work.apply(begun(ctx));
                });
            } catch (DataAccessException e) {
                if (look == LOOKS || !CHANGED_MEANWHILE.contains(e.sqlState())) {
                    throw e;
                }
                LOG.info("{}: another step ended meanwhile, so this looks again: {}", name, message(e));
            }
        }
    }

    /**
     * Does a piece of work where there may be no pricing tables yet, in the schema of {@code models}; nothing where there is no
     * such table.
     */
    <T> Optional<T> besideModels(Function<DSLContext, T> work) {
        return attempts(ctx -> Optional.ofNullable(schemaOf(ctx, val(ctx.render(MODELS))))
                .map(schema -> work.apply(begun(ctx, schema))));
    }

    private DSLContext begun(DSLContext ctx) {
        return begun(ctx, schema(ctx));
    }

    private static DSLContext begun(DSLContext ctx, String schema) {
        run(ctx, "set local search_path = " + quoted(schema) + ", pg_temp");
        run(ctx, "set local jit = off");
        return ctx;
    }

    /** Takes the place of the one step that may run, and bounds its waits. */
    void alone(DSLContext ctx) {
        run(ctx, "set local lock_timeout = " + patience.lockTimeout().toMillis());
        boolean isAlone = ctx.fetchSingle("select pg_try_advisory_xact_lock("
                        + "hashtextextended('legacy_price_step ' || current_schema(), 0))")
                .get(0, Boolean.class);
        if (!isAlone) {
            String message = "another step of the migration is running";
            throw new DataAccessException(message, new SQLException(message, LOCK_NOT_AVAILABLE));
        }
    }

    /** Returns the statement that does the same in a script. */
    String beginning() {
        return "select legacy_price_begin_step(" + patience.lockTimeout().toMillis() + ")";
    }

    /** Returns the statement that puts a step on record; the details are SQL of type jsonb. */
    static String onRecord(String step, Phase phase, String actor, String details) {
        return "insert into legacy_price_step (step, phase, actor, details) values (" + literal(step) + ", "
                + literal(phase.id()) + ", " + literal(actor) + ", " + details + ")";
    }

    /** Returns the statement that puts a step on record of which there is nothing more to say. */
    static String onRecord(String step, Phase phase, String actor) {
        return onRecord(step, phase, actor, "'{}'");
    }

    /** Returns the schema of the tables, as the render mapping or the search path says. */
    static String schema(DSLContext ctx) {
        String schema = schemaOf(ctx, val(ctx.render(MODELS)), val(ctx.render(MODEL_PRICING)));
        if (schema == null) {
            throw new IllegalStateException("there are no pricing tables beside " + ctx.render(MODELS)
                    + ": expand first, with the migrations in pricing-migrations");
        }
        return schema;
    }

    /** Returns the schema of a table, if it is there and so are others. */
    @SafeVarargs
    private static @Nullable String schemaOf(DSLContext ctx, Field<String>... tables) {
        return ctx.resultQuery("""
                        select n.nspname::text
                        from pg_catalog.pg_class c
                        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                        where c.oid = to_regclass({0}) and to_regclass({1}) is not null
                        """, tables[0], tables[tables.length - 1]).fetchOne(0, String.class);
    }

    /** Runs a statement, or several, as they are: none of their signs means anything but to the database. */
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

    /** Tells whether the database has what populate installs. */
    static boolean isInstalled(DSLContext ctx) {
        return Boolean.TRUE.equals(ctx.resultQuery("select to_regclass('legacy_price_step') is not null")
                .fetchOne(0, Boolean.class));
    }

    /** Who holds a lock that a step may have waited for when it failed. */
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

    /** Waits, longer each time, and never as long as another step that began at the same moment. */
    private void pause(int attempt) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(50, 100L + Math.min(2000, 100L * attempt)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotAppliedException(name, attempt, "interrupted", List.of(), e);
        }
    }
}
