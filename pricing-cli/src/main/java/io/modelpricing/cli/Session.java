package io.modelpricing.cli;

import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import io.modelpricing.PricingRepository;
import io.modelpricing.jooq.JooqPricingRepository;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** A connection to the database of a command, in its schema. */
final class Session implements AutoCloseable {

    private final Connection connection;
    private final Database database;
    private final DSLContext ctx;

    Session(Connection connection, Database database) {
        this.connection = connection;
        this.database = database;
        ctx = DSL.using(connection, SQLDialect.POSTGRES, database.settings());
    }

    Connection connection() {
        return connection;
    }

    DSLContext ctx() {
        return ctx;
    }

    /** Returns a context of the same schema that connects anew for each transaction, for the jobs that own theirs. */
    DSLContext onDataSource() {
        return database.onDataSource();
    }

    String schema() {
        return database.schema();
    }

    PricingRepository prices() {
        return new JooqPricingRepository(ctx);
    }

    Models models() {
        return new Models(ctx);
    }

    PricingTables tables() {
        return new PricingTables(this);
    }

    boolean hasSchema() {
        return ctx.fetchExists(DSL.selectOne()
                .from(table(name("pg_catalog", "pg_namespace")))
                .where(field(name("nspname"), SQLDataType.VARCHAR).eq(schema())));
    }

    /** Tells whether the schema has a table or a view of a name. */
    boolean has(String relation) {
        return ctx.fetchSingle(field(
                        "to_regclass(format('%I.%I', {0}::text, {1}::text)) is not null",
                        SQLDataType.BOOLEAN, val(schema()), val(relation)))
                .value1();
    }

    /** Returns the columns of a table or a view of the schema, none if it is not there. */
    List<String> columns(String relation) {
        return ctx.select(field(name("attname"), SQLDataType.VARCHAR))
                .from(table(name("pg_catalog", "pg_attribute")))
                .where(condition(
                        "attrelid = to_regclass(format('%I.%I', {0}::text, {1}::text)) and attnum > 0 and not attisdropped",
                        val(schema()), val(relation)))
                .orderBy(field(name("attnum")))
                .fetch(Record1::value1);
    }

    /** Returns a table or a view of the schema that has no generated class. */
    Table<Record> relation(String relation) {
        return table(name(schema(), relation));
    }

    /** Returns a name as SQL writes it. */
    String quoted(String name) {
        return ctx.fetchSingle(field("quote_ident({0})", SQLDataType.VARCHAR, val(name)))
                .value1();
    }

    /** Returns this session once it is known that the tables are there. */
    Session withTables() {
        if (!has(PricingTables.NEWEST)) {
            throw Failure.refused(
                    "tables_missing",
                    "the pricing tables are not in schema \"" + schema() + "\" yet",
                    "make them with: " + database.command("expand"));
        }
        return this;
    }

    /**
     * Runs a step of the migration.
     *
     * @throws Failure if the database is not where the step begins
     */
    <T> T step(Function<DSLContext, T> step) {
        try {
            return step.apply(onDataSource());
        } catch (IllegalStateException e) {
            throw Failure.refused(
                    "wrong_phase",
                    String.valueOf(e.getMessage()),
                    "see where the database stands: " + database.command("status"),
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
