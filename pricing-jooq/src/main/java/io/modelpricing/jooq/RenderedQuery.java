package io.modelpricing.jooq;

import java.util.List;
import java.util.function.Function;
import org.jooq.Context;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.QueryPart;
import org.jooq.ResultQuery;
import org.jooq.impl.CustomQueryPart;
import org.jspecify.annotations.Nullable;

/**
 * A query with one parameter whose SQL is rendered once, because rendering takes longer than everything else that the
 * client does for a query.
 */
final class RenderedQuery<T> {

    private final DSLContext ctx;
    private final List<Field<?>> columns;
    private final Function<T, Field<T>> parameter;
    private final Function<Field<T>, ? extends ResultQuery<?>> query;

    private @Nullable Split split;

    /**
     * Creates a query, which is rendered when it is first executed.
     *
     * @param ctx the context that renders and executes it
     * @param columns the columns it selects
     * @param parameter makes a parameter of a value
     * @param query makes the query with a parameter
     */
    RenderedQuery(
            DSLContext ctx,
            List<Field<?>> columns,
            Function<T, Field<T>> parameter,
            Function<Field<T>, ? extends ResultQuery<?>> query) {
        this.ctx = ctx;
        this.columns = columns;
        this.parameter = parameter;
        this.query = query;
    }

    /** Returns the query for a value. */
    ResultQuery<?> of(T value) {
        Field<T> bound = parameter.apply(value);
        Split kept = split;
        if (kept == null) {
            ResultQuery<?> made = query.apply(bound);
            split = Split.of(ctx.render(made), ctx.render(bound));
            return made;
        }
        return ctx.resultQuery("{0}", kept.with(bound)).coerce(columns);
    }

    /** The SQL before and after the parameter. */
    private record Split(String before, String after) {

        /** Returns null if the place of the parameter is ambiguous; then the query is rendered each time. */
        static @Nullable Split of(String sql, String parameter) {
            int at = sql.indexOf(parameter);
            return at < 0 || at != sql.lastIndexOf(parameter)
                    ? null
                    : new Split(sql.substring(0, at), sql.substring(at + parameter.length()));
        }

        QueryPart with(Field<?> parameter) {
            return new CustomQueryPart() {

                private static final long serialVersionUID = 1L;

                @Override
                public void accept(Context<?> context) {
                    context.sql(before).visit(parameter).sql(after);
                }
            };
        }
    }
}
