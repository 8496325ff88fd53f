package io.modelpricing.jooq.costs;

import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * The application's table of requests, and which of the columns of its several shapes it has here.
 *
 * @param columns the names of its columns
 * @param scale the decimals of the column {@code cost_usd}; null if it has none, or there is no such column
 */
record GatewayRequests(Set<String> columns, @Nullable Integer scale) {

    static final Table<Record> TABLE = table(name("chat_completion_requests"));

    /** Looks the columns up; nothing where there is no such table. */
    static Optional<GatewayRequests> of(DSLContext ctx) {
        Set<String> columns = new HashSet<>();
        Integer scale = null;
        for (Record column : ctx.select(
                        field(name("attname"), SQLDataType.CLOB),
                        field(
                                "case when attname = 'cost_usd' and atttypmod <> -1"
                                        + " then (((atttypmod - 4) & 2047) # 1024) - 1024 end",
                                SQLDataType.INTEGER))
                .from(table(name("pg_catalog", "pg_attribute")))
                .where(condition("attrelid = to_regclass({0})", val(ctx.render(TABLE))))
                .and(condition("attnum > 0 and not attisdropped"))
                .fetch()) {
            columns.add(column.get(0, String.class));
            scale = column.get(1, Integer.class) == null ? scale : column.get(1, Integer.class);
        }
        return columns.isEmpty() ? Optional.empty() : Optional.of(new GatewayRequests(columns, scale));
    }

    boolean hasCost() {
        return columns.contains("cost_usd");
    }

    /** Returns the column that a request's id is: some requests are known by their key only. */
    String key() {
        return columns.contains("request_id") ? "request_id" : "id";
    }
}
