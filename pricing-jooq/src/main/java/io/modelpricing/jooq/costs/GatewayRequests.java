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
 * The columns of the application's table {@code chat_completion_requests}, which differ between installations.
 *
 * @param columns the names of the columns
 * @param scale the scale of the column {@code cost_usd}; null if it is unlimited or the column does not exist
 */
record GatewayRequests(Set<String> columns, @Nullable Integer scale) {

    static final Table<Record> TABLE = table(name("chat_completion_requests"));

    /** Reads the columns from PostgreSQL's catalog; empty if the table does not exist. */
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

    /** Returns the column with the request's id: {@code request_id}, or the primary key in tables that lack it. */
    String key() {
        return columns.contains("request_id") ? "request_id" : "id";
    }
}
