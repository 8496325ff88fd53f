package io.modelpricing.cli.database;

import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import io.modelpricing.AnnouncedPrice;
import io.modelpricing.Page;
import io.modelpricing.PageRequest;
import io.modelpricing.PricingRepository;
import io.modelpricing.cli.output.Failure;
import io.modelpricing.jooq.JooqPricingRepository;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** An open connection to the database of a command. */
public final class Session implements AutoCloseable {

    private static final int ANNOUNCEMENTS_PAGE = 1_000;

    private final Connection connection;
    private final DatabaseOptions database;
    private final DSLContext ctx;

    Session(Connection connection, DatabaseOptions database) {
        this.connection = connection;
        this.database = database;
        ctx = DSL.using(connection, SQLDialect.POSTGRES, database.settings());
    }

    Connection connection() {
        return connection;
    }

    public DSLContext ctx() {
        return ctx;
    }

    /** Returns a context that opens a connection for each transaction, for jobs that manage their own transactions. */
    public DSLContext onDataSource() {
        return database.onDataSource();
    }

    public String schema() {
        return database.schema();
    }

    public PricingRepository prices() {
        return new JooqPricingRepository(ctx);
    }

    /**
     * Applies the announced prices that are due, so that the legacy columns show them. Does nothing if the role may not
     * write prices, or the server or the role is read-only.
     */
    void applyAnnouncements() {
        boolean mayWrite = ctx.fetchSingle(field(
                        "current_setting('transaction_read_only') = 'off' and has_function_privilege("
                                + "format('%I.model_pricing_apply_due(bigint[])', {0}::text), 'execute')",
                        SQLDataType.BOOLEAN, val(schema())))
                .value1();
        if (mayWrite) {
            new JooqPricingRepository(ctx).applyAnnouncements();
        }
    }

    /** Returns the announced prices of all models, in the order of their starts. */
    public List<AnnouncedPrice> announcements() {
        List<AnnouncedPrice> announced = new ArrayList<>();
        Optional<PageRequest> request = Optional.of(PageRequest.first(ANNOUNCEMENTS_PAGE));
        while (request.isPresent()) {
            Page<AnnouncedPrice> page = prices().announcements(request.get());
            announced.addAll(page.items());
            request = page.next();
        }
        return announced;
    }

    /** Returns the announced prices whose start has passed, and that are not written to {@code model_pricing} yet. */
    public List<AnnouncedPrice> dueAnnouncements() {
        return announcements().stream().filter(AnnouncedPrice::isDue).toList();
    }

    /** Returns the time of the database. */
    public Instant now() {
        return requireNonNull(ctx.fetchValue(DSL.currentInstant()));
    }

    public ModelLookup models() {
        return new ModelLookup(ctx);
    }

    public PricingTables tables() {
        return new PricingTables(this);
    }

    boolean hasSchema() {
        return ctx.fetchExists(DSL.selectOne()
                .from(table(name("pg_catalog", "pg_namespace")))
                .where(field(name("nspname"), SQLDataType.VARCHAR).eq(schema())));
    }

    /** Returns whether the schema has a table or a view of this name. */
    public boolean has(String relation) {
        return ctx.fetchSingle(field(
                        "to_regclass(format('%I.%I', {0}::text, {1}::text)) is not null",
                        SQLDataType.BOOLEAN, val(schema()), val(relation)))
                .value1();
    }

    /** Returns the columns of a table or a view of the schema; empty if it does not exist. */
    public List<String> columns(String relation) {
        return ctx.select(field(name("attname"), SQLDataType.VARCHAR))
                .from(table(name("pg_catalog", "pg_attribute")))
                .where(condition(
                        "attrelid = to_regclass(format('%I.%I', {0}::text, {1}::text)) and attnum > 0 and not attisdropped",
                        val(schema()), val(relation)))
                .orderBy(field(name("attnum")))
                .fetch(Record1::value1);
    }

    /** Returns a table or a view of the schema for which no class is generated. */
    Table<Record> relation(String relation) {
        return table(name(schema(), relation));
    }

    /** Returns a name as an SQL identifier, quoted if necessary. */
    public String quoted(String name) {
        return ctx.fetchSingle(field("quote_ident({0})", SQLDataType.VARCHAR, val(name)))
                .value1();
    }

    /**
     * Returns the name of an existing role as an SQL identifier, quoted if necessary.
     *
     * @throws Failure if the role does not exist
     */
    public String quotedRole(String role) {
        boolean exists = ctx.fetchExists(DSL.selectOne()
                .from(table(name("pg_catalog", "pg_roles")))
                .where(field(name("rolname"), SQLDataType.VARCHAR).eq(role)));
        if (!exists) {
            throw Failure.refused(
                    "unknown_role",
                    "role \"" + role + "\" does not exist",
                    "create the role first: create role " + quoted(role) + " login");
        }
        return quoted(role);
    }

    /**
     * Returns this session.
     *
     * @throws Failure if the pricing tables do not exist in the schema
     */
    Session withTables() {
        if (!has(PricingTables.NEWEST)) {
            throw Failure.refused(
                    "tables_missing",
                    "the pricing tables do not exist in schema \"" + schema() + "\"",
                    "create them with: " + database.command("expand"));
        }
        return this;
    }

    /**
     * Runs a step of the migration.
     *
     * @throws Failure if the step does not apply to the current phase of the database
     */
    public <T> T step(Function<DSLContext, T> step) {
        try {
            return step.apply(onDataSource());
        } catch (IllegalStateException e) {
            throw Failure.refused(
                    "wrong_phase",
                    String.valueOf(e.getMessage()),
                    "see the current phase with: " + database.command("status"),
                    e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw Failure.of(e);
        }
    }
}
