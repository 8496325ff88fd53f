package io.modelpricing.compat;

import java.util.List;
import org.jooq.DSLContext;

/**
 * Something that stands in the way of a step, and that somebody has to settle first.
 *
 * @param kind what it is: {@code view}, {@code function}, {@code index}, {@code quarantine}, {@code price}, {@code phase} and
 *     so on
 * @param name which one
 * @param reason why, and what to do about it
 */
public record Refusal(String kind, String name, String reason) {

    static List<Refusal> fetch(DSLContext ctx, String query, Object... bindings) {
        return ctx.fetch(query, bindings)
                .map(row -> new Refusal(row.get(0, String.class), row.get(1, String.class), row.get(2, String.class)));
    }

    static Refusal phase(String phase, String reason) {
        return new Refusal("phase", phase, reason);
    }

    @Override
    public String toString() {
        return kind + " " + name + ": " + reason;
    }
}
