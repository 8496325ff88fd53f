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
 * A query with one parameter that is executed again and again. Its SQL is made once, because making it takes longer than
 * everything else that the client does.
 */
final class KeptQuery<T> {

    private final DSLContext ctx;
    private final List<Field<?>> columns;
    private final Function<T, Field<T>> parameter;
    private final Function<Field<T>, ? extends ResultQuery<?>> query;

    private @Nullable Around around;

    /**
     * Keeps a query.
     *
     * @param ctx where it is executed
     * @param columns what it selects
     * @param parameter makes a parameter of a value
     * @param query makes the query with a parameter
     */
    KeptQuery(
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
        Around kept = around;
        if (kept == null) {
            ResultQuery<?> made = query.apply(bound);
            around = Around.of(ctx.render(made), ctx.render(bound));
            return made;
        }
        return ctx.resultQuery("{0}", kept.with(bound)).coerce(columns);
    }

    /** The SQL before the parameter, and after it. */
    private record Around(String before, String after) {

        /** Returns null if nobody can tell where the parameter is: then the query is made anew each time. */
        static @Nullable Around of(String sql, String parameter) {
            int at = sql.indexOf(parameter);
            return at < 0 || at != sql.lastIndexOf(parameter)
                    ? null
                    : new Around(sql.substring(0, at), sql.substring(at + parameter.length()));
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
